"""The process that runs one sweep, `python -m aecore.sweeps.worker FOLDER`; `launcher` starts it.

Ending the server, the browser or the terminal does not touch it; `stop` in the folder does.
"""

from __future__ import annotations

import sys

from aecore.data import sources
from aecore.errors import AecoreError
from aecore.jobs import launcher
from aecore.sweeps import store
from aecore.sweeps.store import SweepStatus
from aecore.system.priority import give_way


def main(arguments: list[str] | None = None) -> int:
    """Run a sweep and return the exit status."""
    options = launcher.read_arguments("aecore.sweeps.worker", "Run one sweep.", arguments)
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
