"""The process that runs one sweep, `python -m aecore.sweeps.worker FOLDER`; `launcher` starts it.

Ending the server, the browser or the terminal does not touch it; `stop` in the folder does.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from aecore.data import sources
from aecore.errors import AecoreError
from aecore.sweeps import store
from aecore.sweeps.store import SweepStatus
from aecore.system.priority import give_way


def main(arguments: list[str] | None = None) -> int:
    """Run a sweep and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m aecore.sweeps.worker", description="Run one sweep."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--held", type=int, help="descriptor of the inherited file `alive`")
    options = parser.parse_args(arguments)
    path = options.folder
    give_way()  # the pages go first
    try:
        from aecore.sweeps.engine import SweepEngine, locked

        with locked(path, options.held):
            spec = store.read_spec(path)
            dataset = sources.load(spec.data, allow_download=False)
            SweepEngine(path, spec, dataset, on_message=_log).run()
    except AecoreError as error:
        _log(str(error))
        store.write_status(path, SweepStatus(state="failed", message=str(error)))
        return 1
    return 0


def _log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
