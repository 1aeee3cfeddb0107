"""One unit of `/filters` in full: what excites it, how it answers, what is lost without it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from aecore.ablation import Loss
from aecore.checkpoint import Checkpoint
from aecore.responses import Responses
from aecore.selection import colour_limit
from aecore.sheet import grey, sheet, signed
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
        pictures = [digits.images[best], whole, without, whole - without]
        captions = [f"{digits.labels[i]} · {answers.values[unit, i]:.2f}" for i in best]
        titles = [f"test digit no. {i}, a {digits.labels[i]}" for i in best]
        _excited(pictures, titles, captions, part, name)
    else:
        st.info(
            f"{name.capitalize()} is **dead**: its sum is above zero for none of the "
            f"{len(digits.labels):,} test digits, so nothing excites it and nothing is lost.",
            icon=":material/do_not_disturb_on:",
        )
    charts("filters_charts", [_distribution(answers, digits, unit, name), _loss(loss, name)])
    st.caption(unit_words.loss(loss, len(digits.labels), part))


def _excited(
    pictures: Sequence[np.ndarray],
    titles: Sequence[str],
    captions: Sequence[str],
    part: Part,
    name: str,
) -> None:
    """Digits, their reconstructions with and without the unit, and the difference of these."""
    images, whole, without, difference = pictures
    limit = colour_limit(difference)
    series = [
        markup.Row(name=unit_words.excited(part, name), images=images),
        markup.Row(name="Reconstructed", images=whole),
        markup.Row(name=f"Reconstructed with {name} switched off", images=without),
        markup.Row(name="Difference of the two", images=difference, limit=limit),
    ]
    columns = [caption.replace(" · ", "\n") for caption in captions]
    rows = markup.rows(series, titles, columns=columns, heading=f"label · output of {name}")
    st.html(rows + markup.colour_bar(limit, "grey levels"))
    st.download_button(
        "These digits as PNG",
        lambda: sheet(
            f"{unit_words.excited(part, name)}; reconstructed; with {name} off; difference",
            np.stack([*map(grey, (images, whole, without)), signed(difference, limit)], axis=1),
            captions,
            columns=3,
            limit=limit,
            scale_name="difference in grey levels",
        ),
        f"{name.replace(' ', '-')}-digits.png",
        "image/png",
        key="filters_digits_png",
        on_click="ignore",
        icon=":material/download:",
    )


def _distribution(answers: Responses, digits: TestDigits, unit: int, name: str) -> Chart:
    spread = answers.spread(unit, digits.labels)
    title = "How it answers to each label: the middle 50% and 90%"
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
        least=0.1,
    )
