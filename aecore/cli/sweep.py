"""`python -m aecore sweep`: many trainings, on this machine or on a cluster."""

from __future__ import annotations

import argparse
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aecore.cli.result import INTERRUPTED, Result, load_data, log, table, terminal_columns
from aecore.data import sources
from aecore.errors import AecoreError, ConfigError
from aecore.presets import get_preset

if TYPE_CHECKING:
    from aecore.sweeps.engine import Progress
    from aecore.sweeps.result import Result as PointResult

_PACKAGES = ("distributed", "dask")
_SHOWN_PAIRS = 12
_ROWS = 14
"""Combinations in the live table at most."""
_REDRAW_SECONDS = 0.5


def sweep(options: argparse.Namespace) -> Result:
    """Train every combination of the settings that is missing, and write the table."""
    from aecore.sweeps import store
    from aecore.training.device import pick_device

    spec = _read_spec(options)
    engine = import_engine()
    if spec.scheduler is None:  # else the workers' machines have it, or not
        pick_device(spec.device)
    path = Path(os.path.expanduser(options.out))
    data = load_data(options.data)
    with store.writing(path):
        path.mkdir(parents=True, exist_ok=True)
    stop = _Stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop.request)
    with engine.locked(path):
        store.prepare(path, spec)
        store.make_known(path)
        display = _Display(path)
        follow = stop.before(display.show)
        run = engine.SweepEngine(path, spec, data, on_progress=follow, on_message=display.say)
        try:
            complete = run.run()
        except KeyboardInterrupt:
            complete = False
        finally:
            display.close(run.progress)
    return _result(path, run.progress, complete=complete)


class _Stop:
    """What a signal asks for: it interrupts at once until there is progress, and then in turn.

    Between two looks at the progress the signal is only noted: an exception that its handler raised
    within a callback of the garbage collector would be lost. A second signal interrupts at once.
    """

    _begun = _requested = False

    def request(self, *_: object) -> None:
        if self._requested or not self._begun:
            raise KeyboardInterrupt
        self._requested = True

    def before(self, show: Callable[[Progress], None]) -> Callable[[Progress], None]:
        """Return a callback that shows the progress, unless a stop was requested."""

        def follow(progress: Progress) -> None:
            self._begun = True
            if self._requested:
                raise KeyboardInterrupt
            show(progress)

        return follow


def _read_spec(options: argparse.Namespace) -> Any:
    """Return what the options ask for."""
    from aecore.sweeps import grid

    get_preset(options.preset)
    values: dict[str, tuple[str, ...]] = {}
    if options.latent_dim is not None:
        values["latent_dim"] = grid.read_list("latent_dim", options.latent_dim)
    for text in options.set:
        name, texts = grid.read_setting(text)
        if name in values:
            raise ConfigError(f"{name} is given twice. Give all of its values once.")
        values[name] = texts
    if not 1 <= options.seeds <= grid.MAX_POINTS:
        raise ConfigError(
            f"--seeds must be a whole number from 1 to {grid.MAX_POINTS:,}, not {options.seeds}."
        )
    return grid.SweepSpec(
        preset=options.preset,
        values=values,
        seeds=tuple(range(options.seeds)),
        keep=options.keep,
        data=sources.absolute_name(options.data) or None,
        device=options.device or "auto",
        scheduler=options.scheduler,
        workers=options.workers,
    )


def import_engine() -> Any:
    """Import the engine, which needs a package of its own.

    Raises
    ------
    AecoreError
        If that is not installed; the message says what to install.
    """
    try:
        from aecore.sweeps import engine
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _PACKAGES:
            raise
        raise AecoreError(
            f"A sweep needs one more package ({error.name}): pip install 'aecore[sweep]'."
        ) from None
    return engine


def _result(path: Path, progress: Progress, *, complete: bool) -> Result:
    from aecore.sweeps import answers, store

    done = progress.done
    count = f"{len(done)} of {len(progress.keys)} points"
    lines = []
    if done:
        groups = answers.group(done)
        pairs = answers.differences(groups)
        lines = [table(_rows(groups)), ""]
        if len(pairs) > _SHOWN_PAIRS:  # one after the other, then
            pairs = [each for each in pairs if _are_neighbors(groups, each)]
        lines += [each.text for each in pairs] + [""] * bool(pairs)
    lines += [
        f"{result.key}: seed {result.seed}, {result.error}" for result in done if result.error
    ]
    lines.append(f"{count} done, {progress.failed} failed: {path / store.TABLE}")
    if not complete:
        log(f"Stopped: {count} are done and kept in {path}. The same command does the rest.")
    failed = bool(done) and progress.failed == len(done)
    kept = store.kept(path)
    rows = [
        each.row()
        | {"path": str(store.checkpoint_path(path, each.key)) * (each.key in kept) or None}
        for each in done
    ]
    return Result(rows, "\n".join(lines), INTERRUPTED if not complete else int(failed))


def _are_neighbors(groups: list, pair: Any) -> bool:
    return groups.index(pair.second) == groups.index(pair.first) + 1


def _rows(groups: Iterable) -> list[tuple[str, ...]]:
    """Return the means over the seeds as a table."""
    rows: list[tuple[str, ...]] = [("", "seeds", "test MSE", "± SD", "PCA", "kNN-5")]
    for each in groups:
        spread = f"{each.errors.std(ddof=1):.5f}" if len(each.errors) > 1 else "–"
        pca = f"{each.pca_test_mse:.5f}" if each.pca_test_mse is not None else "–"
        knn = f"{each.knn5_accuracy:.1%}" if each.knn5_accuracy is not None else "–"
        count = f"{len(each.errors)}" + f" (+{each.failed} failed)" * bool(each.failed)
        mean = f"{each.mean:.5f}" if len(each.errors) else "–"
        rows.append((each.name, count, mean, spread, pca, knn))
    return rows


class _Display:
    """A table that is drawn again in place on a terminal; elsewhere a line for each result."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._height = 0
        self._drawn = 0.0
        self._told: set[str] = set()

    def say(self, text: str) -> None:
        """Print a message above the table."""
        self._erase()
        log(text)

    def show(self, progress: Progress) -> None:
        """Draw the progress, but not too often."""
        columns = terminal_columns()
        if columns is None:
            self._tell(progress)
        elif time.monotonic() - self._drawn > _REDRAW_SECONDS:
            self._draw(progress, columns)

    def close(self, progress: Progress) -> None:
        """Draw the last state, below which others may write."""
        columns = terminal_columns()
        if columns is None:
            self._tell(progress)
        else:
            self._draw(progress, columns)

    def _draw(self, progress: Progress, columns: int) -> None:
        self._erase()
        lines = [line[: columns - 1] for line in overview(progress)]
        log("\n".join(lines))
        self._height, self._drawn = len(lines), time.monotonic()

    def _erase(self) -> None:
        if self._height:
            log(f"\x1b[{self._height}A\x1b[J", end="")
        self._height = 0

    def _tell(self, progress: Progress) -> None:
        for key, result in progress.results.items():
            if key not in self._told:
                self._told.add(key)
                if len(self._told) > len(progress.results) - progress.new:
                    log(f"{len(self._told)}/{len(progress.keys)} {describe(result)}")


def describe(result: PointResult) -> str:
    """Return a result in one line."""
    name = f"D = {result.settings['latent_dim']}, seed {result.seed}"
    if result.test_mse is None:
        return f"{name}: {result.error}"
    return f"{name}: test MSE {result.test_mse:.5f} (PCA {result.pca_test_mse:.5f})"


def overview(progress: Progress) -> list[str]:
    """Return the progress as lines: counts, the best so far, and the means of each setting."""
    from aecore.sweeps import answers

    done, total = len(progress.results), len(progress.keys)
    left = progress.seconds_left
    counts = [
        f"{done} of {total} done",
        f"{len(progress.running)} running",
        f"{progress.failed} failed",
        f"{progress.workers or 0} workers",
    ]
    if left is not None:
        counts.append(f"{left // 3600:.0f}:{left // 60 % 60:02.0f}:{left % 60:02.0f} left")
    lines = [" · ".join(counts)]
    good = [result for result in progress.done if result.test_mse is not None]
    if good:
        best = min(good, key=lambda result: result.error_or_infinity)
        lines.append(f"Best so far: {describe(best)}")
    groups = answers.group(progress.done)
    lines += table(_rows(groups)).splitlines()[: _ROWS + 1] if groups else []
    if len(groups) > _ROWS:
        lines.append(f"… and {len(groups) - _ROWS} more settings")
    return lines
