"""The training of one point, as a worker runs it: settings come in, a result goes out."""

from __future__ import annotations

import platform
import threading
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

import aecore
from aecore import experiment
from aecore.analysis.evaluation import classifier_accuracy, measure_errors
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.assembly import measure, pack, round_as_stored
from aecore.checkpoints.catalog import SUFFIX
from aecore.config import NoiseConfig
from aecore.data import sources
from aecore.data.dataset import Dataset
from aecore.errors import AecoreError, DataError
from aecore.experiment import Trained
from aecore.imaging.levels import to_unit
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder
from aecore.models.pca import PCA
from aecore.sweeps.grid import Point
from aecore.sweeps.result import Result
from aecore.system.threads import cores, limit_to
from aecore.training.device import device_name, pick_device

_LOADING = threading.Lock()
_LOADED: dict[tuple[str | None, str], tuple[Dataset, PCA]] = {}
"""By name and fingerprint: the data set of this worker and the whole of its PCA."""
_stopped: set[str] = set()
"""Sweeps whose trainings are to end."""


def versions() -> dict[str, str]:
    """Return the versions that a worker and the command must share, by package."""
    import distributed

    return {
        "aecore": aecore.__version__,
        "torch": torch.__version__.partition("+")[0],  # without the build for a device
        "distributed": distributed.__version__,
    }


def find_problem(data: str | None, fingerprint: str, expected: dict[str, str]) -> str:
    """Return why this worker cannot take part in a sweep; empty if it can.

    Parameters
    ----------
    data : str or None
        Name of the data set.
    fingerprint : str
        Of the data set, where the sweep was started.
    expected : dict of str
        Versions there.
    """
    for package, version in versions().items():
        if version != expected[package]:
            return (
                f"it has {package} {version}, this command has {expected[package]}. Install the "
                "same version on both sides"
            )
    try:
        _load(data, fingerprint)
    except AecoreError as error:
        return f"{str(error).rstrip('.')}. Make the data visible there, under the same name"
    return ""


def _load(data: str | None, fingerprint: str) -> tuple[Dataset, PCA]:
    """Load the data set once a worker, and fit PCA with all components.

    Raises
    ------
    DataError
        If it is not here, or not the one of the sweep.
    """
    with _LOADING:
        if (data, fingerprint) not in _LOADED:
            dataset = sources.load(data, allow_download=False)
            if dataset.fingerprint != fingerprint:
                raise DataError(
                    f"its data ({dataset.source}) have the fingerprint {dataset.fingerprint}, "
                    f"not {fingerprint}"
                )
            import sklearn.neighbors  # noqa: F401  # a second's work, not in the first point's time

            _LOADED.clear()
            _LOADED[data, fingerprint] = (
                dataset,
                PCA.fit(dataset.train_images, dataset.spec.n_pixels),
            )
        return _LOADED[data, fingerprint]


def share() -> int:
    """Return how many threads a training gets: this process's cores over its slots for tasks."""
    from distributed import get_worker

    return max(1, cores() // get_worker().state.nthreads)


def train_point(
    sweep: str,
    point: Point,
    *,
    data: str | None,
    fingerprint: str,
    device: str,
    keep: bool,
    threads: int | None = None,
) -> tuple[Result, bytes]:
    """Train a point and return its result, and its checkpoint as the bytes of a file.

    Parameters
    ----------
    sweep : str
        Mark of the sweep, for `stop`.
    point : Point
    data : str or None
        Name of the data set.
    fingerprint : str
        What it must be.
    device : str
    keep : bool
        Whether the checkpoint is wanted; without, there are no bytes, and less is measured.
    threads : int, optional
        By default the share of the worker that runs this.

    Raises
    ------
    DataError
        If this worker cannot load the data set.
    """
    threads = threads or share()
    limit_to(threads)
    dataset, pca = _load(data, fingerprint)
    facts: dict[str, Any] = {
        "key": point.key(fingerprint),
        "preset": point.preset,
        "settings": point.settings(),
        "seed": point.train.seed,
        "threads": threads,
        "worker": platform.node(),
    }
    try:
        where = pick_device(device)
    except AecoreError as error:  # of this machine, not of the point
        return Result(**facts, error=str(error), is_final=False), b""
    facts["device"] = device_name(where)
    try:
        trained = experiment.fit(
            point.model,
            point.train,
            dataset,
            device=where,
            should_stop=lambda: sweep in _stopped,
        )
        if trained.error:
            raise trained.error
        if len(trained.history) < point.train.epochs:
            return Result(**facts, error="Stopped.", is_final=False), b""
        figures, content = _measure(point, trained, dataset, pca, keep=keep)
    except AecoreError as error:
        is_final = sweep not in _stopped
        return Result(**facts, error=str(error), is_final=is_final), b""
    names = ("test_mse", "pca_test_mse", "knn5_accuracy")
    facts |= {name: figures.get(name) for name in names}
    return Result(**facts, seconds=trained.history[-1].seconds), content


def stop(sweep: str) -> None:
    """Let the trainings of a sweep in this worker end soon."""
    _stopped.add(sweep)


def _measure(
    point: Point, trained: Trained, dataset: Dataset, whole: PCA, *, keep: bool
) -> tuple[Mapping[str, float], bytes]:
    """Return the figures of a trained model, and its checkpoint, empty where it is not kept."""
    model, config = trained.model, point.train
    pca = PCA(mean=whole.mean, components=whole.components[: point.model.latent_dim])
    if keep:
        packed = pack(point.preset, point.preset, model, config, dataset, trained.history, pca=pca)
        return packed.card.metrics, _bytes(packed)
    round_as_stored(model, config)
    return measure(_few_figures, model, pca, config.noise, dataset.measured()), b""


def _few_figures(
    model: Autoencoder, pca: PCA, noise: NoiseConfig | None, dataset: Dataset
) -> dict[str, float]:
    """Measure the errors and the accuracy of a classifier: a third of the time of `evaluate`."""
    figures = measure_errors(model, pca, noise, to_unit(dataset.test_images))
    accuracy = classifier_accuracy(lambda images: inference.encode(model, images), dataset)
    return figures if accuracy is None else figures | {"knn5_accuracy": accuracy}


def _bytes(checkpoint: checkpoint_file.Checkpoint) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"{checkpoint.name}{SUFFIX}")
        checkpoint_file.save(checkpoint, path)
        return path.read_bytes()
