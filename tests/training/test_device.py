"""The device that a model is trained on."""

import pytest
import torch

from aecore.errors import TrainingError
from aecore.training.device import pick_device


@pytest.mark.parametrize(
    ("cuda", "mps", "best"),
    [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
@pytest.mark.parametrize("name", [None, "auto"])
def test_the_best_device_there_is_is_picked(monkeypatch, name, cuda, mps, best):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    assert pick_device(name) == torch.device(best)


@pytest.mark.parametrize("name", ["cuda", "mps", "tpu", "cuda:0", ""])
def test_a_device_that_is_not_here_is_refused(monkeypatch, name):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)

    with pytest.raises(TrainingError, match=r"Choose one of: auto, cpu\."):
        pick_device(name)


def test_the_processor_can_be_asked_for(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)

    assert pick_device("cpu") == torch.device("cpu")
