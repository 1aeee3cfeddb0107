"""The presets: named experiments, each in one place.

To add one, add it to `PRESETS`, run `python -m aecore train NAME` and commit the checkpoint with
`git add --force models/NAME.safetensors`. The command line, the pages, the wheel and the tests
iterate over `PRESETS`; `python .github/model_table.py` prints the README's table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.errors import ConfigError
from aecore.settings import settings_of


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A named experiment: what to train and how, and what it shows."""

    name: str
    title: str
    """What it shows, in at most 16 characters: pickers are as narrow as a phone."""
    model: ModelConfig
    train: TrainConfig
    parity_epochs: int = 5
    """Epochs over which this recipe, its schedule as long, gets to the error that the notebook's
    recipe reaches in 50. Chosen on seed 0, which `bench train` leaves out."""
    test_mse: float
    """What the test error of its checkpoint must not exceed."""
    pca_test_mse: float
    """Test error of PCA of the same size at the same task, to 0.5%."""

    def notebook_recipe(self, epochs: int = 50) -> TrainConfig:
        """Return the notebook's training for this task: Adam, constant rate, small batches."""
        task = {name: getattr(self.train, name) for name in ("gamma", "noise", "kl_weight")}
        return TrainConfig(epochs=epochs, **task)

    def configure(self, changes: Mapping[str, Any]) -> tuple[ModelConfig, TrainConfig]:
        """Return the configurations with some settings changed; Adam takes the notebook's recipe.

        Parameters
        ----------
        changes : mapping of str to value
            By field of `ModelConfig` or `TrainConfig`.

        Raises
        ------
        ConfigError
            If a value is of another kind or out of range.
        """
        adam = changes.get("optimizer") == "adam"
        of_model = {name: changes[name] for name in settings_of(ModelConfig) if name in changes}
        of_train = {name: value for name, value in changes.items() if name not in of_model}
        return (
            replace(self.model, **of_model),
            replace(self.notebook_recipe() if adam else self.train, **of_train),
        )


_USUAL = TrainConfig(
    gamma=1e-4,
    epochs=20,
    batch_size=512,
    learning_rate=1e-2,
    optimizer="muon",
    schedule="linear",
)
_FAST = replace(_USUAL, batch_size=1024, learning_rate=2e-2)
"""Muon's own work is the same for a batch of any size."""
_LONG = replace(_USUAL, batch_size=1024, learning_rate=1.5e-2, epochs=30)
_DEEP = ModelConfig(latent_dim=2, hidden_dims=(512, 256, 128))
_MASKING = NoiseConfig(kind="masking", level=0.5)
_GAUSSIAN = NoiseConfig(kind="gaussian", level=0.2)

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="plane",
            title="2-D latent space",
            model=ModelConfig(latent_dim=2, hidden_dims=(128,)),
            train=replace(_USUAL, gamma=1e-2, epochs=15, batch_size=1024, learning_rate=2.5e-2),
            parity_epochs=7,
            test_mse=0.0392,
            pca_test_mse=0.0557,
        ),
        Preset(
            name="narrow-dropout",
            title="code dropout",
            model=ModelConfig(
                latent_dim=64, hidden_dims=(64,), latent_dropout=0.8, weight_init="zeros"
            ),
            train=replace(_USUAL, gamma=1e-2),
            test_mse=0.0318,  # of the notebook's own loop
            pca_test_mse=0.00905,
        ),
        Preset(
            name="narrow",
            title="no dropout",
            model=ModelConfig(latent_dim=64, hidden_dims=(64,)),
            train=_USUAL,
            test_mse=0.0098,
            pca_test_mse=0.00905,
        ),
        Preset(
            name="wide-dropout",
            title="code dropout",
            model=ModelConfig(latent_dim=128, hidden_dims=(256,), latent_dropout=0.8),
            train=_USUAL,
            test_mse=0.0214,  # of the notebook's own loop
            pca_test_mse=0.00421,
        ),
        Preset(
            name="wide",
            title="no dropout",
            model=ModelConfig(latent_dim=128, hidden_dims=(256,)),
            train=_FAST,
            parity_epochs=3,
            test_mse=0.0030,
            pca_test_mse=0.00421,
        ),
        Preset(
            name="denoise-mask",
            title="fills in pixels",
            model=ModelConfig(latent_dim=32, hidden_dims=(256,)),
            train=replace(_LONG, noise=_MASKING),
            parity_epochs=10,
            test_mse=0.0123,
            pca_test_mse=0.0287,
        ),
        Preset(
            name="denoise-gaussian",
            title="removes noise",
            model=ModelConfig(latent_dim=32, hidden_dims=(256,)),
            train=replace(_LONG, noise=_GAUSSIAN),
            parity_epochs=10,
            test_mse=0.0082,
            pca_test_mse=0.0195,  # 0.0192 with its pictures clipped to 0..1
        ),
        Preset(
            name="plain-32",
            title="trained clean",
            model=ModelConfig(latent_dim=32, hidden_dims=(256,)),
            train=replace(_LONG, epochs=40),
            parity_epochs=10,
            test_mse=0.0068,
            pca_test_mse=0.0168,
        ),
        Preset(
            name="deep-plane",
            title="deep layers",
            model=_DEEP,
            train=replace(_USUAL, distortion=0.5, epochs=30),
            test_mse=0.0328,
            pca_test_mse=0.0557,
        ),
        Preset(
            name="deep-30",
            title="Hinton's layers",
            model=ModelConfig(latent_dim=30, hidden_dims=(1000, 500, 250), output="logistic"),
            train=replace(_USUAL, distortion=0.8, epochs=60, batch_size=1024),
            test_mse=2.4 / 784,  # 2.4 summed over an image
            pca_test_mse=0.01768,  # 13.87 summed over an image
        ),
        Preset(
            name="variational-plane",
            title="prior N(0, I)",
            model=replace(_DEEP, variational=True),
            train=replace(_USUAL, kl_weight=1e-4, epochs=30),
            test_mse=0.0337,
            pca_test_mse=0.0557,
        ),
        Preset(
            name="conv-32",
            title="convolutional",
            model=ModelConfig(latent_dim=32, hidden_dims=(256,), family="conv", output="logistic"),
            train=replace(_USUAL, epochs=14),
            test_mse=0.0036,
            pca_test_mse=0.0168,
        ),
    )
}
"""All by name, in the order of the pages."""


def get_preset(name: str) -> Preset:
    """Return the preset called `name`.

    Raises
    ------
    ConfigError
        If there is none; the message lists those there are.
    """
    if name not in PRESETS:
        raise ConfigError(f"There is no preset {name!r}. Choose one of: {', '.join(PRESETS)}.")
    return PRESETS[name]
