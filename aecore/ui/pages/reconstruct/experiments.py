"""The experiments below the grid of `/reconstruct`; only the one on show is computed."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.analysis import dimension_importance
from aecore.analysis.sampling import Which, select
from aecore.charts import reconstruction
from aecore.ui import links, scaffold, url_state
from aecore.ui.cache import datasets
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.components.charts import draw_charts
from aecore.ui.components.image_rows import Row, draw_rows
from aecore.ui.pages.reconstruct import code_noise, dropout
from aecore.ui.pages.reconstruct import dimension_importance as importance_panel
from aecore.ui.pages.reconstruct.reconstructions import Reconstructor
from aecore.ui.text.formats import escape, test_digits

_GALLERIES: dict[Which, str] = {
    "worst": "Largest errors",
    "median": "Errors around the median",
    "random": "A random sample",
}
_COUNT = 16
_FORMER_NAMES = (
    "Error by label",
    "Galleries",
    "What each number counts",
    "Dropout left on",
    "Noise on the code",
)
"""What addresses of before November 29, 2026 call the experiments, in their order."""


@scaffold.fragment
def show(shown: list[Reconstructor], number: int) -> None:
    """Draw the choice of experiments and the one chosen.

    Parameters
    ----------
    shown : list of Reconstructor
        Those of the grid; the first is the page's own model, the second its PCA.
    number : int
        The test digit that is first in the grid.
    """
    digits = datasets.test_set()
    checkpoint = shown[0].checkpoint
    experiments = {
        "Error by class": lambda: _by_class(shown, digits),
        "Worst and typical cases": lambda: _cases(shown, digits),
        "Importance of each latent dimension": lambda: importance_panel.show(checkpoint, digits),
        "Dropout at test time": lambda: dropout.show(checkpoint, digits, number),
        "Noise in the code": lambda: code_noise.show(checkpoint, digits, number),
    }
    st.subheader("Experiments", anchor=False)
    url_state.translate("reconstruct_lab", dict(zip(_FORMER_NAMES, experiments, strict=True)))
    chosen = st.pills(
        "Experiment",
        list(experiments),
        default=next(iter(experiments)),
        required=True,
        key="reconstruct_lab",
        label_visibility="collapsed",
        bind="query-params",
        persist_state="session",
    )
    with st.container(key="reconstruct_laboratory"):
        experiments[chosen]()


def _by_class(shown: list[Reconstructor], digits: datasets.TestSet) -> None:
    errors = {
        each.title: dimension_importance.error_row(each.errors, digits.labels) for each in shown
    }
    plot = reconstruction.errors_by_label(
        {each.title: (errors[each.title], each.is_pca) for each in shown}
    )
    draw_charts("reconstruct_by_label", [plot])
    columns = {
        "": list(errors),
        **{
            name: [f"{row[i]:.5f}" for row in errors.values()]
            for i, name in enumerate(dimension_importance.COLUMNS)
        },
    }
    alt = (
        "The errors as a table: a row for each model and each PCA, a column for each class and one "
        "for all"
    )
    own, pca = shown[:2]
    note = (
        f"Mean squared error per pixel over all {digits.in_words()}: "
        f"{own.name} {own.errors.mean():.4f}, PCA {pca.errors.mean():.4f}."
    )
    st.html(html_parts.table(columns, alt, note))
    downloads.offer(
        "Download CSV",
        dimension_importance.to_csv("model", errors),
        "errors-by-label.csv",
        key="reconstruct_by_label_csv",
    )


def _cases(shown: list[Reconstructor], digits: datasets.TestSet) -> None:
    own = shown[0]
    for which, heading in _GALLERIES.items():
        series, titles = _gallery(own.checkpoint.digest, digits.fingerprint, which, own, digits)
        st.markdown(f"**{heading}**, {escape(own.title)}")
        draw_rows(
            f"reconstruct_{which}",
            series,
            titles,
            title=heading,
            file=f"{own.name}-{which}",
            stacked=True,
        )
    st.caption(
        "Input above, reconstruction below, then the error (MSE). The median error of "
        f"{digits.in_words()} is {np.median(own.errors):.4f}. Click a digit to see it "
        "in the latent space."
    )


@st.cache_resource(max_entries=96, show_spinner=False)
def _gallery(
    digest: str,
    fingerprint: str,
    which: Which,
    _own: Reconstructor,
    _digits: datasets.TestSet,
) -> tuple[list[Row], list[str]]:
    """Return rows of digits and their reconstructions, and a title for each digit."""
    chosen = select(_own.errors, _digits.labels, which=which, count=_COUNT)
    images, urls = _digits.images[chosen], links.to_map(_own.checkpoint, chosen)
    errors = [f"{error:.4f}" for error in _own.errors[chosen]]
    series = [
        Row(name="input", images=images, links=urls),
        Row(name=_own.name, images=_own.output(images), texts=errors, links=urls),
    ]
    return series, test_digits(chosen, _digits.labels[chosen])
