"""Speed of decoding in the browser, beside a slider on the server, and of following the pen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from aecore.bench.harness.chromium import ARGUMENTS, find_chromium, import_playwright
from aecore.bench.harness.server import serve
from aecore.bench.harness.tab import EVENTS_PER_SECOND, HAS_PAPER, RESPONSE_TIME, Tab
from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.errors import AecoreError, CheckpointError
from aecore.latent.axes import mean_and_covariance
from aecore.models import inference
from aecore.presets import PRESETS
from aecore.viewer.precision import sent_weights

T = TypeVar("T")

N_CODES = 200
BASELINE = Path(__file__).with_name("harness") / "server_slider.py"
_MOST_SECONDS = 120.0  # for one preset


def bench_decode(*, progress: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """Measure every shipped preset in headless Chromium.

    Parameters
    ----------
    progress : callable
        Told the name of each preset before it is measured.

    Returns
    -------
    dict
        `events_per_second`, how often the pointer was moved, and `presets`: by name

        - `js_ms`: one decoding in JavaScript, the mean over half a second of them;
        - `max_abs_error`: the largest difference of a pixel from PyTorch with the weights that the
          browser was sent, over 200 codes drawn from the normal distribution fitted to the data's;
        - `max_rounding_error`: the same from PyTorch with the checkpoint's own weights, which are
          sent in half precision where no picture shows it;
        - `frame_p50_ms`, `frame_p95_ms`: while a slider is dragged for 3 s, how far the picture
          lags behind the pointer: from the time stamp of a pointer event (when Chromium took it
          in) to the first task after the frame that draws its digit was painted and handed to
          the compositor. Of several events before one frame only the newest is drawn, and counts;
        - `oldest_p95_ms`: the same for the oldest of them, whose place the newest took. It waits
          for a whole frame of 16.7 ms, however quick the decoder;
        - `updates_per_second`: how many frames drew a digit anew;
        - `websocket_messages_during_drag`: both directions;
        - `map`: the last five again, the pointer moving over the 2-D map;
        - `server_slider_ms`: the same decoder behind an `st.slider` in a fragment, from letting
          go of it to the new picture painted, the median of 12.

    Raises
    ------
    AecoreError
        If playwright, Chromium or a checkpoint is missing, or the app does not answer.
    """
    with serve_app() as app, serve(BASELINE) as baseline:
        presets = _each_preset(partial(_decoding, app=app, baseline=baseline), progress)
    return {"events_per_second": EVENTS_PER_SECOND, "presets": presets}


def bench_draw(*, progress: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """Measure how closely the page follows a pen that draws for 3 s.

    Takes and raises what `bench_decode` does.

    Returns
    -------
    dict
        `events_per_second` and `presets`, by name the pace that `bench_decode` describes. A frame
        shows the ink, the digit framed anew, its reconstruction and its dot on the map.
    """
    with serve_app() as app:
        presets = _each_preset(partial(_drawing, app=app), progress)
    return {"events_per_second": EVENTS_PER_SECOND, "presets": presets}


def serve_app() -> AbstractContextManager[str]:
    """Start the app's server, for a `with` block; it downloads nothing."""
    return serve("app.py", {"AECORE_DOWNLOAD": "off"})


def drive(measure: Callable[[Any], Awaitable[T]], *, seconds: float) -> T:
    """Run `measure(browser)` in headless Chromium, for some seconds at most.

    Raises
    ------
    AecoreError
        If playwright or Chromium is missing, or the browser cannot be driven.
    """
    playwright = import_playwright()
    executable = find_chromium()

    async def session() -> T:
        async with playwright.async_api.async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
            try:
                return await asyncio.wait_for(measure(browser), seconds)
            finally:
                await browser.close()

    try:
        return asyncio.run(session())
    except (playwright.async_api.Error, TimeoutError) as error:
        raise AecoreError(f"The browser could not be driven: {error}") from error


def _each_preset(
    measure: Callable[[Any, str], Awaitable[dict[str, Any]]], progress: Callable[[str], None]
) -> dict[str, dict[str, Any]]:
    """Run `measure(browser, name)` for one trained preset after the other."""
    names = [name for name in PRESETS if name in catalog.names()]
    if not names:
        raise CheckpointError("No preset is trained yet. Train one: python -m aecore train plane")

    async def each(browser: Any) -> dict[str, dict[str, Any]]:
        measured = {}
        for name in names:
            progress(f"Measuring {name}")
            measured[name] = await asyncio.wait_for(measure(browser, name), _MOST_SECONDS)
        return measured

    return drive(each, seconds=len(names) * _MOST_SECONDS)


def draw_codes(codes: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw codes (count, D) from the normal distribution fitted to codes (N, D) of the data."""
    mean, covariance = mean_and_covariance(codes.astype(np.float64), ddof=1)
    # eigh, not cholesky, and unchecked: rounding leaves a singular covariance just below 0.
    return rng.multivariate_normal(
        mean, covariance, size=count, method="eigh", check_valid="ignore"
    )


async def _drawing(browser: Any, name: str, *, app: str) -> dict[str, Any]:
    async with Tab(browser) as tab:
        await tab.open(f"{app}/your-digit?model={name}", ready=HAS_PAPER)
        return await tab.draw()


async def _decoding(browser: Any, name: str, *, app: str, baseline: str) -> dict[str, Any]:
    checkpoint = checkpoint_file.load(name)
    codes = draw_codes(checkpoint.codes, N_CODES, np.random.default_rng(0)).astype(np.float32)
    wanted, exact = (
        inference.decode(inference.build_model(checkpoint.card.model, weights), codes)
        for weights in (sent_weights(checkpoint), checkpoint.weights)
    )

    async with Tab(browser) as tab:
        await tab.open(f"{app}/generate?model={name}")
        js_ms, pixels = await tab.decode(checkpoint.digest, codes)
        sliders = await tab.drag_slider()
    async with Tab(browser) as tab:
        await tab.open(f"{app}/?model={name}")
        over_map = await tab.move_over_map()
    async with Tab(browser, probe=RESPONSE_TIME) as tab:
        server_ms = np.median(await tab.click_slider(f"{baseline}/?model={name}"))
    return {
        "js_ms": js_ms,
        "max_abs_error": float(np.abs(pixels - wanted).max()),
        "max_rounding_error": float(np.abs(pixels - exact).max()),
        **sliders,
        "map": over_map,
        "server_slider_ms": float(server_ms),
    }
