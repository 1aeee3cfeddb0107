"""Codes from outside: as text, there and back, and pinned."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.errors import ConfigError
from aecore.latent.codes import MAX_MAGNITUDE, Pin, check_code, format_code, parse_code
from aecore.latent.neighbors import NeighborIndex

values = st.floats(-MAX_MAGNITUDE, MAX_MAGNITUDE)
CODES = np.random.default_rng(1).normal(size=(300, 3), scale=8).astype(np.float16)
INDEX = NeighborIndex(CODES)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0,-4", [0, -4]),
        (" 1.5 , 2e-3 ", [1.5, 0.002]),
        ("7", [7]),
        ("-0.0,1000000,-1e6", [0, 1e6, -1e6]),
    ],
)
def test_a_code_is_read(text, code):
    found = parse_code(text, len(code))

    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, code)


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("  ", 0), ("1", 1), ("1,2,3", 3), ("1,2,", 3)]
)
def test_too_few_or_too_many_values_are_refused(text, count):
    with pytest.raises(ConfigError, match=f"needs 2 numbers .* found {count}"):
        parse_code(text, 2)


@pytest.mark.parametrize(
    "value", ["nan", "inf", "-inf", "1e999", "1000001", "-1e7", "one", "", "0x10", "1 2", "9" * 999]
)
def test_a_value_that_is_no_number_of_sane_size_is_refused_in_one_short_line(value):
    with pytest.raises(ConfigError, match="finite number of at most 1,000,000") as caught:
        parse_code(f"0,{value}", 2)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.text(max_size=30), st.integers(1, 3))
def test_any_text_is_a_code_or_refused(text, dim):
    try:
        code = parse_code(text, dim)
    except ConfigError:
        return
    assert code.shape == (dim,)
    assert (np.abs(code) <= MAX_MAGNITUDE).all()


@given(st.lists(values, min_size=1, max_size=6))
def test_a_written_code_reads_as_the_same_to_four_digits(code):
    found = parse_code(format_code(np.array(code)), len(code))

    np.testing.assert_allclose(found, code, rtol=6e-4)


@given(st.lists(values, min_size=1, max_size=6))
def test_writing_what_was_read_changes_nothing_more(code):
    text = format_code(np.array(code))

    assert format_code(parse_code(text, len(code))) == text


# --- pins ---


@pytest.mark.parametrize("number", [0, 17, 299])
def test_a_test_digits_code_in_an_address_pins_that_digit(number):
    written = format_code(Pin.of_digit(CODES, number).code)

    pin = Pin.at(parse_code(written, 3), INDEX)

    assert pin.number == number
    np.testing.assert_array_equal(pin.code, CODES[number])


def test_a_point_beside_a_test_digit_stays_where_it_is():
    code = CODES[5] + np.array([0.05, 0, 0])

    pin = Pin.at(code, INDEX)

    assert pin.number is None
    np.testing.assert_array_equal(pin.code, code)


def test_a_code_from_outside_is_taken_as_numbers():
    np.testing.assert_array_equal(check_code([0, -4.5], 2), [0.0, -4.5])


@pytest.mark.parametrize(
    "values",
    [
        None,
        "0,1",
        [0],
        [0, 1, 2],
        [0, None],
        [0, "x"],
        [0, [1]],
        [0, float("nan")],
        [0, 1e9],
        [0, 10**400],
    ],
)
def test_what_is_no_code_is_refused(values):
    with pytest.raises(ConfigError):
        check_code(values, 2)
