"""A few hundred mutated files of each format; `python -m tests.fuzz` reads as many as one likes."""

from collections import Counter

import pytest

from aecore.ui.components import registry
from tests.fuzz.__main__ import plan, table
from tests.fuzz.process import Outcome, Reading
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

pytestmark = [
    pytest.mark.usefixtures("torch_threads"),
    pytest.mark.filterwarnings("ignore::Warning"),
]
SEED = 24
FILES, A_FEW = 18, 3
"""Of each target; a page takes longer than a file."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where a target keeps files; what it sets elsewhere is put back."""
    monkeypatch.setattr(registry, "_component", registry._component)
    return tmp_path


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_files_are_taken_or_refused(folder, name):
    reading = Reading(folder, SEED)

    count = FILES if TARGETS[name].share >= 0.5 else A_FEW
    outcomes = [reading.outcome(name, number) for number in range(count)]

    assert not [outcome for outcome in outcomes if outcome.is_fault]


def test_each_target_gets_its_share_of_the_files():
    planned = Counter(name for name, _ in plan(10_000, list(TARGETS)))

    assert planned.keys() == TARGETS.keys()
    assert abs(planned.total() - 10_000) < len(TARGETS)
    assert planned["checkpoint"] == pytest.approx(2 * planned["idx"], abs=2)


def test_a_file_depends_on_seed_target_and_number_alone(folder):
    first, second = Reading(folder / "1", SEED), Reading(folder / "2", SEED)
    for each in (folder / "1", folder / "2"):
        each.mkdir()

    second.file("csv", 3)
    files = [first.file("csv", 4), second.file("csv", 4), first.file("csv", 5)]

    assert files[0] == files[1] != files[2]


def test_an_error_that_is_none_of_ours_is_a_fault(folder, monkeypatch):
    def read(name, content, folder):
        raise KeyError("oh")

    monkeypatch.setitem(TARGETS, "bad", Target("bad", lambda folder: [], read))
    monkeypatch.setattr(Reading, "file", lambda *_: ("x", b""))

    outcome = Reading(folder, SEED).outcome("bad", 0)

    assert outcome.is_fault
    assert outcome.detail.startswith("KeyError at test_fuzz.py")
    assert table([outcome, Outcome("bad", 1, "taken")]).splitlines()[-1].split()[:5] == [
        *("all", "2", "1", "0", "1")
    ]
