"""The explorer in one file, opened from the disk in a real Chromium without a network."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest
from PIL import Image

from aecore import Autoencoder
from aecore.checkpoints import file as checkpoint_file
from aecore.export import page as export
from aecore.export.explorer import Explorer
from aecore.export.payload import stored_weights
from aecore.models import inference
from aecore.viewer.precision import fits_half
from tests.support.axe import AXE, CHECK
from tests.support.browser import SHOWN, decoded, download, missing, shown_code, shown_digit
from tests.support.live_map import move, point_at

pytest_plugins = ["tests.support.browser"]

NAMES = ("plane", "plain-32")
DRIVER = "GL Driver Message"
"""Chromium's own, where it draws WebGL without a GPU."""
PICTURES = np.arange(5 * 784, dtype=np.uint32).astype(np.uint8).reshape(5, 784)
"""In the file, as if they were the first test digits."""


@pytest.fixture(scope="module")
def found(small_models):
    """The models of the file, with the weights that it holds."""
    return [stored(checkpoint_file.load(small_models / f"{name}.safetensors")) for name in NAMES]


def stored(checkpoint):
    """A checkpoint whose weights are as precise as in the file."""
    return replace(checkpoint, weights=stored_weights(checkpoint))


@pytest.fixture(scope="module")
def explorer(found, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("export") / "explorer.html"
    export.write_html(path, export.to_html(found, pictures=PICTURES))
    return path


@pytest.fixture(scope="module")
def tab(chromium, explorer):
    """One tab for all tests; it has asked for nothing but the file, and its console is empty."""
    # Waiting for a function evaluates it, which the file's policy forbids; it holds in other tests.
    window = {"width": 1400, "height": 900}
    context = chromium.new_context(viewport=window, offline=True, bypass_csp=True)
    context.set_default_timeout(60_000)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url))
    page.goto(explorer.as_uri())
    wait(page)
    yield page
    context.close()
    own = (explorer.as_uri(), "data:", "blob:")
    mine = [line for line in said if not line.startswith(own) and DRIVER not in line]
    assert mine == []


def wait(page) -> None:
    page.wait_for_function("document.querySelector('#status')?.textContent === ''")
    page.wait_for_function(f"{SHOWN}?.lastZ")


def show(page, fragment: str) -> None:
    """Follow a link within the file."""
    page.evaluate(
        """(fragment) => new Promise((done) => {
          if (location.hash === `#${fragment}`) return done();
          addEventListener("hashchange", () => done(), { once: true });
          location.hash = fragment;
        })""",
        fragment,
    )
    page.locator("main[aria-busy=false]").wait_for()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def test_the_digit_under_the_pointer_is_torchs(tab, found):
    for place in [(0.5, 0.5), (0.2, 0.8), (0.9, 0.1)]:
        move(tab, *place)

        np.testing.assert_allclose(
            shown_digit(tab), decoded(found[0], shown_code(tab))[0], atol=1e-5
        )
    for name, checkpoint in zip(NAMES, found, strict=True):
        z = checkpoint.codes[3].astype(np.float32)
        made = tab.evaluate(
            "async ([name, z]) => Array.from(await aecore.decode(name, z))", [name, z.tolist()]
        )
        np.testing.assert_allclose(made, decoded(checkpoint, z)[0], atol=1e-5)


def test_a_link_back_to_the_code_that_was_opened_shows_it_again(tab):
    opened = "page=generate&model=plane&z=0.5,0.5"
    show(tab, opened)
    tab.get_by_role("slider", name="z1", exact=True).press("Home")
    tab.wait_for_function("!location.hash.includes('z=0.5,0.5')")
    assert shown_code(tab)[0] != 0.5

    show(tab, opened)

    np.testing.assert_array_equal(shown_code(tab), [0.5, 0.5])


def test_a_box_selects_what_numpy_counts_and_gives_it_as_csv(tab, found):
    show(tab, "model=plane")
    tab.get_by_role("button", name="Box").click()
    tab.mouse.move(*point_at(tab, 0.3, 0.25))
    tab.mouse.down()
    tab.mouse.move(*point_at(tab, 0.7, 0.75), steps=3)
    tab.mouse.up()
    outline = tab.evaluate("new URLSearchParams(location.hash.slice(1)).get('outline')")
    corners = np.array([corner.split(",") for corner in outline.split("_")], float)
    codes = found[0].codes.astype(np.float64)
    (low, high) = corners.min(axis=0), corners.max(axis=0)
    held = np.flatnonzero(((low < codes) & (codes < high)).all(axis=1))

    heading = tab.locator("[data-key=map_selection] h3").inner_text()
    assert heading == f"Selected: {len(held):,} of {len(codes):,} test digits"
    rows = list(csv.reader(io.StringIO(download(tab, "Codes as CSV").decode())))
    assert rows[0] == ["number", "label", "mse", "z1", "z2"]
    numbers = np.array([row[0] for row in rows[1:]], int)
    np.testing.assert_array_equal(numbers, held)
    written = np.array([row[2:] for row in rows[1:]], float)
    np.testing.assert_array_equal(written[:, 0].astype(np.float32), found[0].errors[held])
    np.testing.assert_array_equal(written[:, 1:].astype(np.float16), found[0].codes[held])

    # A class that the legend hides is left out, and the address says so.
    tab.get_by_role("button", name="Digit 3", exact=True).click()
    left = (found[0].labels[held] != 3).sum()
    assert f"Selected: {left:,} of" in tab.locator("[data-key=map_selection] h3").inner_text()
    assert "hide=3" in tab.evaluate("location.hash")
    tab.get_by_role("button", name="Digit 3", exact=True).click()
    tab.locator("[data-tool=clear]").click()


def test_zooming_follows_the_wheel_and_ends_by_reset(tab):
    show(tab, "model=plane")
    before = codes_at(tab)
    tab.mouse.move(*point_at(tab, 0.25, 0.25))
    tab.keyboard.down("Control")
    tab.mouse.wheel(0, -400)
    tab.keyboard.up("Control")
    tab.wait_for_timeout(100)
    closer = codes_at(tab)
    assert np.ptp(closer, axis=0).max() < 0.8 * np.ptp(before, axis=0).max()

    tab.get_by_role("button", name="Reset", exact=True).click()
    np.testing.assert_allclose(codes_at(tab), before, atol=1e-6)


def codes_at(page) -> np.ndarray:
    codes = []
    for place in [(0.1, 0.1), (0.9, 0.9)]:
        move(page, *place)
        codes.append(shown_code(page))
    return np.array(codes)


def test_a_click_pins_and_a_link_opens_there(tab, explorer, found):
    show(tab, "model=plane")
    tab.mouse.click(*point_at(tab, 0.02, 0.02))
    link = tab.evaluate("location.href")
    assert "z=" in link

    show(tab, "model=plane&z=" + ",".join(f"{value:.4g}" for value in found[0].codes[3]))
    shown = "document.querySelector('canvas[aria-label=Input]').getContext('2d')"
    levels = tab.evaluate(f"Array.from({shown}.getImageData(0, 0, 28, 28).data)")
    np.testing.assert_array_equal(levels[::4], PICTURES[3])

    show(tab, "model=plain-32&page=generate&z=" + ",".join(["0.5"] * 32))
    np.testing.assert_allclose(shown_code(tab), 0.5)
    np.testing.assert_allclose(shown_digit(tab), decoded(found[1], shown_code(tab))[0], atol=1e-5)
    tab.get_by_role("button", name="Sample a code").click()
    tab.wait_for_timeout(300)
    assert "z=0.5,0.5" not in tab.evaluate("location.hash")

    show(tab, link.split("#")[1])
    assert tab.locator("#pin figcaption").inner_text().startswith("Pinned")


def test_both_interpolations_end_at_both_digits(tab, found):
    show(tab, "model=plane&page=generate&task=path&from=4&to=9")
    lanes = tab.locator(".lane:visible")
    lanes.nth(1).wait_for()
    rows = found[0].neighbor_index().graph.shortest_path(4, 9)
    assert lanes.locator("h4").all_inner_texts() == [
        "Straight line",
        f"Along the data through {len(rows) - 2} other test digits",
    ]
    scrub = tab.get_by_label("Frame of both paths")
    for step, number in [(60, 9), (0, 4)]:
        scrub.fill(str(step))
        tab.get_by_text(f"{step + 1} of 61", exact=True).wait_for()
        digit = decoded(found[0], found[0].codes[number])[0]
        for i in range(2):
            address = lanes.nth(i).locator("canvas.digit").evaluate("(e) => e.toDataURL()")
            with urlopen(address) as png, Image.open(png) as picture:
                levels = np.asarray(picture.convert("L"), dtype=float).ravel()
            np.testing.assert_allclose(levels, 255 * digit.clip(0, 1), atol=1)


def test_a_dot_in_three_dimensions_is_decoded_and_pinned(tab, found):
    show(tab, "model=plain-32&view=Principal components (3-D)")
    box = tab.locator(".space canvas").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(*middle)
    tab.wait_for_function(f"{SHOWN}.lastZ.length === 32")
    tab.locator("#probe figcaption", has_text="test digit no.").wait_for()
    tab.mouse.click(*middle)
    number = int(tab.get_by_role("spinbutton", name="Test digit no.", exact=True).input_value())
    np.testing.assert_array_equal(shown_code(tab), found[1].codes[number].astype(np.float32))

    tab.locator(".space canvas").press("ArrowRight")
    tab.get_by_role("button", name="Principal components (2-D)").click()
    tab.locator(".space").wait_for(state="hidden")


def test_axe_finds_nothing_serious(tab):
    if not AXE.is_file():
        missing("axe-core is not installed: npm ci")
    tab.evaluate(AXE.read_text())
    pages = "[...document.querySelectorAll('nav button')].map((button) => button.dataset.page)"
    found = {}
    for i, page in enumerate(tab.evaluate(pages)):
        tab.emulate_media(color_scheme=("light", "dark")[i % 2])
        show(tab, f"model=plane&page={page}")
        found[page] = tab.evaluate(CHECK, [".none"])
    assert {page: lines for page, lines in found.items() if lines} == {}


def test_a_drawing_has_the_code_and_the_neighbors_that_python_finds(tab, found):
    show(tab, "model=plane&page=digit")
    paper = tab.locator("canvas.paper")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    tab.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    tab.mouse.down()
    tab.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    tab.mouse.up()
    tab.get_by_role("heading", name="Nearest test digits").wait_for()

    digit = np.array(tab.evaluate(f"Array.from({SHOWN}.lastDigit)"), dtype=np.float32)
    codes = []
    for name, checkpoint in zip(NAMES, found, strict=True):
        model = inference.build_model(checkpoint.card.model, checkpoint.weights)
        codes.append(inference.encode(model, digit[None])[0])
        made = tab.evaluate(
            "async ([name, digit]) => Array.from(await aecore.encode(name, digit))",
            [name, digit.tolist()],
        )
        is_half = fits_half(checkpoint.weights["encoder.layers.0.weight"])
        np.testing.assert_allclose(made, codes[-1], rtol=1e-5, atol=1e-3 if is_half else 1e-5)
    rows, _ = found[0].neighbor_index().neighbors(codes[0][None].astype(np.float64), 10)
    feet = tab.locator("section:not([hidden]) .rows .foot").all_inner_texts()
    assert [foot.split("no. ")[1] for foot in feet if "no. " in foot] == [str(i) for i in rows[0]]
    assert sum(foot.startswith("plain-32\nMSE") for foot in feet) == 1  # all models

    show(tab, "model=plane&page=filters&sort=number&show=all")
    weights = found[0].weights
    sums = weights["encoder.layers.0.weight"] @ digit + weights["encoder.layers.0.bias"]
    captions = tab.locator(".units").first.locator("span").all_inner_texts()
    shown = [float(text.split(" · ")[1]) for text in captions]
    np.testing.assert_allclose(shown, np.maximum(sums, 0), atol=0.051)

    show(tab, "model=plain-32&page=denoise&noise=masking&level=1")
    text = tab.locator("section:visible .rows .foot").nth(1).inner_text()
    assert text == f"Corrupted\nMSE {np.mean(digit**2):.4f}"


@pytest.mark.parametrize("shape", [(8, 8), (12, 10, 3)], ids=["gray", "rgb"])
def test_pictures_of_other_shapes_have_the_pages_that_are_not_of_digits(chromium, tmp_path, shape):
    rows = np.random.default_rng(0).random((40, int(np.prod(shape))))
    model = Autoencoder(family="conv", image_shape=shape, hidden_dims=(5,), epochs=1).fit(rows)
    checkpoint = stored(model.to_checkpoint(rows, np.arange(40) % 3))
    export.write_html(tmp_path / "other.html", export.to_html([checkpoint]))
    page = chromium.new_page(viewport={"width": 1000, "height": 900}, bypass_csp=True)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        page.goto((tmp_path / "other.html").as_uri())
        wait(page)
        move(page, 0.4, 0.6)
        wanted = decoded(checkpoint, shown_code(page), weights=checkpoint.weights)[0]
        np.testing.assert_allclose(shown_digit(page), wanted, atol=1e-5)
        assert page.locator("nav button").all_inner_texts() == [
            "Latent space",
            "Generate",
            "Compare",
            "Model card",
        ]
        for fragment in ("page=generate&task=path", "page=compare", "page=card", "selected=1,2,3"):
            show(page, fragment)
        assert "Selected: 3 of 40 test pictures" in page.inner_text("main")
    finally:
        page.close()
    assert errors == []


def test_two_maps_are_linked_in_a_frame_of_another_page(chromium, found):
    """As in a notebook: no address, no storage, and the file opens on what it was saved with."""
    address = {"page": "compare", "other": NAMES[1], "selected": "3,5"}
    context = chromium.new_context(viewport={"width": 1000, "height": 1000}, offline=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        page.set_content(Explorer(*found, address=address)._repr_html_())
        frame = page.frame_locator("iframe")
        summary = frame.locator(".linked .found")
        summary.filter(has_text="2 digits selected").wait_for()
        assert frame.locator(".rows .foot").count() == 2

        frame.get_by_role("button", name="Select all digits 3").click()
        threes = (found[0].labels == 3).sum()
        summary.filter(has_text=f"{threes} digits selected").wait_for()
        frame.get_by_role("button", name="Latent space").click()
        frame.locator("#probe canvas").wait_for()
    finally:
        context.close()
    assert errors == []


LINKED = """async ([source, code]) => {
  const frame = document.createElement("iframe");
  Object.assign(frame, { name: "aecore-test", srcdoc: source });
  globalThis.told = [];
  addEventListener("message", ({ data }) => globalThis.told.push(data));
  document.body.append(frame);
  const said = (name) => globalThis.told.some((each) => each.model === name);
  while (!said("plane")) await new Promise((go) => setTimeout(go, 50));
  globalThis.told.length = 0;
  frame.contentWindow.postMessage({ model: "plain-32" }, "*");
  frame.contentWindow.postMessage({ z: code }, "*"); // before the model is there
}"""


def test_a_notebook_that_asks_for_a_model_and_a_code_at_once_gets_both(chromium, explorer, found):
    context = chromium.new_context(viewport={"width": 1000, "height": 1000}, offline=True)
    page = context.new_page()
    try:
        code = found[1].codes[7].astype(float).tolist()
        page.evaluate(LINKED, [explorer.read_text(), code])

        pin = page.frame_locator("iframe").locator("#pin")
        pin.get_by_text("test digit no. 7,").wait_for()
        assert page.evaluate("told.filter(({ model }) => model === 'plane')") == []
    finally:
        context.close()


def test_a_damaged_model_is_one_line(chromium, explorer, tmp_path):
    page = chromium.new_page(java_script_enabled=True)
    text = explorer.read_text()
    at = text.index('data-model="plane"') + 2_000
    (tmp_path / "damaged.html").write_text(text[:at] + "AAAAAAAA" + text[at + 8 :])
    try:
        page.goto((tmp_path / "damaged.html").as_uri())
        page.locator("#status", has_text="The model plane in this file is damaged.").wait_for()
    finally:
        page.close()
