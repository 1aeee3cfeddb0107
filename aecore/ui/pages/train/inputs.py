"""The inputs of a run's settings on `/train`, one for each setting, which the URL holds too."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.checkpoints.card import Card
from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.jobs.store import Run, RunSpec
from aecore.presets import PRESETS, Preset
from aecore.settings import Choice, Number, Setting, Switch, settings_of
from aecore.ui import url_state
from aecore.ui.scaffold import DEFAULT_MODEL

PRESET = "train_preset"
"""Key of the picker of presets."""
_KL_WEIGHT = 1e-4
"""What a model that is made variational begins with."""
_MOST = 2**53 - 1
"""The largest whole number that a browser keeps exactly."""
_SETTINGS: dict[str, Setting] = {
    **settings_of(ModelConfig),
    **settings_of(TrainConfig),
    "noise": settings_of(NoiseConfig)["kind"],
}
_LONGEST = 100  # letters of the hidden layers in the URL
_SWITCHED = {"on": True, "off": False}


@dataclass(frozen=True)
class Inputs:
    """A preset's inputs: they begin as the preset has it, and keep what was changed."""

    preset: Preset

    def key(self, name: str) -> str:
        """Return the key of the input for a setting."""
        return f"train_{name}_{self.preset.name}"

    def usual(self) -> dict[str, Any]:
        """Return what each input begins with."""
        return _values(self.preset.model, self.preset.train)

    def set(self, values: dict[str, Any]) -> None:
        """Let inputs, drawn next, show these values."""
        for name, value in values.items():
            st.session_state[self.key(name)] = value

    def enter_url(self) -> None:
        """Let the URL name the settings that differ from this preset's, and no other's."""
        url_state.set("preset", self.preset.name)
        st.session_state[f"{PRESET}_told"] = self.preset.name
        for name, begin in self.usual().items():
            value = st.session_state.get(self.key(name), begin)
            url_state.store(name, self.key(name), _written(value), _written(begin))

    def row(self, columns: Sequence[DeltaGenerator], *names: str, **options: Any) -> dict[str, Any]:
        """Draw the inputs of some settings side by side and return their values by name."""
        return {
            name: self.draw(column, name, **options)
            for name, column in zip(names, columns, strict=False)
        }

    def draw(
        self, column: DeltaGenerator, name: str, setting: Setting | None = None, **options: Any
    ) -> Any:
        """Draw the input of a setting and return its value."""
        setting, begin = setting or _SETTINGS[name], self.usual()[name]
        label, key = setting.label, self.key(name)
        url_state.load_value(name, key, _read(setting, url_state.get(name), begin))
        options |= {"key": key, "persist_state": "session", "help": setting.help or None}
        match setting:
            case Number():
                low, high = setting.bounds
                high = min(high, _MOST) if setting.whole else high
                st.session_state[key] = max(low, min(st.session_state[key], high))
                options |= {"step": setting.step, "format": None if setting.whole else "%g"}
                value = column.number_input(label, low, high, **options)
                value = value if setting.whole else float(f"{value:.10g}")  # 3 * 0.05 is not 0.15
            case Choice():
                words = ["none"] * (name == "noise") + [*setting.options]
                if st.session_state[key] not in words:
                    st.session_state[key] = begin
                value = column.selectbox(label, words, format_func=_in_words, **options)
            case Switch():
                value = column.toggle(label, **options)
            case _:
                value = column.text_input(label, **options)
        url_state.store(name, key, _written(value), _written(begin))
        return setting.read(value) if isinstance(value, str) else value


def show_settings(spec: RunSpec) -> None:
    """Let the form, drawn next, show the settings of a run, unless its preset is gone."""
    if spec.preset in PRESETS:
        inputs = Inputs(PRESETS[spec.preset])
        st.session_state[PRESET] = spec.preset
        inputs.set(_values(spec.model, spec.train))
        inputs.enter_url()


def begin(cards: Mapping[str, Card], runs: Sequence[Run]) -> str:
    """Return the preset that the form begins with: that of the model picked last.

    The first time, the form shows the settings of the latest run of that preset, unless the URL
    names others.
    """
    asked = st.session_state.get("app_model", DEFAULT_MODEL)
    preset = asked if asked in PRESETS or asked not in cards else cards[asked].preset
    preset = preset if preset in PRESETS else DEFAULT_MODEL
    is_new = PRESET not in st.session_state
    named = map(url_state.get, ("preset", *Inputs(PRESETS[preset]).usual()))
    if is_new and runs and runs[0].spec.preset == preset and not any(named):
        show_settings(runs[0].spec)
    return preset


def _values(model: ModelConfig, train: TrainConfig) -> dict[str, Any]:
    """Return what each input shows for a configuration."""
    noise = train.noise
    return {
        **{name: getattr(model, name) for name in settings_of(ModelConfig)},
        **{name: getattr(train, name) for name in settings_of(TrainConfig)},
        "hidden_dims": ", ".join(map(str, model.hidden_dims)),
        "noise": noise.kind if noise else "none",
        "level": noise.level if noise else NoiseConfig.level,
        "kl_weight": train.kl_weight or _KL_WEIGHT,
    }


def _in_words(option: str) -> str:
    return option.replace("_", " ").capitalize()


def _written(value: Any) -> str:
    """Return the value of an input as the URL holds it."""
    return next((text for text, known in _SWITCHED.items() if value is known), str(value))


def _read(setting: Setting, text: str | None, begin: Any) -> Any:
    """Return the value that the URL asks for; `begin` where it names none that can be."""
    if text is None:
        return begin
    match setting:
        case Number():
            value = setting.read(text)
            return value if isinstance(value, (int, float)) and math.isfinite(value) else begin
        case Switch():
            return _SWITCHED.get(text, begin)
        case _:
            return text[:_LONGEST]
