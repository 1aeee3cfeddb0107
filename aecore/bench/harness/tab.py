"""A browser tab under measurement: opening pages, moving the pointer, reading the clock."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from aecore.bench.harness.adapters import streamlit
from aecore.bench.harness.chromium import RETURNING
from aecore.errors import AecoreError
from aecore.viewer.bundle import bundle

EVENTS_PER_SECOND = 125
"""As an ordinary USB mouse reports."""
_DRAG_SECONDS = 3.0
_SWINGS_PER_SECOND = 0.7
_CLICKS = 12
_SETTLING_SECONDS = 2.0  # after a file has opened, it still measures its model
INPUT_LATENCY = Path(__file__).with_name("input_latency.js")
RESPONSE_TIME = Path(__file__).with_name("response_time.js")
_NETWORK = 'import { decode } from "./model/network.js";\nexport { decode };\n'

_HAS_DRAWN = "globalThis.__aecoreLive?.lastZ"
HAS_PAPER = "globalThis.__aecoreModels?.size"

# The page's own decoder, on the weights that the page was sent.
_DECODE = """async ({script, hash, codes, milliseconds}) => {
  const address = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
  const {decode} = await import(address);
  const model = globalThis.__aecoreModels.get(hash);
  const pixels = codes.map((code) => Array.from(decode(model, Float32Array.from(code))));
  const inputs = codes.map((code) => Float32Array.from(code));
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < milliseconds) {
    for (const input of inputs) decode(model, input);
    count += inputs.length;
  }
  return {ms: (performance.now() - start) / count, pixels};
}"""


def percentiles(times: Sequence[float], prefix: str = "") -> dict[str, float]:
    """Return the 50th and the 95th percentile of times in ms, as `p50_ms` and `p95_ms`."""
    return {f"{prefix}p{q}_ms": float(np.percentile(times, q)) for q in (50, 95)}


class Tab:
    """A tab of its own session, closed at the end of the `async with` block."""

    def __init__(self, browser: Any, *, probe: Path = INPUT_LATENCY) -> None:
        """`probe` is put into every page before its own scripts."""
        self._browser = browser
        self._probe = probe
        self._messages = 0

    async def __aenter__(self) -> Self:
        self._context = await self._browser.new_context(viewport={"width": 1400, "height": 1000})
        self._page = await self._context.new_page()
        self._page.set_default_timeout(60_000)
        await self._page.add_init_script(path=self._probe)
        await self._page.add_init_script(RETURNING)
        self._page.on("websocket", self._listen)
        self._cdp = await self._context.new_cdp_session(self._page)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._context.close()

    def _listen(self, socket: Any) -> None:
        for event in ("framesent", "framereceived"):
            socket.on(event, self._count)

    def _count(self, _: object) -> None:
        self._messages += 1

    async def _wait_until_quiet(self) -> None:
        """Wait until no message has been sent either way for a second."""
        before = -1
        while before != self._messages:
            before = self._messages
            await asyncio.sleep(1.0)

    async def open(self, address: str, *, ready: str = _HAS_DRAWN) -> None:
        """Open a page, and wait until the JavaScript `ready` holds and the page is quiet."""
        await self._page.goto(address)
        await self._page.wait_for_function(ready)
        # On a busy machine the script may be silent for seconds and then go on: the page's foot
        # comes last.
        await self._page.wait_for_selector("text=Data:")
        await self._page.wait_for_selector(streamlit.STATUS, state="detached")
        await self._wait_until_quiet()

    async def open_file(self, path: Path) -> float:
        """Open an exported file, and return the ms until its first picture was painted."""
        await self._page.goto(path.as_uri())
        await self._page.wait_for_selector("main[aria-busy=false]")
        await asyncio.sleep(_SETTLING_SECONDS)
        return await self._page.evaluate("__bench.first")

    async def decode(self, digest: str, codes: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the time of one decoding in ms, and the digits (B, 784) of codes (B, D)."""
        result = await self._page.evaluate(
            _DECODE,
            {
                "script": bundle(_NETWORK).script,
                "hash": digest,
                "codes": codes.tolist(),
                "milliseconds": 500,
            },
        )
        return result["ms"], np.array(result["pixels"])

    async def drag_slider(self) -> dict[str, float]:
        """Drag the first slider back and forth."""
        box = await self._box(".st-key-live_decoder input[type=range]")
        return await self._swing(box, lambda swing: (0.45 * swing, 0.0), button="left")

    async def draw(self) -> dict[str, float]:
        """Draw eights, one over the other, without lifting the pen."""
        box = await self._box(".st-key-digit_canvas canvas.paper")
        box["height"] = box["width"]
        return await self._swing(
            box,
            lambda swing: (0.6 * swing * math.cos(math.asin(swing)), 0.35 * swing),
            button="left",
        )

    async def move_over_map(self, plot: str = ".st-key-latent_map .nsewdrag") -> dict[str, float]:
        """Move the pointer back and forth over the 2-D map, whose plot a selector names."""
        box = await self._box(plot)
        return await self._swing(box, lambda swing: (0.4 * swing, 0.2 * swing), button="none")

    async def pan_map(self, plot: str) -> dict[str, float]:
        """Drag the 2-D map of an exported file back and forth, so that all of it is drawn anew."""
        await self._page.get_by_role("button", name="Pan").click()
        box = await self._box(plot)
        return await self._swing(box, lambda swing: (0.2 * swing, 0.1 * swing), button="left")

    async def click_slider(self, address: str, clicks: int = 0) -> list[float]:
        """Return the times in ms from releasing the server's slider to the new image."""
        await self._page.goto(address)
        await self._page.wait_for_selector(f"{streamlit.IMAGE} img")
        await self._wait_until_quiet()
        box = await self._box(streamlit.SLIDER_HANDLES)
        times = []
        for share in np.linspace(0.1, 0.9, clicks or _CLICKS):
            place = box["x"] + share * box["width"], box["y"] + box["height"] / 2
            click = self._page.mouse.click(*place)
            times.append(await self.response_time(streamlit.IMAGE, "pointerup", click))
        return [last for _, last in times]

    async def response_time(
        self, region: str, event: str, act: Awaitable[None]
    ) -> tuple[float, float]:
        """Return the ms until the first and until the last change of a region is painted.

        Both from the first `event` of what a visitor does, in a tab with the probe `RESPONSE_TIME`.
        """
        watch = "([region, event]) => __answers.watch(region, event)"
        await self._page.evaluate(watch, [region, event])
        await act
        times = await self._page.evaluate("__answers.answer()")
        if times is None:
            raise AecoreError(f"Nothing changed in {region!r} on {self._page.url}.")
        return tuple(times)

    async def _box(self, selector: str) -> dict[str, float]:
        element = self._page.locator(selector).first
        await element.scroll_into_view_if_needed()
        return await element.bounding_box()

    async def _swing(
        self,
        box: dict[str, float],
        place: Callable[[float], tuple[float, float]],
        *,
        button: Literal["left", "none"],
    ) -> dict[str, float]:
        """Swing the pointer over an element for 3 s, with a button held or not, and measure.

        `place` turns a swing of -1 to 1 into a place relative to the element's center, in shares of
        its width and height.
        """
        center = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        if button == "left":
            await self._mouse("mousePressed", *center)
        await self._page.evaluate("__bench.restart()")
        before = self._messages
        sent = []
        start = time.perf_counter()
        for i in range(round(_DRAG_SECONDS * EVENTS_PER_SECOND)):
            due = i / EVENTS_PER_SECOND
            await asyncio.sleep(max(due - (time.perf_counter() - start), 0))
            right, down = place(math.sin(2 * math.pi * _SWINGS_PER_SECOND * due))
            x, y = center[0] + right * box["width"], center[1] + down * box["height"]
            # Not awaited: the answer comes with the next frame, and would hold the next event up.
            sent.append(asyncio.create_task(self._mouse("mouseMoved", x, y, button=button)))
        await asyncio.gather(*sent)
        seconds = time.perf_counter() - start
        newest, oldest = await self._page.evaluate("[__bench.newest, __bench.oldest]")
        messages = self._messages - before
        if button == "left":  # only now: the page tells the server what was released
            await self._mouse("mouseReleased", *center)
        if not newest:
            raise AecoreError(f"Nothing was drawn while the pointer moved on {self._page.url}.")
        return {
            **percentiles(newest, "frame_"),
            "oldest_p95_ms": float(np.percentile(oldest, 95)),
            "updates_per_second": len(newest) / seconds,
            "websocket_messages_during_drag": messages,
        }

    async def _mouse(self, kind: str, x: float, y: float, *, button: str = "left") -> None:
        await self._cdp.send(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": y, "button": button, "clickCount": 1},
        )
