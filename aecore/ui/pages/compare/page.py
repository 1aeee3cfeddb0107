"""`/compare`: all models in one table, their errors and training, and two linked latent spaces."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from pandas.io.formats.style import Styler

from aecore.charts import comparison as comparison_charts
from aecore.checkpoints import comparison
from aecore.checkpoints.comparison import Entry
from aecore.ui import inputs, navigation, page_data, scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components import downloads, plotly_figure
from aecore.ui.components import html as html_parts
from aecore.ui.pages.compare import linked_maps, sweep

_EXPLANATION = (
    "Test error vs. latent dimensions, with **PCA** for every size; all trained models in one "
    "table, whose **names** open the models; the latent spaces of two models with **linked "
    "selection**; and the training curves of all models."
)
_MEANINGS = {
    "D": "latent dimensions",
    "dropout": "share of the latent code set to 0 in training",
    "epochs": "of training",
    "seconds": "of training",
    "test MSE": "mean squared error per pixel, at the model's own task",
    "PCA MSE": "of PCA with the same D, at the same task",
    "kNN-5": "test accuracy of a 5-nearest-neighbor classifier on the latent codes of training "
    "digits",
    "PCA kNN-5": "the same on the codes of PCA with the same D",
    "trustw.": "trustworthiness, at most 1: whether neighbors in the latent space are neighbors as "
    "images",
    "PCA trustw.": "the same for PCA with the same D",
    "size (MB)": "of the file on disk, in millions of bytes",
    "clean MSE": "mean squared error per pixel with clean input, for denoisers too",
}
_FOLDED = {
    *("hidden", "dropout", "optimizer", "epochs", "seconds", "PCA trustw.", "size (MB)", "digits")
}
"""Columns that are shown on demand."""
_NARROW = ("D", "test MSE", "kNN-5")
"""Columns that fit a phone, beside the model's name."""
_PRESSED = "compare_pressed"
"""Holds the row whose model was pressed."""
_ROWS = 20
"""Models that are all shown without scrolling."""
_X_NAMES: dict[comparison.Over, str] = {"epochs": "epoch", "seconds": "seconds of training"}


def render() -> None:
    checkpoint = scaffold.open_page("Compare models", _EXPLANATION)
    entries = checkpoint_cache.entries()
    _errors(entries)
    _table(entries)
    sweep.show()
    linked_maps.show(checkpoint)
    _training(entries)
    scaffold.close_page()


@scaffold.fragment
def _table(entries: list[Entry]) -> None:
    """Draw the table, a shorter one for phones, what its figures are, and a download."""
    st.header("All models", anchor=False)
    columns, best = comparison.table(entries), comparison.best(entries)
    with st.container(key="compare_wide"):
        shows_all = inputs.toggle("All columns", key="compare_all", name="columns")
        st.container(key="compare_table").dataframe(
            _styled(columns, best),
            hide_index=True,
            height="content" if len(entries) <= _ROWS else "auto",
            placeholder="",
            column_order=[each for each in columns if shows_all or each not in _FOLDED],
            column_config={
                "model": st.column_config.ButtonColumn(
                    pinned=True, alignment="left", type="tertiary", key=_PRESSED
                ),
                "hidden": st.column_config.TextColumn(width=110),
                **{
                    title: st.column_config.NumberColumn(help=text)
                    for title, text in _MEANINGS.items()
                },
            },
            alt="One row for each trained model: its settings, its metrics, and those of PCA",
        )
    if pressed := st.session_state.get(_PRESSED):
        navigation.open_page("", {"model": entries[pressed["row"]].name})
    with st.container(key="compare_narrow"):
        _narrow_table(entries, best)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            page_data.words(
                "Metrics as `python -m aecore evaluate` measures them, on the test digits of the "
                "data set that a model was trained on; **bold**: the best on the same digits. "
                "Denoisers, "
                "and PCA with them, are evaluated on corrupted input; *clean MSE* is the error of "
                "every model on clean input."
            ),
            width="stretch",
        )
        downloads.offer(
            "Table as CSV", lambda: comparison.to_csv(columns), "models.csv", key="compare_csv"
        )


def _styled(columns: Mapping[str, Sequence[Any]], best: Mapping[str, Sequence[bool]]) -> Styler:
    """Return the table with its figures as text, the best ones bold."""
    frame = pd.DataFrame(columns)
    formats = {title: lambda value, title=title: comparison.text(title, value) for title in columns}
    weights = pd.DataFrame(
        {
            title: np.where(best[title], "font-weight: 700", "") if title in best else ""
            for title in columns
        },
        index=frame.index,
    )
    return frame.style.format(formats).apply(lambda _: weights, axis=None)


def _narrow_table(entries: list[Entry], best: Mapping[str, Sequence[bool]]) -> None:
    """Draw the columns that fit a phone."""
    columns = comparison.table(entries)
    texts = {title: [comparison.text(title, each) for each in columns[title]] for title in _NARROW}
    st.html(
        html_parts.table(
            {"model": [entry.name for entry in entries], **texts},
            "One row for each trained model, which links to its latent space",
            "Wider screens and the CSV have more columns.",
            links=[f"./?{urlencode({'model': entry.name})}" for entry in entries],
            bold=best,
        )
    )


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
        _error_figure(tuple(models.items()), tuple(pca.items()), whole=bool(own)),
        key="compare_dimension",
        alt="Test error over latent dimensions: a mark for each model, and the error of PCA",
    )
    pca_from = (
        page_data.words("one PCA of the training digits, truncated after each number of components")
        if own
        else "as recorded with each model; load the data set that the models were trained on for "
        "the whole curve"
    )
    notes = [f"All models with clean input, denoisers too. PCA: {pca_from}."]
    if left_out := len(entries) - len(models):
        notes.append(f"Left out, as evaluated on other data or not with clean input: {left_out}.")
    st.caption(" ".join(notes))


# Plotly takes 30 to 60 ms to build a figure, most of what the page takes.
@functools.lru_cache(maxsize=8)
def _error_figure(
    models: tuple[tuple[str, tuple[int, float]], ...],
    pca: tuple[tuple[int, float], ...],
    *,
    whole: bool,
) -> go.Figure:
    return comparison_charts.error_by_dimension(dict(models), dict(pca), whole=whole)


@functools.lru_cache(maxsize=8)
def _training_figure(
    histories: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...], x_name: str
) -> go.Figure:
    curves = {name: (x, errors) for name, x, errors in histories}
    return comparison_charts.training_curves(curves, x_name)


@scaffold.fragment
def _training(entries: list[Entry]) -> None:
    """Draw the test error of every model over its training."""
    st.header("Training curves", anchor=False)
    labels = {over: over.capitalize() for over in _X_NAMES}
    over = inputs.segments("Horizontal axis", labels, key="compare_over", name="over")
    histories = tuple(
        (name, tuple(x), tuple(errors))
        for name, (x, errors) in comparison.histories(entries, over).items()
    )
    plotly_figure.show(
        _training_figure(histories, _X_NAMES[over]),
        key="compare_training",
        alt=f"Lines: test error of every model over the {over} of its training",
    )
    st.caption(
        "Test error after each epoch, for denoisers with corrupted input. Click a name to hide its "
        "line, double-click it to show it alone."
    )
