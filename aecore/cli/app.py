"""`aecore app`: open the explorer in the browser."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from typing import NoReturn

from aecore.cli.result import APP_PACKAGES, missing_packages
from aecore.errors import AecoreError
from aecore.system.child_process import environment
from aecore.system.installation import HOME


def open_app(options: argparse.Namespace) -> NoReturn:
    """Become the explorer's server, which opens the browser."""
    missing = [name for name in APP_PACKAGES if find_spec(name) is None]
    if missing:
        raise AecoreError(missing_packages(missing))
    command = [sys.executable, "-m", "streamlit", "run", str(HOME / "app.py")]
    if options.port:
        command += ["--server.port", str(options.port)]
    if options.data:
        os.environ["AECORE_DATA"] = options.data
    sys.stdout.flush()
    os.execve(sys.executable, command, environment() | {"PYTHONSAFEPATH": "1"})
