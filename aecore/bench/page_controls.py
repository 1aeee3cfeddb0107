"""Controls of the pages, used as a visitor does: for `bench pages`."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aecore.bench.harness.adapters import streamlit

Act = Callable[[Any, int], Awaitable[None]]
"""Uses a control of a playwright page for the i-th time."""


@dataclass(frozen=True)
class Control:
    """Something on a page that a visitor uses, and what changes then."""

    name: str
    act: Act
    region: str
    """CSS selector of all that has to be painted anew."""
    event: str = "click"
    """Type of the visitor's last event."""
    prepare: Act | None = None
    """What is done before, and not timed."""
    is_once: bool = False
    """Whether it is used before all others, once for each other model, and never warmed."""


def _click(selector: str, count: int | None = 1) -> Act:
    """Click the first element; of several, the second, the third, and so on; None for all."""

    async def act(page: Any, i: int) -> None:
        elements = page.locator(selector)
        await elements.nth((i + 1) % (count or await elements.count())).click()

    return act


def _buttons(key: str) -> Act:
    """Click the buttons of an element, one after the other."""
    return _click(f".st-key-{key} button", None)


def _arrow_keys(key: str, steps: int) -> Act:
    """Go some steps to the right in an input and back again."""

    async def act(page: Any, i: int) -> None:
        name = "ArrowRight" if i % (2 * steps) < steps else "ArrowLeft"
        await page.locator(f"[class*=st-key-{key}] input").first.press(name)

    return act


def _choose(key: str) -> Act:
    """Open a list and click one of the first four options that are not chosen, each in its turn."""

    async def act(page: Any, i: int) -> None:
        options = page.locator("[role=option]:not([aria-selected=true])")
        await _open_list(page, key)
        await options.nth(i % min(4, await options.count())).click()

    return act


def _choose_another(key: str) -> Act:
    """Open a list and click the first option that has not been chosen on this page."""

    async def act(page: Any, i: int) -> None:
        chosen = await page.locator(f".st-key-{key} input").first.input_value()
        await _open_list(page, key)
        options = page.locator("[role=option]")
        await options.nth(await options.evaluate_all(_FIRST_UNSEEN, chosen)).click()

    return act


_FIRST_UNSEEN = """(options, chosen) => {
  const seen = (globalThis.__seen ??= new Set());
  seen.add(chosen);
  return options.findIndex((option) => !seen.has(option.textContent));
}"""


async def _open_list(page: Any, key: str) -> None:
    while not await page.locator("[role=option]").count():
        # A click opens it only once, and a list that opens while the page scrolls closes again.
        await page.locator(f".st-key-{key} input").first.press("ArrowDown")
        await page.wait_for_timeout(200)


def _drag(selector: str, turns: int = 0) -> Act:
    """Drag over several parts of a plot: across, as for a box, or around in so many steps."""

    async def act(page: Any, i: int) -> None:
        left, top, size = 0.2 + 0.1 * (i % 4), 0.3 + 0.1 * (i % 3), 0.1 + 0.05 * (i % 5)
        corners = [(left, top), (left + size / 2, top + size / 2), (left + size, top + size)]
        if turns:
            angles = [2 * math.pi * step / turns for step in range(turns)]
            corners = [
                (left + size * (1 - math.cos(angle)) / 2, top + size * (1 + math.sin(angle)) / 2)
                for angle in angles
            ]
        places = [await _place(page, selector, x, y) for x, y in corners]
        await page.mouse.move(*places[0])
        await page.mouse.down()
        for place in places[1:]:
            await page.mouse.move(*place)
        await page.mouse.up()

    return act


def _click_places(selector: str) -> Act:
    """Click one place of a plot after the other."""

    async def act(page: Any, i: int) -> None:
        x, y = 0.3 + 0.1 * (i % 5), 0.3 + 0.1 * (i % 4)
        await page.mouse.click(*await _place(page, selector, x, y))

    return act


async def _place(page: Any, selector: str, x: float, y: float) -> tuple[float, float]:
    """Pixels of a place in an element, given as shares of its width and height."""
    box = await page.locator(selector).first.bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def _sequence(*acts: Act) -> Act:
    """Act one after the other, and give the page a moment to follow."""

    async def act(page: Any, i: int) -> None:
        for each in acts:
            await each(page, i)
        await page.wait_for_timeout(1000)

    return act


def _tool(name: str) -> Act:
    """Take a tool of the map, unless it is in use, and scroll to where its selection shows."""

    async def act(page: Any, i: int) -> None:
        button = page.locator(f"[data-tool={name}]")
        if await button.get_attribute("aria-pressed") != "true":
            await button.click()
        await _scroll(page, i)

    return act


async def _scroll(page: Any, i: int) -> None:
    """Scroll to where the whole map and the beginning of what stands below it show."""
    await page.locator(streamlit.MAIN).evaluate("main => main.scrollTo(0, 250)")


def _press_once(key: str, text: str) -> Act:
    """Press one of several buttons before the first use, and let the page follow."""

    async def act(page: Any, i: int) -> None:
        if i == 0:
            await page.locator(f".st-key-{key} button", has_text=text).click()
            await page.wait_for_timeout(1000)

    return act


_DETAILS = f"{streamlit.COLUMN}:has(.st-key-filters_charts)"
_UNITS = ".st-key-filters_units, .st-key-filters_left, .st-key-filters_right"
_ALL_UNITS = f"{_UNITS}, .st-key-filters_components"
_CHOOSE_UNIT = _click(".st-key-filters_units button[data-unit]", 20)
_SORT = _buttons("filters_sort")
_OTHER_MODEL, _NEW_MODEL = _choose("model"), _choose_another("model")
_RECONSTRUCTIONS = ".st-key-reconstruction_grid"
_ERROR_PICTURES = _click(".st-key-reconstruct_differences label")
_EXPERIMENT = ".st-key-reconstruct_laboratory"
_DROPOUT = _press_once("reconstruct_lab", "Dropout at test time")
_RATE = _arrow_keys("reconstruct_rate", 3)
_CODE_NOISE = _press_once("reconstruct_lab", "Noise in the code")
_SIGMA = _arrow_keys("reconstruct_sigma", 3)
_DENOISED = ".st-key-denoise_grid"
_REPEATED = ".st-key-denoise_curve, .st-key-denoise_again, .st-key-denoise_settling"
_NOISE_KIND = _buttons("noise_kind")
_OCCLUSION = _press_once("noise_kind", "Occlusion")
_COLUMN = _arrow_keys("noise_column", 4)
_PLOT = ".st-key-latent_map .nsewdrag"
_SELECTION = ".st-key-map_selection"
_PINNED = f"{streamlit.COLUMN}:has(.st-key-map_number)"
_NEXT_DIGIT = _click(f".st-key-map_number {streamlit.STEP_UP}")
_SELECT = _sequence(_drag(_PLOT), _scroll)
_LINKED = ".st-key-linked_maps"
_LABELS = _click(f"{_LINKED} button.label", None)
CONTROLS: dict[str, tuple[Control, ...]] = {
    "filters": (
        Control("new model", _NEW_MODEL, f".st-key-filter_gallery, {_DETAILS}", is_once=True),
        Control("choose a unit", _CHOOSE_UNIT, _DETAILS),
        Control("sort", _SORT, _UNITS),
        Control("choose, then sort", _SORT, _UNITS, prepare=_sequence(_CHOOSE_UNIT)),
        Control("show", _buttons("filters_show"), _ALL_UNITS),
        Control("pictures", _buttons("filters_scale"), _ALL_UNITS),
        Control("layer", _buttons("filters_layer"), f"{_ALL_UNITS}, {_DETAILS}"),
        Control("model", _OTHER_MODEL, f".st-key-filter_gallery, {_DETAILS}"),
    ),
    "reconstruct": (
        Control("new model", _NEW_MODEL, _RECONSTRUCTIONS, is_once=True),
        Control("other digits", _click(".st-key-reconstruct_again button"), _RECONSTRUCTIONS),
        Control("error pictures", _ERROR_PICTURES, _RECONSTRUCTIONS),
        Control("random, worst, median, best", _buttons("reconstruct_which"), _RECONSTRUCTIONS),
        Control("label", _buttons("reconstruct_label"), _RECONSTRUCTIONS),
        Control("laboratory", _buttons("reconstruct_lab"), _EXPERIMENT),
        Control("dropout rate", _RATE, _EXPERIMENT, "keydown", _DROPOUT),
        Control("noise on the code", _SIGMA, _EXPERIMENT, "keydown", _CODE_NOISE),
        Control("model", _OTHER_MODEL, _RECONSTRUCTIONS),
    ),
    "denoise": (
        Control("new model", _NEW_MODEL, _DENOISED, is_once=True),
        Control("level", _arrow_keys("noise_level", 4), _DENOISED, "keydown"),
        Control("kind", _NOISE_KIND, _DENOISED),
        Control("place of the square", _COLUMN, _DENOISED, "keydown", _OCCLUSION),
        Control("once, again and again", _buttons("denoise_view"), _REPEATED),
        Control("model", _OTHER_MODEL, _DENOISED),
    ),
    "": (
        Control("new model", _NEW_MODEL, _PINNED, is_once=True),
        # Before the next click, the last one is still announced to screen readers.
        Control("click", _click_places(_PLOT), _PINNED, "pointerup", _sequence()),
        Control("test digit no.", _NEXT_DIGIT, _PINNED),
        Control("box", _drag(_PLOT), _SELECTION, "pointerup", _tool("box")),
        Control("lasso", _drag(_PLOT, turns=24), _SELECTION, "pointerup", _tool("lasso")),
        Control("clear", _click("[data-tool=clear]"), _SELECTION, prepare=_SELECT),
        Control("model", _OTHER_MODEL, _PINNED),
    ),
    "compare": (
        Control("other model", _choose("compare_other"), _LINKED),
        Control("linked selection", _LABELS, f"{_LINKED}, .st-key-compare_pictures"),
    ),
    "generate": (
        Control("new model", _NEW_MODEL, ".st-key-live_decoder", is_once=True),
        Control("model", _OTHER_MODEL, ".st-key-live_decoder"),
    ),
}
"""By the page's address."""
OTHER_NOISE = Control("kind", _NOISE_KIND, ".st-key-denoise_curve")
"""Asks `/denoise` for a curve that it has not measured."""
