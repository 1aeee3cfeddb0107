"""The controls of the laboratory pages, as a visitor uses them: for `bench pages`."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Act = Callable[[Any, int], Awaitable[None]]
"""Uses a control of a playwright page for the i-th time."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """Something on a page that a visitor uses, and what is to change then."""

    name: str
    act: Act
    region: str
    """CSS selector of all that has to be painted anew."""
    event: str = "click"
    """Of which kind the visitor's last event is."""
    prepare: Act | None = None
    """What is done before, and not timed."""


def _click(selector: str) -> Act:
    async def act(page: Any, i: int) -> None:
        await page.locator(selector).first.click()

    return act


def _click_in_turn(selector: str, count: int | None = None) -> Act:
    """Click the second of the elements, the third, and so on; all of them or the first few."""

    async def act(page: Any, i: int) -> None:
        found = page.locator(selector)
        await found.nth((i + 1) % (count or await found.count())).click()

    return act


def _arrow_keys(selector: str, steps: int) -> Act:
    """Go some steps to the right and back again."""

    async def act(page: Any, i: int) -> None:
        way = "ArrowRight" if i % (2 * steps) < steps else "ArrowLeft"
        await page.locator(selector).first.press(way)

    return act


def _choose(selector: str, count: int) -> Act:
    """Open a list and click one of the first few options that are not chosen, each in its turn."""

    async def act(page: Any, i: int) -> None:
        options = page.locator("[role=option]:not([aria-selected=true])")
        while not await options.count():  # a list that opens while the page scrolls closes again
            await page.locator(selector).first.press("ArrowDown")  # a click opens it only once
            await page.wait_for_timeout(200)
        await options.nth(i % min(count, await options.count())).click()

    return act


def _drag(selector: str, turns: int = 0) -> Act:
    """Drag over several parts of a plot: across, as for a box, or around in so many steps."""

    async def act(page: Any, i: int) -> None:
        box = await page.locator(selector).first.bounding_box()
        left, top, size = 0.2 + 0.1 * (i % 4), 0.3 + 0.1 * (i % 3), 0.1 + 0.05 * (i % 5)
        corners = [(left, top), (left + size / 2, top + size / 2), (left + size, top + size)]
        if turns:
            angles = [2 * math.pi * step / turns for step in range(turns)]
            corners = [
                (left + size * (1 - math.cos(angle)) / 2, top + size * (1 + math.sin(angle)) / 2)
                for angle in angles
            ]
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
        await page.mouse.move(*places[0])
        await page.mouse.down()
        for place in places[1:]:
            await page.mouse.move(*place)
        await page.mouse.up()

    return act


def _in_turn(*acts: Act) -> Act:
    """One after the other, and a moment for the page to follow."""

    async def act(page: Any, i: int) -> None:
        for each in acts:
            await each(page, i)
        await page.wait_for_timeout(1000)

    return act


def _tool(name: str) -> Act:
    """Take a tool of the map, unless it is in use, and scroll to where what it selects shows."""

    async def act(page: Any, i: int) -> None:
        button = page.locator(f"[data-tool={name}]")
        if await button.get_attribute("aria-pressed") != "true":
            await button.click()
        await _scroll(page, i)

    return act


async def _scroll(page: Any, i: int) -> None:
    """To where the whole map and the beginning of what stands below it show."""
    await page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 250)")


def _first(selector: str, text: str) -> Act:
    """Press one of several buttons before the first use, and let the page follow."""

    async def act(page: Any, i: int) -> None:
        if i == 0:
            await page.locator(f"{selector} button", has_text=text).click()
            await page.wait_for_timeout(1000)

    return act


def _point(selector: str) -> Act:
    """Click one place of a plot after the other."""

    async def act(page: Any, i: int) -> None:
        box = await page.locator(selector).first.bounding_box()
        x, y = 0.3 + 0.1 * (i % 5), 0.3 + 0.1 * (i % 4)
        await page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])

    return act


_MAP = ".st-key-map_selection"
_PLOT = ".st-key-latent_map .nsewdrag"
_DETAILS = "[data-testid=stColumn]:has(.st-key-filters_charts)"
_GALLERIES = ".st-key-filters_units, .st-key-filters_left, .st-key-filters_right"
_CHOOSE = _click_in_turn(".st-key-filters_units button[data-unit]", 20)
_OTHER_MODEL = _choose(".st-key-model input", 4)
CONTROLS: dict[str, tuple[Control, ...]] = {
    "filters": (
        Control(name="choose a unit", act=_CHOOSE, region=_DETAILS),
        Control(name="sort", act=_click_in_turn(".st-key-filters_sort button"), region=_GALLERIES),
        Control(
            name="choose, then sort",
            act=_click_in_turn(".st-key-filters_sort button"),
            region=_GALLERIES,
            prepare=_in_turn(_CHOOSE),
        ),
        Control(
            name="show",
            act=_click_in_turn(".st-key-filters_show button"),
            region=f"{_GALLERIES}, .st-key-filters_components",
        ),
        Control(
            name="pictures",
            act=_click_in_turn(".st-key-filters_scale button"),
            region=f"{_GALLERIES}, .st-key-filters_components",
        ),
        Control(
            name="layer",
            act=_click_in_turn(".st-key-filters_layer button"),
            region=f"{_GALLERIES}, .st-key-filters_components, {_DETAILS}",
        ),
        Control(name="model", act=_OTHER_MODEL, region=f".st-key-filter_gallery, {_DETAILS}"),
    ),
    "reconstruct": (
        Control(
            name="other digits",
            act=_click(".st-key-reconstruct_again button"),
            region=".st-key-reconstruction_grid",
        ),
        Control(
            name="error pictures",
            act=_click(".st-key-reconstruct_differences label"),
            region=".st-key-reconstruction_grid",
        ),
        Control(
            name="random, worst, median, best",
            act=_click_in_turn(".st-key-reconstruct_which button"),
            region=".st-key-reconstruction_grid",
        ),
        Control(
            name="label",
            act=_click_in_turn(".st-key-reconstruct_label button"),
            region=".st-key-reconstruction_grid",
        ),
        Control(
            name="laboratory",
            act=_click_in_turn(".st-key-reconstruct_lab button"),
            region=".st-key-reconstruct_laboratory",
        ),
        Control(
            name="dropout rate",
            act=_arrow_keys("[class*=st-key-reconstruct_rate] input", 3),
            region=".st-key-reconstruct_laboratory",
            event="keydown",
            prepare=_first(".st-key-reconstruct_lab", "Dropout at test time"),
        ),
        Control(
            name="noise on the code",
            act=_arrow_keys(".st-key-reconstruct_sigma input", 3),
            region=".st-key-reconstruct_laboratory",
            event="keydown",
            prepare=_first(".st-key-reconstruct_lab", "Noise in the code"),
        ),
        Control(name="model", act=_OTHER_MODEL, region=".st-key-reconstruction_grid"),
    ),
    "denoise": (
        Control(
            name="level",
            act=_arrow_keys(".st-key-noise_level input", 4),
            region=".st-key-denoise_grid",
            event="keydown",
        ),
        Control(
            name="kind",
            act=_click_in_turn(".st-key-noise_kind button"),
            region=".st-key-denoise_grid",
        ),
        Control(
            name="place of the square",
            act=_arrow_keys(".st-key-noise_column input", 4),
            region=".st-key-denoise_grid",
            event="keydown",
            prepare=_first(".st-key-noise_kind", "Occlusion"),
        ),
        Control(
            name="once, again and again",
            act=_click_in_turn(".st-key-denoise_view button"),
            region=".st-key-denoise_curve, .st-key-denoise_again, .st-key-denoise_settling",
        ),
        Control(name="model", act=_OTHER_MODEL, region=".st-key-denoise_grid"),
    ),
    "": (
        Control(
            name="click",
            act=_point(_PLOT),
            region="[data-testid=stColumn]:has(.st-key-map_number)",
            event="pointerup",
            prepare=_in_turn(),  # the last click is still told to screen readers
        ),
        Control(
            name="test digit no.",
            act=_click(".st-key-map_number [data-testid=stNumberInputStepUp]"),
            region="[data-testid=stColumn]:has(.st-key-map_number)",
        ),
        Control(
            name="box",
            act=_drag(_PLOT),
            region=_MAP,
            event="pointerup",
            prepare=_tool("box"),
        ),
        Control(
            name="lasso",
            act=_drag(_PLOT, turns=24),
            region=_MAP,
            event="pointerup",
            prepare=_tool("lasso"),
        ),
        Control(
            name="clear",
            act=_click("[data-tool=clear]"),
            region=_MAP,
            prepare=_in_turn(_drag(_PLOT), _scroll),
        ),
    ),
    "compare": (
        Control(
            name="other model",
            act=_choose(".st-key-compare_other input", 4),
            region=".st-key-linked_maps",
        ),
        Control(
            name="linked selection",
            act=_click_in_turn(".st-key-linked_maps button.label"),
            region=".st-key-linked_maps, .st-key-compare_pictures",
        ),
    ),
}
"""By the page's address."""
OTHER_NOISE = Control(
    name="kind",
    act=_click_in_turn(".st-key-noise_kind button"),
    region=".st-key-denoise_curve",
)
"""Asks `/denoise` for a curve that it has not measured."""
