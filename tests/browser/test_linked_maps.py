"""Two maps with linked selection on `/compare`, in a real browser."""

from __future__ import annotations

import numpy as np
from PIL import Image

from tests.support.browser import download

pytest_plugins = ["tests.support.browser"]

METER = "globalThis.__aecoreLinked"
ROW = 35  # px of the table


def selected(page) -> np.ndarray:
    return np.array(page.evaluate(f"{METER}.selected"))


def test_what_is_selected_in_one_map_is_selected_in_both(app, page, plane):
    page.goto(f"{app}/compare?model=plane")
    maps = page.locator(".linked canvas")
    maps.first.wait_for()
    page.wait_for_selector("text=Data:")
    pictures = page.locator(".st-key-compare_pictures img")
    digits = plane.codes.astype(np.float32)

    # A label's button selects all of its digits, and the server shows some.
    page.get_by_role("button", name="Select all digits 3").click()
    pictures.first.wait_for()
    np.testing.assert_array_equal(selected(page), np.flatnonzero(plane.labels == 3))
    assert pictures.first.get_attribute("alt").endswith(", a 3")

    # A stroke around the right half of the left map selects what lies there.
    maps.first.scroll_into_view_if_needed()
    box = maps.first.bounding_box()
    left, right = box["x"] + box["width"] / 2, box["x"] + box["width"] - 2
    top, bottom = box["y"] + 1, box["y"] + box["height"] - 1
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom)):
        page.mouse.move(x, y, steps=3)
    page.mouse.up()
    chosen = np.isin(np.arange(len(digits)), selected(page))
    assert 0 < chosen.sum() < len(digits)
    assert digits[chosen, 0].min() > digits[~chosen, 0].max() - 1e-4
    summary = page.locator(".linked .found").inner_text()
    assert summary.startswith(f"{chosen.sum()} digits selected")
    assert summary in maps.nth(1).get_attribute("aria-label")

    # The file of this page opens on the selection.
    first = np.flatnonzero(chosen)[0]
    page.locator(f".st-key-compare_pictures img[alt*=' {first},']").wait_for()
    held = download(page, "Download this page's explorer").decode()
    numbers = ",".join(map(str, selected(page)[:200]))
    assert f'"other": "plain-32", "selected": "{numbers}"' in held

    # It outlives a visit to another page.
    page.get_by_role("link", name="Denoise").click()
    page.locator(".st-key-denoise_grid").wait_for()
    page.get_by_role("link", name="Compare").click()
    pictures.first.wait_for()
    assert page.locator(".linked .found").inner_text() == summary
    maps.first.scroll_into_view_if_needed()

    # Its link selects the same in another browser, as many as it holds.
    with_link = page.context.browser.new_context().new_page()
    with_link.goto(page.url)
    with_link.locator(".linked .found", has_text="selected:").wait_for()
    np.testing.assert_array_equal(selected(with_link), selected(page)[:200])
    with_link.context.close()

    # Both maps are saved as one picture.
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Maps as PNG").click()
    sheet = Image.open(waiting.value.path())
    assert sheet.width > 1.9 * box["width"]

    # Nothing selected: the pictures go.
    page.get_by_role("button", name="Clear selection").click()
    pictures.first.wait_for(state="detached")
    assert selected(page).size == 0
    page.go_back()
    page.wait_for_function(f"{METER}.selected.length")
    page.go_forward()
    page.wait_for_function(f"!{METER}.selected.length")

    # The table opens a model by a press of its name; a phone's links to it.
    short = page.locator(".st-key-compare_narrow")
    assert not short.is_visible()
    table = page.locator(".st-key-compare_table canvas").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    page.mouse.click(box["x"] + 40, box["y"] + 2.5 * ROW)  # below the header, the second one
    page.wait_for_url("**/?model=plain-32")
    page.go_back()
    page.set_viewport_size({"width": 390, "height": 844})
    short.get_by_role("link", name="plain-32").wait_for()
    assert not page.locator(".st-key-compare_table").is_visible()
