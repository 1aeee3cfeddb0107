"""Some of the test digits: which lie within an outline, and what they have in common."""

import csv
import io
from urllib.parse import urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.analysis.lasso import Subset, check_outline, format_outline, inside, parse_outline
from aecore.errors import ConfigError
from aecore.latent.codes import format_code

POINTS = np.random.default_rng(0).uniform(-4, 4, (300, 2))
coordinates = st.floats(-4, 4, allow_nan=False).map(lambda x: round(x, 3))
outlines = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=12)


def crosses_an_odd_number_of_edges(point, corners):
    """The even-odd rule, with a ray from the point to the right."""
    x, y = point
    edges = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    return (
        sum(
            (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0)
            for (x0, y0), (x1, y1) in edges
        )
        % 2
    )


@given(outlines)
def test_points_inside_are_those_of_the_even_odd_rule(outline):
    corners = np.array(outline)

    expected = [crosses_an_odd_number_of_edges(point, corners) for point in POINTS]
    assert (inside(POINTS, corners) == expected).all()


@given(coordinates, coordinates, coordinates, coordinates)
def test_a_box_holds_what_lies_between_its_sides(x0, x1, y0, y1):
    box = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])

    within = inside(POINTS, box)

    (left, right), (low, high) = sorted((x0, x1)), sorted((y0, y1))
    x, y = POINTS.T
    np.testing.assert_array_equal(within, (left < x) & (x < right) & (low < y) & (y < high))


def test_an_outline_from_the_browser_is_read():
    outline = check_outline([[0, 0], [1.5, 0], [1, 2]])

    np.testing.assert_array_equal(outline, [[0, 0], [1.5, 0], [1, 2]])


@pytest.mark.parametrize(
    "values",
    [
        None,
        "abc",
        [],
        [[0, 0], [1, 1]],
        [[0, 0]] * 2_001,
        [[0, 0], [1, 1], [2]],
        [[0, 0], [1, 1], [2, float("nan")]],
        [[0, 0], [1, 1], [2, float("inf")]],
        [[0, 0], [1, 1], [2, 10**400]],
        [[0, 0], [1, 1], [2, "3"]],
        [[0, 0], [1, 1], [2, True]],
        [[0, 0], [1, 1], {"x": 1, "y": 2}],
    ],
)
def test_what_is_no_outline_is_refused(values):
    with pytest.raises(ConfigError):
        check_outline(values)


@pytest.fixture
def atlas():
    rng = np.random.default_rng(1)
    return {
        "codes": rng.normal(size=(50, 3)).astype(np.float16),
        "labels": rng.integers(0, 10, 50).astype(np.uint8),
        "errors": rng.random(50).astype(np.float32),
    }


def test_an_outline_reads_back_from_a_url_as_the_browser_has_rounded_it():
    rng = np.random.default_rng(0)
    outline = np.array([float(f"{x:.6g}") for x in rng.normal(0, 9, 72)]).reshape(36, 2)

    text = format_outline(outline)

    np.testing.assert_array_equal(parse_outline(text), outline)
    code = format_code(rng.normal(size=128))  # of the largest shipped models
    query = urlencode({"model": "denoise-gaussian", "z": code, "outline": text, "grid": "off"})
    assert len(query) <= 1_950  # 50 for the server's name


@pytest.mark.parametrize("text", ["", "1_2_3_4", "1_2_3_4_5", "1_2_3_4_5_x", "1_2_3_4_5_nan"])
def test_what_is_no_outline_in_a_url_is_refused(text):
    with pytest.raises(ConfigError):
        parse_outline(text)


def test_figures_of_a_subset_are_those_of_brute_force(atlas):
    numbers = np.array([3, 7, 8, 40])

    found = Subset.of(numbers, **atlas)

    labels = [int(atlas["labels"][i]) for i in numbers]
    assert found.counts.tolist() == [labels.count(label) for label in range(10)]
    mean = sum(atlas["codes"][i].astype(np.float64) for i in numbers) / 4
    np.testing.assert_allclose(found.mean_code, mean, rtol=1e-6)
    assert found.mean_error == pytest.approx(sum(float(atlas["errors"][i]) for i in numbers) / 4)


def test_a_subset_as_csv_reads_back_exactly(atlas):
    found = Subset.of(np.array([0, 49]), **atlas)

    rows = list(csv.reader(io.StringIO(found.to_csv())))

    assert rows[0] == ["number", "label", "mse", "z1", "z2", "z3"]
    assert [int(row[0]) for row in rows[1:]] == [0, 49]
    np.testing.assert_array_equal(
        np.array([row[3:] for row in rows[1:]], np.float16), atlas["codes"][[0, 49]]
    )
    assert [np.float32(row[2]) for row in rows[1:]] == atlas["errors"][[0, 49]].tolist()


def test_a_subset_as_npz_reads_back_exactly(atlas):
    found = Subset.of(np.array([5, 6]), **atlas)

    with np.load(io.BytesIO(found.to_npz())) as archive:
        kept = dict(archive)

    assert set(kept) == {"numbers", "labels", "errors", "codes"}
    np.testing.assert_array_equal(kept["numbers"], [5, 6])
    for name in ("codes", "labels", "errors"):
        np.testing.assert_array_equal(kept[name], atlas[name][[5, 6]])
