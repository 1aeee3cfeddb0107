"""The measured answer to a step, beside what was predicted."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import aecore.lessons.measures  # noqa: F401 (registers the measures)
from aecore.lessons import predictions
from aecore.lessons.context import Context
from aecore.lessons.lesson import LessonError, Step
from aecore.lessons.registry import run
from aecore.system import json_numbers


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the app measured for a step, with the model and the data in use."""

    value: Any
    """In the form of the prediction; None, and no gap, where there is no answer."""
    text: str
    """One sentence with the unit, and what it was measured on."""
    gap: float | None
    """How far the prediction is from it, at least 0; see `aecore.lessons.predictions.gap`."""
    gap_text: str
    holds: bool
    """Whether the step's point holds for the model in use."""
    not_holding: str
    """What to say where it does not."""
    reference: Any
    """PCA's value, in the same form; None where there is none."""
    source: dict[str, str]
    """`data` and `model` in words, and their fingerprints."""

    def to_json(self) -> dict[str, Any]:
        """Return all fields as values that JSON can hold."""
        return json_numbers.encode(asdict(self))


def measure(context: Context, step: Step, prediction: Any) -> Answer:
    """Measure the answer to a step.

    Parameters
    ----------
    context : Context
    step : Step
        With a prediction and a measure.
    prediction : str, float or list
        As the browser sends it.

    Raises
    ------
    LessonError
        If the step has nothing to predict, or the prediction is of another kind or out of range.
    CheckpointError
        If the step needs a model that is missing.
    """
    if step.prediction is None or step.answer is None:
        raise LessonError(f"The step {step.title!r} has nothing to predict.")
    predicted = predictions.check(step.prediction, prediction)
    found = run(step.answer.measure, context, predicted, step.answer.arguments)
    if isinstance(found.value, float) and not math.isfinite(found.value):
        found = replace(found, value=None, not_holding="This cannot be measured with this model.")
    gap, gap_text = found.gap or predictions.gap(step.prediction, predicted, found.value)
    not_holding = found.not_holding
    if not not_holding and not step.answer.holds_for(found.value):
        not_holding = (
            f"With {context.checkpoint.name} and these {context.test_set.spec.nouns} it comes out "
            "differently from what the explanation says."
        )
    return Answer(
        value=found.value,
        text=found.text,
        gap=gap,
        gap_text=gap_text,
        holds=not not_holding,
        not_holding=not_holding,
        reference=found.reference,
        source={
            "data": context.data_in_words,
            "data_fingerprint": context.test_set.fingerprint,
            "model": context.checkpoint.name,
            "model_fingerprint": context.checkpoint.digest[:16],
        },
    )
