"""Predictions from the browser, and answers with models and data that a lesson was not made for."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from aecore.checkpoints import file as checkpoint_file
from aecore.errors import CheckpointError
from aecore.lessons import answer, catalog, predictions
from aecore.lessons.lesson import LessonError, Measurement, Prediction
from aecore.lessons.measures.bottleneck import linear_errors
from aecore.models import pca
from tests.support.lessons import context_of

CHOICE = Prediction(kind="choice", choices={"a": "A", "b": "B"})
NUMBER = Prediction(kind="number", minimum=0, maximum=10, unit="%")
POINT = Prediction(kind="point")
OUTLINE = Prediction(kind="outline")
CURVE = Prediction(kind="curve", at=(1, 2), minimum=0, maximum=1)
LESSONS = catalog.listing().lessons


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (CHOICE, "a"),
        (NUMBER, 10),
        (POINT, [1, -2.5]),
        (OUTLINE, [[0, 0], [1, 0], [0, 1]]),
        (CURVE, [[1, 0.5], [2, 0]]),
    ],
)
def test_a_prediction_passes_as_it_is(asked, value):
    assert predictions.check(asked, value) == value


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        *((CHOICE, value) for value in ("c", 1, None, ["a"])),
        *((NUMBER, value) for value in (-1, 11, math.nan, math.inf, "1", True, None, [1])),
        *((POINT, value) for value in ([1], [1, 2, 3], "1,2", [1, math.nan], [1, 1e9], None)),
        *((OUTLINE, value) for value in ([], [[0, 0], [1, 1]], [[0, 0]] * 9_000, [[0]] * 3, 1)),
        *((CURVE, value) for value in ([], [[1, 0.5]], [[1, 0.5], [3, 0.5]], [[1, 2], [2, 0]], 1)),
    ],
)
def test_a_prediction_of_another_kind_is_refused(asked, value):
    with pytest.raises(LessonError) as caught:
        predictions.check(asked, value)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "value", "measured", "gap", "text"),
    [
        (CHOICE, "a", "a", 0, "Right."),
        (CHOICE, "a", "b", 1, "Not what was measured."),
        (NUMBER, 8, 5, 3, "3% too high."),
        (NUMBER, 2, 5, 3, "3% too low."),
        (NUMBER, 5, 5.01, 0.01, "Right."),
        (POINT, [3, 4], [0, 0], 5, "5 away in the latent space."),
        (CURVE, [[1, 0.2], [2, 0.1]], [[1, 0.1], [2, 0.2]], 1, "Off by a factor of 2.00 on"),
        (CURVE, [[1, 0.2], [2, 0.1]], [[1, 0.1]], 1, "Off by a factor of 2.00 on"),
        (CURVE, [[1, 0.2], [2, 0.1]], [], None, ""),
        (NUMBER, 5, None, None, ""),
    ],
)
def test_the_gap(asked, value, measured, gap, text):
    found, words = predictions.gap(asked, value, measured)

    assert found == (None if gap is None else pytest.approx(gap))
    assert words.startswith(text)


@pytest.fixture(scope="module")
def plane():
    return checkpoint_file.load("plane")


def measured(context, lesson, number, prediction):
    found = answer.measure(context, LESSONS[lesson].steps[number - 1], prediction)
    json.dumps(found.to_json(), allow_nan=False)
    return found


def test_an_answer_says_what_it_was_measured_on(plane, digits):
    found = measured(context_of(plane, digits), "bottleneck", 2, 50)

    assert found.source == {
        "data": "500 test digits of scikit-learn's digits",
        "data_fingerprint": digits.fingerprint,
        "model": "plane",
        "model_fingerprint": plane.digest[:16],
    }
    assert found.gap == abs(50 - found.value)
    assert found.holds
    assert found.not_holding == ""


def test_a_point_that_does_not_hold_is_said_with_the_answer(plane, digits):
    """The bundled 4s are seldom taken for 9s."""
    found = measured(context_of(plane, digits), "two-numbers", 2, 50)

    assert found.value < 10
    assert not found.holds
    assert found.not_holding.startswith("With plane and these digits it comes out differently")


@pytest.mark.parametrize(("number", "prediction"), [(3, [[0, 0], [1, 0], [0, 1]]), (4, [0, 0])])
def test_a_map_of_two_dimensions_is_needed(digits, number, prediction):
    found = measured(
        context_of(checkpoint_file.load("wide"), digits), "two-numbers", number, prediction
    )

    assert (found.value, found.gap, found.gap_text) == (None, None, "")
    assert "two dimensions" in found.not_holding


def test_a_missing_model_is_an_error_in_one_line(plane, digits, tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))

    with pytest.raises(CheckpointError, match="There is no model 'narrow-dropout'"):
        measured(context_of(plane, digits), "traps", 1, 2)


def test_without_the_shipped_models_pca_is_fitted_to_the_data_in_use(
    plane, digits, tmp_path, monkeypatch
):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))
    context = context_of(plane, digits)

    found = linear_errors(context, np.arange(500))

    assert found[3] == pytest.approx(pca.pca_errors(digits)[3])
    curve = measured(context, "bottleneck", 3, [[2**k, 0.01] for k in range(8)])
    assert (curve.value, curve.gap) == ([], None)
    assert len(curve.reference) == 8


def test_units_of_a_convolutional_model_are_no_crash(digits):
    context = context_of(checkpoint_file.load("conv-32"), digits)

    with pytest.raises(LessonError, match="conv-32 has no single hidden units"):
        measured(context, "filters", 1, "0")


def test_a_model_with_too_many_units_to_switch_off_each(digits):
    context = context_of(checkpoint_file.load("deep-30"), digits)

    with pytest.raises(LessonError, match="deep-30 has 1,000 hidden units"):
        measured(context, "filters", 4, "first")


def test_a_unit_that_the_model_does_not_have(digits, tiny_checkpoint):
    with pytest.raises(LessonError, match="tiny has 16 hidden units"):
        measured(context_of(tiny_checkpoint, digits), "filters", 3, 5)


def test_a_code_of_another_dimension(digits):
    context = context_of(checkpoint_file.load("wide"), digits)

    with pytest.raises(LessonError, match="wide has 128 latent dimensions"):
        measured(context, "off-the-map", 1, 5)


def test_a_class_that_the_data_do_not_have(plane, digits):
    context = context_of(plane, digits)
    clothes = replace(context.test_set, names=tuple("abcdefghij"))

    with pytest.raises(LessonError, match="have no class '4'"):
        measured(replace(context, test_set=clothes), "two-numbers", 2, 5)


def test_pictures_without_labels(plane, digits):
    context = context_of(plane, digits)
    plain = replace(context.test_set, names=(), labels=np.zeros(500, np.uint8))

    for lesson, number, value in (
        ("filters", 1, "0"),
        ("many-dimensions", 3, [[d, 1] for d in (2, 32, 64, 128)]),
    ):
        with pytest.raises(LessonError, match="have no classes"):
            measured(replace(context, test_set=plain), lesson, number, value)


def test_ones_own_model_is_judged_by_its_weights_and_its_error(digits, tiny_checkpoint, plane):
    own = context_of(tiny_checkpoint, digits)

    assert measured(own, "your-own", 3, "reached").value == "too_high"
    assert (
        "comes with the app"
        in measured(context_of(plane, digits), "your-own", 3, "reached").not_holding
    )
    step = LESSONS["your-own"].steps[2]
    small = Measurement(measure="own_model", arguments={"weights": 10, "pca_dimensions": 8})
    assert answer.measure(own, replace(step, answer=small), "reached").value == "too_large"


def test_a_number_of_components_that_pca_does_not_have(digits, tiny_checkpoint):
    step = LESSONS["your-own"].steps[2]
    many = Measurement(measure="own_model", arguments={"weights": 10, "pca_dimensions": 9_999})

    with pytest.raises(LessonError, match="PCA was not measured with 9999 dimensions"):
        answer.measure(context_of(tiny_checkpoint, digits), replace(step, answer=many), "reached")


def test_a_step_without_a_prediction_is_not_measured(plane, digits):
    with pytest.raises(LessonError, match="nothing to predict"):
        measured(context_of(plane, digits), "your-own", 2, "x")
