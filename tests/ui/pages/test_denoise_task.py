"""The noise levels of a model are measured once, whoever asks meanwhile."""

import threading

import pytest

from aecore.data.noise import FixedCorruption
from aecore.ui.pages.denoise import task as denoise_task


@pytest.fixture
def task(monkeypatch):
    """A task whose scores are its levels, and a list of what is measured at a time."""
    task = object.__new__(denoise_task.DenoisingTask)
    noise = FixedCorruption(kind="masking", level=0.5)
    object.__setattr__(task, "corruption", noise)
    task.__dict__["cache"] = {}
    asked = []

    def measure(self, missing):
        asked.append(len(missing))
        self.cache.update({each.level: {} for each in missing})

    monkeypatch.setattr(denoise_task.DenoisingTask, "_measure", measure)
    return task, asked


def test_who_waits_finds_what_another_visitor_has_measured(task):
    task, asked = task
    found = []
    visitors = [
        threading.Thread(target=lambda: found.append(task.scores_by_level())) for _ in range(3)
    ]
    with denoise_task._alone():
        for visitor in visitors:
            visitor.start()
    for visitor in visitors:
        visitor.join(60)

    levels = task.corruption.corruption.levels(denoise_task.STEPS)
    assert sum(asked) == len(levels)
    assert found == 3 * [{level: {} for level in levels}]


def test_a_measurement_that_is_broken_off_leaves_the_rest_to_the_next(task, monkeypatch):
    task, asked = task
    with pytest.raises(KeyboardInterrupt), denoise_task._alone():
        raise KeyboardInterrupt

    task.scores_by_level()

    assert len(asked) == 1
