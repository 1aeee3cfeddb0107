"""Sweeps on disk: results, damaged files, the list of known sweeps."""

import csv
import io

import pytest

from aecore.errors import ConfigError, TrainingError
from aecore.sweeps import store
from aecore.sweeps.result import Result, from_csv, to_csv, varied
from aecore.sweeps.store import SweepStatus
from aecore.system.process_lock import ProcessLock
from tests.support import sweeps

HUGE = b'{"key": "k", "preset": "plane", "settings": {"latent_dim": 1}, "seed": 0, "test_mse": 1%s}'
HUGE %= b"0" * 400
SPEC = sweeps.spec(seeds=2, latent_dim=("1", "2"))


@pytest.fixture
def folder(tmp_path):
    """A sweep with the first two of its four results."""
    path = tmp_path / "mine"
    store.prepare(path, SPEC)
    store.write_status(path, SweepStatus(state="running", fingerprint="f"))
    for result in sweeps.results(SPEC, fingerprint="f")[:2]:
        store.write_result(path, result)
    return path


def test_results_are_read_in_the_order_of_the_grid(folder):
    expected = sweeps.results(SPEC, fingerprint="f")

    assert store.results_of(store.read(folder)) == expected[:2]
    store.write_result(folder, expected[3])
    assert store.results_of(store.read(folder)) == [*expected[:2], expected[3]]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"key": "other"}', b"\xff", HUGE])
def test_a_damaged_result_counts_as_missing(folder, content):
    first, second = store.results_of(store.read(folder))
    (folder / store.POINTS / f"{first.key}.json").write_bytes(content)

    assert store.results_of(store.read(folder)) == [second]


def test_a_result_under_the_name_of_another_point_is_none(folder):
    first, second = store.results_of(store.read(folder))
    points = folder / store.POINTS
    (points / f"{first.key}.json").write_bytes((points / f"{second.key}.json").read_bytes())

    assert store.read_result(folder, first.key) is None


def test_a_sweep_without_a_process_is_interrupted(folder):
    assert store.read(folder).state == "interrupted"
    with ProcessLock(folder / store.ALIVE) as alive:
        alive.acquire()
        assert store.read(folder).state == "running"
    store.write_status(folder, SweepStatus(state="done"))
    assert store.read(folder).state == "done"


def test_a_folder_elsewhere_becomes_known_and_is_forgotten_with_its_folder(folder, tmp_path):
    store.make_known(folder)
    store.make_known(folder)

    (found,) = store.known()
    assert found.spec == SPEC
    assert found.id.startswith("mine-")

    folder.rename(tmp_path / "gone")
    assert store.known() == []


def test_a_sweep_among_the_known_ones_is_listed_once():
    path = store.sweeps_dir() / "here"
    store.prepare(path, SPEC)
    store.make_known(path)

    assert [sweep.id for sweep in store.known()] == ["here"]


def test_the_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").touch()

    with pytest.raises(TrainingError, match=r"holds 'thesis.tex'. Choose a new"):
        store.prepare(tmp_path, SPEC)


def test_the_table_has_all_settings_and_what_was_measured():
    good = sweeps.result(SPEC.points()[0])
    bad = sweeps.result(SPEC.points()[1], test_mse=None, error="It diverged,\nbadly.")

    rows = list(csv.DictReader(io.StringIO(to_csv([good, bad]))))

    assert [row["latent_dim"] for row in rows] == ["1", "2"]
    assert rows[0]["hidden_dims"] == "128"
    assert rows[0]["noise"] == "none"
    assert float(rows[0]["test_mse"]) == good.test_mse
    assert (rows[1]["test_mse"], rows[1]["error"]) == ("", "It diverged,\nbadly.")
    assert to_csv([]) == ""


@pytest.mark.parametrize("line", ["plane", ",".join(["1"] * 99)], ids=["short", "long"])
def test_a_table_with_a_line_of_another_length_is_refused(line):
    text = to_csv(sweeps.results(SPEC))

    with pytest.raises(ConfigError, match="lacks columns"):
        from_csv(f"{text}{line}\n")


def test_results_of_before_there_were_other_units_than_relu_are_read_with_these():
    new = sweeps.result(SPEC.points()[0])
    values = new.to_dict()
    settings = {name: each for name, each in values["settings"].items() if name != "activation"}

    old = Result.from_dict(values | {"settings": settings})

    assert list(old.settings.items()) == list(new.settings.items())
    assert "activation" not in varied([old, new])
    column = list(new.row()).index("activation")
    lines = [line.split(",") for line in to_csv([new]).splitlines()]
    table = "\n".join(",".join(cells[:column] + cells[column + 1 :]) for cells in lines)
    assert from_csv(table)[0].settings["activation"] == "relu"
