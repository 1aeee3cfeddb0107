"""What a page shows of a model seen before, in a real browser, while it cannot ask the server."""

from __future__ import annotations

import zlib

import pytest

from tests.support.browser import HOLD, wait_for_script

pytest_plugins = ["tests.support.browser"]

LIVE = ".st-key-live_decoder"
PAGES = {
    "filters": (".st-key-filter_gallery", ".st-key-filters_digits", ".st-key-filters_charts"),
    "reconstruct": (".st-key-reconstruction_grid",),
    "denoise": (".st-key-denoise_grid", ".st-key-denoise_curve"),
    "generate": (LIVE,),
    "": (LIVE,),
}
LOOK = """parts => {
  // Sliders that a model with few dimensions does not use are hidden, and keep what they had.
  const isUsed = (part) => part.type !== "range" || part.checkVisibility();
  return parts.filter(isUsed).map((part) => {
    const {alt, textContent: text} = part;
    const looks = [part.src ?? part.toDataURL?.(), part.style.objectPosition, part.value, text];
    return [alt || text.slice(0, 60), looks.join()];
  });
}"""
MUTE = "() => { WebSocket.prototype.send = () => {}; }"


def pick(page, name: str) -> None:
    picker = page.locator(".st-key-model input")
    picker.scroll_into_view_if_needed()
    page.wait_for_timeout(300)  # a list that opens while the page scrolls closes again
    picker.press("ArrowDown")
    page.get_by_role("option").filter(has_text=f"{name} ·").click()


def seen(page, places: tuple[str, ...]) -> list[str]:
    """All pictures, charts and words in these places: what each is, and a sum of all of it."""
    wanted = ", ".join(
        f"{place} :is(img, svg, canvas, input, h2, p, figcaption)" for place in places
    )
    parts = page.locator(wanted).evaluate_all(LOOK)
    return [f"{name} {zlib.crc32(whole.encode()):08x}" for name, whole in parts]


def wait_for_model(page, name: str) -> None:
    page.wait_for_url(lambda url: f"model={name}" in url)
    wait_for_script(page)
    page.wait_for_timeout(500)  # what is off the screen follows later


def wait_for_pictures(page, places: tuple[str, ...]) -> None:
    for place in places:
        page.locator(f"{place} :is(img, svg, canvas)").first.wait_for()
    page.get_by_text("noise levels…").wait_for(state="hidden")


@pytest.mark.parametrize("address", PAGES)
def test_a_model_seen_before_is_shown_without_the_server(app, page, address):
    page.goto(f"{app}/{address}?model=plane")
    wait_for_pictures(page, PAGES[address])
    wait_for_model(page, "plane")
    first = seen(page, PAGES[address])
    assert len(first) > (10 if LIVE not in PAGES[address] else 3)
    pick(page, "plain-32")
    wait_for_model(page, "plain-32")
    wait_for_pictures(page, PAGES[address])
    assert seen(page, PAGES[address]) != first

    page.evaluate(MUTE)
    pick(page, "plane")
    page.wait_for_timeout(1000)

    assert seen(page, PAGES[address]) == first


def test_a_unit_that_was_chosen_is_not_foreseen(app, page):
    """The server begins anew with the strongest unit."""
    page.goto(f"{app}/filters?model=plane&sort=number")
    place = PAGES["filters"][1:]
    page.locator(f"{place[0]} img").first.wait_for()
    wait_for_model(page, "plane")
    strongest = seen(page, place)
    page.locator(".st-key-filters_units button").nth(40).click()
    page.get_by_role("heading", name="Unit 41", exact=True).wait_for()
    wait_for_model(page, "plane")
    assert seen(page, place) != strongest
    pick(page, "plain-32")
    wait_for_model(page, "plain-32")

    page.evaluate(MUTE)
    pick(page, "plane")
    page.wait_for_timeout(1000)

    assert seen(page, place) == strongest


def test_a_code_that_was_set_is_not_foreseen(app, page):
    """The server begins anew with a test digit's."""
    page.goto(f"{app}/generate?model=plane")
    place = PAGES["generate"]
    wait_for_pictures(page, place)
    wait_for_model(page, "plane")
    first = seen(page, place)
    page.get_by_role("slider", name="z1", exact=True).press("Home")
    wait_for_script(page)
    wait_for_model(page, "plane")
    assert seen(page, place) != first
    pick(page, "plain-32")
    wait_for_model(page, "plain-32")

    page.evaluate(MUTE)
    pick(page, "plane")
    page.wait_for_timeout(1000)

    assert seen(page, place) == first


def test_what_is_moved_before_the_server_answers_stays(app, page):
    page.goto(f"{app}/generate?model=plane")
    wait_for_pictures(page, PAGES["generate"])
    wait_for_model(page, "plane")
    pick(page, "plain-32")
    wait_for_model(page, "plain-32")
    slider = page.get_by_role("slider", name="z1", exact=True)

    page.evaluate(HOLD)
    pick(page, "plane")
    slider.press("Home")
    moved = slider.input_value()
    page.evaluate("letGo()")
    wait_for_model(page, "plane")
    page.wait_for_url(lambda url: f"z={float(moved):.4g}"[:6] in url)

    assert slider.input_value() == moved == slider.get_attribute("min")
