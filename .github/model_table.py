"""Print the README's table of models, from the presets and their checkpoints."""

from aecore.checkpoints import catalog
from aecore.checkpoints.file import read_card
from aecore.corruptions import NOISES
from aecore.presets import PRESETS, Preset

HEAD = (
    "| model | D | hidden layers | trained on | test MSE | PCA | kNN-5 | PCA |\n"
    "|---|---|---|---|---|---|---|---|"
)


def layers(preset: Preset) -> str:
    """Return the hidden layers, and what else is special about the model."""
    model = preset.model
    special = {
        f"code dropout {model.latent_dropout:g}": model.latent_dropout > 0,
        "zero-initialized": model.weight_init == "zeros",
        "logistic output": model.output == "logistic",
        "variational": model.variational,
        "after two convolutions": model.family == "conv",
    }
    widths = "-".join(map(str, model.hidden_dims))
    return ", ".join([widths, *(text for text, holds in special.items() if holds)])


def row(preset: Preset) -> str:
    """Return a preset's line, with the metrics of its checkpoint."""
    metrics = read_card(catalog.find(preset.name)).metrics
    noise = preset.train.noise
    errors = [f"{metrics[name]:.4f}" for name in ("test_mse", "pca_test_mse")]
    shares = [f"{metrics[name]:.3f}" for name in ("knn5_accuracy", "pca_knn5_accuracy")]
    data = f"{NOISES[noise.kind].label.lower()} {noise.level:g}" if noise else "clean"
    cells = [f"`{preset.name}`", str(preset.model.latent_dim), layers(preset), data]
    return f"| {' | '.join([*cells, *errors, *shares])} |"


def table() -> str:
    """Return the whole table."""
    return "\n".join([HEAD, *map(row, PRESETS.values())])


if __name__ == "__main__":
    print(table())
