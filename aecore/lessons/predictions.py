"""Predictions as the browser sends them: checked, and compared with the measured value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from aecore.analysis.lasso import check_outline
from aecore.errors import ConfigError
from aecore.latent.codes import MAX_MAGNITUDE
from aecore.lessons.lesson import LessonError, Prediction


def check(prediction: Prediction, value: Any) -> Any:
    """Return a prediction in its plain form: text, number, or lists of numbers.

    Raises
    ------
    LessonError
        If it is of another kind or out of range.
    """
    return _CHECKS[prediction.kind](prediction, value)


def _check_choice(prediction: Prediction, value: Any) -> str:
    if not isinstance(value, str) or value not in prediction.choices:
        raise LessonError(f"The prediction must be one of {', '.join(prediction.choices)}.")
    return value


def _check_number(prediction: Prediction, value: Any) -> float:
    low, high = prediction.minimum, prediction.maximum
    low = -MAX_MAGNITUDE if low is None else low
    high = MAX_MAGNITUDE if high is None else high
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise LessonError(f"The prediction must be a number from {low:g} to {high:g}.")
    return float(value)


def _check_point(prediction: Prediction, value: Any) -> list[float]:
    if not isinstance(value, list) or len(value) != 2:
        raise LessonError("The prediction must be a point, that is, two numbers.")
    return [_check_number(Prediction(kind="number"), each) for each in value]


def _check_outline(prediction: Prediction, value: Any) -> list[list[float]]:
    try:
        return check_outline(value).tolist()
    except ConfigError as error:
        raise LessonError(str(error)) from None


def _check_curve(prediction: Prediction, value: Any) -> list[list[float]]:
    pairs = [_check_point(prediction, each) for each in value] if isinstance(value, list) else []
    if [x for x, _ in pairs] != list(prediction.at):
        raise LessonError(
            f"The prediction must hold an error for each D of {', '.join(map(str, prediction.at))}."
        )
    return [[int(x), _check_number(prediction, y)] for x, y in pairs]


_CHECKS = {
    "choice": _check_choice,
    "number": _check_number,
    "point": _check_point,
    "outline": _check_outline,
    "curve": _check_curve,
}


def gap(prediction: Prediction, value: Any, measured: Any) -> tuple[float | None, str]:
    """Compare a prediction with the measured value, both in their plain form.

    Returns
    -------
    gap : float or None
        At least 0: of a choice 0 or 1, of a number the difference, of a point the distance, of a
        curve the factor between the values, as their geometric mean, minus 1. None where nothing
        was measured.
    text : str
        The same for people.
    """
    if measured is None or measured == []:
        return None, ""
    if prediction.kind == "choice":
        return float(value != measured), "Right." if value == measured else "Not what was measured."
    if prediction.kind == "number":
        difference = value - measured
        side = "high" if difference > 0 else "low"
        if f"{value:.2g}" == f"{measured:.2g}":
            return abs(difference), "Right."
        return abs(difference), f"{_with_unit(abs(difference), prediction.unit)} too {side}."
    if prediction.kind == "point":
        distance = math.dist(value, measured)
        return distance, f"{distance:.2g} away in the latent space."
    known = dict(map(tuple, measured))
    ratios = [
        abs(math.log(max(mine, 1e-9) / max(known[dim], 1e-9)))
        for dim, mine in value
        if dim in known
    ]
    factor = math.exp(float(np.mean(ratios)))
    return factor - 1, f"Off by a factor of {factor:.2f} on average."


def _with_unit(value: float, unit: str) -> str:
    number = f"{value:.2g}" if value < 10 else f"{value:,.0f}"
    return f"{number}%" if unit == "%" else f"{number} {unit}".strip()
