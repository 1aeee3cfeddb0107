"""Compare a sweep's workers with one process, and with commands, that train the same in turn."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aecore.data.dataset import Dataset
from aecore.presets import Preset
from aecore.sweeps import store, task
from aecore.sweeps.engine import SweepEngine
from aecore.sweeps.grid import Point, SweepSpec
from aecore.sweeps.result import Result
from aecore.system.child_process import environment, module_command
from aecore.system.threads import cores

EMPTY_POINTS = 100
_DIMENSIONS = ("1", "2", "4", "8", "16", "32", "64", "128")
_SEEDS = 3  # with a few points the workers that are done first would wait for the last one


def bench_sweep(
    preset: Preset,
    dataset: Dataset,
    data: str | None,
    *,
    epochs: int,
    workers: int,
    turns: int,
    progress: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """Time the points of a sweep by its workers and by one process, in turns.

    Parameters
    ----------
    preset : Preset
    dataset : Dataset
    data : str or None
        Its name, for the workers.
    epochs : int
        Of each point; there are 24: eight numbers of latent dimensions, three seeds each.
    workers : int
    turns : int
        How often each of the two is timed.
    progress : callable
        Called with what is timed next.

    Returns
    -------
    dict
        Medians: `sweep_seconds` and `sweep_points_per_hour` by the workers, from the first point
        handed out to the last result; `process_seconds` and `process_points_per_hour` by this
        process with all threads; `ratio` of the two speeds; `commands_seconds`,
        `commands_points_per_hour` and `commands_ratio` likewise by a command `aecore train` a
        point, one after the other; `start_seconds` until the workers were there; `overhead_ms` of
        a point without training, of `empty_points`.
    """
    spec = SweepSpec(
        preset=preset.name,
        values={"latent_dim": _DIMENSIONS, "epochs": (str(epochs),)},
        seeds=tuple(range(_SEEDS)),
        keep="none",
        data=data,
        device="cpu",
        workers=workers,
    )
    points, threads = spec.points(), cores()
    by_sweep, by_process, by_commands, starts = [], [], [], []
    for turn in range(1, turns + 1):
        progress(f"turn {turn} of {turns}: {len(points)} points by {workers} workers")
        seconds, start = _time_sweep(spec, dataset)
        by_sweep.append(seconds)
        starts.append(start)
        progress(f"turn {turn} of {turns}: the same by one process")
        by_process.append(_time_process(points, dataset, data, threads))
        progress(f"turn {turn} of {turns}: the same by separate commands")
        by_commands.append(_time_commands(points, data))
    progress(f"{EMPTY_POINTS} points without training")
    empty = replace(spec, values={}, seeds=tuple(range(EMPTY_POINTS)))
    seconds, _ = _time_sweep(empty, dataset, train=skip_training)
    sweep, process, commands = map(statistics.median, (by_sweep, by_process, by_commands))
    return {
        "preset": preset.name,
        "epochs": epochs,
        "points": len(points),
        "workers": workers,
        "threads": threads,
        "sweep_seconds": sweep,
        "sweep_points_per_hour": 3600 * len(points) / sweep,
        "process_seconds": process,
        "process_points_per_hour": 3600 * len(points) / process,
        "ratio": process / sweep,
        "commands_seconds": commands,
        "commands_points_per_hour": 3600 * len(points) / commands,
        "commands_ratio": commands / sweep,
        "start_seconds": statistics.median(starts),
        "empty_points": EMPTY_POINTS,
        "overhead_ms": 1000 * seconds / EMPTY_POINTS,
    }


def skip_training(sweep: str, point: Point, *, fingerprint: str, **_: Any) -> tuple[Result, bytes]:
    """Return a result at once, in place of `aecore.sweeps.task.train_point`."""
    result = Result(
        key=point.key(fingerprint),
        preset=point.preset,
        settings=point.settings(),
        seed=point.train.seed,
        test_mse=0.0,
    )
    return result, b""


def _time_sweep(
    spec: SweepSpec, dataset: Dataset, *, train: Callable = task.train_point
) -> tuple[float, float]:
    """Return the seconds from the first point handed out to the last result, and until then."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "sweep")
        store.prepare(path, spec)
        engine = SweepEngine(path, spec, dataset, train=train)
        begun = time.monotonic()
        engine.run()
        progress = engine.progress
        started, ended = progress.started or begun, progress.ended or begun
        return ended - started, started - begun


def _time_process(points: list[Point], dataset: Dataset, data: str | None, threads: int) -> float:
    """Train the points one after the other, with all threads; return the seconds."""
    task.find_problem(data, dataset.fingerprint, task.versions())  # loads, as the workers have done
    begun = time.monotonic()
    for point in points:
        task.train_point(
            "bench",
            point,
            data=data,
            fingerprint=dataset.fingerprint,
            device="cpu",
            keep=False,
            threads=threads,
        )
    return time.monotonic() - begun


def _time_commands(points: list[Point], data: str | None) -> float:
    """Train each point by a command of its own, with all threads; return the seconds."""
    source = [] if data is None else ["--data", data]
    with TemporaryDirectory() as folder:
        begun = time.monotonic()
        for point in points:
            settings = (
                f"--latent-dim={point.model.latent_dim}",
                f"--epochs={point.train.epochs}",
                f"--seed={point.train.seed}",
                "--device=cpu",
                f"--out={Path(folder, 'model.safetensors')}",
            )
            command = module_command("aecore", "train", point.preset, *settings, *source)
            subprocess.run(command, check=True, capture_output=True, env=environment())
        return time.monotonic() - begun
