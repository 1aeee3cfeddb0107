"""The digit under the finger on `/`, as a person meets it, in a real browser."""

from __future__ import annotations

import numpy as np
import pytest

from aecore import checkpoint, inference
from aecore.bench.chromium import ARGUMENTS, find_chromium
from aecore.codes import format_code
from aecore.latent import MapDistance, principal_axes

pytest_plugins = ["browser"]

METER = "globalThis.__aecoreLive"
CHART = ".st-key-latent_map .js-plotly-plot"
LEFT_BEHIND = f"""{{
  listeners: {METER}.listeners,
  instances: {METER}.instances,
  canvases: document.querySelectorAll("canvas").length,
  layers: document.querySelectorAll(".aecore-layer").length,
  styles: document.querySelectorAll("{CHART} style").length,
}}"""
PLANE_SWITCH = "Decoded plane under the points"
NO_WEBGL = ("--disable-gpu", "--disable-3d-apis", "--disable-software-rasterizer")


class Traffic:
    """What a tab's websocket has carried, since it was opened or `clear` was called."""

    def __init__(self, page) -> None:
        self.sent: list[str | bytes] = []
        self.received: list[str | bytes] = []
        page.on("websocket", self._watch)

    def _watch(self, socket) -> None:
        socket.on("framesent", lambda frame: self.sent.append(frame))
        socket.on("framereceived", lambda frame: self.received.append(frame))

    def clear(self) -> None:
        self.sent.clear()
        self.received.clear()

    def copies_of(self, found) -> int:
        """How often the decoder's last matrix came in."""
        matrix = list(found.weights.items())[-2][1].tobytes()
        return sum(bytes_of(frame).count(matrix) for frame in self.received)


def bytes_of(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def visit(page, app: str, query: str = "model=plane") -> None:
    """Open the map and wait until a digit has been drawn and the probe lies over the chart."""
    page.goto(f"{app}/?{query}")
    wait_for_map(page)


def wait_for_map(page) -> None:
    page.locator(".aecore-probe").wait_for(state="attached")
    page.wait_for_function(f"{METER}.lastZ")
    settle(page)


def settle(page) -> None:
    """Wait until the script has run and the chart has been drawn."""
    page.wait_for_timeout(300)
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(300)


def area(page) -> dict[str, float]:
    return page.locator(".aecore-layer").bounding_box()


def point_at(page, across: float, down: float) -> tuple[float, float]:
    """A place in the plot area, from shares of its width and height, in px of the page."""
    box = area(page)
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def move(page, across: float, down: float) -> None:
    frames = meter(page, "frames")
    page.mouse.move(*point_at(page, across, down))
    page.wait_for_function(f"{METER}.frames > {frames}")


def meter(page, name: str):
    return page.evaluate(f"{METER}.{name}")


def shown_code(page) -> np.ndarray:
    return np.array(meter(page, "lastZ"))


def shown_digit(page) -> np.ndarray:
    return np.array(page.evaluate(f"Array.from({METER}.lastPixels)"))


def ranges(page) -> list[list[float]]:
    return page.evaluate(
        f"(({{xaxis, yaxis}}) => [xaxis.range, yaxis.range])"
        f"(document.querySelector('{CHART}')._fullLayout)"
    )


def position(page, across: float, down: float) -> np.ndarray:
    """What the axes say of a place in the plot area."""
    (x0, x1), (y0, y1) = ranges(page)
    return np.array([x0 + across * (x1 - x0), y1 - down * (y1 - y0)])


def decoded(found, code: np.ndarray) -> np.ndarray:
    model = inference.build_model(found.card.model, found.weights)
    return inference.decode(model, code[None].astype(np.float32))[0]


def caption(page, which: str) -> str:
    return page.locator(f".st-key-live_decoder #{which} figcaption").inner_text()


def wait_for_caption(page, which: str, text: str) -> None:
    page.locator(f".st-key-live_decoder #{which} figcaption").filter(has_text=text).wait_for()


def wait_for_address(page, query: str) -> None:
    page.wait_for_function(
        "(query) => decodeURIComponent(location.search).includes(query)", arg=query
    )


def pick_model(page, name: str) -> None:
    page.locator(".st-key-model input").first.click()
    page.get_by_role("option").filter(has_text=f"{name} ·").first.click()
    wait_for_address(page, f"model={name}")
    wait_for_map(page)


def dot(page, number: int) -> tuple[float, float]:
    """Where the dot of a test digit lies, in px of the page."""
    x, y = page.evaluate(
        """([chart, number]) => {
          for (const trace of document.querySelector(chart)._fullData) {
            const at = Array.from(trace.customdata).indexOf(number);
            if (at >= 0) return [trace.x[at], trace.y[at]];
          }
        }""",
        [CHART, number],
    )
    (x0, x1), (y0, y1) = ranges(page)
    return point_at(page, (x - x0) / (x1 - x0), (y1 - y) / (y1 - y0))


# --- decoding -----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [(0.5, 0.5), (0.1, 0.85), (0.93, 0.07)])
def test_the_digit_under_the_pointer_is_the_one_that_torch_decodes(page, app, plane, place):
    visit(page, app)

    move(page, *place)

    np.testing.assert_allclose(shown_code(page), position(page, *place), atol=1e-6)
    np.testing.assert_allclose(shown_digit(page), decoded(plane, shown_code(page)), atol=1e-5)


def test_over_a_principal_plane_the_code_lies_in_that_plane(page, app, many):
    visit(page, app, "model=plain-32")

    move(page, 0.3, 0.6)

    expected = principal_axes(many.codes).to_codes(position(page, 0.3, 0.6)[None])[0]
    np.testing.assert_allclose(shown_code(page), expected, atol=1e-6)
    np.testing.assert_allclose(shown_digit(page), decoded(many, expected), atol=1e-5)


@pytest.mark.parametrize("name", ["plane", "plain-32"])
def test_the_distance_to_the_map_is_pythons(page, app, small_models, name):
    near = MapDistance(checkpoint.load(small_models / f"{name}{checkpoint.SUFFIX}").codes)
    visit(page, app, f"model={name}")

    for place in [(0.5, 0.5), (0.35, 0.4), (0.05, 0.05), (0.6, 0.3)]:
        move(page, *place)
        code, found = shown_code(page), meter(page, "lastDistance")
        indices, distances = near.neighbours(code[None], 10)
        assert found["nearestIndex"] == indices[0, 0]
        assert found["distance10"] == pytest.approx(distances[0, -1], rel=1e-12)
        assert found["percentile"] == near.percentile(code[None])[0]


def test_moving_sends_nothing_and_runs_nothing(page, app):
    traffic = Traffic(page)
    visit(page, app)
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


# --- pinning ------------------------------------------------------------------------------------


def test_a_click_on_a_dot_pins_that_digit_and_the_pointer_moves_on(page, app, plane):
    visit(page, app)

    page.mouse.click(*dot(page, 40))
    wait_for_address(page, f"z={format_code(plane.codes[40])}")
    move(page, 0.9, 0.9)

    number = int(page.locator(".st-key-map_number input").input_value())
    np.testing.assert_array_equal(plane.codes[number], plane.codes[40])
    assert f"test digit no. {number}, a {plane.labels[number]}" in caption(page, "pin")
    assert "nearest" in caption(page, "probe")
    np.testing.assert_allclose(shown_code(page), position(page, 0.9, 0.9), atol=1e-6)


def test_a_click_between_dots_pins_the_point_itself(page, app):
    visit(page, app)
    code = format_code(position(page, 0.02, 0.98))

    page.mouse.click(*point_at(page, 0.02, 0.98))

    page.get_by_text("A point between the dots").wait_for()
    assert page.locator(".st-key-map_number input").input_value() == ""
    address = page.evaluate("new URLSearchParams(location.search).get('z')")
    np.testing.assert_allclose(
        np.array(address.split(","), dtype=float),
        np.array(code.split(","), dtype=float),
        rtol=1e-3,
    )


def test_pinning_leaves_the_chart_and_its_zoom_alone(page, app):
    visit(page, app)
    page.mouse.move(*point_at(page, 0.5, 0.5))
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(600)
    zoomed = ranges(page)
    page.evaluate(f"document.querySelector('{CHART}').marked = true")

    page.mouse.click(*point_at(page, 0.03, 0.97))
    wait_for_address(page, "&z=")
    settle(page)

    assert ranges(page) == zoomed
    assert page.evaluate(f"document.querySelector('{CHART}').marked")


def test_a_typed_number_moves_the_pin(page, app, plane):
    visit(page, app)

    page.locator(".st-key-map_number input").fill("7")
    page.keyboard.press("Enter")

    wait_for_caption(page, "pin", f"test digit no. 7, a {plane.labels[7]}")
    wait_for_address(page, f"z={format_code(plane.codes[7])}")


def test_the_keyboard_moves_the_probe_and_pins(page, app):
    visit(page, app)
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
    page.locator(".spoken", has_text="nearest").wait_for(state="attached")
    page.keyboard.press("Enter")
    wait_for_address(page, "&z=")
    assert page.evaluate("document.activeElement.className") == "aecore-probe"


def test_a_touch_drag_probes_and_does_not_scroll_and_a_tap_pins(chromium, app):
    context = chromium.new_context(
        viewport={"width": 420, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    visit(page, app)
    page.locator(".aecore-layer").evaluate("layer => layer.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(300)
    before, start = area(page), ranges(page)
    touch = context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    send("touchStart", point_at(page, 0.3, 0.2))
    for step in range(1, 21):
        send("touchMove", point_at(page, 0.3, 0.2 + 0.03 * step))
        page.wait_for_timeout(20)
    dragged_to = shown_code(page)
    send("touchEnd")
    page.wait_for_timeout(500)

    assert area(page) == before
    assert ranges(page) == start
    np.testing.assert_allclose(dragged_to, position(page, 0.3, 0.8), atol=0.1)
    assert "z=" not in page.url
    page.touchscreen.tap(*point_at(page, 0.04, 0.96))
    wait_for_address(page, "&z=")
    context.close()


# --- addresses ----------------------------------------------------------------------------------


def test_an_address_opens_on_exactly_its_point(page, app, plane):
    visit(page, app, "model=plane&z=0,-4")

    np.testing.assert_array_equal(shown_code(page), [0, -4])
    np.testing.assert_allclose(shown_digit(page), decoded(plane, np.array([0, -4])), atol=1e-5)
    assert "z = (0.00, −4.00)" in caption(page, "pin")


@pytest.mark.parametrize("z", ["1", "1,2,3", "nan,0", "inf,0", "1e30,0", "x,y", ""])
def test_a_bad_code_in_the_address_gets_a_message_and_the_first_digit(page, app, plane, z):
    visit(page, app, f"model=plane&z={z}")

    page.get_by_text("Showing test digit no. 0 instead").wait_for()
    np.testing.assert_array_equal(shown_code(page), plane.codes[0])


def test_the_pin_survives_a_visit_to_another_page(page, app):
    visit(page, app, "model=plane&z=0,-4")

    page.get_by_role("link", name="Filters").click()
    page.get_by_role("heading", level=1).filter(has_not_text="map").wait_for()
    page.get_by_role("link", name="Map").click()
    wait_for_map(page)

    wait_for_address(page, "z=0,-4")
    assert "z = (0.00, −4.00)" in caption(page, "pin")


# --- what crosses the wire, and what is left behind ----------------------------------------------


def test_weights_cross_once_however_one_goes_about(page, app, plane):
    traffic = Traffic(page)
    visit(page, app)

    page.get_by_role("link", name="Generate").click()
    page.locator(".st-key-live_decoder canvas").first.wait_for()
    page.get_by_role("link", name="Map").click()
    wait_for_map(page)
    page.mouse.click(*point_at(page, 0.02, 0.98))
    wait_for_address(page, "&z=")
    settle(page)

    assert traffic.copies_of(plane) == 1
    move(page, 0.4, 0.4)
    np.testing.assert_allclose(shown_digit(page), decoded(plane, shown_code(page)), atol=1e-5)


def test_a_browser_that_has_lost_the_weights_gets_them_again(page, app, plane):
    traffic = Traffic(page)
    visit(page, app)
    page.evaluate("globalThis.__aecoreModels.clear()")

    page.mouse.click(*point_at(page, 0.02, 0.98))
    page.wait_for_function("globalThis.__aecoreModels.size === 1")
    settle(page)

    assert traffic.copies_of(plane) == 2
    move(page, 0.4, 0.4)
    np.testing.assert_allclose(shown_digit(page), decoded(plane, shown_code(page)), atol=1e-5)


def test_switching_models_twenty_times_leaks_nothing_and_sends_weights_once(page, app, plane, many):
    traffic = Traffic(page)
    visit(page, app)
    pick_model(page, "plain-32")
    pick_model(page, "plane")
    page.wait_for_timeout(1500)
    before = page.evaluate(f"({LEFT_BEHIND})")

    for _ in range(10):
        pick_model(page, "plain-32")
        pick_model(page, "plane")

    assert_only_this_is_left(page, before)
    assert [traffic.copies_of(found) for found in (plane, many)] == [1, 1]


def test_leaving_the_page_takes_everything_along(page, app):
    visit(page, app)
    page.get_by_text(PLANE_SWITCH).click()

    page.get_by_role("link", name="Filters").click()
    page.locator(".aecore-layer").wait_for(state="detached")
    page.wait_for_function(f"{METER}.listeners === 0")

    assert meter(page, "instances") == 0
    assert page.locator(".aecore-layer, .aecore-plane").count() == 0


def test_another_theme_stacks_no_listeners(page, app):
    visit(page, app)
    before = page.evaluate(f"({LEFT_BEHIND})")

    page.emulate_media(color_scheme="dark")
    settle(page)
    page.emulate_media(color_scheme="light")
    settle(page)

    assert_only_this_is_left(page, before)


def assert_only_this_is_left(page, expected: dict[str, int]) -> None:
    """At the end: Streamlit may take an element away and make it anew before it rests."""
    page.wait_for_function(
        f"(expected) => JSON.stringify({LEFT_BEHIND}) === JSON.stringify(expected)", arg=expected
    )
    settle(page)
    assert page.evaluate(f"({LEFT_BEHIND})") == expected


def test_two_tabs_with_different_models_do_not_disturb_each_other(page, app, plane, many):
    visit(page, app)
    other = page.context.new_page()
    visit(other, app, "model=plain-32")

    move(page, 0.4, 0.4)
    move(other, 0.6, 0.6)
    page.mouse.click(*point_at(page, 0.02, 0.98))
    wait_for_address(page, "&z=")
    settle(other)

    assert "z=" not in other.url
    assert len(shown_code(page)) == 2
    np.testing.assert_allclose(shown_digit(other), decoded(many, shown_code(other)), atol=1e-5)
    np.testing.assert_allclose(shown_digit(page), decoded(plane, shown_code(page)), atol=1e-5)


# --- other ways to look -------------------------------------------------------------------------


def test_the_decoded_plane_shows_what_is_on_view_and_follows_zooming(page, app, plane):
    visit(page, app)

    page.get_by_text(PLANE_SWITCH).click()
    assert_plane_shows(page, plane)
    page.mouse.move(*point_at(page, 0.5, 0.5))
    before = ranges(page)
    for _ in range(5):
        page.mouse.wheel(0, -300)
    page.wait_for_function(
        f"document.querySelector('{CHART}')._fullLayout.xaxis.range[0] !== {before[0][0]}"
    )
    page.wait_for_timeout(1000)

    assert_plane_shows(page, plane)
    page.get_by_text(PLANE_SWITCH).click()
    page.locator(".aecore-plane").wait_for(state="detached")


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


def test_a_tool_of_the_chart_is_put_away_by_pressing_it_again(page, app):
    visit(page, app)
    page.mouse.move(*point_at(page, 0.5, 0.1))
    tool = page.locator(".modebar-btn[data-val=pan]")

    tool.click()
    in_use = page.evaluate(f"document.querySelector('{CHART}')._fullLayout.dragmode")
    tool.click()
    put_away = page.evaluate(f"document.querySelector('{CHART}')._fullLayout.dragmode")

    assert in_use == "pan"
    assert put_away is False


def test_a_click_on_a_three_dimensional_map_pins_its_digit(page, app, many):
    visit(page, app, "model=plain-32")
    page.get_by_text("Principal axes (3-D)").click()
    page.wait_for_function(
        f"Boolean(document.querySelector('{CHART}')?._fullLayout.scene?._scene?.glplot)"
    )
    page.wait_for_function(f"Boolean(document.querySelector('{CHART}')._ev?._events?.plotly_click)")
    settle(page)

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


def test_without_webgl_the_map_is_drawn_and_decodes(chromium, app, plane):
    arguments = [argument for argument in ARGUMENTS if "swiftshader" not in argument]
    browser = chromium.browser_type.launch(
        executable_path=find_chromium(), args=[*arguments, *NO_WEBGL]
    )
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    visit(page, app)

    page.get_by_text("This browser has no WebGL").wait_for()
    page.locator(f"{CHART} .scatterlayer path.point").first.wait_for()
    wait_for_map(page)
    move(page, 0.4, 0.4)

    np.testing.assert_allclose(shown_code(page), position(page, 0.4, 0.4), atol=1e-6)
    np.testing.assert_allclose(shown_digit(page), decoded(plane, shown_code(page)), atol=1e-5)
    browser.close()
