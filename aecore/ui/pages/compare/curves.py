"""Error over latent dimensions, and over the training, on `/compare`."""

from __future__ import annotations

import streamlit as st

from aecore.charts import comparison as comparison_charts
from aecore.checkpoints import comparison
from aecore.checkpoints.comparison import Entry
from aecore.ui import inputs, scaffold
from aecore.ui.cache import datasets
from aecore.ui.components import plotly_figure

_X_NAMES: dict[comparison.Over, str] = {"epochs": "epoch", "seconds": "seconds of training"}


@scaffold.fragment
def show_errors(entries: list[Entry]) -> None:
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
def show_training(entries: list[Entry]) -> None:
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
