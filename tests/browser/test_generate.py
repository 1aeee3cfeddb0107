"""`/generate` as a person uses it, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest

from aecore.imaging.png import to_png
from aecore.latent.axes import mean_and_covariance, principal_axes
from aecore.latent.neighbors import NeighborIndex
from aecore.ui.text.snippets import as_command, as_python, exact
from aecore.viewer.bundle import bundle
from tests.support.browser import SHOWN, decoded, download, shown_code, shown_digit, visit, watched

pytest_plugins = ["tests.support.browser"]

SAMPLING = """
import { rowsOf, sampleFitted, samplePrior } from "./model/sampling.js";
export { rowsOf, sampleFitted, samplePrior };
"""
POINT = ".generate .handle"
SLIDER = ".st-key-live_decoder input[type=range]"


@pytest.fixture(scope="module")
def plane_tab(visitor, app) -> Iterator:
    with watched(visitor) as tab:
        visit(tab, app, "model=plane")
        yield tab


@pytest.fixture(scope="module")
def many_tab(visitor, app) -> Iterator:
    with watched(visitor) as tab:
        visit(tab, app, "model=plain-32")
        yield tab


@pytest.fixture
def plane_page(plane_tab):
    """The sliders of `plane`, at the mean; one visit for all tests."""
    return at_the_mean(plane_tab)


@pytest.fixture
def many_page(many_tab):
    """The same of `many`."""
    return at_the_mean(many_tab)


def at_the_mean(page):
    page.bring_to_front()
    page.get_by_role("button", name="Reset to the mean").click()
    page.wait_for_timeout(100)
    return page


def assert_shows_what_torch_decodes(page, found) -> None:
    np.testing.assert_allclose(shown_digit(page), decoded(found, shown_code(page))[0], atol=1e-5)


def shown_percentile(page) -> float:
    return float(page.locator("[role=meter]").get_attribute("aria-valuenow"))


def wait_for_address(page, code: np.ndarray) -> None:
    """The address holds the code to four digits."""
    page.wait_for_function(
        """(code) => {
          const z = new URLSearchParams(location.search).get("z")?.split(",").map(Number);
          return z?.length === code.length
            && z.every((value, i) => Math.abs(value - code[i]) <= 1e-3 * Math.abs(code[i]) + 1e-9);
        }""",
        arg=code.tolist(),
    )


def drag(page, slider: int, shares: list[float]) -> None:
    """Press a slider in its middle and move to these shares of its width, without letting go."""
    box = page.locator(SLIDER).nth(slider).bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for share in shares:
        page.mouse.move(box["x"] + share * box["width"], y)
        page.wait_for_timeout(30)


# --- sliders ---


@pytest.mark.parametrize("name", ["plane", "many"])
def test_a_slider_drag_shows_what_torch_decodes_and_how_far_off_the_map(name, request):
    found, page = request.getfixturevalue(name), request.getfixturevalue(f"{name}_page")
    before = shown_code(page)

    for share in (0.2, 0.7, 0.95):
        drag(page, 1, [share])
        page.mouse.up()

        assert_shows_what_torch_decodes(page, found)
        expected = NeighborIndex(found.codes).isolation(shown_code(page)[None])[0]
        assert shown_percentile(page) == pytest.approx(expected, abs=0.01)
    assert np.abs(shown_code(page) - before).max() > 0.01


def test_a_drag_says_nothing_to_the_server_until_it_ends(app, page):
    messages = []

    def listen(socket) -> None:
        for event in ("framesent", "framereceived"):
            socket.on(event, lambda message: messages.append(message))

    page.on("websocket", listen)
    visit(page, app, "model=plane")
    page.wait_for_timeout(1500)

    messages.clear()
    drag(page, 0, [0.2, 0.4, 0.6, 0.8] * 10)
    page.wait_for_timeout(400)
    during = len(messages)
    page.mouse.up()
    wait_for_address(page, shown_code(page))

    assert during == 0
    assert messages


def test_the_address_that_a_release_leaves_opens_on_the_same_digit(app, page, many):
    visit(page, app, "model=plain-32")
    drag(page, 2, [0.9])
    page.mouse.up()
    code = shown_code(page)
    wait_for_address(page, code)

    page.reload()
    page.wait_for_function(f"{SHOWN}?.lastZ")

    np.testing.assert_allclose(shown_code(page), code, rtol=1e-3)


def test_double_click_resets_one_slider_to_the_mean(plane_page, plane):
    mean = plane.codes.astype(np.float64).mean(axis=0)
    for slider in (0, 1):
        drag(plane_page, slider, [0.9])
        plane_page.mouse.up()
    before = shown_code(plane_page)
    assert np.abs(before - mean).min() > 0.01

    plane_page.locator(SLIDER).first.dblclick(position={"x": 30, "y": 8})
    plane_page.wait_for_timeout(100)

    np.testing.assert_allclose(shown_code(plane_page), [mean[0], before[1]], atol=1e-5)
    assert_shows_what_torch_decodes(plane_page, plane)


def test_sliders_end_at_the_1st_and_99th_percentile(many_page, many):
    spread = principal_axes(many.codes).to_axes(many.codes)[:, :12]

    ends = many_page.locator(SLIDER).evaluate_all("all => all.map(each => [+each.min, +each.max])")

    np.testing.assert_allclose(ends, np.percentile(spread, (1, 99), axis=0).T, rtol=1e-6)


def test_the_keyboard_moves_and_resets_a_slider(plane_page, plane):
    page = plane_page
    before = shown_code(page)
    page.locator(SLIDER).nth(1).focus()

    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(100)
    moved = shown_code(page)
    assert moved[1] > before[1]
    assert_shows_what_torch_decodes(page, plane)
    wait_for_address(page, moved)

    page.keyboard.press("Delete")
    page.wait_for_timeout(100)
    np.testing.assert_allclose(shown_code(page), before, atol=1e-5)


def test_a_finger_moves_a_slider_and_the_point_on_the_map(app, chromium, plane):
    context = chromium.new_context(viewport={"width": 420, "height": 900}, has_touch=True)
    page = context.new_page()
    visit(page, app, "model=plane")
    before = shown_code(page)
    slider = page.locator(SLIDER).first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    cdp = context.new_cdp_session(page)

    for kind, share in [("touchStart", 0.5), ("touchMove", 0.6), ("touchMove", 0.8)]:
        points = [{"x": box["x"] + share * box["width"], "y": y}]
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(50)
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(100)

    assert shown_code(page)[0] > before[0]
    assert_shows_what_torch_decodes(page, plane)
    wait_for_address(page, shown_code(page))
    before, scrolled = shown_code(page), page.evaluate("scrollY")
    box = page.locator(POINT).bounding_box()
    for kind, down in [("touchStart", 0), ("touchMove", 20), ("touchMove", 40)]:
        points = [{"x": box["x"] + 4, "y": box["y"] + 4 + down}]
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(50)
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert shown_code(page)[1] < before[1] - plane.codes[:, 1].std() / 2
    assert page.evaluate("scrollY") == scrolled
    context.close()


# --- the map ---


def drag_point(page, across: int, down: int) -> None:
    """Drag the point on the map by some pixels."""
    box = page.locator(POINT).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across / 2, y + down / 2)
    page.mouse.move(x + across, y + down)
    page.mouse.up()
    page.wait_for_timeout(100)


def test_dragging_the_point_on_the_map_sets_both_numbers(plane_page, plane):
    before = shown_code(plane_page)
    drag_point(plane_page, 60, 40)

    across, up = (shown_code(plane_page) - before) / plane.codes.std(axis=0)
    assert across > 0.5
    assert up < -0.3
    values = plane_page.locator(SLIDER).evaluate_all("all => all.map(each => +each.value)")
    np.testing.assert_allclose(values[:2], shown_code(plane_page), atol=1e-5)
    assert_shows_what_torch_decodes(plane_page, plane)
    wait_for_address(plane_page, shown_code(plane_page))


def test_dragging_the_point_moves_along_the_first_two_axes_alone(many_page, many):
    before = shown_code(many_page)
    drag_point(many_page, -50, 30)

    moved = principal_axes(many.codes).axes @ (shown_code(many_page) - before)
    assert moved[:2].max() < -0.3 * many.codes.std()
    np.testing.assert_allclose(moved[2:], 0, atol=1e-4)
    assert_shows_what_torch_decodes(many_page, many)


def test_arrow_keys_move_the_point_on_the_map(plane_page):
    steps = []
    for key in ("ArrowRight", "Shift+ArrowRight", "ArrowUp"):
        before = shown_code(plane_page)
        plane_page.locator(POINT).press(key)
        plane_page.wait_for_timeout(60)
        steps.append(shown_code(plane_page) - before)

    assert steps[0][0] == pytest.approx(8 * steps[1][0], rel=1e-3)
    assert steps[0][1] == 0 == steps[2][0]
    assert steps[2][1] > 0


def test_pages_of_axes_reach_the_weakest_one(app, page, many):
    visit(page, app, "model=plain-32")
    before = shown_code(page)

    for _ in range(2):
        page.get_by_label("Weaker axes").click()
    visible = page.locator(f"{SLIDER}:visible")
    assert visible.count() == 32 - 24
    assert page.get_by_label("Weaker axes").is_disabled()
    page.locator(SLIDER).nth(7).focus()
    page.keyboard.press("End")
    page.wait_for_timeout(100)

    axes = principal_axes(many.codes)
    moved = axes.axes @ (shown_code(page) - before)
    assert np.abs(moved).argmax() == 31
    assert_shows_what_torch_decodes(page, many)


# --- deep links ---


def test_another_page_and_back_shows_the_same_code(app, page):
    visit(page, app, "model=plane&z=0.25,-0.5")

    page.get_by_role("link", name="Filters").click()
    page.locator(".st-key-filter_gallery").wait_for()
    page.evaluate(f"{SHOWN}.lastZ = null")
    page.get_by_role("link", name="Generate").click()
    page.wait_for_function(f"{SHOWN}.lastZ")

    np.testing.assert_array_equal(shown_code(page), [0.25, -0.5])
    wait_for_address(page, np.array([0.25, -0.5]))


def test_another_model_brings_its_own_sliders_and_digit(app, page, many):
    visit(page, app, "model=plane&z=0,-4")

    page.locator(".st-key-model [role=combobox]").click()
    page.get_by_role("option", name="plain-32").click()
    page.locator(".workbench").get_by_text("axes 1–12 of 32").wait_for()
    page.wait_for_function(f"{SHOWN}.lastZ.length === 32")

    gaps = np.abs(many.codes - shown_code(page)).max(axis=1)
    number = gaps.argmin()  # it starts on a test digit, a well reconstructed one
    assert gaps[number] < 1e-5
    assert many.errors[number] < np.median(many.errors)
    assert_shows_what_torch_decodes(page, many)


# --- random draws ---


def draw(page, source: str, label: str | None = None) -> np.ndarray:
    page.locator("select[name=source]").select_option(label=source)
    if label is not None:
        page.locator("select[name=label]").select_option(label=label)
    page.get_by_role("button", name="Sample a code").click()
    page.wait_for_timeout(60)
    return shown_code(page)


def test_a_test_digit_is_drawn_by_its_label(plane_page, plane):
    for label in (3, 7):
        code = draw(plane_page, "a test digit", str(label))
        rows = np.flatnonzero((plane.codes.astype(np.float32) == code).all(axis=1))
        assert label in plane.labels[rows]
    assert_shows_what_torch_decodes(plane_page, plane)


def test_every_source_draws_and_reset_goes_to_the_mean(many_page, many):
    page = many_page
    codes = [draw(page, "all classes"), draw(page, "one class", "4"), draw(page, "N(0, I)")]

    assert len({code.tobytes() for code in codes}) == 3
    assert_shows_what_torch_decodes(page, many)
    page.get_by_role("button", name="Reset to the mean").click()
    page.wait_for_timeout(100)
    np.testing.assert_allclose(shown_code(page), many.codes.mean(axis=0, dtype=float), atol=1e-5)


def test_draws_have_the_mean_and_covariance_of_the_codes(plane_page, plane):
    script = bundle(SAMPLING).script
    rows = np.flatnonzero(plane.labels == 1)
    model = {
        "codes": plane.codes.astype(float).ravel().tolist(),
        "labels": plane.labels.tolist(),
        "dim": 2,
        "count": len(plane.labels),
    }

    drawn = plane_page.evaluate(
        f"""async (model) => {{
          const code = {json.dumps(script)};
          const blob = new Blob([code], {{type: "text/javascript"}});
          const {{rowsOf, sampleFitted, samplePrior}} = await import(URL.createObjectURL(blob));
          const rows = rowsOf(model, 1);
          const many = (one) => Array.from({{length: 20000}}, () => Array.from(one()));
          return [many(() => sampleFitted(model, rows)), many(() => samplePrior(model))];
        }}""",
        model,
    )

    mean, covariance = mean_and_covariance(plane.codes[rows].astype(np.float64), ddof=1)
    spread = np.sqrt(np.diag(covariance))
    near = 0.05 * spread.max()  # seven standard errors of a mean of 20,000
    np.testing.assert_allclose(np.mean(drawn[0], axis=0), mean, atol=near)
    np.testing.assert_allclose(np.cov(np.transpose(drawn[0])), covariance, atol=near * spread.max())
    np.testing.assert_allclose(np.cov(np.transpose(drawn[1])), np.eye(2), atol=0.05)


# --- taking things along ---


def test_downloads_of_the_digit_and_its_code(many_page, many):
    page = many_page
    code = draw(page, "all classes")
    wait_for_address(page, code)
    page.wait_for_timeout(500)  # the page is drawn again after the address

    digit = decoded(many, code, weights=many.weights)  # made on the server
    assert download(page, "Digit as PNG") == to_png(digit.reshape(28, 28))
    assert download(page, "Code as text").decode() == exact(code) + "\n"


def test_a_deep_link_opens_exactly_there_and_snippets_name_that_code(app, page, plane):
    visit(page, app, "model=plane&z=-1.5,2")
    code = np.array([-1.5, 2.0])

    np.testing.assert_array_equal(shown_code(page), code)
    assert_shows_what_torch_decodes(page, plane)
    for name, text in [
        ("Python code", as_python("plane", code)),
        ("Command line", as_command("plane", code)),
    ]:
        page.get_by_role("button", name=name).click()
        shown = page.get_by_test_id("stPopoverBody").get_by_test_id("stCode")
        shown.wait_for()
        assert shown.inner_text().strip() == text.strip()
        page.keyboard.press("Escape")
