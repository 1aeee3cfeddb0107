"""What Python computes and the browser's modules must compute as well, for `node --test`.

`python -m tests.support.viewer_fixtures FILE` writes a message (`aecore.viewer.message`) with what
a browser is sent of small random models, inputs, and the results of PyTorch and NumPy.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from aecore.analysis import feature_maps as maps
from aecore.bench.drawings import demos, draw_all
from aecore.config import ModelConfig
from aecore.data import sources
from aecore.data.readers.pictures import resized
from aecore.digits.normalization import normalize
from aecore.export.base85 import to_base85
from aecore.imaging.levels import to_unit
from aecore.latent.axes import principal_axes
from aecore.latent.interpolation import STEPS, resample_path
from aecore.latent.neighbors import NeighborIndex
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder
from aecore.recognition import verdict
from aecore.recognition.neighbor_vote import predict_labels
from aecore.viewer.message import pack
from aecore.viewer.model_arrays import decoder_arrays, encoder_arrays
from tests.support.checkpoint_files import small_checkpoint

MODELS = {
    "linear": ModelConfig(latent_dim=2, hidden_dims=(9,)),
    "logistic": ModelConfig(latent_dim=5, hidden_dims=(12, 7), output="logistic"),
    "variational": ModelConfig(latent_dim=3, hidden_dims=(8,), variational=True),
    "tanh": ModelConfig(latent_dim=2, hidden_dims=(9, 6), activation="tanh"),
    "logistic units": ModelConfig(latent_dim=3, hidden_dims=(9,), activation="logistic"),
    "identity": ModelConfig(latent_dim=2, hidden_dims=(9,), activation="identity"),
    "convolutional": ModelConfig(latent_dim=3, hidden_dims=(8,), family="conv"),
}
ATLASES = (2, 16)
"""Latent dimensions of the atlases in which labels are voted for."""
N_CODES, N_POINTS, N_INKS, N_DIGITS = 600, 60, 24, 120


def fixtures() -> bytes:
    """Return the message with everything in it."""
    rng = np.random.default_rng(0)
    arrays: dict[str, np.ndarray] = {}
    for name, config in MODELS.items():
        arrays |= _named(name, _model(config, rng))
    for dim in ATLASES:
        arrays |= _named(f"atlas{dim}", _atlas(dim, rng))
    arrays |= _named("ink", _inks(rng))
    arrays |= _named("resized", _resized(rng))
    judged, verdicts = _verdicts()
    arrays |= _named("judge", judged)
    header = {"models": list(MODELS), "atlases": list(ATLASES), "inks": N_INKS}
    contents = [rng.bytes(length) for length in range(9)] + [bytes(4), b"\xff" * 4, rng.bytes(999)]
    header["base85"] = [[to_base85(content), list(content)] for content in contents]
    return pack(header | {"verdicts": verdicts}, arrays)


def _header(name: str) -> dict[str, Any]:
    """Return what a browser is told of a plain model."""
    return {"hash": name, "variational": False, "activation": "relu", "logistic": False}


def _named(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{prefix}.{name}": array for name, array in arrays.items()}


def _model(config: ModelConfig, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return what a browser is sent of a model, and digits and codes through PyTorch."""
    checkpoint = small_checkpoint(config)
    if config.family != "dense":  # else outputs of thousands, to which float32 is less exact
        small = {name: value / 10 for name, value in checkpoint.weights.items()}
        checkpoint = replace(checkpoint, weights=small)
    model = inference.build_model(config, checkpoint.weights)
    digits = (rng.random((4, 784)) * (rng.random((4, 784)) < 0.2)).astype(np.float32)
    codes = rng.normal(size=(4, config.latent_dim)).astype(np.float32)
    header = {
        "hash": "model",
        "variational": config.variational,
        "activation": config.activation,
        "logistic": config.output == "logistic",
    }
    message = pack(header, decoder_arrays(checkpoint) | encoder_arrays(checkpoint))
    decoded = inference.decode(model, codes)
    own = grayness(inference.decode(model, checkpoint.codes.astype(np.float32)))
    return _feature_maps(model, digits[:1]) | {
        "message": np.frombuffer(message, np.uint8),
        "digits": digits,
        "encoded": inference.encode(model, digits),
        "codes": codes,
        "decoded": decoded,
        "grayness": grayness(decoded),
        "grayer": np.array([100 * (own < value).mean() for value in grayness(decoded)]),
    }


def _feature_maps(model: Autoencoder, digit: np.ndarray) -> dict[str, np.ndarray]:
    """Return kernel and feature map of each channel of the first convolution, if there is one."""
    if not maps.convolutions(model):
        return {}
    found = maps.feature_maps(model, 0, digit)[0]
    pairs = [
        maps.enlarge(each, 28, 28).reshape(-1, 784) / np.abs(each).max()
        for each in (maps.kernels(model, 0)[:, 0], found)
    ]
    return {"pairs": np.stack(pairs, axis=1), "active": found.mean(axis=(1, 2))}


def grayness(pixels: np.ndarray) -> np.ndarray:
    """Return sum of p (1 - p) over sum of p of pictures (B, 784), in float64."""
    p = pixels.astype(np.float64).clip(0, 1)
    return (p * (1 - p)).sum(axis=1) / p.sum(axis=1)


def _atlas(dim: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return an atlas, paths in it, points with neighbors, isolation, label and coordinates."""
    labels = rng.integers(0, 5, N_CODES).astype(np.uint8)
    shapes = rng.normal(size=(5, dim, dim))
    codes = np.einsum("nij,nj->ni", shapes[labels], rng.normal(size=(N_CODES, dim)))
    codes = codes.astype(np.float16)
    index = NeighborIndex(codes)
    checkpoint = small_checkpoint(
        ModelConfig(latent_dim=dim, hidden_dims=(3,)),
        codes=codes,
        labels=labels,
        distances=index.own_distances,
        errors=np.zeros(N_CODES, np.float32),
    )
    chosen = shapes[rng.integers(0, 5, N_POINTS)]
    points = 1.5 * np.einsum("nij,nj->ni", chosen, rng.normal(size=(N_POINTS, dim)))
    rows, distances = index.neighbors(points, 10)
    message = pack(_header("atlas"), decoder_arrays(checkpoint))
    islands = codes.astype(np.float32) + 100 * labels[:, None]  # classes far apart
    path, hops = (
        each.graph.shortest_path(0, N_CODES - 1) for each in (index, NeighborIndex(islands))
    )
    return {
        "message": np.frombuffer(message, np.uint8),
        "islands": islands,
        "path": path.astype(np.uint16),
        "hops": hops.astype(np.uint16),
        "line": resample_path(codes[path], STEPS),
        "points": points,
        "rows": rows.astype(np.uint16),
        "distances": distances,
        "isolation": index.isolation(points),
        "votes": predict_labels(index, labels, points)[0].astype(np.uint8),
        "coordinates": principal_axes(codes).to_axes(points),
        "covariance": np.cov(codes.astype(np.float64).T),
    }


def _verdicts() -> tuple[dict[str, np.ndarray], list[dict[str, Any]]]:
    """Return the model that judges, pictures, and its verdicts: on digits, letters and shapes.

    The digits are scikit-learn's: less like MNIST's, they leave more of the ten nearest divided.
    """
    checkpoint, model = verdict.load_judge_model()
    drawn = [*demos().values(), *(picture for _, picture in draw_all(3, letters=26, shapes=7))]
    digits = [normalize(picture).image.reshape(-1) for picture in drawn]
    pictures = np.stack([*digits, *to_unit(sources.load_bundled().test_images[:N_DIGITS])])
    verdicts = verdict.judge(checkpoint, model, pictures)
    message = pack(_header("judge"), decoder_arrays(checkpoint) | encoder_arrays(checkpoint))
    told = [{"kind": each.kind, "label": each.label, "votes": each.votes} for each in verdicts]
    return {"message": np.frombuffer(message, np.uint8), "pictures": pictures}, told


def _resized(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return a paper with strokes, and what it is as a picture of the sizes of three data sets."""
    paper = np.zeros((98, 392), np.float32)
    for left, top in rng.integers(0, (360, 80), (12, 2)):
        paper[top : top + 15, left : left + 30] = rng.random()
    sizes = {"small": (7, 28), "large": (32, 128), "same": paper.shape}
    return {"paper": paper} | {name: to_unit(resized(paper, size)) for name, size in sizes.items()}


def _inks(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return ink of pens from hair to marker, and the digits that it becomes."""
    arrays: dict[str, np.ndarray] = {}
    rows, columns = np.mgrid[:120, :90]
    for number in range(N_INKS):
        ink = np.zeros((120, 90))
        radius = rng.uniform(1, 14)
        points = np.clip(rng.uniform(30, 60, 2) + rng.normal(0, 8, (30, 2)).cumsum(axis=0), 0, 89)
        for down, across in points:
            ink = np.maximum(
                ink, np.clip(radius + 0.5 - np.hypot(rows - down, columns - across), 0, 1)
            )
        ink = ink.astype(np.float32)
        arrays[str(number)] = ink
        arrays[f"{number}.digit"] = normalize(ink).image
    return arrays


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(fixtures())
