"""In what a model's settings differ from those of its preset, in words and in a name."""

from __future__ import annotations

from dataclasses import dataclass

from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.presets import Preset


@dataclass(frozen=True, kw_only=True)
class Change:
    """One setting that is not the preset's."""

    text: str
    """For people, as in `D = 3`."""
    tag: str
    """For names of files, as in `d3`."""


def changes(preset: Preset, model: ModelConfig, train: TrainConfig) -> tuple[Change, ...]:
    """What was changed, the most telling first."""
    found = []
    for own, usual, table in (
        (model, preset.model, _MODEL),
        (train, preset.train, _TRAINING),
    ):
        for name, (text, tag) in table.items():
            value = getattr(own, name)
            if value != getattr(usual, name):
                words = _WORDS.get(name, str)(value)
                found.append(Change(text=text.format(words), tag=tag.format(_plain(words))))
    return tuple(found)


def title(preset: Preset, model: ModelConfig, train: TrainConfig) -> str:
    """The preset's name and what was changed, as in `plane · D = 3 · 5 epochs`."""
    return " · ".join([preset.name, *(change.text for change in changes(preset, model, train))])


# field: what it reads in words, what in a name
_MODEL = {
    "latent_dim": ("D = {}", "d{}"),
    "hidden_dims": ("hidden {}", "h{}"),
    "latent_dropout": ("code dropout {}", "drop{}"),
    "variational": ("{}", "{}"),
    "output": ("{} output", "{}"),
    "weight_init": ("{} start", "{}"),
}
_TRAINING = {
    "noise": ("{}", "{}"),
    "epochs": ("{} epochs", "e{}"),
    "optimizer": ("{}", "{}"),
    "schedule": ("{} rate", "{}"),
    "learning_rate": ("rate {}", "lr{}"),
    "batch_size": ("batches of {}", "b{}"),
    "gamma": ("gamma {}", "g{}"),
    "kl_weight": ("KL weight {}", "kl{}"),
    "distortion": ("distortion {}", "x{}"),
    "seed": ("seed {}", "s{}"),
}


def _noise(noise: NoiseConfig | None) -> str:
    return "clean input" if noise is None else str(noise)


_WORDS = {
    "hidden_dims": lambda widths: "-".join(map(str, widths)),
    "latent_dropout": "{:g}".format,
    "variational": {True: "variational", False: "not variational"}.get,
    "noise": _noise,
    "optimizer": str.capitalize,
    "learning_rate": "{:g}".format,
    "gamma": "{:g}".format,
    "kl_weight": "{:g}".format,
    "distortion": "{:g}".format,
}


def _plain(words: str) -> str:
    return words.lower().replace(" ", "")
