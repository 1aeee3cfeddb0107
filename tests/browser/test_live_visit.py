"""What a visit to the map leaves behind, and what its weights cost on the wire."""

from __future__ import annotations

import numpy as np

from tests.support.browser import shown_digit
from tests.support.live_map import (
    LEFT_BEHIND,
    METER,
    Traffic,
    assert_only_this_is_left,
    caption,
    decoded,
    meter,
    move,
    pick_model,
    pin,
    shown_code,
    visit,
    wait_for_address,
    wait_for_map,
    wait_until_idle,
)

pytest_plugins = ["tests.support.browser"]


def test_the_pin_and_the_weights_survive_other_pages_which_nothing_follows(page, app, plane):
    traffic = Traffic(page)

    # An address opens on exactly its point.
    visit(page, app, "model=plane&z=0,-4")
    np.testing.assert_array_equal(shown_code(page), [0, -4])
    np.testing.assert_allclose(shown_digit(page), decoded(plane, np.array([0, -4])), atol=1e-5)
    assert "z = (0.00, −4.00)" in caption(page, "pin")

    # Another page: nothing of the map goes along.
    page.locator(".aecore-plane").wait_for(state="attached")
    page.get_by_role("link", name="Filters").click()
    page.locator(".aecore-layer").wait_for(state="detached")
    page.wait_for_function(f"{METER}.listeners === 0")
    assert meter(page, "instances") == 0
    assert page.locator(".aecore-layer, .aecore-plane").count() == 0

    # Back: the pin is where it was.
    page.get_by_role("heading", level=1).filter(has_not_text="latent space").wait_for()
    page.get_by_role("link", name="Latent space").click()
    wait_for_map(page)
    wait_for_address(page, "z=0,-4")
    assert "z = (0.00, −4.00)" in caption(page, "pin")

    # A page with a decoder of its own, and back: the weights are still there.
    page.get_by_role("link", name="Generate").click()
    page.locator(".st-key-live_decoder canvas").first.wait_for()
    page.get_by_role("link", name="Latent space").click()
    wait_for_map(page)
    pin(page, 0.02, 0.98)
    wait_until_idle(page)
    assert traffic.copies_of(plane) == 1
    move(page, 0.4, 0.4)
    np.testing.assert_allclose(shown_digit(page), decoded(plane, shown_code(page)), atol=1e-5)


def test_switching_models_leaks_nothing_and_sends_weights_once(page, app, plane, many):
    traffic = Traffic(page)
    visit(page, app)
    pick_model(page, "plain-32")
    pick_model(page, "plane")
    page.wait_for_timeout(1500)
    before = page.evaluate(f"({LEFT_BEHIND})")

    for _ in range(3):
        pick_model(page, "plain-32")
        pick_model(page, "plane")

    assert_only_this_is_left(page, before)
    assert [traffic.copies_of(found) for found in (plane, many)] == [1, 1]


def test_another_models_chart_is_followed_whether_it_comes_before_its_digits_or_after(
    app, page, plane
):
    # The page looks for charts now and then: here, at every moment.
    page.add_init_script(
        "const set = setInterval; setInterval = (work, ms) => set(work, Math.min(ms, 1));"
    )
    visit(page, app)

    pick_model(page, "plain-32")  # the chart comes last
    page.go_back()  # the page opens: the chart comes first
    page.wait_for_function(f"{METER}.lastZ.length === 2")
    wait_for_map(page)

    assert page.locator(".aecore-layer").count() == 1
    move(page, 0.4, 0.4)
    np.testing.assert_allclose(shown_digit(page), decoded(plane, shown_code(page)), atol=1e-5)
