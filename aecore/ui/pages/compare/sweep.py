"""The shipped sweep on `/compare`: what a larger latent code buys, and how sure that is."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from aecore.data.dataset import MNIST_FINGERPRINT
from aecore.errors import AecoreError
from aecore.sweeps import shipped
from aecore.sweeps.result import Result, to_csv
from aecore.ui import scaffold
from aecore.ui.cache import datasets
from aecore.ui.cache.shared import shared
from aecore.ui.components import downloads, sweep_results
from aecore.ui.text.formats import counted


@shared(kept=1)
def _results() -> list[Result]:
    return shipped.load()


@scaffold.fragment
def show() -> None:
    """Draw the shipped sweep over the latent dimensions beside PCA."""
    results = _results()
    epochs = results[0].settings["epochs"]
    counts = Counter(result.settings["latent_dim"] for result in results)
    fewest, most = min(counts.values()), max(counts.values())
    seeds = counted(most, "seed") if fewest == most else f"{fewest} to {most} seeds"
    st.header("What a larger code buys", anchor=False)
    sweep_results.draw_errors(results, _pca(results), key="compare_sweep")
    st.caption(
        f"The network of `wide`, trained on MNIST for {epochs} epochs with each number of latent "
        f"dimensions and {seeds}: the mean test error, with bars from the lowest to the highest "
        "seed. "
        f"Computed by `{shipped.COMMAND}`; the same command goes on where it was stopped."
    )
    with st.expander("Which differences are more than the noise of the seeds?"):
        sweep_results.draw_answers(results)
    downloads.offer("Sweep as CSV", lambda: to_csv(results), "wide-sweep.csv", key="sweep_csv")


def _pca(results: list[Result]) -> dict[int, float]:
    """Return PCA's whole curve where MNIST is loaded, else its errors in the table."""
    try:
        if datasets.test_set().fingerprint == MNIST_FINGERPRINT:
            return datasets.pca_errors()
    except AecoreError:
        pass  # the foot of the page says what is wrong with the data
    return sweep_results.pca_points(results)
