"""Read mutated files of every format: `python -m tests.fuzz --files 50000 --seed 0`.

No exception but `AecoreError` may come out, and no file may take more than 3 s or 500 MB. Each
target gets its share of the files. A file is made again by its target and number: `--show npz:12`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.process import Outcome, Reading, serve
from tests.fuzz.targets import TARGETS

_HANGS = 60.0  # seconds until a process that does not answer is killed


def main() -> int:
    options = _parse()
    if options.show:
        return _show(options)
    tasks = [*plan(options.files, options.only or list(TARGETS))]
    outcomes: list[Outcome] = []
    faults: Counter[str] = Counter()
    for outcome in run(tasks, seed=options.seed, processes=options.processes):
        outcomes.append(outcome)
        if outcome.is_fault:
            _say(outcome, faults)
        if len(outcomes) % 1_000 == 0:
            print(f"{len(outcomes):,} of {len(tasks):,}", file=sys.stderr, flush=True)
    print(table(outcomes))
    return 1 if any(outcome.is_fault for outcome in outcomes) else 0


def _say(outcome: Outcome, faults: Counter[str]) -> None:
    """Print a fault, unless three of its kind are printed: the same error at the same line."""
    kind = f"{outcome.kind} {outcome.detail.partition(': ')[0]}"
    faults[kind] += 1
    if faults[kind] <= 3:
        name = f"{outcome.target}:{outcome.number}"
        print(f"{name}: {outcome.kind}: {outcome.detail}", flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", action="append", choices=list(TARGETS), metavar="TARGET")
    parser.add_argument("--show", metavar="TARGET:NUMBER", help="make and read one file")
    parser.add_argument("--out", metavar="FILE", help="write the file of --show")
    return parser.parse_args()


def _show(options: argparse.Namespace) -> int:
    """Make one file again, write it, and read it without a net."""
    name, _, number = options.show.rpartition(":")
    with TemporaryDirectory() as folder:
        reading = Reading(Path(folder), options.seed)
        file, content = reading.file(name, int(number))
        print(f"{file!r}, {len(content):,} bytes, begins with {content[:200]!r}", flush=True)
        if options.out:
            Path(options.out).write_bytes(content)
        TARGETS[name].read(file, content, Path(folder, name.replace(" ", "-")))
    return 0


def plan(files: int, names: list[str]) -> Iterator[tuple[str, int]]:
    """Yield the target and the number of each file, the targets in turns."""
    whole = sum(TARGETS[name].share for name in names)
    counts = {name: round(files * TARGETS[name].share / whole) for name in names}
    for turn in zip_longest(*([(name, i) for i in range(n)] for name, n in counts.items())):
        yield from filter(None, turn)


def run(tasks: list[tuple[str, int]], *, seed: int, processes: int = 2) -> Iterator[Outcome]:
    """Read files in processes of their own; one that hangs or crashes is replaced."""
    context = multiprocessing.get_context("spawn")
    waiting = iter(tasks)
    busy: dict[Connection, tuple[multiprocessing.Process, tuple[str, int]]] = {}

    def begin() -> None:
        task = next(waiting, None)
        if task is None:
            return
        pipe, other = context.Pipe()
        process = context.Process(target=serve, args=(other, seed), daemon=True)
        process.start()
        other.close()
        pipe.send(task)
        busy[pipe] = process, task

    for _ in range(processes):
        begin()
    while busy:
        ready = wait(list(busy), timeout=_HANGS)
        for pipe in ready or list(busy):
            process, task = busy.pop(pipe)
            try:
                yield pipe.recv() if ready else _killed(process, task)
            except EOFError:
                process.join()
                yield Outcome(*task, "crash", f"exit status {process.exitcode}")
            if (following := next(waiting, None)) and process.is_alive():
                pipe.send(following)
                busy[pipe] = process, following
            elif following:
                waiting = _chain(following, waiting)
                begin()
            elif process.is_alive():
                pipe.send(None)
                process.join()


def _chain(first: tuple[str, int], rest: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    yield first
    yield from rest


def _killed(process, task: tuple[str, int]) -> Outcome:
    process.kill()
    process.join()
    return Outcome(*task, "slow", f"more than {_HANGS:.0f} s")


def table(outcomes: list[Outcome]) -> str:
    """Return a line a target: files, taken, refused and faults; the slowest and the largest."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    slowest: dict[str, float] = defaultdict(float)
    largest: dict[str, float] = defaultdict(float)
    for each in outcomes:
        for name in (each.target, "all"):
            counts[name]["fault" if each.is_fault else each.kind] += 1
            slowest[name] = max(slowest[name], each.seconds)
            largest[name] = max(largest[name], each.megabytes)
    lines = [f"{'':22}{'files':>8}{'taken':>8}{'refused':>9}{'faults':>8}{'max s':>8}{'max MB':>8}"]
    for name in [*sorted(set(counts) - {"all"}), "all"]:
        count = counts[name]
        lines.append(
            f"{name:22}{count.total():8,}{count['taken']:8,}{count['refused']:9,}"
            f"{count['fault']:8,}{slowest[name]:8.2f}{largest[name]:8.0f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
