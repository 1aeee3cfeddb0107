"""`/compare`: all models in one table, their errors and training, and two linked latent spaces."""

from __future__ import annotations

import streamlit as st

from aecore.charts import comparison as comparison_charts
from aecore.checkpoints import comparison
from aecore.checkpoints.comparison import Entry
from aecore.ui import inputs, scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components import downloads, plotly_figure
from aecore.ui.pages.compare import linked_maps, sweep

_EXPLANATION = (
    "All trained models in one table: click a column's header to sort. Below it: test error vs. "
    "latent dimensions, with **PCA** for every size; the latent spaces of two models with **linked "
    "selection**; and the training curves of all models."
)
_COLUMNS = {
    # title: format, meaning
    "D": ("%d", "latent dimensions"),
    "dropout": ("%.2g", "share of the latent code set to 0 in training"),
    "epochs": ("%d", "of training"),
    "seconds": ("%.0f", "of training"),
    "test MSE": ("%.5f", "mean squared error per pixel, at the model's own task"),
    "PCA MSE": ("%.5f", "of PCA with the same D, at the same task"),
    "kNN-5": (
        "%.4f",
        "test accuracy of a 5-nearest-neighbor classifier on the latent codes of training digits",
    ),
    "PCA kNN-5": ("%.4f", "the same on the codes of PCA with the same D"),
    "trustw.": (
        "%.4f",
        "trustworthiness, at most 1: whether neighbors in the latent space are neighbors as images",
    ),
    "PCA trustw.": ("%.4f", "the same for PCA with the same D"),
    "size (MB)": ("%.2f", "of the file on disk, in millions of bytes"),
    "clean MSE": ("%.5f", "mean squared error per pixel with clean input, for denoisers too"),
}
_ROWS = 20
"""Models that are all shown without scrolling."""
_X_NAMES: dict[comparison.Over, str] = {"epochs": "epoch", "seconds": "seconds of training"}


def render() -> None:
    checkpoint = scaffold.open_page("Compare models", _EXPLANATION)
    entries = checkpoint_cache.entries()
    _table(entries)
    _errors(entries)
    sweep.show()
    linked_maps.show(checkpoint)
    _training(entries)
    scaffold.close_page()


def _table(entries: list[Entry]) -> None:
    """Draw the table, what its figures are, and a download."""
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
                for title, (text, help) in _COLUMNS.items()
            },
        },
        alt="One row for each trained model: its settings, its metrics, and those of PCA",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Metrics as `python -m aecore evaluate` measures them, on the test digits of the data "
            "set that a model was trained on. Denoisers, and PCA with them, are evaluated on "
            "corrupted input; *clean MSE* is the error of every model on clean input. Hover over a "
            "column's header for its meaning.",
            width="stretch",
        )
        downloads.offer("Table as CSV", comparison.to_csv(columns), "models.csv", key="compare_csv")


@scaffold.fragment
def _errors(entries: list[Entry]) -> None:
    """Draw the error with clean input over D, with PCA's whole curve where its data is loaded."""
    st.header("Error vs. latent dimensions", anchor=False)
    digits = datasets.test_set()
    own = [entry for entry in entries if digits.matches(entry.card)]
    shown = own or entries
    models = comparison.clean_errors(shown)
    if not models:
        st.info("No model here has its error with clean input recorded.")
        return
    pca = datasets.pca_errors() if own else comparison.pca_points(shown)
    plotly_figure.show(
        comparison_charts.error_by_dimension(models, pca, whole=bool(own)),
        key="compare_dimension",
        alt="Test error over latent dimensions: a mark for each model, and the error of PCA",
    )
    pca_from = (
        "one PCA of the training digits, truncated after each number of components"
        if own
        else "as recorded with each model; load the data set that the models were trained on for "
        "the whole curve"
    )
    notes = [f"All models with clean input, denoisers too. PCA: {pca_from}."]
    if left_out := len(entries) - len(models):
        notes.append(f"Left out, as evaluated on other data or not with clean input: {left_out}.")
    st.caption(" ".join(notes))


@scaffold.fragment
def _training(entries: list[Entry]) -> None:
    """Draw the test error of every model over its training."""
    st.header("Training curves", anchor=False)
    labels = {over: over.capitalize() for over in _X_NAMES}
    over = inputs.segments("Horizontal axis", labels, key="compare_over")
    plotly_figure.show(
        comparison_charts.training_curves(comparison.histories(entries, over), _X_NAMES[over]),
        key="compare_training",
        alt=f"Lines: test error of every model over the {over} of its training",
    )
    st.caption(
        "Test error after each epoch, for denoisers with corrupted input. Click a name to hide its "
        "line, double-click it to show it alone."
    )
