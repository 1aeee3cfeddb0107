"""Speed of an exported file: its first picture, following the pointer, a large atlas."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from aecore.bench.decoding import drive
from aecore.bench.harness.tab import Tab
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.file import Checkpoint
from aecore.export.page import to_html, write_html

POINTS = 1_000_000
PLOT = ".aecore-layer"
OPENINGS = 5
_MOST_SECONDS = 300.0


def bench_explorer(
    name: str = "plane",
    *,
    points: int = POINTS,
    progress: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """Measure the exported file of a model in headless Chromium, opened from the disk.

    Parameters
    ----------
    name : str
        The model, of two latent dimensions.
    points : int
        Codes of the large atlas: those of the model's many times over, with noise on them.
    progress : callable
        Told the name of each file before it is measured.

    Returns
    -------
    dict
        `model`, and `file` and `large` with, of the model's file and of that with the large atlas,

        - `points`, `bytes`;
        - `first_picture_ms`: from the start of the navigation until the frame with the first
          decoded picture was painted, the median of five openings;
        - `map`: the pace that `bench_decode` describes while the pointer moves over the latent
          space;
        - `pan`: the same while it is dragged, so that every frame draws all dots anew.

    Raises
    ------
    AecoreError
        If playwright, Chromium or the checkpoint is missing, or cannot be exported.
    """
    checkpoint = checkpoint_file.load(name)
    with tempfile.TemporaryDirectory() as folder:
        files = {"file": checkpoint, "large": enlarge(checkpoint, points)}
        measured: dict[str, Any] = {"model": name}
        for kind, each in files.items():
            progress(f"Measuring {name} with {len(each.codes):,} points")
            path = Path(folder) / f"{kind}.html"
            size = write_html(path, to_html([each]))

            async def measure(browser: Any, path: Path = path) -> dict[str, Any]:
                return await _measure(browser, path)

            pace = drive(measure, seconds=_MOST_SECONDS)
            measured[kind] = {"points": len(each.codes), "bytes": size, **pace}
    return measured


def enlarge(checkpoint: Checkpoint, points: int) -> Checkpoint:
    """Return a checkpoint with as many codes, each one of its own with noise on it."""
    rng = np.random.default_rng(0)
    rows = rng.integers(len(checkpoint.codes), size=points)
    spread = checkpoint.codes.astype(np.float32).std(axis=0)
    noise = rng.normal(size=(points, checkpoint.codes.shape[1])) * spread / 20
    own = rng.choice(checkpoint.distances, points)
    return replace(
        checkpoint,
        # Rounded, so that no million pictures are compared to find out whether they may be.
        weights={name: _halved(array) for name, array in checkpoint.weights.items()},
        codes=(checkpoint.codes[rows] + noise).astype(np.float16),
        labels=checkpoint.labels[rows],
        errors=checkpoint.errors[rows],
        distances=np.sort(own),
        digest=f"{checkpoint.digest}-{points}",
    )


def _halved(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float16).astype(np.float32)


async def _measure(browser: Any, path: Path) -> dict[str, Any]:
    times = []
    for _ in range(OPENINGS):
        async with Tab(browser) as tab:
            times.append(await tab.open_file(path))
    async with Tab(browser) as tab:
        await tab.open_file(path)
        over_map = await tab.move_over_map(PLOT)
        pan = await tab.pan_map(PLOT)
    return {"first_picture_ms": float(np.median(times)), "map": over_map, "pan": pan}
