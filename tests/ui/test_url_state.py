"""Codes in an address that are none, on the two pages that heed one.

What the page tells the browser's decoder is read here; that the decoder shows what it is told is
for `test_live_visit.py` and `test_generate.py`, in a browser.
"""

from __future__ import annotations

import numpy as np
import pytest

from aecore.checkpoints import file as checkpoint_file
from aecore.viewer import message
from tests.support.pages import component, open_page

BAD_CODES = pytest.mark.parametrize(
    "z", ["", "1", "1,2,3", "nan,0", "inf,0", "1e30,0", "1e99,0", "a,b"]
)


@pytest.fixture(scope="module")
def plane():
    return checkpoint_file.load("plane")


def told(app) -> dict:
    """The settings that the browser's decoder is sent."""
    return message.unpack(component(app, "live_decoder").bytes)[0]["settings"]


@BAD_CODES
def test_a_bad_code_on_the_map_gets_a_message_and_the_first_digit(plane, z):
    app = open_page("map", model="plane", z=z)

    assert not app.exception
    assert "Showing test digit no. 0 instead" in app.warning[0].value
    pin = told(app)["pin"]
    assert (pin["z"], pin["number"]) == (plane.codes[0].tolist(), 0)


@BAD_CODES
def test_a_bad_code_on_generate_gets_a_message_and_a_test_digit(plane, z):
    app = open_page("generate", model="plane", z=z)

    assert not app.exception
    assert "Showing a test digit instead" in app.warning[0].value
    number = np.flatnonzero((plane.codes == told(app)["z"]).all(axis=1))[0]
    assert plane.errors[number] < np.median(plane.errors)


@pytest.mark.parametrize("page", ["map", "generate"])
def test_a_good_code_is_shown_without_a_message(page):
    app = open_page(page, model="plane", z="0,-4")

    assert not app.warning
    settings = told(app)
    assert (settings["pin"] if page == "map" else settings)["z"] == [0, -4]
