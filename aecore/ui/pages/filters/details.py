"""The details of a unit on `/filters`: top-activating digits, activations, ablation."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.analysis.ablation import ErrorIncrease
from aecore.analysis.activations import Activations
from aecore.charts.spec import LabelChart
from aecore.checkpoints.file import Checkpoint
from aecore.imaging.levels import color_limit
from aecore.ui import page_data
from aecore.ui.cache import filters as filter_cache
from aecore.ui.cache.datasets import TestSet
from aecore.ui.cache.filters import Part
from aecore.ui.cache.shared import measured
from aecore.ui.components.charts import draw_charts
from aecore.ui.components.image_rows import Row, draw_rows
from aecore.ui.components.registry import Preview
from aecore.ui.text import units as unit_text
from aecore.ui.text.formats import percent, test_digits

_UNITS_KEPT = 64  # 0.1 MB each
_TopDigits = tuple[list[Row], np.ndarray, np.ndarray]
"""Rows of the top-activating digits of a unit, the number of each digit, and the unit's output."""


def show(checkpoint: Checkpoint, digits: TestSet, part: Part, unit: int, preview: Preview) -> None:
    """Draw the details of a unit in one message: the browser redraws the page for each."""
    name = unit_text.name(part, unit)
    note, pictures, charts = measure(checkpoint, digits, part, unit)
    headline = name[0].upper() + name[1:] if part == "hidden" else name
    if pictures:
        rows, best, outputs = pictures
        labels = digits.labels[best]
        draw_rows(
            "filters_digits",
            rows,
            test_digits(best, labels),
            columns=[
                f"{page_data.name(label)}\n{output:.2f}"
                for label, output in zip(labels, outputs, strict=True)
            ],
            heading=f"label · output of {name}",
            scale_name="gray levels",
            headline=headline,
            title="these digits",
            file=f"{name.replace(' ', '-')}-digits",
            preview=preview,
        )
    else:
        st.header(headline, anchor=False)
        st.info(
            f"{name.capitalize()} is **dead**: it is active for none of the "
            f"{digits.in_words()}, so switching it off changes nothing.",
            icon=":material/do_not_disturb_on:",
        )
    draw_charts("filters_charts", charts, note=note, preview=preview)


@measured(kept=_UNITS_KEPT)
def measure(
    checkpoint: Checkpoint, digits: TestSet, part: Part, unit: int
) -> tuple[str, _TopDigits | None, list[LabelChart]]:
    """Measure a unit: its ablation in words, its top-activating digits if any, and two charts."""
    ablation = filter_cache.ablation(checkpoint, digits, part)
    layer, name = filter_cache.position(checkpoint, part), unit_text.name(part, unit)
    activations = ablation.activations[layer]
    loss = ablation.switch_off(layer, unit)
    note = unit_text.loss(loss, len(digits.labels), part)
    charts = [_distribution(activations, digits, unit, name), _loss(loss, name)]
    best = activations.top_activating(unit)
    if not len(best):
        return note, None, charts
    images = digits.images[best]
    whole, without = ablation.reconstruct(layer, unit, images)
    difference = whole - without
    rows = [
        Row(name=unit_text.top_activating(part, name), images=images),
        Row(name="Reconstruction", images=whole),
        Row(name=f"Reconstruction with {name} switched off", images=without),
        Row(name="Difference", images=difference, limit=color_limit(difference)),
    ]
    return note, (rows, best, activations.values[unit, best]), charts


def _distribution(activations: Activations, digits: TestSet, unit: int, name: str) -> LabelChart:
    by_label, rectified = activations.by_label(unit, digits.labels), activations.rectified
    share = " · share of its digits for which the unit is active"
    return LabelChart(
        kind="boxes",
        title="Activation by class: the middle 50% and 90%",
        alt=f"Boxes of the output of {name} for the test digits of each class",
        file=f"{name.replace(' ', '-')}-output",
        values=by_label.percentiles,
        y_name=f"output of {name}",
        x_name=f"class{share if rectified else ''}",
        notes=tuple(percent(each) for each in by_label.active) if rectified else None,
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
