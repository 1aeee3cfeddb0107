"""`aecore app`: open the explorer in the browser, or serve it to strangers."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from typing import NoReturn

from aecore.cli.result import APP_PACKAGES, missing_packages
from aecore.data.limits import PUBLIC_UPLOAD_MB
from aecore.errors import AecoreError
from aecore.system.child_process import environment, module_command
from aecore.system.environment import is_public
from aecore.system.installation import HOME

_PUBLIC = {
    "server.headless": "true",
    "server.enableXsrfProtection": "true",
    "server.enableCORS": "true",  # which protects; false lets every origin in
    "server.maxUploadSize": str(PUBLIC_UPLOAD_MB),
    "server.enableAgentApi": "false",
    "server.fileWatcherType": "none",
    "client.showErrorDetails": "none",
}
"""Streamlit's options on a public server, whatever its files of settings say."""


def open_app(options: argparse.Namespace) -> NoReturn:
    """Become the explorer's server, which opens the browser."""
    missing = [name for name in APP_PACKAGES if find_spec(name) is None]
    if missing:
        raise AecoreError(missing_packages(missing))
    command = [sys.executable, "-m", "streamlit", "run", str(HOME / "app.py")]
    if is_public():
        command = module_command("aecore.ui.public_server", *command[3:])
        command += [f"--{name}={value}" for name, value in _PUBLIC.items()]
    if options.port:
        command += ["--server.port", str(options.port)]
    if options.data:
        os.environ["AECORE_DATA"] = options.data
    sys.stdout.flush()
    os.execve(sys.executable, command, environment() | {"PYTHONSAFEPATH": "1"})
