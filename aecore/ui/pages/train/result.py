"""The result of a run on `/train`: metrics beside the preset's, saving, continuing."""

from __future__ import annotations

import streamlit as st

from aecore.checkpoints import catalog, comparison, library
from aecore.checkpoints.comparison import Entry
from aecore.jobs import limits, queue
from aecore.jobs.store import Run
from aecore.presets import PRESETS
from aecore.system.csv_text import to_csv
from aecore.ui import navigation, scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import runs as run_cache
from aecore.ui.components import downloads
from aecore.ui.pages.train.library import select
from aecore.ui.text.formats import escape


def show(run: Run) -> None:
    """Draw the metrics of an ended run and the forms to save and continue it."""
    if not run.has_checkpoint:
        return
    left, right = st.columns(2, gap="large")
    with left:
        _keep(run)
        _continue(run)
    with right:
        _figures(run)


@scaffold.guarded
def _figures(run: Run) -> None:
    """Draw the metrics of the run, of its preset's model, and of PCA."""
    own = Entry(name="this run", card=checkpoint_cache.read_card(run.checkpoint_path), size=0)
    preset = run.spec.preset or ""
    card = checkpoint_cache.cards().get(preset)
    entries = [own] if card is None else [own, Entry(name=preset, card=card, size=0)]
    names, rows = comparison.side_by_side(entries)
    head = "| | " + " | ".join(escape(name) for name in names) + " |"
    body = [
        f"| {title} | " + " | ".join(escape(value) for value in values) + " |"
        for title, values in rows.items()
    ]
    st.markdown("\n".join([head, "|---|" + "---:|" * len(names), *body]))
    downloads.offer(
        "Table as CSV",
        lambda: to_csv(["", *names], ([title, *values] for title, values in rows.items())),
        "run.csv",
        key="train_csv",
    )
    if card is not None and card.source != own.card.source:
        st.caption(
            f"Measured on different data: this run on {escape(own.card.source)}, the "
            f"preset's model on {escape(card.source)}."
        )


def _keep(run: Run) -> None:
    """Draw the form that saves the model, or links to it once it is saved."""
    kept = [name for name in run.kept_as if name in catalog.names()]
    if not kept:
        _keep_form(run)
        return
    st.success(f"Saved as **{escape(kept[-1])}**.", icon=":material/bookmark_added:")
    with st.container(horizontal=True, vertical_alignment="center", key="train_open"):
        navigation.link_to_model(kept[-1], left_out=("filters", "reconstruct"))


@scaffold.fragment
def _keep_form(run: Run) -> None:
    preset, spec = PRESETS.get(run.spec.preset or "", PRESETS["plane"]), run.spec
    key = f"train_name_{run.id}"
    if key not in st.session_state:
        st.session_state[key] = library.suggest(preset, spec.model, spec.train)
    with st.form("train_keep_form", border=False):
        name = st.text_input(
            "Save as", key=key, max_chars=64, help="Adds the model to the picker of every page."
        )
        pressed = st.form_submit_button(
            "Save",
            key="train_keep",
            type="primary",
            icon=":material/bookmark_add:",
            width="stretch",
        )
    if pressed:
        library.save_copy(run.checkpoint_path, name.strip())
        queue.mark_kept(run, name.strip())
        run_cache.refresh()
        select(name.strip())
    st.caption("Runs that are not saved are deleted in time, to make room for later ones.")


@scaffold.fragment
def _continue(run: Run) -> None:
    """Draw the form that continues a finished run for more epochs."""
    planned, most = run.spec.train.epochs, limits.whole_bounds("epochs")[1]
    if run.resumable or planned >= most or not queue.training_allowed():
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        more = st.number_input(
            "More epochs",
            1,
            most - planned,
            min(planned, most - planned),
            key=f"train_more_{run.id}",
        )
        if st.button("Continue training", key="train_extend", icon=":material/fast_forward:"):
            queue.resume(run, epochs=planned + more)
            run_cache.refresh()
            st.rerun()
    if run.spec.train.schedule == "linear":
        st.caption("The linear schedule has reached 0; it restarts over the additional epochs.")
