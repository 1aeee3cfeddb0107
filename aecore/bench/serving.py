"""The app under load: a class that arrives within minutes and opens pages, drawn at random."""

from __future__ import annotations

import asyncio
import base64
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from aecore.bench.drawings import demos
from aecore.bench.harness.adapters.session import Session
from aecore.bench.harness.server import serve_process
from aecore.checkpoints import catalog
from aecore.config import SHAPE
from aecore.errors import AecoreError, CheckpointError
from aecore.imaging.levels import to_levels
from aecore.imaging.png import to_png
from aecore.jobs import queue, store
from aecore.system.process_lock import is_locked
from aecore.viewer.message import unpack

MINUTES = 5.0
"""Of a load at its usual pace; in fewer or more, everything is as much faster or slower."""
_ARRIVAL = 150.0  # s within which everybody arrives
_STAY = 20.0, 40.0  # s on a page
_PAGES = ("", "generate", "filters", "reconstruct", "denoise", "your-digit", "compare", "train")
_VISITED = 4
_SWEPT = "denoise_pictures"
_ROLES = {"draw": "your-digit", "drag": "denoise", "upload": "your-digit", "watch": "train"}
"""What every eighth viewer does most, and on which page."""
_WITHOUT_ROLE = 4
_DRAGS = 4
_DRAWING = "3"
_SCALE = 15  # of the drawing's sides
_LISTED = 5  # exceptions
_LAST_SECONDS = 60.0
"""For the epoch in which a training run is asked to stop."""


@dataclass
class _Load:
    """What is measured of all viewers."""

    pages: int = 0
    first: list[float] = field(default_factory=list)
    """Seconds until the first page of each viewer was complete."""
    answers: list[float] = field(default_factory=list)
    """Seconds of every page and of every action."""
    received: int = 0
    exceptions: list[str] = field(default_factory=list)


def bench_serve(
    *,
    viewers: int = 200,
    minutes: float = MINUTES,
    public: bool = False,
    seed: int = 0,
    progress: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """Put a fresh server of the app under load, on this machine's loopback address.

    Each viewer arrives within 150 s, keeps one model drawn evenly from all, and opens four
    different pages 20 to 40 s apart, with an action on each that the server answers; on `/denoise`
    it asks for the pictures of all noise levels, as a browser does by itself. One in eight draws,
    one drags the noise level, one uploads a picture, and one watches a training run, which the
    first of them starts. Runs go to a temporary folder.

    Parameters
    ----------
    viewers : int
    minutes : float
        Of the whole; the times above are those of 5.
    public : bool
        Whether the server is one for strangers, which trains nothing.
    seed : int
        Of what viewers do.
    progress : callable
        Told how far it is.

    Returns
    -------
    dict
        - `viewers`; `pages`, how many were opened;
        - `p50_s`, `p95_s`, `max_s`: from what a viewer does, a page opened or an action, to the
          last message of the server's answer; `first_page_p95_s`: the same of each viewer's first
          page alone;
        - `exceptions`: how many were shown on pages, connections lost, or answers missing for a
          minute; `exception_texts`: the first of them;
        - `rss_mb`: the most memory that the server alone has had, in MB of 1,000,000 bytes; None
          where the system does not tell;
        - `sent_mb_per_viewer`: what it has sent over websocket and media, the mean.

    Raises
    ------
    AecoreError
        If there is no checkpoint or the app does not answer.
    """
    if not (models := sorted(catalog.names())):
        raise CheckpointError("No model is trained yet. Train one: python -m aecore train plane")
    load = _Load()
    with tempfile.TemporaryDirectory(prefix="aecore-load-") as runs:
        settings = {"AECORE_DOWNLOAD": "off", "AECORE_RUNS": runs, "AECORE_TRAINING": "on"}
        settings["AECORE_PUBLIC"] = "on" if public else "off"
        module = "aecore.ui.public_server" if public else "streamlit"
        with serve_process("app.py", settings, module=module) as (address, process):
            plans = _plan(viewers, models, minutes / MINUTES, np.random.default_rng(seed))
            asyncio.run(_drive(address, plans, load, minutes, progress))
            rss = _peak_memory(process)
        _stop_runs(Path(runs))
    if not load.answers:
        raise AecoreError(f"No page was answered: {load.exceptions[:1]}")
    return {
        "viewers": viewers,
        "pages": load.pages,
        "p50_s": float(np.percentile(load.answers, 50)),
        "p95_s": float(np.percentile(load.answers, 95)),
        "max_s": max(load.answers),
        "first_page_p95_s": float(np.percentile(load.first, 95)),
        "exceptions": len(load.exceptions),
        "exception_texts": load.exceptions[:_LISTED],
        "rss_mb": rss,
        "sent_mb_per_viewer": load.received / viewers / 1e6,
    }


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What one viewer does."""

    model: str
    role: str | None
    pages: Sequence[str]
    arrival: float
    """s after the first."""
    stays: Sequence[float]
    """s on each page."""
    rng: np.random.Generator


def _plan(
    viewers: int, models: Sequence[str], pace: float, rng: np.random.Generator
) -> list[_Plan]:
    roles = [*_ROLES, *[None] * _WITHOUT_ROLE]
    arrivals = np.sort(rng.uniform(0, _ARRIVAL * pace, viewers))
    plans = []
    for number, arrival in enumerate(arrivals):
        role = roles[number % len(roles)]
        own = [_ROLES[role]] if role else []
        others = [page for page in _PAGES if page not in own]
        drawn = rng.permutation(others)[: _VISITED - len(own)].tolist()
        plans.append(
            _Plan(
                model=models[int(rng.integers(len(models)))],
                role=role,
                pages=rng.permutation([*drawn, *own]).tolist(),
                arrival=float(arrival),
                stays=(pace * rng.uniform(*_STAY, _VISITED)).tolist(),
                rng=np.random.default_rng(rng.integers(2**32)),
            )
        )
    return plans


async def _drive(
    address: str,
    plans: Sequence[_Plan],
    load: _Load,
    minutes: float,
    progress: Callable[[str], None],
) -> None:
    """Let all viewers come and go; after three times the time, end those that are left."""
    tasks = [asyncio.create_task(_visit(address, plan, load)) for plan in plans]
    reporter = asyncio.create_task(_report(tasks, load, progress))
    _, left = await asyncio.wait(tasks, timeout=60 * (3 * minutes + 2))
    for task in [reporter, *left]:
        task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    load.exceptions += [repr(end) for end in ends if isinstance(end, Exception)]
    load.exceptions += [f"A viewer was not done in time: {plans[tasks.index(t)]}" for t in left]


async def _report(
    tasks: Sequence[asyncio.Task[None]], load: _Load, progress: Callable[[str], None]
) -> None:
    while True:
        await asyncio.sleep(15)
        progress(f"{sum(map(asyncio.Task.done, tasks))} viewers have left, {load.pages} pages")


async def _visit(address: str, plan: _Plan, load: _Load) -> None:
    await asyncio.sleep(plan.arrival)
    try:
        async with Session(address) as session:
            try:
                await _look_around(session, plan, load)
            finally:
                load.received += session.received
                load.exceptions += session.exceptions
    except (OSError, TimeoutError) as error:  # of websockets, too
        load.exceptions.append(f"{type(error).__name__}: {error} ({plan.role}, {plan.model})")


async def _look_around(session: Session, plan: _Plan, load: _Load) -> None:
    for number, (page, stay) in enumerate(zip(plan.pages, plan.stays, strict=True)):
        if number:
            seconds = await session.turn_to(page)
        else:
            seconds = await session.arrive(page, f"model={plan.model}")
            load.first.append(seconds)
        load.answers.append(seconds)
        load.pages += 1
        if session.has(_SWEPT):
            load.answers += await _want_sweep(session)
        before = float(plan.rng.uniform(0.1, 0.9)) * stay
        await asyncio.sleep(before)
        load.answers += await _act(session, plan, page)
        await asyncio.sleep(stay - before)


async def _want_sweep(session: Session) -> list[float]:
    """Ask for the pictures of all noise levels, if there are any, as a browser at rest does."""
    sweep = unpack(session.content(_SWEPT))[0]["sweep"]
    return [await session.trigger(_SWEPT, "need", sweep["hash"])] if sweep else []


async def _act(session: Session, plan: _Plan, page: str) -> list[float]:
    """Do what the viewer's role asks for on this page, else use one of its controls."""
    if plan.role and page == _ROLES[plan.role]:
        return await _ACTS[plan.role](session, plan.rng)
    controls = session.controls()
    if page == "train" or not controls:
        return []
    return [await session.change(str(plan.rng.choice(controls)), plan.rng)]


async def _draw(session: Session, rng: np.random.Generator) -> list[float]:
    small = demos()[_DRAWING].reshape(SHAPE[0], _SCALE, SHAPE[1], _SCALE).mean(axis=(1, 3))
    levels = base64.b64encode(to_levels(small).tobytes()).decode()
    return [await session.trigger("digit_canvas", "release", {"levels": levels})]


async def _drag(session: Session, rng: np.random.Generator) -> list[float]:
    return [await session.change("noise_level", rng) for _ in range(_DRAGS)]


async def _upload(session: Session, rng: np.random.Generator) -> list[float]:
    """Upload a drawing that is nobody else's, in black on white."""
    drawing = demos()[_DRAWING] * rng.uniform(0.8, 1)
    return [await session.upload("digit_upload", "three.png", to_png(1 - drawing))]


async def _watch(session: Session, rng: np.random.Generator) -> list[float]:
    """Watch the run in progress, which the page asks for each second; start the first one."""
    if session.has("train_stop") or not session.has("train_start"):
        return []  # a run in progress, or a page that is just drawn anew
    return [await session.click("train_start")]


_ACTS: dict[str, Callable[[Session, np.random.Generator], Awaitable[list[float]]]] = {
    "draw": _draw,
    "drag": _drag,
    "upload": _upload,
    "watch": _watch,
}


def _stop_runs(folder: Path) -> None:
    """Stop the training runs of a folder, and wait until their processes have ended."""
    runs = [path for path in folder.iterdir() if (path / store.SPEC).is_file()]
    for path in runs:
        queue.stop(path)
    deadline = time.monotonic() + _LAST_SECONDS
    while any(is_locked(path / store.ALIVE) for path in runs) and time.monotonic() < deadline:
        time.sleep(0.1)


def _peak_memory(process: int) -> float | None:
    """Return the most memory that a process has had so far, in MB."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    peak = next((line for line in lines if line.startswith("VmHWM:")), None)
    return None if peak is None else int(peak.split()[1]) * 1024 / 1e6
