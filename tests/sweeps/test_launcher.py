"""A sweep that is started from the app, in a process of its own."""

import os
import subprocess
import sys

import pytest

from aecore.errors import TrainingError
from aecore.sweeps import launcher, store
from tests.support import sweeps
from tests.support.command_line import REPOSITORY

SPEC = sweeps.spec(seeds=2, latent_dim=("1", "2"), **sweeps.SETTINGS)
START = (
    "from aecore.sweeps import launcher\nfrom tests.support import sweeps\n"
    "spec = sweeps.spec(seeds=2, latent_dim=('1', '2'), **sweeps.SETTINGS)\n"
    "print(launcher.submit(spec).id)"
)


def test_it_outlives_the_process_that_started_it_and_its_server_sees_the_results():
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    path = store.sweeps_dir() / done.stdout.strip()

    sweeps.wait_until(lambda: store.read(path).ended)

    sweep = store.read(path)
    assert (sweep.state, sweep.status.message) == ("done", "")
    results = store.results_of(sweep)
    assert [(each.seed, each.settings["latent_dim"]) for each in results] == [
        (0, 1),
        (0, 2),
        (1, 1),
        (1, 2),
    ]
    assert all(result.error is None for result in results)
    assert len(store.kept(path)) == 2
    assert (path / store.LOG).read_text() == ""


def test_where_training_is_off_nothing_is_started(monkeypatch):
    monkeypatch.setenv("AECORE_TRAINING", "off")

    with pytest.raises(TrainingError, match="AECORE_TRAINING=off"):
        launcher.submit(SPEC)

    assert not store.sweeps_dir().exists()
