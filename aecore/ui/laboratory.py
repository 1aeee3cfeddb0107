"""The laboratories below the grid of `/reconstruct`; only the one that is open is computed."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore import importance, plates
from aecore.selection import Which, select
from aecore.ui import code_noise, dimensions, dropout, exports, markup, resources, runs, shell, ways
from aecore.ui.charts import charts
from aecore.ui.rows import Row, rows

_GALLERIES: dict[Which, str] = {
    "worst": "Worst digits",
    "median": "Digits around the median error",
    "random": "Digits at random",
}
_COUNT = 16


@st.fragment
@shell.guarded
def show(shown: list[runs.Run], number: int) -> None:
    """Draw the choice of laboratories and the one chosen.

    Parameters
    ----------
    shown : list of Run
        Those of the grid; the first is the page's own model, the second its PCA.
    number : int
        The test digit that is first in the grid.
    """
    digits = resources.test_digits()
    found = shown[0].found
    laboratories = {
        "Error by label": lambda: _by_label(shown, digits),
        "Galleries": lambda: _galleries(shown, digits),
        "What each number counts": lambda: dimensions.show(found, digits),
        "Dropout left on": lambda: dropout.show(found, digits, number),
        "Noise on the code": lambda: code_noise.show(found, digits, number),
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


def _by_label(shown: list[runs.Run], digits: resources.TestDigits) -> None:
    errors = {run.title: importance.error_row(run.errors, digits.labels) for run in shown}
    plot = plates.errors_by_label({run.title: (errors[run.title], run.is_pca) for run in shown})
    charts("reconstruct_by_label", [plot])
    columns = {
        "": list(errors),
        **{
            name: [f"{row[i]:.5f}" for row in errors.values()]
            for i, name in enumerate(importance.COLUMNS)
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
    st.html(markup.table(columns, alt, note))
    exports.offer(
        "Numbers as CSV",
        importance.to_csv("model", errors),
        "errors-by-label.csv",
        key="reconstruct_by_label_csv",
    )


def _galleries(shown: list[runs.Run], digits: resources.TestDigits) -> None:
    own = shown[0]
    for which, heading in _GALLERIES.items():
        series, titles = _gallery(own.found.digest, digits.fingerprint, which, own, digits)
        st.markdown(f"**{heading}** of {shell.plain(own.title)}")
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
    digest: str, fingerprint: str, which: Which, _own: runs.Run, _digits: resources.TestDigits
) -> tuple[list[Row], list[str]]:
    """Digits above what is made of them, and what they are."""
    chosen = select(_own.errors, _digits.labels, which=which, count=_COUNT)
    images, links = _digits.images[chosen], ways.to_map(_own.found, chosen)
    errors = [f"{error:.4f}" for error in _own.errors[chosen]]
    series = [
        Row(name="input", images=images, links=links),
        Row(name=_own.name, images=_own.output(images), texts=errors, links=links),
    ]
    return series, [f"test digit no. {number}, a {_digits.labels[number]}" for number in chosen]
