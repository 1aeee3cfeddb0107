"""Selecting digits on the map with a box or a lasso, in a real Chromium."""

from __future__ import annotations

import io
import math
import re

import numpy as np

from tests.support.browser import download
from tests.support.live_map import CHART, area, position, visit, wait_until_idle

pytest_plugins = ["tests.support.browser"]

TITLE = ".st-key-map_selection h2"
OUTLINE = ".aecore-outline polygon"
SHOWN_CLASSES = (
    f"document.querySelector('{CHART}')._fullData"
    ".filter(({ visible }) => visible === true).map(({ name }) => name).join('')"
)


def drag(page, places) -> None:
    """Press at the first place, move along the others and let go; shares of the plot area."""
    box = area(page)
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*at[0])
    page.mouse.down()
    for place in at[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def title(count: int) -> str:
    return f"Selected: {count:,} of 500 test digits"


def test_a_box_and_a_lasso_select_what_they_hold_and_follow_the_map(page, app, plane):
    visit(page, app)
    codes = plane.codes.astype(np.float64)

    page.locator("[data-tool=box]").click()
    drag(page, [(0.2, 0.25), (0.4, 0.3), (0.65, 0.7)])

    (left, top), (right, bottom) = position(page, 0.2, 0.25), position(page, 0.65, 0.7)
    x, y = codes.T
    held = np.flatnonzero((left < x) & (x < right) & (bottom < y) & (y < top))
    page.locator(TITLE, has_text=title(len(held))).wait_for()
    assert page.locator("[data-tool=count]").inner_text() == f"{len(held)} selected"
    assert page.locator(".aecore-outline path").get_attribute("d")
    with np.load(io.BytesIO(download(page, "Codes as NPZ"))) as archive:
        np.testing.assert_array_equal(archive["numbers"], held)
        np.testing.assert_array_equal(archive["codes"], plane.codes[held])

    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    found = re.search(
        '"outline": "([^"]+)"', download(page, "Download this page's explorer").decode()
    )
    kept = [[float(value) for value in corner.split(",")] for corner in found[1].split("_")]
    np.testing.assert_allclose(kept, corners, rtol=1e-3, atol=1e-3)

    page.wait_for_function("location.search.includes('outline=')")
    box_address = page.url
    page.locator("[data-tool=lasso]").click()
    turns = [2 * math.pi * step / 60 for step in range(61)]
    drag(page, [(0.5 + 0.2 * math.cos(a), 0.5 + 0.3 * math.sin(a)) for a in turns])

    middle, edge = position(page, 0.5, 0.5), position(page, 0.7, 0.8)
    radii = np.linalg.norm((codes - middle) / (edge - middle), axis=1)
    page.wait_for_function(
        f"before => document.querySelector('{TITLE}')?.innerText !== before", arg=title(len(held))
    )
    count = int(page.locator(TITLE).inner_text().split()[1].replace(",", ""))
    assert (radii < 0.97).sum() <= count <= (radii < 1.03).sum()

    page.wait_for_function("before => location.href !== before", arg=box_address)
    lasso_address = page.url
    page.go_back()
    page.locator(TITLE, has_text=title(len(held))).wait_for()
    assert page.url == box_address
    page.go_forward()
    page.locator(TITLE, has_text=title(count)).wait_for()
    wait_until_idle(page)

    before = page.locator(OUTLINE).first.get_attribute("points")
    page.locator("[data-tool=lasso]").click()  # put away
    page.mouse.move(*[*area(page).values()][:2])
    page.locator(".aecore-probe").hover(force=True)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    page.wait_for_function(
        f"before => document.querySelector('{OUTLINE}').getAttribute('points') !== before",
        arg=before,
    )
    page.locator("[data-tool=clear]").click()
    page.locator(TITLE).wait_for(state="detached")
    wait_until_idle(page)
    assert page.locator(OUTLINE).first.get_attribute("points") == ""
    assert "outline" not in page.url

    page.goto(lasso_address)
    page.locator(TITLE, has_text=title(count)).wait_for()
    page.locator("[data-tool=count]", has_text=f"{count} selected").wait_for()
    assert len(lasso_address) <= 2_000


def test_a_box_is_drawn_by_keyboard(page, app, plane):
    visit(page, app)
    page.locator("[data-tool=box]").press("Enter")
    assert page.locator(".aecore-probe").evaluate("probe => probe.matches(':focus')")
    start = plane.codes[0].astype(np.float64)  # of the digit that is pinned at first

    page.keyboard.press("Enter")
    for key in 12 * ["ArrowRight"] + 15 * ["ArrowUp"]:
        page.keyboard.press(key)
    page.keyboard.press("Enter")

    page.locator(TITLE).wait_for()
    (left, top), (right, bottom) = position(page, 0, 0), position(page, 1, 1)
    end = start + np.array([12 * (right - left), 15 * (top - bottom)]) / 60
    end = np.clip(end, (left, bottom), (right, top))
    # The pinned digit lies on the box's corner, where rounding decides.
    least, most = (
        ((start - edge < plane.codes) & (plane.codes < end + edge)).all(axis=1).sum()
        for edge in (-1e-4, 1e-4)
    )
    assert 2 <= least <= most <= least + 1
    assert page.locator(TITLE).inner_text() in (title(least), title(most))
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    before = page.locator(OUTLINE).first.get_attribute("points")
    page.keyboard.press("Escape")
    assert page.locator(OUTLINE).first.get_attribute("points") != before

    selected = page.locator(TITLE).inner_text()
    with np.load(io.BytesIO(download(page, "Codes as NPZ"))) as archive:
        labels = archive["labels"]
    page.locator(".legend .legendtoggle").nth(labels[0]).press("Enter")
    count = int((labels != labels[0]).sum())
    page.locator("[data-tool=count]", has_text=re.compile(f"^{count} selected")).wait_for()
    results = title(count) if count else "There are no test digits in the selection."
    page.locator(".st-key-map_selection", has_text=results).wait_for()
    assert classes(page) == "".join(str(k) for k in range(10) if k != labels[0])
    assert f'"hide": "{labels[0]}"' in download(page, "Download this page's explorer").decode()
    page.go_back()
    page.locator(TITLE, has_text=selected).wait_for()
    page.wait_for_function(f"({SHOWN_CLASSES}).length === 10")
    assert classes(page) is None


def classes(page) -> str | None:
    """What the address says of the classes on show, which the chart must show."""
    told = page.evaluate("new URLSearchParams(location.search).get('classes')")
    assert page.evaluate(SHOWN_CLASSES) == (told or "0123456789")
    return told


def test_a_digit_leads_to_its_dot_and_back_all_is_as_it_was(page, app, plane):
    page.goto(f"{app}/reconstruct?model=plane&reconstruct_with=plain-32&reconstruct_which=Worst")
    first = page.locator(".st-key-reconstruction_grid a").first
    first.wait_for()
    number = int(first.locator("img").get_attribute("alt").split("no. ")[1].split(",")[0])

    first.click()

    field = page.locator(".st-key-map_number input")
    field.wait_for()
    assert int(field.input_value()) == number == plane.errors.argmax()
    page.go_back()
    page.get_by_text("plain-32 · D").first.wait_for()
    assert "reconstruct_which=Worst" in page.url
