"""Untrained models of several depths, in PyTorch and as layers, for brute-force comparisons."""

from __future__ import annotations

import torch

from aecore.config import ModelConfig
from aecore.models.autoencoder import Autoencoder
from aecore.models.families import family_of
from aecore.models.inference import weights_of
from aecore.models.numpy_layers import Layers

SHAPES = {
    "one hidden layer": ModelConfig(latent_dim=3, hidden_dims=(24,)),
    "three hidden layers": ModelConfig(latent_dim=4, hidden_dims=(40, 20, 12)),
    "a logistic output": ModelConfig(latent_dim=4, hidden_dims=(24, 12), output="logistic"),
    "tanh": ModelConfig(latent_dim=3, hidden_dims=(24, 12), activation="tanh"),
    "logistic units": ModelConfig(latent_dim=3, hidden_dims=(24, 12), activation="logistic"),
    "identity": ModelConfig(latent_dim=3, hidden_dims=(24, 12), activation="identity"),
    "one number": ModelConfig(latent_dim=1, hidden_dims=(16,), latent_dropout=0.5),
}


def make(config: ModelConfig, *, seed: int = 0) -> tuple[Autoencoder, Layers]:
    """The same weights as a model in eval mode, and as layers."""
    model = Autoencoder(config, generator=torch.Generator().manual_seed(seed))
    model.eval().requires_grad_(False)
    return model, family_of(config).dense_layers(config, weights_of(model))


def outputs(model: Autoencoder, x: torch.Tensor) -> list[torch.Tensor]:
    """What every layer gives, with what it ends in, by running the modules one by one."""
    found = []
    for part in (model.encoder.layers, model.decoder.layers):
        for module in part:
            x = module(x)
            if isinstance(module, torch.nn.Linear):
                found.append(x)
            else:
                found[-1] = x
    if model.config.output == "logistic":
        found[-1] = found[-1].sigmoid()
    return found


def reconstruct_without(
    model: Autoencoder, x: torch.Tensor, layer: int, unit: int, value: float
) -> torch.Tensor:
    """Reconstructions with one unit of one layer held at a value, by a hook on that layer."""
    modules = [*model.encoder.layers, *model.decoder.layers]
    linear = [i for i, module in enumerate(modules) if isinstance(module, torch.nn.Linear)][layer]
    is_hidden = not isinstance(modules[linear + 1], torch.nn.Linear)

    def hold(module, inputs, output):
        output = output.clone()
        output[:, unit] = value
        return output

    handle = modules[linear + is_hidden].register_forward_hook(hold)
    try:
        return model(x)
    finally:
        handle.remove()
