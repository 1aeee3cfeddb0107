"""All models in one table, on `/compare`."""

from __future__ import annotations

import streamlit as st

from aecore.checkpoints import comparison
from aecore.checkpoints.comparison import Entry
from aecore.ui.components import downloads

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


def show(entries: list[Entry]) -> None:
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
