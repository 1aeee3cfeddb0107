"""What an address or the browser pins: a test digit or a point between them."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.analysis.sampling import spread
from aecore.errors import ConfigError
from aecore.latent.axes import MapDistance
from aecore.latent.codes import check_code, format_code, parse_code
from aecore.latent.pin import Pin

CODES = np.random.default_rng(1).normal(size=(300, 3), scale=8).astype(np.float16)
NEAR = MapDistance(CODES)


@pytest.mark.parametrize("number", [0, 17, 299])
def test_a_test_digits_code_in_an_address_pins_that_digit(number):
    written = format_code(Pin.of_digit(CODES, number).code)

    pin = Pin.at(parse_code(written, 3), NEAR)

    assert pin.number == number
    np.testing.assert_array_equal(pin.code, CODES[number])


def test_a_point_beside_a_test_digit_stays_where_it_is():
    code = CODES[5] + np.array([0.05, 0, 0])

    pin = Pin.at(code, NEAR)

    assert pin.number is None
    np.testing.assert_array_equal(pin.code, code)


def test_a_code_from_outside_is_taken_as_numbers():
    np.testing.assert_array_equal(check_code([0, -4.5], 2), [0.0, -4.5])


@pytest.mark.parametrize(
    "values",
    [None, "0,1", [0], [0, 1, 2], [0, None], [0, "x"], [0, [1]], [0, float("nan")], [0, 1e9]],
)
def test_what_is_no_code_is_refused(values):
    with pytest.raises(ConfigError):
        check_code(values, 2)


@pytest.mark.parametrize(("count", "most"), [(5, 9), (9, 9), (10_000, 2_000), (7, 3)])
def test_spread_takes_distinct_positions_from_the_whole_range(count, most):
    positions = spread(count, most)

    assert len(positions) == min(count, most)
    assert (np.diff(positions) >= 1).all()
    assert positions[0] == 0
    assert count - positions[-1] <= -(-count // min(count, most))
