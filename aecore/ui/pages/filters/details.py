"""The details of a unit on `/filters`: top-activating digits, activations, ablation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st

from aecore.analysis.ablation import ErrorIncrease
from aecore.analysis.activations import Activations
from aecore.charts.spec import LabelChart
from aecore.checkpoints.file import Checkpoint
from aecore.imaging.levels import color_limit
from aecore.ui.cache import filters as filter_cache
from aecore.ui.cache.datasets import TestSet
from aecore.ui.cache.filters import Part
from aecore.ui.components.charts import draw_charts
from aecore.ui.components.image_rows import Row, draw_rows
from aecore.ui.components.registry import Preview
from aecore.ui.text import units as unit_text
from aecore.ui.text.formats import percent

_UNITS_KEPT = 64  # 0.3 MB each


def show(checkpoint: Checkpoint, digits: TestSet, part: Part, unit: int, preview: Preview) -> None:
    """Draw the details of a unit in one message: the browser redraws the page for each."""
    name = unit_text.name(part, unit)
    loss, pictures, drawn = _measured(
        checkpoint.digest, digits.fingerprint, part, unit, checkpoint, digits
    )
    headline = name[0].upper() + name[1:] if part == "hidden" else name
    if pictures:
        pictures.draw(headline, preview)
    else:
        st.header(headline, anchor=False)
        st.info(
            f"{name.capitalize()} is **dead**: it is active for none of the "
            f"{digits.in_words()}, so switching it off changes nothing.",
            icon=":material/do_not_disturb_on:",
        )
    note = unit_text.loss(loss, len(digits.labels), part)
    draw_charts("filters_charts", drawn, note=note, preview=preview)


@st.cache_resource(max_entries=_UNITS_KEPT, show_spinner=False)
def _measured(
    digest: str,
    fingerprint: str,
    part: Part,
    unit: int,
    _checkpoint: Checkpoint,
    _digits: TestSet,
) -> tuple[ErrorIncrease, _TopDigits | None, list[LabelChart]]:
    """Measure a unit: its ablation, its top-activating digits if any, and two charts."""
    activations = filter_cache.activations(_checkpoint, _digits, part)
    ablation = filter_cache.ablation(_checkpoint, _digits)
    layer = filter_cache.position(_checkpoint, part)
    name = unit_text.name(part, unit)
    loss = ablation.switch_off(layer, unit)
    best = activations.top_activating(unit)
    pictures = None
    if len(best):
        whole, without = ablation.reconstruct(layer, unit, _digits.images[best])
        pictures = _TopDigits(
            part=part,
            name=name,
            numbers=best,
            labels=_digits.labels[best],
            outputs=activations.values[unit, best],
            series=(_digits.images[best], whole, without, whole - without),
        )
    return loss, pictures, [_distribution(activations, _digits, unit, name), _loss(loss, name)]


@dataclass(frozen=True, kw_only=True, eq=False)
class _TopDigits:
    """The M top-activating digits of a unit, reconstructed with and without it."""

    part: Part
    name: str
    numbers: np.ndarray
    """Numbers of the test digits, (M,)."""
    labels: np.ndarray
    """Their labels, (M,)."""
    outputs: np.ndarray
    """Output of the unit for each, (M,)."""
    series: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    """(M, 784) each: digits, their reconstructions with and without the unit, the difference."""

    @cached_property
    def limit(self) -> float:
        """Value at which the colors of the difference saturate."""
        return color_limit(self.series[-1])

    def draw(self, headline: str, preview: Preview) -> None:
        """Draw a row for each of `series`."""
        images, whole, without, difference = self.series
        series = [
            Row(name=unit_text.top_activating(self.part, self.name), images=images),
            Row(name="Reconstruction", images=whole),
            Row(name=f"Reconstruction with {self.name} switched off", images=without),
            Row(name="Difference", images=difference, limit=self.limit),
        ]
        known = list(zip(self.numbers, self.labels, self.outputs, strict=True))
        draw_rows(
            "filters_digits",
            series,
            [f"test digit no. {number}, a {label}" for number, label, _ in known],
            columns=[f"{label}\n{output:.2f}" for _, label, output in known],
            heading=f"label · output of {self.name}",
            scale_name="gray levels",
            headline=headline,
            title="these digits",
            file=f"{self.name.replace(' ', '-')}-digits",
            preview=preview,
        )


def _distribution(activations: Activations, digits: TestSet, unit: int, name: str) -> LabelChart:
    by_label = activations.by_label(unit, digits.labels)
    title = "Activation by class: the middle 50% and 90%"
    return LabelChart(
        kind="boxes",
        title=title,
        alt=f"Boxes of the output of {name} for the test digits of each class",
        file=f"{name.replace(' ', '-')}-output",
        values=by_label.percentiles,
        y_name=f"output of {name}",
        x_name="class · share of its digits for which the unit is active"
        if activations.rectified
        else "class",
        notes=tuple(percent(each) for each in by_label.active) if activations.rectified else None,
    )


def _loss(loss: ErrorIncrease, name: str) -> LabelChart:
    return LabelChart(
        kind="bars",
        title="Increase in error when it is switched off",
        alt=f"Bars: increase in error (MSE) of each class without {name}, in percent",
        file=f"{name.replace(' ', '-')}-loss",
        values=100 * loss.share_by_label(),
        y_name="increase in error (MSE)",
        unit="%",
        least=0.1,
    )
