"""The map on `/` in a real browser: opening it, pointing at it, reading what it shows."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.latent.neighbors import NeighborIndex
from aecore.viewer.precision import rounds_decoder, sent_weights
from tests.support import browser
from tests.support.browser import SHOWN as METER
from tests.support.browser import wait_for_script

NUMBER = ".st-key-map_number input"
CHART = ".st-key-latent_map .js-plotly-plot"
LEFT_BEHIND = f"""{{
  listeners: {METER}.listeners,
  instances: {METER}.instances,
  canvases: document.querySelectorAll("canvas").length,
  layers: document.querySelectorAll(".aecore-layer").length,
  styles: document.querySelectorAll("{CHART} style").length,
}}"""
PLANE_SWITCH = "Show decoded grid"


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
        weights = sent_weights(found)
        matrix = list(weights.values())[-2].T
        if rounds_decoder(found):
            matrix = matrix.astype(np.float16)
        return sum(bytes_of(frame).count(matrix.tobytes()) for frame in self.received)


def bytes_of(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def visit(page, app: str, query: str = "model=plane") -> None:
    """Open the map and wait until a digit has been drawn and the probe lies over the chart."""
    page.goto(f"{app}/?{query}")
    wait_for_map(page)


def wait_for_map(page) -> None:
    # One: beside that of another model, the last one's is gone.
    page.wait_for_function("document.querySelectorAll('.aecore-probe').length === 1")
    page.wait_for_function(f"{METER}.lastZ")
    wait_until_idle(page)


def wait_until_idle(page) -> None:
    """Wait until the script has run and the chart has been drawn."""
    page.wait_for_timeout(300)
    wait_for_script(page)
    page.wait_for_timeout(300)


def area(page) -> dict[str, float]:
    """Where the plot area lies, in px of the page: read at once, as a new model has a new one."""
    box = "document.querySelector('.aecore-layer')?.getBoundingClientRect().toJSON()"
    return page.wait_for_function(box).json_value()


def point_at(page, across: float, down: float) -> tuple[float, float]:
    """A place in the plot area, from shares of its width and height, in px of the page."""
    box = area(page)
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def move(page, across: float, down: float) -> None:
    frames = meter(page, "frames")
    page.mouse.move(*point_at(page, across, down))
    page.wait_for_function(f"{METER}.frames > {frames}")


def pin(page, across: float, down: float) -> None:
    """Click where nothing is pinned yet, and wait until the address says so."""
    before = page.url
    page.mouse.click(*point_at(page, across, down))
    page.wait_for_function("before => location.href !== before", arg=before)


def meter(page, name: str):
    return page.evaluate(f"{METER}.{name}")


def shown_code(page) -> np.ndarray:
    return np.array(meter(page, "lastZ"))


def ranges(page) -> list[list[float]]:
    return page.evaluate(
        f"(({{xaxis, yaxis}}) => [xaxis.range, yaxis.range])"
        f"(document.querySelector('{CHART}')._fullLayout)"
    )


def place_of(page, code: np.ndarray) -> tuple[float, float]:
    """Where the plot area has a code of two numbers, in px of the page."""
    (x0, x1), (y0, y1) = ranges(page)
    x, y = map(float, code)
    return point_at(page, (x - x0) / (x1 - x0), (y1 - y) / (y1 - y0))


def position(page, across: float, down: float) -> np.ndarray:
    """What the axes say of a place in the plot area."""
    (x0, x1), (y0, y1) = ranges(page)
    return np.array([x0 + across * (x1 - x0), y1 - down * (y1 - y0)])


def decoded(found, code: np.ndarray) -> np.ndarray:
    return browser.decoded(found, code)[0]


def assert_distances_are_pythons(page, found) -> None:
    near = NeighborIndex(found.codes)
    for place in [(0.5, 0.5), (0.35, 0.4), (0.05, 0.05), (0.6, 0.3)]:
        move(page, *place)
        code, shown = shown_code(page), meter(page, "lastDistance")
        indices, distances = near.neighbors(code[None], 10)
        assert shown["nearestIndex"] == indices[0, 0]
        assert shown["distance10"] == pytest.approx(distances[0, -1], rel=1e-12)
        assert shown["percentile"] == near.isolation(code[None])[0]


def caption(page, which: str) -> str:
    return page.locator(f".st-key-live_decoder #{which} figcaption").inner_text()


def pinned_number(page) -> int | None:
    """The pinned test digit, None between the dots, as the field beside the map says."""
    value = page.locator(NUMBER).input_value()
    return int(value) if value else None


def wait_for_number(page, *, other_than: int | None) -> None:
    page.wait_for_function(
        f"before => document.querySelector('{NUMBER}').value !== before",
        arg="" if other_than is None else str(other_than),
    )


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


def assert_only_this_is_left(page, expected: dict[str, int]) -> None:
    """At the end: Streamlit may take an element away and make it anew before it rests."""
    page.wait_for_function(
        f"(expected) => JSON.stringify({LEFT_BEHIND}) === JSON.stringify(expected)", arg=expected
    )
    wait_until_idle(page)
    assert page.evaluate(f"({LEFT_BEHIND})") == expected
