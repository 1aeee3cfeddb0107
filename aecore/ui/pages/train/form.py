"""The settings of a run on `/train`: a preset, changed, and what that will cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.checkpoints.description import changes
from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.corruptions import NOISES
from aecore.jobs import limits, queue
from aecore.jobs.advice import advise
from aecore.jobs.estimate import estimate
from aecore.jobs.store import RunSpec
from aecore.models.families import FAMILIES
from aecore.presets import PRESETS, Preset
from aecore.settings import Choice, settings_of
from aecore.ui import scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache import runs as run_cache
from aecore.ui.pages.train.inputs import PRESET, Inputs, begin
from aecore.ui.pages.train.start import start
from aecore.ui.text.formats import duration, escape


@scaffold.fragment
def show() -> None:
    """Draw the settings, their cost, and the button that starts or queues a run."""
    with st.expander("Settings", icon=":material/tune:", key="train_settings"):
        model_row, training_row = st.columns(4), st.columns(4)
        with model_row[0]:
            inputs = Inputs(_pick_preset())
        model, train = _draw(inputs, model_row[1:], training_row)
    limits.check(model, train)
    _outlook(inputs.preset, model, train)


def _pick_preset() -> Preset:
    default = begin(checkpoint_cache.cards(), run_cache.listing().runs)
    url_state.load("preset", PRESET, list(PRESETS), default)
    name = st.selectbox(
        "Start from the preset",
        PRESETS,
        key=PRESET,
        format_func=lambda option: f"{option} · {PRESETS[option].title}",
        on_change=lambda: Inputs(PRESETS[st.session_state[PRESET]]).enter_url(),
        persist_state="session",
    )
    url_state.store("preset", PRESET, name, default)
    return PRESETS[name]


def _draw(
    inputs: Inputs, model_row: Sequence[DeltaGenerator], training_row: Sequence[DeltaGenerator]
) -> tuple[ModelConfig, TrainConfig]:
    """Draw all inputs and return the configurations that they make."""
    values = inputs.row(model_row, "latent_dim", "hidden_dims", "latent_dropout")
    kind = inputs.draw(training_row[0], "noise")
    corruption = NOISES.get(kind, NOISES[NoiseConfig.kind])
    level = inputs.draw(training_row[1], "level", setting=corruption.level, disabled=kind == "none")
    values |= inputs.row(training_row[2:], "epochs", "seed")
    values |= _draw_more(inputs)
    values["noise"] = None if kind == "none" else NoiseConfig(kind=kind, level=level)
    of_model = {name: values.pop(name) for name in settings_of(ModelConfig)}
    return ModelConfig(**of_model), TrainConfig(**values)


def _draw_more(inputs: Inputs) -> dict[str, Any]:
    """Draw the inputs of the settings that are seldom changed and return their values by name."""
    first, second, third = st.columns(4), st.columns(4), st.columns(5, vertical_alignment="bottom")
    optimizer = inputs.draw(first[0], "optimizer", on_change=_follow_optimizer, args=(inputs,))
    values = {"optimizer": optimizer}
    values |= inputs.row(first[1:], "learning_rate", "schedule", "batch_size")
    values |= inputs.row(second, "gamma", "distortion", "output", "weight_init")
    variational = inputs.draw(third[0], "variational")
    weight = inputs.draw(third[1], "kl_weight", disabled=not variational)
    values["activation"] = inputs.draw(third[3], "activation")
    values["family"] = inputs.preset.model.family
    if len(FAMILIES) > 1:
        values["family"] = inputs.draw(third[2], "family", Choice("Family", FAMILIES))
    third[4].button(
        "Reset to preset",
        key="train_reset",
        icon=":material/undo:",
        on_click=lambda: inputs.set(inputs.usual()),
    )
    return values | {"variational": variational, "kl_weight": weight if variational else 0.0}


def _follow_optimizer(inputs: Inputs) -> None:
    """Take over the learning rate, schedule and batch size of the optimizer's recipe."""
    preset = inputs.preset
    chosen = st.session_state[inputs.key("optimizer")]
    recipe = preset.train if chosen == preset.train.optimizer else preset.notebook_recipe()
    inputs.set(
        {name: getattr(recipe, name) for name in ("learning_rate", "schedule", "batch_size")}
    )


def _outlook(preset: Preset, model: ModelConfig, train: TrainConfig) -> None:
    """Draw what the run will cost, what is unusual about it, and the button."""
    facts, button = st.columns([3, 1], vertical_alignment="center")
    runs = run_cache.listing().runs
    expected = estimate(model, train, n_train=datasets.test_set().n_train, runs=runs)
    changed = ", ".join(change.text for change in changes(preset, model, train))
    facts.markdown(
        f"**{preset.name}**, {escape(changed) or 'as the preset'} · {expected.weights:,} weights · "
        f"about **{duration(expected.seconds)}** of training on this machine",
        help=f"Time: {escape(expected.basis)}.",
    )
    for text in advise(model, train, preset=preset):
        st.caption(f":material/lightbulb: {escape(text)}")
    busy = any(not run.ended for run in runs)
    if not queue.training_allowed():
        return
    if button.button(
        "Add to queue" if busy else "Train",
        key="train_start",
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=datasets.is_uploaded(),
    ):
        start(RunSpec(preset=preset.name, model=model, train=train, data=datasets.folder_in_use()))
        st.rerun()
