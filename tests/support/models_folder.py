"""A models folder of a test's own."""

import shutil
from pathlib import Path

import pytest

from aecore.ui.cache import runs as run_cache


@pytest.fixture
def folders(tmp_path, monkeypatch, tiny_checkpoint) -> Path:
    """Empty runs, and models with one shipped and one of one's own; gives the models' folder."""
    models = tmp_path / "models"
    models.mkdir()
    for name in ("plane", "mine"):
        shutil.copy(tiny_checkpoint.path, models / f"{name}.safetensors")
    monkeypatch.setenv("AECORE_MODELS", str(models))
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
    run_cache.refresh()
    return models
