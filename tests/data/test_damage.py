"""What the laboratory does to digits."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.config import NoiseConfig
from aecore.data.damage import Damage, DamageKind
from aecore.data.noise import corrupt_fixed
from aecore.errors import ConfigError

KINDS = get_args(DamageKind)


@pytest.mark.parametrize("kind", KINDS)
def test_level_0_leaves_the_digits_exactly_as_they_were(unit_digits, kind):
    np.testing.assert_array_equal(Damage(kind=kind, level=0.0).apply(unit_digits), unit_digits)


@pytest.mark.parametrize("kind", ["masking", "gaussian", "salt_and_pepper"])
def test_what_models_train_on_is_broken_as_evaluate_breaks_it(unit_digits, kind):
    damage = Damage(kind=kind, level=0.3)

    broken = damage.apply(unit_digits)

    expected = corrupt_fixed(unit_digits, NoiseConfig(kind=kind, level=0.3))
    np.testing.assert_array_equal(broken, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_more_digits_leave_the_damage_of_the_first_ones_as_it_was(unit_digits, kind):
    damage = Damage(kind=kind, level=0.4)

    np.testing.assert_array_equal(damage.apply(unit_digits)[:7], damage.apply(unit_digits[:7]))


@pytest.mark.parametrize("kind", KINDS)
def test_the_field_is_what_was_done_to_the_digits(unit_digits, kind):
    clean = unit_digits[:20]
    damage = Damage(kind=kind, level=0.4, row=9)

    field, broken = damage.field(20), damage.apply(clean)

    expected = {
        "masking": clean * field,
        "occlusion": clean * field,
        "gaussian": (clean + field).clip(0, 1),
        "salt_and_pepper": np.where(field == 0, clean, field > 0),
    }
    np.testing.assert_allclose(broken, expected[kind], atol=1e-6)
    assert damage.is_signed == (field.min() < 0)


@given(st.sampled_from(KINDS), st.tuples(st.floats(0, 1), st.floats(0, 1)), st.integers(0, 28))
def test_a_higher_level_adds_to_what_a_lower_one_did(kind, levels, row):
    low, high = (
        Damage(kind=kind, level=level, row=row, column=28 - row).field(3)
        for level in sorted(levels)
    )

    if kind == "gaussian":
        assert (np.abs(low) <= np.abs(high)).all()
        assert (low * high >= 0).all()
    else:
        untouched = {"salt_and_pepper": 0.0}.get(kind, 1.0)
        np.testing.assert_array_equal(low[low != untouched], high[low != untouched])


@given(st.floats(0, 1), st.integers(0, 28), st.integers(0, 28))
def test_the_square_has_its_size_wherever_it_is_put(level, row, column):
    damage = Damage(kind="occlusion", level=level, row=row, column=column)

    covered = damage.field(1).reshape(28, 28) == 0

    side = round(28 * level)
    assert covered.sum() == side**2
    if side:
        rows, columns = covered.any(axis=1), covered.any(axis=0)
        assert rows.sum() == columns.sum() == side
        room = side // 2
        if room <= row <= 28 - side + room:
            assert rows.argmax() == row - room
        if room <= column <= 28 - side + room:
            assert columns.argmax() == column - room


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "rain", "level": 0.5},
        {"kind": "masking", "level": 1.1},
        {"kind": "masking", "level": float("nan")},
        {"kind": "occlusion", "level": 0.5, "row": 29},
        {"kind": "occlusion", "level": 0.5, "column": -1},
    ],
)
def test_damage_out_of_range_is_refused(values):
    with pytest.raises(ConfigError):
        Damage(**values)
