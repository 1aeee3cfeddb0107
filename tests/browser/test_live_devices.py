"""The map under a finger, and in a browser without WebGL."""

from __future__ import annotations

import numpy as np

from aecore.bench.harness.chromium import ARGUMENTS, RETURNING, find_chromium
from tests.support.browser import SHOWN, shown_digit
from tests.support.live_map import (
    CHART,
    area,
    decoded,
    move,
    point_at,
    position,
    ranges,
    shown_code,
    visit,
    wait_for_address,
    wait_for_map,
)

pytest_plugins = ["tests.support.browser"]


PRESS_LONG = """([clientX, clientY]) => {
  const target = document.elementFromPoint(clientX, clientY);
  const at = { clientX, clientY, bubbles: true, cancelable: true };
  const ask = () => !target.dispatchEvent(new MouseEvent("contextmenu", at));
  const before = ask();
  const finger = { ...at, pointerType: "touch", isPrimary: true };
  target.dispatchEvent(new PointerEvent("pointerdown", finger));
  return [before, ask()];
}"""
"""Returns whether the page keeps the browser's menu away: without a finger on it, and with one."""
NO_WEBGL = ("--disable-gpu", "--disable-3d-apis", "--disable-software-rasterizer")


def centered(page) -> dict[str, float]:
    """Scroll to the map until it stays, also after a swipe, which goes on; return where it lies."""
    before = None
    while True:
        page.locator(".aecore-layer").evaluate("layer => layer.scrollIntoView({block: 'center'})")
        page.wait_for_timeout(500)
        if (now := area(page)) == before:
            return now
        before = now


def wait_for_code(page, code: np.ndarray) -> None:
    """Wait until the digit of a code, or of one close by, is shown."""
    away = f"Math.hypot({SHOWN}.lastZ[0] - x, {SHOWN}.lastZ[1] - y)"
    page.wait_for_function(f"([x, y]) => {away} < 0.1", arg=code.tolist())


def test_a_swipe_scrolls_a_finger_held_probes_and_a_tap_pins(chromium, app):
    context = chromium.new_context(
        viewport={"width": 420, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.add_init_script(RETURNING)
    visit(page, app)
    before, start = centered(page), ranges(page)
    touch = context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    send("touchStart", point_at(page, 0.3, 0.6))
    for step in range(1, 11):
        send("touchMove", point_at(page, 0.3, 0.6 - 0.03 * step))
    send("touchEnd")
    page.wait_for_timeout(300)
    assert area(page)["y"] < before["y"] - 30
    before = centered(page)
    drawn = page.evaluate(f"{SHOWN}.frames")
    send("touchStart", point_at(page, 0.3, 0.2))
    page.wait_for_function(f"{SHOWN}.frames > {drawn}")  # the finger has rested for long enough
    for step in range(1, 21):
        send("touchMove", point_at(page, 0.3, 0.2 + 0.03 * step))
        page.wait_for_timeout(20)
    wait_for_code(page, position(page, 0.3, 0.8))
    send("touchEnd")
    page.wait_for_timeout(500)

    assert area(page) == before
    assert ranges(page) == start
    assert "z=" not in page.url
    page.touchscreen.tap(*point_at(page, 0.04, 0.96))
    wait_for_address(page, "&z=")
    context.close()


def test_a_long_press_holds_where_the_page_is_too_busy_to_notice_that_the_finger_rests(
    chromium, app
):
    context = chromium.new_context(
        viewport={"width": 420, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.add_init_script(RETURNING)
    visit(page, app)
    centered(page)
    x, y = point_at(page, 0.3, 0.2)

    prevented = page.evaluate(PRESS_LONG, [x, y])  # within one task: no timer runs meanwhile

    assert prevented == [False, True]
    wait_for_code(page, position(page, 0.3, 0.2))
    context.close()


def test_a_swipe_over_a_three_dimensional_map_scrolls(chromium, app):
    context = chromium.new_context(
        viewport={"width": 420, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.add_init_script(RETURNING)
    visit(page, app, "model=plain-32")
    page.get_by_text("Principal components (3-D)").click()
    page.locator(".aecore-space-pin").wait_for()
    chart = page.locator(CHART)
    chart.evaluate("chart => chart.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(300)
    before = chart.bounding_box()
    touch = context.new_cdp_session(page)

    for step in range(11):
        place = {"x": 200, "y": before["y"] + 400 - 15 * step}
        kind = "touchMove" if step else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    page.wait_for_timeout(300)
    assert chart.bounding_box()["y"] < before["y"] - 30
    context.close()


def test_without_webgl_the_map_is_drawn_and_decodes(chromium, app, plane):
    arguments = [argument for argument in ARGUMENTS if "swiftshader" not in argument]
    browser = chromium.browser_type.launch(
        executable_path=find_chromium(), args=[*arguments, *NO_WEBGL]
    )
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.add_init_script(RETURNING)
    visit(page, app)

    page.get_by_text("This browser has no WebGL").wait_for()
    page.locator(f"{CHART} .scatterlayer path.point").first.wait_for()
    wait_for_map(page)
    move(page, 0.4, 0.4)

    np.testing.assert_allclose(shown_code(page), position(page, 0.4, 0.4), atol=1e-6)
    np.testing.assert_allclose(shown_digit(page), decoded(plane, shown_code(page)), atol=1e-5)
    browser.close()
