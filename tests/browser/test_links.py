"""The link that a page copies opens on all that is on show, in a browser that does not know it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from aecore.bench.harness.chromium import RETURNING
from tests.support.browser import wait_for_script, watched
from tests.support.live_map import point_at

pytest_plugins = ["tests.support.browser"]

CHOSEN = """() => {
  const all = [];
  const collect = (root) => {
    for (const element of root.querySelectorAll("*")) {
      all.push(element);
      if (element.shadowRoot) collect(element.shadowRoot);
    }
  };
  collect(document.querySelector("[data-testid=stMain]"));
  return all.filter((each) => each.checkVisibility()).flatMap((each) => {
    if (each.matches("input:not([type=file], [role=combobox], .copy-link *)")) {
      return [[each.ariaLabel ?? "", each.type === "checkbox" ? each.checked : each.value]];
    }
    if (each.matches("[role=combobox]")) return [["picker", each.value]];
    if (each.matches("[role=slider]")) return [["slider", each.ariaValueNow]];
    if (each.matches("[aria-checked=true], [aria-pressed=true]")) return [["on", each.textContent]];
    if (each.matches("h2, output, #pin figcaption, .aecore-tools [data-tool=count]")) {
      return [["text", each.textContent]];
    }
    return [];
  });
}"""
"""What is chosen on a page, and what its headings and readouts say."""


def radio(key: str, index: int) -> Callable:
    return lambda page: page.locator(f".st-key-{key}").get_by_role("radio").nth(index).click()


def press(selector: str, *keys: str) -> Callable:
    """Press keys in the first such element, one after the other."""

    def act(page) -> None:
        for key in keys:
            page.locator(selector).first.press(key)

    return act


def fill(selector: str, text: str) -> Callable:
    def act(page) -> None:
        page.locator(selector).first.fill(text)
        page.locator(selector).first.press("Enter")

    return act


def click(selector: str) -> Callable:
    return lambda page: page.locator(selector).first.click()


def pick(key: str, option: str) -> Callable:
    def act(page) -> None:
        page.locator(f".st-key-{key} input").first.click()
        page.get_by_role("option", name=re.compile(option)).first.click()

    return act


def box(page) -> None:
    """Select a part of the map."""
    page.locator("[data-tool=box]").click()
    page.mouse.move(*point_at(page, 0.2, 0.2))
    page.mouse.down()
    page.mouse.move(*point_at(page, 0.7, 0.7))
    page.mouse.up()
    page.locator("[data-tool=box]").click()  # put away


LEGEND = press(".legend .legendtoggle", "Enter")
STATES: dict[str, tuple[str, list[Callable]]] = {
    "map": ("?model=plane", [box, LEGEND]),
    "space": ("?model=plain-32", [radio("map_view", 1), LEGEND]),
    "interpolation": (
        "generate?model=plane",
        [
            radio("generate_task", 1),
            fill(".st-key-journey_from input", "7"),
            press(".journey .bar input", "PageUp"),
        ],
    ),
    "filters": (
        "filters?model=plane",
        [radio("filters_layer", 1), click("button[data-unit] >> nth=1")],
    ),
    "reconstruct": (
        "reconstruct?model=plane",
        [
            radio("reconstruct_which", 1),
            pick("reconstruct_with", "plain-32"),
            click(".st-key-reconstruct_differences label"),
        ],
    ),
    "denoise": (
        "denoise?model=plain-32",
        [
            radio("noise_kind", 1),
            press(".st-key-noise_level input", "ArrowRight"),
            radio("denoise_view", 1),
        ],
    ),
    "digit": ("your-digit?model=plane", [click("[title='Draw an 8']")]),
    "train": ("train?preset=wide", [fill("[aria-label='Latent dimensions (D)']", "7")]),
    "compare": (
        "compare?model=plane",
        [click(".st-key-compare_all label"), radio("compare_over", 1)],
    ),
    "sweeps": ("sweeps", [fill(".st-key-sweeps_seeds input", "5")]),
}
"""By name: an address, and what a visitor does there, each of which the address has to tell."""


@pytest.fixture(scope="module")
def regular(chromium) -> Iterator:
    """The browser profile of a visitor who has once switched off the decoded grid."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(60_000)
    context.add_init_script(RETURNING)
    context.add_init_script(
        "if (location.protocol === 'http:') localStorage.setItem('aecore-grid', 'off');"
    )
    yield context
    context.close()


@pytest.fixture
def page(regular) -> Iterator:
    with watched(regular) as tab:
        yield tab


@pytest.fixture(scope="module")
def stranger(chromium) -> Iterator:
    """A browser profile of someone else."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(60_000)
    yield context
    context.close()


def rest(page) -> None:
    """Wait until the page is drawn, and open what it keeps closed."""
    page.get_by_text(re.compile(r"Data: ")).locator("visible=true").first.wait_for()
    wait_for_script(page)
    for settings in page.locator(".st-key-train_settings summary").all():
        settings.click()


def copied(page) -> str:
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }; 0")
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("window.copied")
    return page.evaluate("window.copied")


@pytest.mark.parametrize("name", STATES)
def test_the_copied_link_opens_on_the_same(app, page, stranger, name):
    address, actions = STATES[name]
    page.goto(f"{app}/{address}")
    rest(page)
    for act in actions:
        before = page.url
        act(page)
        page.wait_for_function("before => location.href !== before", arg=before)
        wait_for_script(page)
    link = copied(page)

    other = stranger.new_page()
    other.goto(link)
    rest(other)

    wait_for_same(page, other)
    assert copied(other) == link
    other.close()


def wait_for_same(page, other) -> None:
    """Wait until a page shows what the other one does; say what differs if it never does."""
    for _ in range(60):
        here, there = page.evaluate(CHOSEN), other.evaluate(CHOSEN)
        if here == there:
            return
        other.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert there == here
