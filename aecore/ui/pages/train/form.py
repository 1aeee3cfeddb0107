"""The settings of a run on `/train`: a preset, changed, and what that will cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

import streamlit as st

from aecore.checkpoints.changes import changes
from aecore.config import (
    ModelConfig,
    NoiseConfig,
    NoiseKind,
    OptimizerName,
    OutputName,
    ScheduleName,
    TrainConfig,
    WeightInit,
)
from aecore.errors import AecoreError, ConfigError
from aecore.jobs import queue
from aecore.jobs.estimate import estimate, unusual
from aecore.jobs.limits import LIMITS
from aecore.jobs.store import RunSpec
from aecore.presets import PRESETS, Preset
from aecore.ui import scaffold
from aecore.ui.cache import datasets
from aecore.ui.cache import runs as run_cache
from aecore.ui.scaffold import DEFAULT_MODEL
from aecore.ui.text import runs as run_text

CHOSEN = "train_run"
"""In the session's state: the run on show."""
_KL_WEIGHT = PRESETS["variational-plane"].train.kl_weight
"""What a model that is made variational begins with."""


@dataclass(frozen=True)
class Fields:
    """A preset's input elements: they begin as the preset has it, and keep what was changed."""

    preset: Preset

    def key(self, name: str) -> str:
        """Of the element for a setting."""
        return f"train_{name}_{self.preset.name}"

    def usual(self) -> dict[str, Any]:
        """What each element begins with."""
        model, train = self.preset.model, self.preset.train
        return {
            "latent_dim": model.latent_dim,
            "hidden_dims": ", ".join(map(str, model.hidden_dims)),
            "latent_dropout": model.latent_dropout,
            "variational": model.variational,
            "output": model.output,
            "weight_init": model.weight_init,
            "noise": train.noise.kind if train.noise else "none",
            "level": train.noise.level if train.noise else NoiseConfig.level,
            "epochs": train.epochs,
            "batch_size": train.batch_size,
            "learning_rate": train.learning_rate,
            "optimizer": train.optimizer,
            "schedule": train.schedule,
            "gamma": train.gamma,
            "kl_weight": train.kl_weight or _KL_WEIGHT,
            "distortion": train.distortion,
            "seed": train.seed,
        }

    def set(self, **values: Any) -> None:
        """Let elements, drawn next, show these values."""
        for name, value in values.items():
            st.session_state[self.key(name)] = value

    def number(self, name: str, label: str, bounds: tuple, **options: Any) -> Any:
        """An input for a number within bounds."""
        low, high = bounds
        return st.number_input(label, low, high, **self._common(name), **options)

    def choice(self, name: str, label: str, options: tuple[str, ...], **more: Any) -> str:
        """A choice of a few words."""
        begin = options.index(self.usual()[name])
        common = self._common(name) | {"index": begin}
        common.pop("value")
        return st.selectbox(label, options, format_func=_in_words, **common, **more)

    def text(self, name: str, label: str, **options: Any) -> str:
        """A line of text."""
        return st.text_input(label, **self._common(name), **options)

    def toggle(self, name: str, label: str, **options: Any) -> bool:
        """A switch."""
        return st.toggle(label, **self._common(name), **options)

    def _common(self, name: str) -> dict[str, Any]:
        return {"value": self.usual()[name], "key": self.key(name), "persist_state": "session"}


def _in_words(option: str) -> str:
    return option.replace("_", " ").capitalize()


@st.fragment
@scaffold.guarded
def show() -> None:
    """Settings, their cost, and the button that starts or queues a run."""
    with st.container(border=True):
        model_row, training_row = st.columns([2, 2, 2, 2]), st.columns([2, 2, 2, 2])
        with model_row[0]:
            fields = Fields(_pick_preset())
        try:
            model, train = _settings(fields, model_row[1:], training_row)
            LIMITS.check(model, train)
        except ConfigError as error:
            st.error(scaffold.plain(error), icon=":material/error:")
            return
        _outlook(fields.preset, model, train)


def _pick_preset() -> Preset:
    asked = st.session_state.get("app_model", DEFAULT_MODEL)
    begin = asked if asked in PRESETS else DEFAULT_MODEL
    name = st.selectbox(
        "Start from the preset",
        PRESETS,
        index=list(PRESETS).index(begin),
        key="train_preset",
        format_func=lambda option: f"{option} · {PRESETS[option].title}",
        persist_state="session",
    )
    return PRESETS[name]


def _settings(fields: Fields, model_row: list, training_row: list) -> tuple:
    """Draw all inputs; the configurations that they say."""
    with model_row[0]:
        dim = fields.number("latent_dim", "Numbers in the code, D", LIMITS.latent_dim, step=1)
    with model_row[1]:
        widths = fields.text(
            "hidden_dims",
            "Hidden layers",
            help="Widths of the encoder's hidden layers, the pixels' side first, as in 256, 128; "
            "the decoder mirrors them.",
        )
    with model_row[2]:
        dropout = fields.number(
            "latent_dropout",
            "Code dropout",
            LIMITS.latent_dropout,
            step=0.05,
            help="Share of a code's numbers set to 0 in training.",
        )
    with training_row[0]:
        kind = fields.choice("noise", "Noise on the input", ("none", *get_args(NoiseKind)))
    with training_row[1]:
        level = fields.number(
            "level", "Noise level", LIMITS.noise_level, step=0.05, disabled=kind == "none"
        )
    with training_row[2]:
        epochs = fields.number("epochs", "Epochs", LIMITS.epochs, step=1)
    with training_row[3]:
        seed = fields.number("seed", "Seed", (0, 2**31 - 1), step=1)
    with st.expander("More settings", icon=":material/tune:"):
        more_model, more_training = _more(fields)
    model = ModelConfig(
        latent_dim=dim, hidden_dims=_widths(widths), latent_dropout=round(dropout, 4), **more_model
    )
    noise = None if kind == "none" else NoiseConfig(kind=kind, level=round(level, 4))
    return model, TrainConfig(noise=noise, epochs=epochs, seed=seed, **more_training)


def _more(fields: Fields) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings that are seldom changed, of the model and of its training."""
    first, second, third = st.columns(4), st.columns(4), st.columns(4, vertical_alignment="bottom")
    model, train = {}, {}
    with first[0]:
        train["optimizer"] = fields.choice(
            "optimizer",
            "Optimizer",
            get_args(OptimizerName),
            on_change=_follow_optimizer,
            args=(fields,),
            help="Choosing one also sets step size, schedule and batches to its recipe.",
        )
    with first[1]:
        train["learning_rate"] = fields.number(
            "learning_rate", "Learning rate", LIMITS.learning_rate, step=1e-3, format="%g"
        )
    with first[2]:
        train["schedule"] = fields.choice("schedule", "Its schedule", get_args(ScheduleName))
    with first[3]:
        train["batch_size"] = fields.number("batch_size", "Batch", LIMITS.batch_size, step=64)
    with second[0]:
        train["gamma"] = fields.number(
            "gamma",
            "Weight penalty, gamma",
            LIMITS.gamma,
            step=1e-4,
            format="%g",
            help="The loss is the mean squared error plus gamma × mean(W²) of each weight matrix.",
        )
    with second[1]:
        train["distortion"] = fields.number(
            "distortion",
            "Distorted digits",
            LIMITS.distortion,
            step=0.1,
            help="Share of the digits of each step that are slightly turned, stretched and "
            "slanted: more digits to learn from than there are.",
        )
    with second[2]:
        model["output"] = fields.choice("output", "Output", get_args(OutputName))
    with second[3]:
        model["weight_init"] = fields.choice("weight_init", "Start", get_args(WeightInit))
    with third[0]:
        model["variational"] = fields.toggle("variational", "Variational")
    with third[1]:
        weight = fields.number(
            "kl_weight",
            "KL weight",
            LIMITS.kl_weight,
            step=1e-4,
            format="%g",
            disabled=not model["variational"],
        )
    train["kl_weight"] = weight if model["variational"] else 0.0
    third[3].button(
        "As in the preset",
        key="train_reset",
        icon=":material/undo:",
        on_click=lambda: fields.set(**fields.usual()),
    )
    return model, train


def _follow_optimizer(fields: Fields) -> None:
    """Another optimizer works with other step sizes."""
    preset = fields.preset
    chosen = st.session_state[fields.key("optimizer")]
    recipe = preset.train if chosen == preset.train.optimizer else preset.notebook_recipe()
    fields.set(
        learning_rate=recipe.learning_rate,
        schedule=recipe.schedule,
        batch_size=recipe.batch_size,
    )


def _widths(text: str) -> tuple[int, ...]:
    """Whole numbers out of `256, 128` or `256-128`.

    Raises
    ------
    ConfigError
        If there is anything else.
    """
    parts = text.replace("-", ",").replace(";", ",").replace(" ", ",").split(",")
    try:
        return tuple(int(part) for part in parts if part)
    except ValueError:
        raise ConfigError(
            f"Hidden layers are whole numbers, as in 256, 128; found {text[:40]!r}."
        ) from None


def _outlook(preset: Preset, model: ModelConfig, train: TrainConfig) -> None:
    """What the run will cost, what is unusual about it, and the button."""
    facts, button = st.columns([3, 1], vertical_alignment="center")
    runs = run_cache.listing().runs
    expected = estimate(model, train, n_train=datasets.test_set().n_train, runs=runs)
    changed = ", ".join(change.text for change in changes(preset, model, train))
    facts.markdown(
        f"**{expected.weights:,}** weights · about **{run_text.duration(expected.seconds)}** of "
        f"training on this machine · {scaffold.plain(changed) or 'as the preset'}",
        help=f"Time: {scaffold.plain(expected.basis)}.",
    )
    for text in unusual(model, train, preset=preset):
        st.caption(f":material/lightbulb: {scaffold.plain(text)}")
    busy = any(not run.ended for run in runs)
    if not queue.training_allowed():
        return
    if button.button(
        "Queue it" if busy else "Train",
        key="train_start",
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
    ):
        _start(RunSpec(preset=preset.name, model=model, train=train))


def _start(spec: RunSpec) -> None:
    try:
        run = queue.submit(spec)
    except AecoreError as error:
        st.error(scaffold.plain(error), icon=":material/error:")
        return
    run_cache.changed()
    st.session_state[CHOSEN] = run.id
    st.rerun()
