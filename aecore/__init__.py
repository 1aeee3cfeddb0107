"""Autoencoders, on MNIST and other pictures: train them, measure them, look inside."""

from __future__ import annotations

import importlib

__version__ = "1.0.0"

_PUBLIC = {
    "Checkpoint": "aecore.checkpoints.file",
    "load": "aecore.checkpoints.file",
    "save": "aecore.checkpoints.file",
    "build_model": "aecore.models.inference",
    "encode": "aecore.models.inference",
    "decode": "aecore.models.inference",
    "reconstruct": "aecore.models.inference",
    "Autoencoder": "aecore.estimator",
    "latent_space": "aecore.export.notebook",
    "PCA": "aecore.models.pca",
    "PRESETS": "aecore.presets",
    "run": "aecore.experiment",
}
"""Where each public name is defined; it is imported when it is first asked for."""

__all__ = list(_PUBLIC)


def __getattr__(name: str):
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
