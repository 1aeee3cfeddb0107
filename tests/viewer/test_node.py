"""The browser's modules without a browser: `node --test`, and the compiler over their types."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.viewer_fixtures import fixtures

ROOT = Path(__file__).resolve().parents[2]
needs_node = pytest.mark.skipif(
    shutil.which("node") is None and "CI" not in os.environ, reason="node is not installed"
)


def run(*command: str, **environment: str) -> None:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs_node
def test_the_modules_compute_what_python_computes(tmp_path):
    path = tmp_path / "fixtures.safetensors"
    path.write_bytes(fixtures())

    run("node", "--test", "tests/viewer/js/", AECORE_FIXTURES=str(path))
