"""Encode, decode, reconstruct: arrays in, arrays out, in batches, always in eval mode.

P is the number of pixels of a picture or of features of a row. Values have the type of the model's
weights, float32 unless it was trained in float64.

All raise `ShapeError` where the array's width is not the model's, and `CheckpointError`
where finite weights give a result that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from aecore.config import ModelConfig
from aecore.errors import CheckpointError
from aecore.models.autoencoder import Autoencoder
from aecore.validation import require_width

_BATCH = 5_000


def build_model(
    config: ModelConfig, weights: Mapping[str, np.ndarray], *, device: str = "cpu"
) -> Autoencoder:
    """Return a model in eval mode with these weights, as its family's `state_shapes` has them."""
    model = Autoencoder(config, generator=torch.Generator())
    model.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    return model.eval().requires_grad_(False).to(device)


def weights_of(model: Autoencoder) -> dict[str, np.ndarray]:
    """Return a copy of every weight, by its name in the state dict."""
    return {name: value.cpu().numpy().copy() for name, value in model.state_dict().items()}


def encode(model: Autoencoder, images: np.ndarray) -> np.ndarray:
    """Return codes, or their means if variational: (B, P) -> (B, D)."""
    return _apply(model, model.encoder, images, width=model.config.n_inputs)


def code_distribution(model: Autoencoder, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return means and log variances of a variational model's codes: (B, P) -> 2 times (B, D)."""
    both = _apply(model, model.encoder.layers, images, width=model.config.n_inputs)
    mean, log_variance = np.split(both, 2, axis=1)
    return mean, log_variance


def decode(model: Autoencoder, codes: np.ndarray) -> np.ndarray:
    """Return pictures or rows of codes: (B, D) -> (B, P), not clipped to 0..1."""
    return _apply(model, model.decoder, codes, width=model.config.latent_dim)


def reconstruct(model: Autoencoder, images: np.ndarray) -> np.ndarray:
    """Encode and decode: (B, P) -> (B, P), not clipped to 0..1."""
    return _apply(model, model, images, width=model.config.n_inputs)


def _apply(
    model: Autoencoder, function: Callable[[Tensor], Tensor], rows: np.ndarray, *, width: int
) -> np.ndarray:
    require_width("A model's input", rows, width)
    parameter = next(model.parameters())
    with _evaluating(model):
        batches = [
            function(
                torch.tensor(
                    rows[start : start + _BATCH], dtype=parameter.dtype, device=parameter.device
                )
            )
            for start in range(0, max(len(rows), 1), _BATCH)
        ]
    result = torch.cat(batches).cpu().numpy()
    if not np.isfinite(result).all():
        raise CheckpointError("The model's values overflow on this input. Use another model.")
    return result


@contextmanager
def _evaluating(model: Autoencoder) -> Iterator[None]:
    """Switch gradients and dropout off, and restore the model's mode afterwards."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)
