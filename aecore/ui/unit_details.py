"""One unit of `/filters` in full: what excites it, how it answers, what is lost without it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.ablation import Loss
from aecore.checkpoint import Checkpoint
from aecore.responses import Responses
from aecore.selection import colour_limit
from aecore.ui import dissection, markup, unit_words
from aecore.ui.charts import Chart, charts
from aecore.ui.dissection import Part
from aecore.ui.resources import TestDigits


def show(found: Checkpoint, digits: TestDigits, part: Part, unit: int) -> None:
    """Draw the details of a unit."""
    answers = dissection.responses(found, digits, part)
    ablation = dissection.ablation(found, digits)
    layer = dissection.position(found, part)
    name = unit_words.name(part, unit)
    loss = ablation.switch_off(layer, unit)
    st.subheader(name[0].upper() + name[1:] if part == "hidden" else name, anchor=False)
    best = answers.most_exciting(unit)
    if len(best):
        whole, without = ablation.draw(layer, unit, digits.images[best])
        st.html(_excited(digits, best, answers.values[unit, best], whole, without, name))
    else:
        st.info(
            f"{name.capitalize()} is **dead**: its sum is above zero for none of the "
            f"{len(digits.labels):,} test digits, so nothing excites it and nothing is lost.",
            icon=":material/do_not_disturb_on:",
        )
    charts("filters_charts", [_distribution(answers, digits, unit, name), _loss(loss, name)])
    st.caption(unit_words.loss(loss, len(digits.labels), part))


def _excited(
    digits: TestDigits,
    best: np.ndarray,
    values: np.ndarray,
    whole: np.ndarray,
    without: np.ndarray,
    name: str,
) -> str:
    limit = colour_limit(whole - without)
    series = [
        markup.Row(name=f"The test digits that excite {name} most", images=digits.images[best]),
        markup.Row(name="Reconstructed", images=whole),
        markup.Row(name=f"Reconstructed with {name} switched off", images=without),
        markup.Row(name="Difference of the two", images=whole - without, limit=limit),
    ]
    columns = [f"{digits.labels[i]}\n{value:.2f}" for i, value in zip(best, values, strict=True)]
    titles = [f"test digit no. {i}, a {digits.labels[i]}" for i in best]
    heading = f"label · output of {name}"
    rows = markup.rows(series, titles, columns=columns, heading=heading)
    return rows + markup.colour_bar(limit, "grey levels")


def _distribution(answers: Responses, digits: TestDigits, unit: int, name: str) -> Chart:
    spread = answers.spread(unit, digits.labels)
    title = "How it answers to each label: middle half, and 5th to 95th percentile"
    return Chart(
        kind="boxes",
        title=title,
        alt=f"Boxes of the output of {name} for the test digits of each label",
        file=f"{name.replace(' ', '-')}-output",
        values=spread.percentiles,
        y_name=f"output of {name}",
        x_name="label · share of its digits for which the unit is active"
        if answers.rectified
        else "label",
        notes=tuple(unit_words.share(each) for each in spread.active)
        if answers.rectified
        else None,
    )


def _loss(loss: Loss, name: str) -> Chart:
    return Chart(
        kind="bars",
        title="What the reconstruction loses when it is switched off",
        alt=f"Bars: by how many per cent the error (MSE) of each label rises without {name}",
        file=f"{name.replace(' ', '-')}-loss",
        values=100 * loss.rise_by_label(),
        y_name="rise of the error (MSE)",
        unit="%",
    )
