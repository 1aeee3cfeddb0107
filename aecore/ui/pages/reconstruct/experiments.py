"""The experiments below the grid of `/reconstruct`; only the one on show is computed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from aecore.analysis import dimension_importance
from aecore.analysis.dimension_importance import ALL, MEASURED, Importance, named_columns
from aecore.analysis.sampling import Which, select
from aecore.charts import reconstruction
from aecore.checkpoints.file import Checkpoint
from aecore.imaging.levels import color_limit
from aecore.ui import links, page_data, scaffold, url_state
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.cache.shared import measured
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.components.charts import draw_charts
from aecore.ui.components.image_rows import Row, draw_rows
from aecore.ui.pages.reconstruct import perturbation
from aecore.ui.pages.reconstruct.reconstructions import Reconstructor, reconstructors
from aecore.ui.text.formats import counted, escape, test_digits

_GALLERIES: dict[Which, str] = {
    "worst": "Largest errors",
    "median": "Errors around the median",
    "random": "A random sample",
}
_COUNT, _DIMENSIONS_SHOWN = 16, 20
_BY_CLASS, _DROPOUT, _NOISE = "Error by class", "Dropout at test time", "Noise in the code"
_FORMER_NAMES = (
    "Error by label",
    "Galleries",
    "What each number counts",
    "Dropout left on",
    "Noise on the code",
)
"""What addresses of before November 29, 2026 call the experiments, in their order."""


@dataclass
class Grid:
    """What the grid shows, which is drawn again without the experiments below it."""

    shown: list[Reconstructor] = field(default_factory=list)
    """The first is the page's own model, the second its PCA."""
    number: int = 0
    """The test digit that is first."""
    experiment: str | None = None
    """The one drawn below it, if it is drawn already."""

    def change(self, shown: list[Reconstructor], number: int) -> None:
        """Note what the grid shows now; draw the page again where the experiment follows it."""
        has_other_models = [each.title for each in shown] != [each.title for each in self.shown]
        has_another_digit = number != self.number
        self.shown, self.number = shown, number
        if (has_other_models and self.experiment == _BY_CLASS) or (
            has_another_digit and self.experiment in (_DROPOUT, _NOISE)
        ):
            st.rerun()


@scaffold.fragment
def show(grid: Grid) -> None:
    """Draw the choice of experiments and the one chosen, unless the grid shows an error."""
    if not grid.shown:
        return
    digits = datasets.test_set()
    checkpoint = grid.shown[0].checkpoint
    experiments = {
        _BY_CLASS: lambda: _by_class(grid.shown, digits),
        "Worst and typical cases": lambda: _cases(grid.shown[0], digits),
        "Importance of each latent dimension": lambda: _importance(checkpoint, digits),
        _DROPOUT: lambda: perturbation.show_dropout(checkpoint, digits, grid.number),
        _NOISE: lambda: perturbation.show_noise(checkpoint, digits, grid.number),
    }
    st.header("Experiments", anchor=False)
    key, first = "reconstruct_lab", next(iter(experiments))
    former = dict(zip(_FORMER_NAMES, experiments, strict=True))
    url_state.load(key, key, former | {name: name for name in experiments}, first)
    chosen = st.pills(
        "Experiment",
        list(experiments),
        required=True,
        key=key,
        label_visibility="collapsed",
        persist_state="session",
    )
    url_state.store(key, key, chosen, first)
    grid.experiment = chosen or first
    with st.container(key="reconstruct_laboratory"):
        experiments[grid.experiment]()


def _by_class(shown: list[Reconstructor], digits: datasets.TestSet) -> None:
    errors = {
        each.title: dimension_importance.error_row(each.errors, digits.labels) for each in shown
    }
    chosen = named_columns(digits.names)
    numbers = list(chosen.values())
    bars = {each.title: (errors[each.title][numbers], each.is_pca) for each in shown}
    draw_charts("reconstruct_by_label", [reconstruction.errors_by_label(bars, list(chosen))])
    columns = {"": list(errors)} | {
        name: [f"{row[number]:.5f}" for row in errors.values()] for name, number in chosen.items()
    }
    alt = (
        "The errors as a table: a row for each model and each PCA, a column for each class and one "
        "for all"
    )
    means = [f"{each.title}: {each.errors.mean():.4f}" for each in shown]
    if len(shown) == 2:
        own, pca = shown
        means = [f"{own.name} {own.errors.mean():.4f}, PCA {pca.errors.mean():.4f}"]
    note = f"Mean squared error per pixel over all {digits.in_words()}: {'; '.join(means)}."
    st.html(html_parts.table(columns, alt, note))
    downloads.offer(
        "Download CSV",
        lambda: dimension_importance.to_csv("model", errors, chosen),
        "errors-by-label.csv",
        key="reconstruct_by_label_csv",
    )


def _cases(own: Reconstructor, digits: datasets.TestSet) -> None:
    for which, heading in _GALLERIES.items():
        series, titles = _gallery(own.checkpoint, digits, which)
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
        page_data.words(
            "Input above, reconstruction below, then the error (MSE). The median error of "
            f"{digits.in_words()} is {np.median(own.errors):.4f}. Click a digit to see it "
            "in the latent space."
        )
    )


@measured(kept=96)
def _gallery(
    checkpoint: Checkpoint, digits: datasets.TestSet, which: Which
) -> tuple[list[Row], list[str]]:
    """Return rows of digits and their reconstructions, and a title for each digit."""
    own = reconstructors([checkpoint])[0]
    chosen = select(own.errors, digits.labels, which=which, count=_COUNT)
    images, urls = digits.images[chosen], links.to_map(checkpoint, chosen)
    errors = [f"{error:.4f}" for error in own.errors[chosen]]
    series = [
        Row(name="input", images=images, links=urls),
        Row(name=own.name, images=own.output(images), texts=errors, links=urls),
    ]
    return series, test_digits(chosen, digits.labels[chosen])


def _importance(checkpoint: Checkpoint, digits: datasets.TestSet) -> None:
    """Draw the importance of each latent dimension, and of PCA's components beside it."""
    st.markdown(
        page_data.words(
            "How much does the error increase if **one latent dimension** is fixed at its mean "
            "for all "
            "digits? A dimension that the decoder does not use costs nothing."
        )
    )
    measurement = reconstruction_cache.importance_measurement(checkpoint, digits)
    if not measurement.is_complete():
        measurement.show_progress()
        return
    name, result = checkpoint.name, reconstruction_cache.importance(checkpoint, digits)
    st.markdown(_rank(name, result))
    strongest = result.order[:_DIMENSIONS_SHOWN]
    columns = named_columns(digits.names)
    table = result.increase[strongest][:, list(columns.values())]
    by_dimension, limit = result.increase[:, ALL], color_limit(np.nan_to_num(table))
    draw_charts(
        "reconstruct_dimensions",
        [
            reconstruction.importance_by_rank(name, by_dimension, result.pca_increase),
            reconstruction.importance_by_label(table, strongest, limit, list(columns)),
        ],
    )
    file, key = f"{name}-dimensions.csv", "reconstruct_dimensions_csv"
    downloads.offer("Download CSV", lambda: result.to_csv(columns), file, key=key)
    dim, shown = len(result.fixed), len(strongest)
    part = f"the {shown} most important of {dim}" if dim > shown else "all of them"
    measured = min(MEASURED, len(digits.labels))
    st.caption(
        page_data.words(
            f"Measured on {measured:,} test digits, evenly spaced among all "
            f"{len(digits.labels):,}. "
            f"The heat map shows {part}, the CSV has every dimension. Columns: the class, and "
            "“all”. Blue: fixing the dimension lowers the error of that class."
        )
    )


def _rank(name: str, result: Importance) -> str:
    """Return which dimension matters most, and how many do not matter."""
    top = result.order[0]
    whole, fixed = result.baseline[ALL], result.fixed[top, ALL]
    count = counted(len(result.fixed), "dimension")
    return (
        f"{escape(name)}: fixing **z{top + 1}** costs most; the error rises from {whole:.4f} to "
        f"**{fixed:.4f}**, an increase of {fixed - whole:.4f}. **{result.n_unused or 'None'}** of "
        f"{count} {'costs' if result.n_unused == 1 else 'cost'} less than a hundredth of that. "
        f"Fixing PCA's strongest component costs {result.pca_increase.max():.4f}."
    )
