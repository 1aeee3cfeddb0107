"""The laboratories below the grid of `/reconstruct`; only the one that is open is computed."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore import importance, plates
from aecore.selection import select
from aecore.ui import code_noise, dimensions, dropout, exports, markup, resources, runs, shell, ways
from aecore.ui.charts import charts

_GALLERIES = {
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
    rows = {run.title: importance.error_row(run.errors, digits.labels) for run in shown}
    plot = plates.errors_by_label({run.title: (rows[run.title], run.is_pca) for run in shown})
    charts("reconstruct_by_label", [plot])
    st.table(
        {"": [shell.plain(name) for name in rows]}
        | {
            name: [f"{row[i]:.5f}" for row in rows.values()]
            for i, name in enumerate(importance.COLUMNS)
        },
        hide_index=True,
        alt="The same errors in numbers: a row for each model and each PCA, a column for each "
        "label and one for all",
    )
    exports.offer(
        "Numbers as CSV",
        importance.to_csv("model", rows),
        "errors-by-label.csv",
        key="reconstruct_by_label_csv",
    )
    own, pca = shown[:2]
    st.caption(
        f"Means over all {len(digits.labels):,} test digits, of the squared error per pixel: "
        f"{shell.plain(own.name)} **{own.errors.mean():.4f}**, PCA **{pca.errors.mean():.4f}**."
    )


def _galleries(shown: list[runs.Run], digits: resources.TestDigits) -> None:
    own = shown[0]
    galleries, rows = _all_galleries(own.title, own.found.digest, digits.fingerprint, own, digits)
    for title, html in galleries.items():
        st.markdown(f"**{title}** of {shell.plain(own.title)}")
        st.html(html)
    exports.offer_rows(rows, f"{own.name}-galleries.png", key="reconstruct_galleries_png")
    median = np.median(own.errors)
    st.caption(
        "Above what went in, below what came out, then the error (MSE). The median of "
        f"{len(own.errors):,} test digits is {median:.4f}. Click one to see it on the map."
    )


@st.cache_resource(max_entries=32, show_spinner=False)
def _all_galleries(
    title: str, digest: str, fingerprint: str, _own: runs.Run, _digits: resources.TestDigits
) -> tuple[dict[str, str], list[markup.Row]]:
    """HTML of each gallery, by its title, some 100 kB together; and all as rows."""
    found, rows = {}, []
    for which, heading in _GALLERIES.items():
        chosen = select(_own.errors, _digits.labels, which=which, count=_COUNT)
        images, output = _digits.images[chosen], _own.output(_digits.images[chosen])
        pictures = [
            (
                markup.picture(image, f"input: test digit no. {number}, a {label}"),
                markup.picture(drawn, f"{_own.name}: test digit no. {number}"),
            )
            for image, drawn, number, label in zip(
                images, output, chosen, _digits.labels[chosen], strict=True
            )
        ]
        errors = [f"{error:.4f}" for error in _own.errors[chosen]]
        found[heading] = markup.stacks(pictures, errors, ways.to_map(_own.found, chosen), 50)
        rows += [
            markup.Row(name=heading, images=images),
            markup.Row(name=f"by {title} · MSE", images=output, texts=errors),
        ]
    return found, rows
