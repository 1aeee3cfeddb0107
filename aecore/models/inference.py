"""Encode, decode, reconstruct: arrays in, arrays out, in batches, always in eval mode.

P is the number of pixels of a picture or of features of a row. Values have the type of the model's
weights, float32 unless it was trained in float64.

All raise `ShapeError` where the array's width is not the model's, and `CheckpointError`
where finite weights give a result that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from aecore.config import ModelConfig
from aecore.errors import CheckpointError
from aecore.models.families import family_of
from aecore.models.network import Network
from aecore.validation import require_width

if TYPE_CHECKING:
    from aecore.models.autoencoder import Autoencoder

Model: TypeAlias = "Autoencoder | Network"
_BATCH = 5_000
_MAPS_VALUES = 400_000
"""Pixels of a batch of convolutions in NumPy, whose feature maps take some 40 times the memory."""


def build_model(
    config: ModelConfig, weights: Mapping[str, np.ndarray], *, device: str = "cpu"
) -> Autoencoder:
    """Return a model in eval mode with these weights, as its family's `state_shapes` has them."""
    import torch

    from aecore.models.autoencoder import Autoencoder

    model = Autoencoder(config, generator=torch.Generator())
    model.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    return model.eval().requires_grad_(False).to(device)


def inference_model(config: ModelConfig, weights: Mapping[str, np.ndarray]) -> Model:
    """Return a model to encode and decode with, in NumPy where its family allows it.

    A dense network takes as long as in PyTorch with many pictures, and with one a third of the
    time; a convolutional one takes up to twice as long with many.
    """
    if family_of(config).runs_in_browser:
        return Network(config, weights)
    return build_model(config, weights)


def weights_of(model: Autoencoder) -> dict[str, np.ndarray]:
    """Return a copy of every weight, by its name in the state dict."""
    return {name: value.cpu().numpy().copy() for name, value in model.state_dict().items()}


def encode(model: Model, images: np.ndarray) -> np.ndarray:
    """Return codes, or their means if variational: (B, P) -> (B, D)."""
    return _apply(model, model.encoder, images, width=model.config.n_inputs)


def code_distribution(model: Model, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return means and log variances of a variational model's codes: (B, P) -> 2 times (B, D)."""
    both = _apply(model, model.encoder.layers, images, width=model.config.n_inputs)
    mean, log_variance = np.split(both, 2, axis=1)
    return mean, log_variance


def decode(model: Model, codes: np.ndarray) -> np.ndarray:
    """Return pictures or rows of codes: (B, D) -> (B, P), not clipped to 0..1."""
    return _apply(model, model.decoder, codes, width=model.config.latent_dim)


def reconstruct(model: Model, images: np.ndarray) -> np.ndarray:
    """Encode and decode: (B, P) -> (B, P), not clipped to 0..1."""
    return _apply(model, model, images, width=model.config.n_inputs)


def _apply(
    model: Model, function: Callable[[Any], Any], rows: np.ndarray, *, width: int
) -> np.ndarray:
    require_width("A model's input", rows, width)
    if isinstance(model, Network):
        is_dense = family_of(model.config).is_dense
        size = _BATCH if is_dense else max(1, _MAPS_VALUES // model.config.n_inputs)
        batches = _batches(rows.astype(model.dtype, copy=False), size)
        with np.errstate(over="ignore", invalid="ignore"):
            result = np.concatenate([function(batch) for batch in batches])
    else:
        result = _in_torch(model, function, rows)
    if not np.isfinite(result).all():
        raise CheckpointError("The model's values overflow on this input. Use another model.")
    return result


def _in_torch(model: Autoencoder, function: Callable[[Any], Any], rows: np.ndarray) -> np.ndarray:
    import torch

    parameter = next(model.parameters())
    with _evaluating(model), torch.no_grad():
        results = [
            function(torch.tensor(batch, dtype=parameter.dtype, device=parameter.device))
            for batch in _batches(rows, _BATCH)
        ]
    return torch.cat(results).cpu().numpy()


def _batches(rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yield so many rows at a time; at least once, of no rows none."""
    for start in range(0, max(len(rows), 1), size):
        yield rows[start : start + size]


@contextmanager
def _evaluating(model: Autoencoder) -> Iterator[None]:
    """Switch dropout off, and restore the model's mode afterwards."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)
