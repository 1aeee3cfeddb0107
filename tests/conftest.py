"""What the tests share: MNIST where it is at hand, small stand-ins, and walls to the outside."""

from __future__ import annotations

import os

# Before NumPy and PyTorch are loaded, here or in a server that a test starts. Two processes share
# the machine: threads that wait for each other's turn made the training tests four times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from aecore.data import sources
from aecore.data.dataset import Dataset
from aecore.data.folder import load_folder
from aecore.imaging.levels import to_unit

pytest.register_assert_rewrite(
    *(
        f"tests.support.{name}"
        for name in (
            "browser",
            "checkpoint_files",
            "command_line",
            "live_map",
            "pages",
            "own_data",
            "sweeps",
            "ten_digits",
        )
    )
)

MNIST_FOLDER = os.environ.get("AECORE_DATA")
"""Read here, before the wall below hides it from what is tested."""

settings.register_profile("untimed", deadline=None)  # other work on the machine is no failure
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that drive a browser first: they take longest, and the others fill what is left."""
    items.sort(
        key=lambda item: "tests.support.browser" not in getattr(item.module, "pytest_plugins", ())
    )


@pytest.fixture(autouse=True)
def walls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's settings, cache or network; one that needs them sets its own."""
    monkeypatch.setenv("AECORE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("AECORE_DOWNLOAD", "off")
    monkeypatch.delenv("AECORE_DATA", raising=False)
    monkeypatch.delenv("AECORE_MODELS", raising=False)
    monkeypatch.delenv("AECORE_RUNS", raising=False)
    monkeypatch.delenv("AECORE_SWEEPS", raising=False)
    monkeypatch.delenv("AECORE_TRAINING", raising=False)
    monkeypatch.delenv("AECORE_PUBLIC", raising=False)


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder that AECORE_DATA names; without it the test is skipped, or fails in CI."""
    if not MNIST_FOLDER:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("needs MNIST: set AECORE_DATA to the folder with its files")
    return Path(MNIST_FOLDER).resolve()


@pytest.fixture(scope="session")
def mnist(mnist_folder: Path) -> Dataset:
    """All of MNIST, checked to be exactly that."""
    found = load_folder(mnist_folder)
    assert found.is_mnist
    return found


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Small arrays are slower with several threads, and far slower beside other work."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def torch_threads() -> None:
    """One thread for PyTorch, whatever the machine has: the models here are tiny."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def digits() -> Dataset:
    """scikit-learn's bundled digits: 1,297 to train on, 500 to test."""
    return sources.load_bundled()


@pytest.fixture(scope="session")
def unit_digits(digits: Dataset) -> np.ndarray:
    """The bundled test digits (500, 784), float32 in 0..1, read-only."""
    images = to_unit(digits.test_images)
    images.flags.writeable = False
    return images


@pytest.fixture(scope="session")
def make_checkpoint(
    digits: Dataset, tmp_path_factory: pytest.TempPathFactory, torch_threads: None
) -> Callable:
    """Train small models on the bundled digits and save them in a folder of the session."""
    from aecore import experiment
    from aecore.checkpoints import catalog
    from aecore.checkpoints import file as checkpoint_file
    from aecore.config import ModelConfig, TrainConfig
    from aecore.training.device import pick_device

    folder = tmp_path_factory.mktemp("models")

    def make(name: str, *, latent_dim: int = 2, noise=None, epochs: int = 2):
        made = experiment.run(
            name,
            None,
            ModelConfig(latent_dim=latent_dim, hidden_dims=(16,)),
            TrainConfig(gamma=1e-4, noise=noise, epochs=epochs, batch_size=16),
            digits,
            device=pick_device("cpu"),
        )
        return checkpoint_file.save(made, folder / f"{name}{catalog.SUFFIX}")

    return make


@pytest.fixture(scope="session")
def tiny_checkpoint(make_checkpoint: Callable):
    """A saved model of the bundled digits with D=2, hidden 16, trained for 2 epochs."""
    return make_checkpoint("tiny")


@pytest.fixture(scope="session")
def tiny_denoiser(make_checkpoint: Callable):
    """The same for masked digits, with D=4."""
    from aecore.config import NoiseConfig

    return make_checkpoint("tiny-denoiser", latent_dim=4, noise=NoiseConfig())
