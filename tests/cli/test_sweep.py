"""`sweep` from the command line, with real workers: results, resuming, and what goes wrong."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

import aecore
from aecore.cli import sweep as command
from aecore.sweeps import store
from aecore.sweeps.engine import Progress
from tests.support import sweeps
from tests.support.command_line import REPOSITORY, complaint, start
from tests.test_architecture import IMPORT_WITHOUT

pytest_plugins = ["tests.support.command_line", "tests.support.sweeps"]
pytestmark = pytest.mark.usefixtures("torch_threads")

KILLS = int(os.environ.get("AECORE_KILLS", "1"))
"""Of each kind. All 20: AECORE_KILLS=20 python -m pytest tests/cli/test_sweep.py -n 0 -k kill"""
TINY = ["--set", "hidden_dims=8", "--set", "batch_size=400", "--device", "cpu"]
LONG = [*TINY, "--set", "epochs=150", "--latent-dim", "1,2,3", "--seeds", "2"]
"""Six points of about a second."""


def sweep(*arguments):
    return ["sweep", "plane", *arguments, "--data", "bundled"]


def errors(rows):
    return {(row["latent_dim"], row["seed"]): row["test_mse"] for row in rows}


def result_files(folder):
    return {file: file.stat().st_mtime_ns for file in (folder / "points").iterdir()}


def test_the_errors_are_those_of_train_and_only_what_is_missing_is_trained(
    scheduler, run_json, tmp_path
):
    out, options = tmp_path / "out", [*TINY, "--set", "epochs=2", "--scheduler", scheduler]
    status, rows = run_json(*sweep("--latent-dim", "1,3", "--seeds", "2", *options, "--out", out))
    assert status == 0
    expected = {}
    for dim in (1, 3):
        for seed in (0, 1):
            arguments = ["--hidden-dims", "8", "--batch-size", 400, "--epochs", 2]
            arguments += ["--latent-dim", dim, "--seed", seed, "--device", "cpu"]
            arguments += ["--data", "bundled", "--out", tmp_path / "model.safetensors"]
            _, trained = run_json("train", "plane", *arguments)
            expected[dim, seed] = trained

    assert errors(rows) == {point: each["test_mse"] for point, each in expected.items()}
    for row in rows:
        trained = expected[row["latent_dim"], row["seed"]]
        assert row["pca_test_mse"] == trained["pca_test_mse"]
        assert (row["threads"], row["device"], row["error"]) == (1, "cpu", None)
        assert row["epochs"] == 2
        assert row["seconds"] > 0
    best = {min((r["test_mse"], r["seed"]) for r in rows if r["latent_dim"] == d) for d in (1, 3)}
    assert {(row["test_mse"], row["seed"]) for row in rows if row["path"]} == best
    assert all(Path(row["path"]).is_file() for row in rows if row["path"])
    with (out / store.TABLE).open() as file:
        table = list(csv.DictReader(file))
    assert [float(row["test_mse"]) for row in table] == [row["test_mse"] for row in rows]

    before = result_files(out)
    status, more = run_json(*sweep("--latent-dim", "1,3,2", *options, "--out", out))

    assert [row["latent_dim"] for row in more] == [1, 3, 2]
    after = result_files(out)
    assert {file: after[file] for file in before} == before
    assert len(after) == len(before) + 1


def test_a_point_that_diverges_is_a_row_and_the_others_go_on(scheduler, run, tmp_path):
    rates = ["--set", "learning_rate=10,1e-3", "--set", "optimizer=adam", "--set", "epochs=3"]
    more = [*TINY, "--scheduler", scheduler, "--out", tmp_path, "--keep", "all"]
    status, out, err = run(*sweep(*rates, "--set", "gamma=100", *more))

    assert status == 0, err
    assert "2 of 2 points done, 1 failed" in out
    assert "Try a smaller learning rate than 10." in out
    assert len(list((tmp_path / "models").iterdir())) == 1
    assert "1 failed" not in run(*sweep(*rates, *more))[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--latent-dim", ","], "latent_dim needs at least one value, as in latent_dim=1,2"),
        (["--latent-dim", "0"], "latent_dim must be a whole number from 1 to 784, not 0"),
        (["--seeds", "0"], "--seeds must be a whole number from 1 to"),
        (["--set", "colour=blue"], "There is no setting 'colour' to vary"),
        (["--set", "epochs="], "epochs needs at least one value"),
        (["--set", "epochs"], "--set needs FIELD=V1,V2"),
        (["--set", "latent-dim=2", "--latent-dim", "3"], "latent_dim is given twice"),
        (["--keep", "some"], "keep must be one of best, all, none"),
        (["--workers", "0"], "argument --workers: must be a whole number from 1"),
        (["--workers", "many"], "argument --workers: must be a whole number from 1"),
        (["--workers", "1", "--scheduler", "x"], "not allowed with"),
    ],
)
def test_wrong_use_is_one_line(run, tmp_path, arguments, message):
    status, line = complaint(run(*sweep(*arguments, "--out", tmp_path / "out")))

    assert status == 2
    assert message in line
    assert not (tmp_path / "out").exists()


def test_a_scheduler_that_is_not_there_is_one_line(run, tmp_path, monkeypatch):
    cluster = pytest.importorskip("aecore.sweeps.cluster")
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    for address in ("tcp://127.0.0.1:9", "nowhere", "ftp://a:1"):
        arguments = sweep("--scheduler", address, "--out", tmp_path / "out")
        status, line = complaint(run(*arguments))

        assert status == 1
        assert f"There is no Dask scheduler at {address}" in line


def test_another_version_on_the_workers_is_one_line(scheduler, run, tmp_path, monkeypatch):
    monkeypatch.setattr(aecore, "__version__", "0.0.1")

    status, line = complaint(run(*sweep("--scheduler", scheduler, "--out", tmp_path / "out")))

    assert status == 1
    assert "it has aecore 1.0.0, this command has 0.0.1" in line


def test_a_full_disk_is_one_line(scheduler, run, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_result", refuse)
    out = tmp_path / "out"
    status, line = complaint(run(*sweep(*TINY, "--scheduler", scheduler, "--out", out)))

    assert status == 1
    assert f"{out} cannot be written: the disk is full. Make room" in line
    assert store.read(out).state == "failed"


def test_a_folder_that_another_command_works_on_is_refused(run, tmp_path):
    from aecore.sweeps.engine import locked

    with locked(tmp_path):
        status, line = complaint(run(*sweep("--out", tmp_path)))

    assert status == 1
    assert f"Another command works on {tmp_path}" in line


def test_without_the_package_one_line_says_what_to_install(tmp_path):
    blocked = IMPORT_WITHOUT.format(blocked={"distributed", "dask"}, modules=[])
    arguments = sweep("--out", str(tmp_path / "out"))
    code = f"{blocked}\nfrom aecore.cli.parser import main\nsys.exit(main({arguments!r}))"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 1
    assert done.stderr == (
        "aecore: A sweep needs one more package (distributed): pip install 'aecore[sweep]'.\n"
    )


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="one name, two folders: by /proc")
def test_a_worker_that_cannot_see_the_data_is_told_and_the_other_does_the_work(
    run_json, run, tmp_path, monkeypatch, digits
):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    names = {"x_train": "train_images", "y_train": "train_labels"}
    names |= {"x_test": "test_images", "y_test": "test_labels"}
    arrays = {name: getattr(digits, field)[:60] for name, field in names.items()}
    arrays |= {name: arrays[name].reshape(-1, 28, 28) for name in ("x_train", "x_test")}
    np.savez(here / "mnist.npz", **arrays)
    monkeypatch.chdir(here)
    data = ["--data", "/proc/self/cwd"]
    address, process = sweeps.start_scheduler()
    seeing, blind = (sweeps.start_worker(address, cwd=cwd) for cwd in (here, there))
    arguments = ["sweep", "plane", *TINY, "--set", "epochs=1", "--scheduler", address, *data]
    with sweeps.ending(process, seeing, blind):
        wait_for_workers(address, 2)
        status, out, err = run(*arguments, "--seeds", "3", "--out", tmp_path / "out")
        seeing.kill()
        seeing.wait(timeout=30)
        nobody, line = complaint(run(*arguments, "--seeds", "4", "--out", tmp_path / "out"))

    assert status == 0, err
    assert "3 of 3 points done, 0 failed" in out
    assert err.count("cannot take part") == 1
    assert "Make the data visible there, under the same name" in err
    assert nobody == 1
    assert "cannot take part" in line


def wait_for_workers(address, count):
    from distributed import Client

    with Client(address, timeout="30s", set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)


def workers_of(process):
    """The processes that train for a command."""
    children = psutil.Process(process.pid).children(recursive=True)
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


def points(folder):
    return len(list((folder / "points").glob("*.json"))) if folder.exists() else 0


def wait_for_points(process, folder, count):
    sweeps.wait_until(lambda: points(folder) >= count or process.poll() is not None)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What the long sweep gives when nobody is killed."""
    out = tmp_path_factory.mktemp("undisturbed")
    process = start(*sweep(*LONG, "--workers", "1", "--keep", "none", "--out", out))
    process.communicate(timeout=300)
    return table_of(out)


def table_of(folder):
    with (folder / store.TABLE).open() as file:
        return errors(list(csv.DictReader(file)))


@pytest.mark.parametrize("victim", ["worker", "command"])
def test_however_often_it_is_killed_nothing_is_lost_or_done_twice(victim, undisturbed, tmp_path):
    chance = random.Random(victim)
    for number in range(KILLS):
        out = tmp_path / str(number)
        arguments = sweep(*LONG, "--workers", "1", "--keep", "none", "--out", out)
        process = start(*arguments)
        wait_for_points(process, out, chance.randrange(1, 5))
        time.sleep(chance.uniform(0, 0.8))  # within a training, not only after a result
        before = result_files(out)
        with_it = workers_of(process)
        for target in [process] if victim == "command" else with_it:
            target.kill()
        if victim == "command":
            process.communicate(timeout=30)
            psutil.wait_procs(with_it, timeout=30)
            process = start(*arguments)
        _, err = process.communicate(timeout=300)

        assert process.returncode == 0, err
        assert table_of(out) == undisturbed
        after = result_files(out)
        assert len(after) == 6
        assert {file: after[file] for file in before} == before


def test_a_scheduler_that_is_killed_is_told_and_the_rest_is_done_by_another(undisturbed, tmp_path):
    chance = random.Random(0)
    for number in range(KILLS):
        out = tmp_path / str(number)
        for attempt in range(2):
            address, scheduler = sweeps.start_scheduler()
            worker = sweeps.start_worker(address)
            arguments = [*LONG, "--scheduler", address, "--keep", "none", "--out", out]
            with sweeps.ending(worker, scheduler):
                process = start(*sweep(*arguments))
                if attempt == 0:
                    wait_for_points(process, out, chance.randrange(1, 5))
                    scheduler.kill()
                _, err = process.communicate(timeout=300)
            if attempt == 0:
                assert process.returncode == 1, err
                assert "Traceback" not in err, err
                assert f"\naecore: The scheduler at {address} is gone" in err, err

        assert process.returncode == 0, err
        assert table_of(out) == undisturbed
        assert points(out) == 6


def test_ctrl_c_stops_and_says_how_to_go_on(tmp_path):
    out = tmp_path / "out"
    process = start(*sweep(*LONG, "--workers", "1", "--out", out, "--json"))
    wait_for_points(process, out, 1)
    trainers = workers_of(process)

    process.send_signal(signal.SIGINT)
    stdout, err = process.communicate(timeout=300)

    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("Stopped: ")
    assert "The same command does the rest." in err
    assert stdout.startswith("[{")
    assert "Traceback" not in err
    assert psutil.wait_procs(trainers, timeout=10)[1] == []
    assert store.read(out).state == "stopped"


@pytest.mark.parametrize("columns", [40, 100])
def test_the_live_table_fits_the_terminal(monkeypatch, capsys, tmp_path, columns):
    spec = sweeps.spec(seeds=2, latent_dim=tuple(map(str, range(1, 31))))
    made = sweeps.results(spec)
    progress = Progress(spec.points(), [each.key for each in made], workers=2, new=50)
    progress.results |= {each.key: each for each in made[:50]}
    monkeypatch.setattr(command, "terminal_columns", lambda: columns)
    display = command._Display(tmp_path)

    display.show(progress)
    display.say("A message.")
    display.close(progress)

    err = capsys.readouterr().err
    assert "50 of 60 done" in err
    assert max(len(line) for line in err.replace("\x1b[J", "").split("\n")) <= columns + 5
    height = len(err.split("\x1b[")[0].splitlines())
    assert f"\x1b[{height}A\x1b[J" in err
    assert height <= 20
    if columns == 100:
        assert "Best so far: D = 30, seed 0: test MSE 0.00333 (PCA 0.00667)" in err
