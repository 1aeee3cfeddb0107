"""`/compare`: all checkpoints in one table, their errors, their training, and two maps linked."""

from __future__ import annotations

import streamlit as st

from aecore.charts import comparison as comparison_charts
from aecore.checkpoints import comparison
from aecore.checkpoints.comparison import Entry
from aecore.ui import scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components import downloads, plotly_figure
from aecore.ui.pages.compare import linked_maps

_EXPLANATION = (
    "Every trained model in one table: click a column's head to sort, scroll sideways for more "
    "columns. Below, what a larger code buys beside **PCA** at every size, the maps of the model "
    "above and of another one with **linked selection**, and how all of them were trained."
)
_FORMATS = {
    # column: format, what it is
    "D": ("%d", "numbers in a code"),
    "dropout": ("%.2g", "share of the code set to 0 in training"),
    "epochs": ("%d", "of training"),
    "seconds": ("%.0f", "of training"),
    "test MSE": ("%.5f", "mean squared error per pixel, at the model's own task"),
    "PCA MSE": ("%.5f", "of PCA of the same D, at the same task"),
    "kNN-5": (
        "%.4f",
        "share of test digits whose label is that of most of their 5 nearest training codes",
    ),
    "PCA kNN-5": ("%.4f", "the same of PCA of the same D"),
    "trustw.": (
        "%.4f",
        "trustworthiness: whether neighbors among the codes are neighbors as pictures, at most 1",
    ),
    "PCA trustw.": ("%.4f", "the same of PCA of the same D"),
    "size (MB)": ("%.2f", "of the file on disk, in millions of bytes"),
    "clean MSE": ("%.5f", "mean squared error per pixel with clean input, of denoisers too"),
}
_ROWS = 20
"""Models that are all shown without scrolling."""
_X_NAMES = {"epochs": "epoch", "seconds": "seconds of training"}


def render() -> None:
    checkpoint = scaffold.open_page("Compare", _EXPLANATION)
    entries = checkpoint_cache.entries()
    _table(entries)
    _errors(entries)
    linked_maps.show(checkpoint)
    _training(entries)
    scaffold.close_page()


def _table(entries: list[Entry]) -> None:
    columns = comparison.table(entries)
    st.dataframe(
        columns,
        key="compare_table",
        hide_index=True,
        height="content" if len(entries) <= _ROWS else "auto",
        placeholder="",
        column_config={
            "model": st.column_config.TextColumn(pinned=True),
            "hidden": st.column_config.TextColumn(width=110),
            **{
                title: st.column_config.NumberColumn(format=text, help=help)
                for title, (text, help) in _FORMATS.items()
            },
        },
        alt="One row for each trained model: its settings, its figures, and those of PCA",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Figures as `python -m aecore evaluate` measures them, on the test digits of the data "
            "that a model was trained on. Denoisers are measured at their own task, with broken "
            "input, and PCA with them; *clean MSE* has all of them at the same task. "
            "Point at a column's head to read what it is.",
            width="stretch",
        )
        downloads.offer("Table as CSV", comparison.to_csv(columns), "models.csv", key="compare_csv")


@scaffold.fragment
def _errors(entries: list[Entry]) -> None:
    """Clean error against D, with PCA's whole curve where its digits are at hand."""
    st.subheader("What a larger code buys", anchor=False)
    digits = datasets.test_set()
    own = [entry for entry in entries if digits.matches(entry.card)]
    shown = own or entries
    models = comparison.clean_errors(shown)
    if not models:
        st.info("No model here keeps its error with clean input.")
        return
    pca = datasets.pca_errors() if own else comparison.pca_points(shown)
    plotly_figure.show(
        comparison_charts.error_by_dimension(models, pca, whole=bool(own)),
        key="compare_dimension",
        alt="Test error against the number of values in a code: a mark for each model, and PCA's "
        "error",
    )
    notes = [f"All with clean input, also the denoisers. PCA's errors: {_about_pca(bool(own))}."]
    if left := len(entries) - len(models):
        notes.append(
            f"Left out, as they were measured on other digits or not with clean input: {left}."
        )
    st.caption(" ".join(notes))


def _about_pca(whole: bool) -> str:
    if whole:
        return "one PCA of the training digits, cut after each number of components"
    return (
        "those that the checkpoints keep; for the whole curve the digits that the models were "
        "trained on have to be at hand"
    )


@scaffold.fragment
def _training(entries: list[Entry]) -> None:
    st.subheader("How they were trained", anchor=False)
    over = st.segmented_control(
        "Over",
        _X_NAMES,
        default="epochs",
        required=True,
        key="compare_over",
        persist_state="session",
    )
    plotly_figure.show(
        comparison_charts.training_curves(comparison.histories(entries, over), _X_NAMES[over]),
        key="compare_training",
        alt=f"Lines: every model's test error over the {over} of its training",
    )
    st.caption(
        "The error on the test digits after each epoch; of denoisers with broken input. Click a "
        "name to hide its line, double-click to see it alone."
    )
