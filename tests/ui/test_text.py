"""Words on the pages read as people write them."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.ui.text import formats


@pytest.mark.parametrize(
    ("label", "text"), [(np.uint8(3), "a 3"), (1, "a 1"), (np.uint8(8), "an 8"), ("8", "an 8")]
)
def test_a_class_has_its_indefinite_article(label, text):
    assert formats.with_article(label) == text


def test_a_mark_goes_around_the_class_alone():
    assert formats.with_article(8, mark="**") == "an **8**"


def test_a_test_digit_is_named_with_its_class():
    assert formats.test_digits([61, 5], [8, 1]) == [
        "test digit no. 61, an 8",
        "test digit no. 5, a 1",
    ]
