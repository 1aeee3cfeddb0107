"""The selected run on `/train`, with live progress and its actions, and the list of other runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from aecore.errors import DataError
from aecore.jobs import queue
from aecore.jobs.queue import Listing
from aecore.jobs.store import Run
from aecore.training.history import EpochRecord
from aecore.ui import scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache import runs as run_cache
from aecore.ui.components.training_monitor import draw_training
from aecore.ui.pages.train import challenges, result
from aecore.ui.pages.train.inputs import show_settings
from aecore.ui.pages.train.start import CHOSEN, PLACE, scroll
from aecore.ui.text import runs as run_text
from aecore.ui.text.formats import escape

T = TypeVar("T")
_LIVE_SECONDS = 1.0
_IDLE_SECONDS = 4.0
"""Refresh interval of a page without an active run: another tab may start one."""
_PROBLEM = "train_problem"


@scaffold.guarded
def show() -> None:
    """Draw the run chosen last, else the active one, else the latest."""
    listing = run_cache.listing()
    run = _chosen(listing)
    if message := st.session_state.pop(_PROBLEM, None):
        scaffold.show_error(message)
    if run is None:
        _no_runs()
    else:
        with st.container(key=PLACE):
            _head(run)
            if run.ended and run.has_checkpoint:
                challenges.show_result(run)
            scroll()
    active = any(not each.ended for each in listing.runs)
    seconds = _LIVE_SECONDS if active else _IDLE_SECONDS
    st.fragment(_watch, run_every=seconds)(run.id if run else None, _signature(listing))
    if run is not None and run.ended:
        result.show(run)
    _others(listing, run)


def _chosen(listing: Listing) -> Run | None:
    asked = st.session_state.get(CHOSEN)
    first = listing.runs[0] if listing.runs else None
    return next((run for run in listing.runs if run.id == asked), first)


def _signature(listing: Listing) -> tuple:
    """Return the state that the page, apart from its browser-drawn parts, depends on."""
    return tuple(
        (run.id, run.state, run.place, run.queued, run.has_checkpoint, run.kept_as)
        for run in listing.runs
    )


@scaffold.guarded
def _watch(run_id: str | None, drawn: tuple) -> None:
    """Send new results; rerun the page when a run was added, began or ended."""
    listing = run_cache.listing()
    if _signature(listing) != drawn:
        st.rerun()
    run = next((each for each in listing.runs if each.id == run_id), None)
    if run is not None:
        draw_training(run, reference=_reference(run))


def _reference(run: Run) -> tuple[str, tuple[EpochRecord, ...]] | None:
    """Return the preset's own training curve, if it is of the same task and data."""
    preset = run.spec.preset or ""
    card = checkpoint_cache.cards().get(preset)
    if card is None or card.train.noise != run.spec.train.noise:
        return None
    try:
        digits = datasets.test_set()
    except DataError:  # their folder may have gone; training has them in memory
        return None
    same = digits.source == run.source and digits.matches(card)
    return (preset, card.history) if same else None


def _no_runs() -> None:
    st.info(
        "No runs yet. Take on a challenge above, or press **Train**, and watch the error fall and "
        "the latent space form. Training continues if you leave the page or close the browser.",
        icon=":material/model_training:",
    )


def _head(run: Run) -> None:
    """Draw the run's name and the button that stops or resumes it."""
    title, button = st.columns([3, 1], vertical_alignment="bottom")
    title.header(escape(run_text.name(run)), anchor=False)
    if not run.ended:
        button.button(
            "Remove from queue" if run.state == "queued" else "Stop",
            key="train_stop",
            icon=":material/stop:",
            width="stretch",
            on_click=attempt,
            args=(queue.stop, run),
        )
    elif run.resumable and queue.training_allowed():
        button.button(
            "Resume",
            key="train_resume",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            on_click=attempt,
            args=(queue.resume, run),
        )


def attempt(action: Callable[[T], object], subject: T) -> None:
    """Apply an action before the page is drawn, which shows the error if it fails."""
    scaffold.attempt(_PROBLEM, action, subject)
    run_cache.refresh()


def _others(listing: Listing, shown: Run | None) -> None:
    """List active, queued and interrupted runs, and earlier ones in an expander."""
    others = [run for run in listing.runs if shown is None or run.id != shown.id]
    pressing = [run for run in others if run.state in ("running", "queued", "interrupted")]
    rest = [run for run in others if run not in pressing]
    if pressing:
        st.header("Other active, queued or interrupted runs", anchor=False)
        for run in pressing:
            _row(run)
    if rest or listing.damaged:
        with st.expander(f"Earlier runs ({len(rest) + len(listing.damaged)})"):
            for run in rest:
                _row(run)
            for damaged in listing.damaged:
                st.caption(f":material/broken_image: {escape(damaged.reason)}")


def _row(run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"train_row_{run.id}"):
        kept = f" · saved as {', '.join(run.kept_as)}" if run.kept_as else ""
        st.markdown(
            f"{run_text.ICONS[run.state]} **{escape(run_text.name(run))}** · "
            f"{escape(run_text.headline(run) + kept)}",
            width="stretch",
        )
        st.button("Show", key=f"train_show_{run.id}", on_click=_choose, args=(run,))
        if not run.ended:
            label = "Remove from queue" if run.state == "queued" else "Stop"
            st.button(label, key=f"train_stop_{run.id}", on_click=attempt, args=(queue.stop, run))
            return
        if run.resumable and queue.training_allowed():
            key = f"train_resume_{run.id}"
            st.button("Resume", key=key, on_click=attempt, args=(queue.resume, run))
        st.button(
            "Delete", key=f"train_remove_{run.id}", on_click=attempt, args=(queue.delete, run)
        )


def _choose(run: Run) -> None:
    """Show a run, and its settings above it."""
    st.session_state[CHOSEN] = run.id
    show_settings(run.spec)
