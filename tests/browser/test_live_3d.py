"""The map of a model with many numbers: its principal plane and its 3-D view, in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from aecore.latent.axes import principal_axes
from aecore.latent.codes import format_code
from tests.support.browser import shown_digit, watched
from tests.support.live_map import (
    CHART,
    assert_distances_are_pythons,
    caption,
    decoded,
    move,
    position,
    shown_code,
    visit,
    wait_for_address,
    wait_for_caption,
    wait_until_idle,
)

pytest_plugins = ["tests.support.browser"]


@pytest.fixture(scope="module")
def page(visitor, app) -> Iterator:
    """The map of `plain-32`, opened once."""
    with watched(visitor) as tab:
        visit(tab, app, "model=plain-32")
        yield tab


def test_before_the_pointer_moves_the_pinned_digits_own_code_is_shown(page, many):
    wait_until_idle(page)

    assert f"test digit no. 0, a {many.labels[0]}" in caption(page, "probe")
    np.testing.assert_allclose(shown_code(page), many.codes[0], atol=1e-6)
    expected = decoded(many, many.codes[0].astype(np.float64))
    np.testing.assert_allclose(shown_digit(page), expected, atol=1e-5)


def test_over_a_principal_plane_the_code_lies_in_that_plane(page, many):
    move(page, 0.3, 0.6)

    expected = principal_axes(many.codes).to_codes(position(page, 0.3, 0.6)[None])[0]
    np.testing.assert_allclose(shown_code(page), expected, atol=1e-6)
    np.testing.assert_allclose(shown_digit(page), decoded(many, expected), atol=1e-5)


def test_the_distance_to_the_map_is_pythons(page, many):
    assert_distances_are_pythons(page, many)


def test_a_click_on_a_three_dimensional_map_pins_its_digit(page, many):
    page.get_by_text("Principal components (3-D)").click()
    page.wait_for_function(
        f"Boolean(document.querySelector('{CHART}')?._fullLayout.scene?._scene?.glplot)"
    )
    page.wait_for_function(f"Boolean(document.querySelector('{CHART}')._ev?._events?.plotly_click)")
    wait_until_idle(page)

    for event, which in (("plotly_hover", "probe"), ("plotly_click", "pin")):
        # The event itself: finding a dot in a 3-D chart takes a graphics card, or seconds.
        page.evaluate(
            f"document.querySelector('{CHART}').emit('{event}', {{points: [{{customdata: 9}}]}})"
        )
        wait_for_caption(page, which, f"test digit no. 9, a {many.labels[9]}")
    wait_for_address(page, f"z={format_code(many.codes[9])}")
    np.testing.assert_allclose(
        shown_digit(page), decoded(many, many.codes[9].astype(np.float64)), atol=1e-5
    )
    ring, chart = (page.locator(each).bounding_box() for each in (".aecore-space-pin", CHART))
    assert chart["x"] < ring["x"] < chart["x"] + chart["width"]
    assert chart["y"] < ring["y"] < chart["y"] + chart["height"]


def test_a_reload_stays_in_three_dimensions_with_the_pin_marked(page):
    page.reload()

    page.locator(".aecore-space-pin").wait_for()  # there is none in 2-D
    assert "view=principal-3d" in page.url
