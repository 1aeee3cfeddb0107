"""Every answer of the shipped lessons, computed again by hand, on MNIST and on other digits."""

import re

import numpy as np
import pytest

from aecore.lessons import answer, catalog, registry
from tests.support.lesson_answers import BRUTE, Brute, kth_distances, load, within
from tests.support.lessons import context_of

LESSONS = catalog.listing().lessons
STEPS = [
    (name, number)
    for name, lesson in LESSONS.items()
    for number, step in enumerate(lesson.steps)
    if step.answer
]
PREDICTIONS = {
    "point": [1.0, -2.0],
    "outline": [[-9.0, -9.0], [0.5, -9.0], [0.5, 0.5], [-9.0, 0.5]],
}


@pytest.fixture(params=["mnist", "digits"], scope="module")
def dataset(request):
    return request.getfixturevalue(request.param)


def prediction_for(step):
    asked = step.prediction
    if asked.kind == "choice":
        return next(iter(asked.choices))
    if asked.kind == "curve":
        return [[dim, asked.maximum / 2] for dim in asked.at]
    return PREDICTIONS.get(asked.kind, asked.maximum)


def test_every_measure_is_computed_again():
    assert set(BRUTE) == set(registry.MEASURES)
    assert {LESSONS[name].steps[number].answer.measure for name, number in STEPS} == set(BRUTE)


@pytest.mark.parametrize(("lesson", "number"), STEPS, ids=[f"{a}-{b + 1}" for a, b in STEPS])
def test_the_answer_is_what_brute_force_gives(lesson, number, dataset, one_thread):
    step = LESSONS[lesson].steps[number]
    name = step.state.get("model", "plane")
    context = context_of(load(name), dataset, load=load)
    prediction = prediction_for(step)

    found = answer.measure(context, step, prediction)

    arguments = dict(step.answer.arguments)
    if "model" in arguments:
        arguments["model_name"] = arguments.pop("model")
    wanted = BRUTE[step.answer.measure](Brute(name, context), prediction, **arguments)
    if step.prediction.kind == "choice":
        assert found.value == wanted
        assert found.gap == float(wanted != prediction)
    elif step.prediction.kind == "outline":
        assert_goes_around(np.array(found.value), wanted)
        assert found.gap == pytest.approx(1 - f1_score(context, name, step, prediction), abs=1e-6)
    else:
        # The errors of a model on its own digits are those that it keeps, rounded.
        np.testing.assert_allclose(found.value, wanted, rtol=2e-3, atol=1e-6)
    assert found.text.endswith(".")
    assert "nan" not in found.text


def assert_goes_around(hull, points):
    """Its corners are points, it is convex, and no point lies outside."""
    assert kth_distances(hull, points, 1).max() < 1e-3
    edges = np.roll(hull, -1, axis=0) - hull
    for start, edge in zip(hull, edges, strict=True):
        sides = edge[0] * (points - start)[:, 1] - edge[1] * (points - start)[:, 0]
        assert sides.min() > -1e-3


def f1_score(context, name, step, outline):
    model = Brute(name, context)
    inside = within(model.codes, np.array(outline))
    own = model.labels == int(step.answer.arguments["label"])
    return 2 * (inside & own).sum() / (inside.sum() + own.sum())


def test_the_points_of_the_lessons_hold_on_mnist(mnist):
    for name, number in STEPS:
        step = LESSONS[name].steps[number]
        if name == "your-own" and number:
            continue  # about the visitor's model
        context = context_of(load(step.state.get("model", "plane")), mnist, load=load)

        found = answer.measure(context, step, prediction_for(step))

        assert found.holds, (name, number, found.not_holding)
        assert_is_not_given_away(found.value, step)


def assert_is_not_given_away(value, step):
    """No text holds the measured number, which another model or data set would make wrong."""
    if isinstance(value, float) and 10 <= value < 100:
        texts = " ".join([step.question, step.reveal, step.explanation, step.why])
        assert not {f"{value:.0f}", f"{value:.1f}"} & set(re.findall(r"\d+(?:\.\d+)?", texts))
