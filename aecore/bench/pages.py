"""Response time of the pages to their controls: `bench pages`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from aecore.bench.decoding import BASELINE, drive, serve_app
from aecore.bench.harness.server import serve
from aecore.bench.harness.tab import RESPONSE_TIME, Tab, percentiles
from aecore.bench.page_controls import CONTROLS, OTHER_NOISE, Control
from aecore.checkpoints import catalog
from aecore.checkpoints.card import Card
from aecore.checkpoints.comparison import read_entries
from aecore.errors import AecoreError, CheckpointError

EVENTS = 24
"""Measured uses of each control."""
_WARM = 8
"""Uses before them, so that every cache is warm."""
_LIMIT_MS, _LIMIT_SHARE = 120.0, 1.1
"""What a control may take at the 95th percentile: the larger of both, the second of a slider's."""
_MOST_SECONDS = 480.0  # for one page
_TALL = 2400  # px: the kinds of noise and the curve on one screen


def bench_pages(
    pages: tuple[str, ...] = (), *, progress: Callable[[str], None] = lambda text: None
) -> dict[str, Any]:
    """Measure how long the pages take to respond, in headless Chromium.

    Parameters
    ----------
    pages : tuple of str, optional
        Addresses of pages, the slash left out; all by default.
    progress : callable
        Told the name of each page before it is measured.

    Returns
    -------
    dict
        - `events`: how often each control is used, after it has been used 8 times to warm all
          caches;
        - `controls`: a list; `page`, `model` and `control`, then `p50_ms` and `p95_ms`: from the
          time stamp of the visitor's event to the frame that paints the last of what the control
          changes on the screen; `first_p50_ms`, `first_p95_ms`: the first of it. The control
          `new model` is each other model's first time on the page, not warmed, picked once the page
          of the last one is complete;
        - `server_slider_p50_ms`, `server_slider_p95_ms`: the same of a bare `st.slider` that
          decodes a digit on a server of its own, timed before the pages, as often;
        - `limit_ms`: 120, or 1.1 times that slider's 95th percentile if that is more; `over`: the
          controls beyond it, as `page control`;
        - `curve_seconds`, where `denoise` is measured: from the click on a kind of noise that
          this server has not measured yet to the whole curve painted.

    Raises
    ------
    AecoreError
        If playwright, Chromium or checkpoints are missing, the app does not answer, or a control
        does nothing.
    """
    for page in pages:
        if page not in CONTROLS:
            known = ", ".join(name or "'' (the map)" for name in CONTROLS)
            raise AecoreError(f"There is no bench of the page {page!r}; there are {known}.")
    entries, _ = read_entries(catalog.listing().files)
    cards = {name: entry.card for name, entry in entries.items()}
    if not cards:
        raise CheckpointError("No model is trained yet. Train one: python -m aecore train plane")
    chosen = {page: _model(cards, denoiser=page == "denoise") for page in pages or CONTROLS}
    progress("Measuring a bare slider")
    slider = _measure_slider(next(iter(chosen.values())))
    limit = max(_LIMIT_MS, _LIMIT_SHARE * slider["server_slider_p95_ms"])
    measured: dict[str, Any] = {"events": EVENTS, **slider, "limit_ms": limit, "controls": []}
    with serve_app() as app:
        for page, model in chosen.items():
            progress(f"Measuring /{page} with {model}")
            address, others = f"{app}/{page}?model={model}", len(cards) - 1
            visit = partial(_visit, address=address, page=page, others=others)
            rows, extra = drive(visit, seconds=_MOST_SECONDS)
            measured["controls"] += [{"page": f"/{page}", "model": model} | row for row in rows]
            measured |= extra
    rows = measured["controls"]
    over = [f"{row['page']} {row['control']}" for row in rows if row["p95_ms"] > limit]
    return measured | {"over": over}


def _measure_slider(model: str) -> dict[str, float]:
    async def visit(browser: Any) -> list[float]:
        async with Tab(browser, probe=RESPONSE_TIME) as tab:
            return await tab.click_slider(f"{address}/?model={model}", _WARM + EVENTS)

    with serve(BASELINE) as address:
        return percentiles(drive(visit, seconds=_MOST_SECONDS)[_WARM:], "server_slider_")


def _model(cards: dict[str, Card], *, denoiser: bool) -> str:
    """Return the widest shallow model, with most images to draw; a denoiser if there is one."""
    fit = {name: card for name, card in cards.items() if bool(card.train.noise) == denoiser}
    models = {name: card.model for name, card in (fit or cards).items()}
    return max(models, key=lambda name: (-len(models[name].hidden_dims), models[name].latent_dim))


async def _visit(
    browser: Any, *, address: str, page: str, others: int
) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Return the rows of a page's controls, and what else is measured on it.

    `others` is the number of other models in the page's picker.
    """
    extra = {}
    controls = CONTROLS[page]
    async with _PageTab(browser, probe=RESPONSE_TIME) as visit:
        await visit.open(address, ready="true")
        rows = [await visit.measure(each, 0, others) for each in controls if each.is_once]
        await visit.open(address, ready="true")  # back to the first model
        if page == "denoise":
            extra["curve_seconds"] = await visit.first_curve()
        rows += [await visit.measure(each, _WARM, EVENTS) for each in controls if not each.is_once]
    return rows, extra


class _PageTab(Tab):
    """A tab that times what its controls change."""

    async def measure(self, control: Control, warm: int, events: int) -> dict[str, Any]:
        """Return a row: the percentiles of so many uses, after some that warm the caches."""
        times = [await self.time(control, i) for i in range(warm + events)]
        first, last = np.array(times[warm:]).T
        figures = percentiles(last) | percentiles(first, "first_")
        return {"control": control.name} | figures

    async def time(self, control: Control, i: int) -> tuple[float, float]:
        """Return the ms until the first and until the last of a control's changes is painted."""
        if control.prepare:
            await control.prepare(self._page, i)
        if control.is_once:  # what the last model needs after its pictures is not this one's
            await self._wait_until_quiet()
        act = control.act(self._page, i)
        return await self.response_time(control.region, control.event, act)

    async def first_curve(self) -> float:
        """Return the seconds from choosing another kind of noise to its curve, not measured yet."""
        size = self._page.viewport_size
        await self._page.set_viewport_size(size | {"height": _TALL})
        seconds = (await self.time(OTHER_NOISE, 1))[1] / 1000
        await self._page.set_viewport_size(size)
        return seconds
