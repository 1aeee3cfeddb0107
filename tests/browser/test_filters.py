"""`/filters` as a person uses it, in a real browser."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from aecore.analysis.activations import Activations
from aecore.analysis.filters import hidden_units
from aecore.imaging.levels import signed_palette
from aecore.models.families import family_of
from aecore.ui.components.registry import entry
from aecore.viewer import message
from aecore.viewer.bundle import bundle
from tests.support.browser import download, wait_for_script

pytest_plugins = ["tests.support.browser"]

CELL = ".st-key-filter_gallery .units button"
CHART = ".st-key-filters_charts .charts svg"

READ = """image => {
  const context = document.createElement("canvas").getContext("2d");
  const left = (parseFloat(image.style.objectPosition) / 100) * (image.naturalWidth - 58);
  context.drawImage(image, -Math.round(left), 0); // 58 pixels of a strip are this unit's
  return Array.from(context.getImageData(0, 0, 28, 28).data);
}"""


def visit(page, app: str, query: str) -> None:
    page.goto(f"{app}/filters?{query}")
    page.locator(CELL).first.wait_for()
    page.locator(CHART).nth(1).wait_for()
    wait_for_script(page)


def wait_for_unit(page, number: int) -> None:
    """The details, the charts and the address are those of the unit."""
    page.get_by_role("heading", name=f"Unit {number}", exact=True).wait_for()
    page.locator(f"{CHART}[aria-label*='unit {number} ']").wait_for()
    page.wait_for_function(
        "number => new URLSearchParams(location.search).get('unit') === String(number)", arg=number
    )


def test_a_click_and_the_keyboard_choose_a_unit_and_every_figure_can_be_saved(app, page, plane):
    visit(page, app, "model=plane&sort=number")

    page.locator(CELL).nth(40).click()
    wait_for_unit(page, 41)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    wait_for_unit(page, 42)

    cell = page.locator(CELL).nth(41)
    assert cell.get_attribute("aria-pressed") == "true"
    assert cell.get_attribute("title").startswith("unit 42: norm ")
    pixels = cell.locator("img").evaluate(READ)
    drawn = np.array(pixels).reshape(784, 4)[:, :3]
    levels = [np.flatnonzero((signed_palette() == color).all(axis=1)) for color in drawn]
    weights = plane.weights["encoder.layers.0.weight"][41]
    assert all(len(level) for level in levels), "a color that is not of the scale"
    shares = np.array([level.mean() - 127 for level in levels])
    assert np.corrcoef(shares, weights)[0, 1] > 0.95  # clipped at the ends of the scale

    chart = Image.open(io.BytesIO(download(page, "Download as PNG: Increase in error")))
    assert chart.size == (1512, 744)  # three times its size, its margins and title with it
    assert len(np.unique(np.array(chart.convert("L")))) > 10
    with Image.open(io.BytesIO(download(page, "Download as PNG: 128 encoder filters"))) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width > 8 * 2 * 56

    digits = Image.open(io.BytesIO(download(page, "Download as PNG: these digits")))
    assert digits.width >= 9 * 2 * 28
    colors = np.array(digits.convert("RGB")).reshape(-1, 3)
    assert (colors == [247, 247, 247]).all(axis=1).any()  # no difference: the scale's middle
    assert len(np.unique(colors[:, 0])) > 50

    # The wheel over the gallery scrolls the page, and the chosen unit stays in sight.
    assert "encoder | decoder" in page.locator(".st-key-filter_gallery .pair").inner_text()
    main = "document.querySelector('[data-testid=stMain]')"
    page.evaluate(f"{main}.scrollTop = 450")
    page.mouse.move(500, 600)
    page.mouse.wheel(0, 50)
    page.wait_for_function(f"{main}.scrollTop === 500")
    box = page.locator("[data-testid=stColumn]:has(.st-key-filters_details)").bounding_box()
    assert 0 <= box["y"] < 100
    assert box["y"] + box["height"] <= page.viewport_size["height"]

    page.reload()
    wait_for_unit(page, 42)


def test_back_returns_to_the_unit_that_the_visit_began_with(app, page):
    visit(page, app, "model=plane&sort=number&show=all")
    first = int(page.locator(f"{CELL}[aria-pressed='true']").get_attribute("data-unit"))
    other = 40 if first != 40 else 41
    page.locator(CELL).nth(other).click()
    wait_for_unit(page, other + 1)

    page.go_back()

    wait_for_unit(page, first + 1)


def test_another_model_is_one_step_of_the_history(app, page):
    visit(page, app, "model=plane&unit=8")
    steps = page.evaluate("history.length")
    page.locator(".st-key-model input").press("ArrowDown")
    page.get_by_role("option", name="plain-32 ").click()
    page.wait_for_url(lambda url: "model=plain-32&unit=" in url and "unit=8" not in url)
    wait_for_script(page)
    assert page.evaluate("history.length") == steps + 1

    page.go_back()

    wait_for_unit(page, 8)
    assert "model=plane" in page.url


def shown(page) -> list[int]:
    """The units in the order that they stand in."""
    return page.locator(CELL).evaluate_all("cells => cells.map(cell => Number(cell.dataset.unit))")


PRESS_AND_LOOK = """async (text) => {
  const switches = [...document.querySelectorAll("[class*=st-key-filters_] button")];
  switches.find((button) => button.innerText === text).click();
  await new Promise((resolve) => setTimeout(resolve)); // no server answers in that time
  return globalThis.__shown();
}"""


def wait_for_answer(page, name: str, value: str | None) -> None:
    """The server has said this in the address, and all of its answer is there."""
    page.wait_for_function(
        "([name, value]) => new URLSearchParams(location.search).get(name) === value",
        arg=[name, value],
    )
    wait_for_script(page)


SHOWN = """() => {
  const all = [...document.querySelectorAll(".st-key-filters_units *")];
  const units = all.map((each) => each.shadowRoot?.querySelector(".units")).find(Boolean);
  globalThis.__shown = () => Array.from(units.children, (cell) => Number(cell.dataset.unit));
}"""


def test_the_browser_sorts_as_python_does_and_before_it_hears_from_it(
    app, page, plane, unit_digits
):
    layers = family_of(plane.card.model).dense_layers(plane.card.model, plane.weights)
    units = hidden_units(layers, Activations.of(layers, 0, unit_digits).activity)
    visit(page, app, "model=plane&sort=number&unit=8")
    page.evaluate(SHOWN)

    for label in ("Norm", "Activity", "Similarity", "Index"):
        order = "number" if label == "Index" else label.lower()
        at_once = page.evaluate(PRESS_AND_LOOK, label)

        expected = units.order(order, units.images[7, 0])[:64].tolist()
        assert at_once == expected, order
        wait_for_answer(page, "sort", None if order == "norm" else order)
        assert page.evaluate("__shown()") == expected, f"{order}, when the server has answered"

    page.locator(".st-key-filters_show").get_by_text("All").click()
    assert len(page.evaluate("__shown()")) == 128

    # A layer that has been on show is shown again at once, none of its units chosen yet.
    page.get_by_text("Latent code", exact=True).click()
    page.locator(f"{CELL}[title^='z1: ']").wait_for()
    wait_for_answer(page, "layer", "code")
    assert page.evaluate(PRESS_AND_LOOK, "First hidden layer") == list(range(128))
    wait_for_answer(page, "layer", None)
    page.locator(f"{CELL}[aria-pressed='true']").wait_for()
    assert page.evaluate("__shown()") == list(range(128))


def test_a_gallery_that_the_tab_has_lost_is_sent_again(app, page):
    visit(page, app, "model=plane&sort=number")
    first = f"{CELL}:first-child"
    page.locator(".st-key-filters_sort").get_by_text("Norm").click()
    page.locator(f"{first}:not([data-unit='0'])").wait_for()
    page.evaluate("globalThis.__aecoreGalleries.clear()")

    page.locator(".st-key-filters_sort").get_by_text("Index").click()

    page.locator(f"{first}[data-unit='0']").wait_for()
    page.wait_for_function("globalThis.__aecoreGalleries.size")


MOUNT_TWO = """async ([source, header, whole]) => {
  const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const { default: gallery } = await import(address);
  const asked = [];
  const mount = (data) => {
    const parentElement = document.createElement("div");
    document.body.append(parentElement);
    const setTriggerValue = (name, value) => asked.push([name, value]);
    gallery({ data: Uint8Array.from(data), parentElement, setTriggerValue });
  };
  mount(header);
  mount(whole);
  await new Promise((done) => setTimeout(done, 500));
  const counts = [...document.querySelectorAll(".units")].map((units) => units.children.length);
  return { counts, asked };
}"""


def an_album() -> tuple[dict, dict, dict]:
    """A message's header, what comes with its pictures, and these: of three blank units."""
    switch = {"key": "none", "values": ["album"]}
    header = {"hash": "album", "name": "", "chosen": None, "similar": None}
    header |= {"view": {"order": "norm", "count": None}, "switches": {"hash": switch}}
    units = 3 * [{"caption": "", "text": "", "dead": False}]
    album = {"cell": 42, "units": units, "orders": {"norm": [2, 0, 1], "number": [0, 1, 2]}}
    album["scale"] = {"name": "weight", "limit": 1.0}
    return header, album, {"levels": np.zeros((3, 1, 784), np.uint8), "palette": signed_palette()}


def test_a_gallery_shows_pictures_that_come_with_another_one_later(page):
    """The twin of the page's own model was blank where its script was ready first."""
    header, album, arrays = an_album()

    shown = page.evaluate(
        MOUNT_TWO,
        [
            bundle(entry("gallery")).script,
            list(message.pack(header)),
            list(message.pack(header | album, arrays)),
        ],
    )

    assert shown == {"counts": [3, 3], "asked": []}


MOUNT_NEAR_AND_FAR = """async ([source, first, second]) => {
  const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const { default: gallery } = await import(address);
  const rest = (ms) => new Promise((done) => setTimeout(done, ms));
  const places = ["0", "200vh"].map((top) => {
    const parentElement = document.createElement("div");
    parentElement.style.cssText = `position: absolute; top: ${top}`;
    document.body.append(parentElement);
    return parentElement;
  });
  const tell = (data) => {
    for (const parentElement of places) gallery({ data: Uint8Array.from(data), parentElement });
  };
  const foremost = () =>
    places.map((place) => Number(place.querySelector(".units").firstElementChild.dataset.unit));
  tell(first);
  await rest(200);
  const seen = [foremost()];
  tell(second);
  seen.push(foremost());
  await rest(500);
  seen.push(foremost());
  scrollTo(0, places[1].offsetTop);
  await rest(200);
  tell(first);
  seen.push(foremost());
  return seen;
}"""


def test_what_is_off_the_screen_follows_later(page):
    header, album, arrays = an_album()
    by_number = header | {"view": {"order": "number", "count": None}}

    seen = page.evaluate(
        MOUNT_NEAR_AND_FAR,
        [
            bundle(entry("gallery")).script,
            list(message.pack(header | album, arrays)),
            list(message.pack(by_number)),
        ],
    )

    assert seen == [[2, 2], [0, 2], [0, 0], [0, 2]]
