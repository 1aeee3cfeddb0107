"""The digit under the pointer on `/` and the pinned one, as a person meets them in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from aecore.charts.palette import digit_colors
from aecore.latent.codes import format_code
from tests.support.browser import shown_digit, watched
from tests.support.live_map import (
    CHART,
    LEFT_BEHIND,
    METER,
    NUMBER,
    PLANE_SWITCH,
    Traffic,
    assert_distances_are_pythons,
    assert_only_this_is_left,
    caption,
    decoded,
    dot,
    meter,
    move,
    pin,
    pinned_number,
    point_at,
    position,
    ranges,
    shown_code,
    visit,
    wait_for_address,
    wait_for_caption,
    wait_for_number,
    wait_until_idle,
)

pytest_plugins = ["tests.support.browser"]


@pytest.fixture(scope="module")
def tab(visitor) -> Iterator:
    with watched(visitor) as tab:
        yield tab


@pytest.fixture(scope="module")
def traffic(tab) -> Traffic:
    return Traffic(tab)


@pytest.fixture(scope="module")
def page(tab, traffic, app):
    """The map of `plane`, opened once: a test may leave pointer, pin and zoom anywhere."""
    visit(tab, app)
    return tab


def test_a_visit_begins_with_an_invitation_and_one_picture(page):
    page.locator(".aecore-invitation").wait_for()
    page.locator(".aecore-plane").wait_for(state="attached")
    assert page.locator(".st-key-live_decoder figure:visible").count() == 1

    move(page, 0.5, 0.5)

    page.locator(".aecore-invitation").wait_for(state="hidden")


def test_the_wheel_scrolls_the_page_and_a_double_click_pins_nothing(page):
    before, url = ranges(page), page.url
    page.mouse.move(*point_at(page, 0.5, 0.5))
    page.mouse.wheel(0, 100)
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop === 100")
    assert ranges(page) == before
    page.mouse.wheel(0, -100)
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop === 0")
    zoom(page, [-400])
    page.wait_for_timeout(600)
    assert ranges(page) != before

    page.mouse.dblclick(*point_at(page, 0.1, 0.9))
    wait_until_idle(page)

    assert ranges(page) == before
    assert page.url == url
    assert page.locator(".st-key-live_decoder figure:visible").count() == 1


@pytest.mark.parametrize("place", [(0.5, 0.5), (0.1, 0.85), (0.93, 0.07)])
def test_the_digit_under_the_pointer_is_the_one_that_torch_decodes(page, plane, place):
    move(page, *place)

    np.testing.assert_allclose(shown_code(page), position(page, *place), atol=1e-6)
    np.testing.assert_allclose(shown_digit(page), decoded(plane, shown_code(page)), atol=1e-5)


def test_the_distance_to_the_map_is_pythons(page, plane):
    assert_distances_are_pythons(page, plane)


def test_moving_sends_nothing_and_runs_nothing(page, traffic):
    page.wait_for_timeout(1000)
    traffic.clear()
    frames = meter(page, "frames")

    for step in range(60):
        move(page, 0.2 + 0.01 * step, 0.3 + 0.005 * step)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(*point_at(page, 0.8 - 0.02 * step, 0.6))
    page.mouse.up()
    page.wait_for_timeout(500)

    assert meter(page, "frames") >= frames + 60
    assert traffic.sent == []
    assert traffic.received == []


def test_a_click_on_a_dot_pins_that_digit_and_the_pointer_moves_on(page, plane):
    before = pinned_number(page)

    page.mouse.click(*dot(page, 40))
    wait_for_address(page, f"z={format_code(plane.codes[40])}")
    move(page, 0.9, 0.9)

    wait_for_number(page, other_than=before)  # the address changes before the page is drawn anew
    number = pinned_number(page)
    np.testing.assert_array_equal(plane.codes[number], plane.codes[40])
    assert f"test digit no. {number}, a {plane.labels[number]}" in caption(page, "pin")
    assert "nearest" in caption(page, "probe")
    np.testing.assert_allclose(shown_code(page), position(page, 0.9, 0.9), atol=1e-6)


def test_a_click_between_dots_pins_the_point_itself(page):
    code = format_code(position(page, 0.02, 0.98))

    pin(page, 0.02, 0.98)

    page.get_by_text("A free point, not a test digit").wait_for()
    assert pinned_number(page) is None
    address = page.evaluate("new URLSearchParams(location.search).get('z')")
    np.testing.assert_allclose(
        np.array(address.split(","), dtype=float),
        np.array(code.split(","), dtype=float),
        rtol=1e-3,
    )


def test_a_typed_number_moves_the_pin(page, plane):
    page.locator(NUMBER).fill("7")
    page.keyboard.press("Enter")

    wait_for_caption(page, "pin", f"test digit no. 7, a {plane.labels[7]}")
    wait_for_address(page, f"z={format_code(plane.codes[7])}")


def test_the_keyboard_moves_the_probe_and_pins(page):
    move(page, 0.4, 0.6)
    page.wait_for_timeout(800)  # until this has been said
    said, address = page.locator(".spoken").text_content(), page.url
    (x0, x1), _ = ranges(page)
    page.locator(".aecore-probe").focus()
    before = shown_code(page)

    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{METER}.lastZ[0] !== {before[0]}")
    coarse = shown_code(page)
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function(f"{METER}.lastZ[0] !== {coarse[0]}")
    fine = shown_code(page)

    assert coarse[0] - before[0] == pytest.approx((x1 - x0) / 60)
    assert fine[0] - coarse[0] == pytest.approx((x1 - x0) / 480)
    assert fine[1] == before[1]
    now = page.locator(".spoken").filter(has_not_text=said)
    now.filter(has_text="nearest").wait_for(state="attached")
    page.keyboard.press("Enter")
    page.wait_for_function("before => location.href !== before", arg=address)
    assert page.evaluate("document.activeElement.className") == "aecore-probe"


def test_a_browser_that_has_lost_the_weights_gets_them_again(page, traffic, plane):
    before = traffic.copies_of(plane)
    page.evaluate("globalThis.__aecoreModels.clear()")

    page.mouse.click(*point_at(page, 0.02, 0.02))
    page.wait_for_function("globalThis.__aecoreModels.size === 1")
    wait_until_idle(page)

    assert traffic.copies_of(plane) == before + 1
    move(page, 0.4, 0.4)
    np.testing.assert_allclose(shown_digit(page), decoded(plane, shown_code(page)), atol=1e-5)


def test_another_theme_changes_the_colors_and_stacks_no_listeners(page):
    before = page.evaluate(f"({LEFT_BEHIND})")
    colors = f"document.querySelector('{CHART}')?._fullData?.map((trace) => trace.marker.color)"

    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(
            f"(wanted) => {colors}.join() === wanted", arg=",".join(digit_colors(theme))
        )
        wait_until_idle(page)

    assert_only_this_is_left(page, before)


def test_two_tabs_with_different_models_do_not_disturb_each_other(page, visitor, app, plane, many):
    with watched(visitor) as other:
        visit(other, app, "model=plain-32")

        move(page, 0.4, 0.4)
        move(other, 0.6, 0.6)
        pin(page, 0.98, 0.98)
        wait_until_idle(other)

        assert "z=" not in other.url
        assert len(shown_code(page)) == 2
        np.testing.assert_allclose(shown_digit(other), decoded(many, shown_code(other)), atol=1e-5)
    np.testing.assert_allclose(shown_digit(page), decoded(plane, shown_code(page)), atol=1e-5)


def test_a_tool_of_the_chart_is_put_away_by_pressing_it_again(page):
    page.mouse.move(*point_at(page, 0.5, 0.1))
    tool = page.locator(".modebar-btn[data-val=pan]")

    tool.click()
    in_use = page.evaluate(f"document.querySelector('{CHART}')._fullLayout.dragmode")
    tool.click()
    put_away = page.evaluate(f"document.querySelector('{CHART}')._fullLayout.dragmode")

    assert in_use == "pan"
    assert put_away is False


def test_all_numerals_stand_side_by_side_and_a_finger_meets_the_legend(page):
    boxes = "all => all.map((each) => each.getBoundingClientRect()).map((box) => box.toJSON())"
    marks = page.locator(f"{CHART} .annotation[data-index]").evaluate_all(boxes)
    rows = page.locator(f"{CHART} .legendtoggle").evaluate_all(boxes)

    assert len(marks) == len(rows) == 10
    places = np.array([[box["x"], box["y"]] for box in marks])
    gaps = np.linalg.norm(places[:, None] - places, axis=-1)[~np.eye(10, dtype=bool)]
    assert gaps.min() >= 24
    assert min(box["height"] for box in rows) >= 24


def test_the_legend_brings_a_class_forward_and_hides_it_with_its_numeral(page):
    entry = page.get_by_role("button", name="Digit 6", exact=True)
    numeral = page.locator(".annotation", has_text="6")
    front = page.locator(".aecore-layer > canvas").first

    entry.focus()
    assert front.is_visible()
    page.keyboard.press("Enter")
    numeral.wait_for(state="hidden")
    assert entry.get_attribute("aria-pressed") == "false"
    page.keyboard.press("Enter")
    numeral.wait_for()
    assert entry.get_attribute("aria-pressed") == "true"

    page.mouse.move(*point_at(page, 0.5, 0.5))
    entry.blur()
    assert front.is_hidden()


def test_the_decoded_plane_shows_what_is_on_view_and_follows_zooming(page, plane):
    assert_plane_shows(page, plane)
    page.mouse.move(*point_at(page, 0.5, 0.5))
    before = ranges(page)
    zoom(page, 5 * [-300])
    page.wait_for_function(
        f"document.querySelector('{CHART}')._fullLayout.xaxis.range[0] !== {before[0][0]}"
    )
    page.wait_for_timeout(1000)

    assert_plane_shows(page, plane)
    page.get_by_text(PLANE_SWITCH).click()
    page.locator(".aecore-plane").wait_for(state="detached")
    assert page.evaluate("localStorage.getItem('aecore-grid')") == "off"
    page.wait_for_function("location.search.includes('grid=off')")
    page.get_by_text(PLANE_SWITCH).click()
    page.locator(".aecore-plane").wait_for(state="attached")


def zoom(page, steps: list[int]) -> None:
    page.keyboard.down("Control")
    for step in steps:
        page.mouse.wheel(0, step)
    page.keyboard.up("Control")


def assert_plane_shows(page, found) -> None:
    """The cell in the third row and the fifth column holds the digit of its middle."""
    page.locator(".aecore-plane").wait_for(state="attached")
    page.wait_for_timeout(1500)
    levels, columns, rows = page.locator(".aecore-plane").evaluate(
        """(canvas) => {
          const data = canvas.getContext("2d").getImageData(4 * 28, 2 * 28, 28, 28).data;
          return [Array.from(data).filter((_, i) => i % 4 === 0), canvas.width, canvas.height];
        }"""
    )
    code = position(page, 4.5 / (columns / 28), 2.5 / (rows / 28))
    np.testing.assert_allclose(levels, decoded(found, code).clip(0, 1) * 255, atol=0.51)


def test_pinning_leaves_the_chart_and_its_zoom_alone(page):
    page.mouse.move(*point_at(page, 0.5, 0.5))
    zoom(page, [-400])
    page.wait_for_timeout(600)
    zoomed = ranges(page)
    page.evaluate(f"document.querySelector('{CHART}').marked = true")

    pin(page, 0.03, 0.97)
    wait_until_idle(page)

    assert ranges(page) == zoomed
    assert page.evaluate(f"document.querySelector('{CHART}').marked")
