"""The laboratories below the grid of `/reconstruct`; only the one that is open is computed."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.analysis import dimension_importance
from aecore.analysis.sampling import Which, select
from aecore.charts import reconstruction
from aecore.ui import links as ui_links
from aecore.ui import scaffold
from aecore.ui.cache import datasets
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.components.charts import charts
from aecore.ui.components.image_rows import Row, rows
from aecore.ui.pages.reconstruct import code_noise, dropout, reconstructions
from aecore.ui.pages.reconstruct import dimension_importance as importance_panel

_GALLERIES: dict[Which, str] = {
    "worst": "Worst digits",
    "median": "Digits around the median error",
    "random": "Digits at random",
}
_COUNT = 16


@st.fragment
@scaffold.guarded
def show(shown: list[reconstructions.Run], number: int) -> None:
    """Draw the choice of laboratories and the one chosen.

    Parameters
    ----------
    shown : list of Run
        Those of the grid; the first is the page's own model, the second its PCA.
    number : int
        The test digit that is first in the grid.
    """
    digits = datasets.test_set()
    checkpoint = shown[0].checkpoint
    laboratories = {
        "Error by label": lambda: _by_label(shown, digits),
        "Galleries": lambda: _galleries(shown, digits),
        "What each number counts": lambda: importance_panel.show(checkpoint, digits),
        "Dropout left on": lambda: dropout.show(checkpoint, digits, number),
        "Noise on the code": lambda: code_noise.show(checkpoint, digits, number),
    }
    st.subheader("Laboratory", anchor=False)
    chosen = st.pills(
        "Laboratory",
        list(laboratories),
        default=next(iter(laboratories)),
        required=True,
        key="reconstruct_lab",
        label_visibility="collapsed",
        bind="query-params",
        persist_state="session",
    )
    with st.container(key="reconstruct_laboratory"):
        laboratories[chosen]()


def _by_label(shown: list[reconstructions.Run], digits: datasets.TestSet) -> None:
    errors = {run.title: dimension_importance.error_row(run.errors, digits.labels) for run in shown}
    plot = reconstruction.errors_by_label(
        {run.title: (errors[run.title], run.is_pca) for run in shown}
    )
    charts("reconstruct_by_label", [plot])
    columns = {
        "": list(errors),
        **{
            name: [f"{row[i]:.5f}" for row in errors.values()]
            for i, name in enumerate(dimension_importance.COLUMNS)
        },
    }
    alt = (
        "The same errors in numbers: a row for each model and each PCA, a column for each label "
        "and one for all"
    )
    own, pca = shown[:2]
    note = (
        f"Means over all {len(digits.labels):,} test digits, of the squared error per pixel: "
        f"{own.name} {own.errors.mean():.4f}, PCA {pca.errors.mean():.4f}."
    )
    st.html(html_parts.table(columns, alt, note))
    downloads.offer(
        "Numbers as CSV",
        dimension_importance.to_csv("model", errors),
        "errors-by-label.csv",
        key="reconstruct_by_label_csv",
    )


def _galleries(shown: list[reconstructions.Run], digits: datasets.TestSet) -> None:
    own = shown[0]
    for which, heading in _GALLERIES.items():
        series, titles = _gallery(own.checkpoint.digest, digits.fingerprint, which, own, digits)
        st.markdown(f"**{heading}** of {scaffold.plain(own.title)}")
        rows(
            f"reconstruct_{which}",
            series,
            titles,
            title=heading,
            file=f"{own.name}-{which}",
            stacked=True,
        )
    st.caption(
        "Above what went in, below what came out, then the error (MSE). The median of "
        f"{len(own.errors):,} test digits is {np.median(own.errors):.4f}. Click one to see it on "
        "the map."
    )


@st.cache_resource(max_entries=96, show_spinner=False)
def _gallery(
    digest: str,
    fingerprint: str,
    which: Which,
    _own: reconstructions.Run,
    _digits: datasets.TestSet,
) -> tuple[list[Row], list[str]]:
    """Digits above what is made of them, and what they are."""
    chosen = select(_own.errors, _digits.labels, which=which, count=_COUNT)
    images, links = _digits.images[chosen], ui_links.to_map(_own.checkpoint, chosen)
    errors = [f"{error:.4f}" for error in _own.errors[chosen]]
    series = [
        Row(name="input", images=images, links=links),
        Row(name=_own.name, images=_own.output(images), texts=errors, links=links),
    ]
    return series, [f"test digit no. {number}, a {_digits.labels[number]}" for number in chosen]
