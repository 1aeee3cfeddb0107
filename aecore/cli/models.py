"""The small commands of the command line: options in, a result out."""

from __future__ import annotations

import argparse

from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.cli.result import Result, complain, load_data
from aecore.config import SHAPE
from aecore.errors import CheckpointError
from aecore.latent.codes import parse_code

# torch and scikit-learn are imported by the commands that need them: `models` and `--help`
# answer at once.


def show_data(options: argparse.Namespace) -> Result:
    """Say where the digits come from, fetching them if need be."""
    dataset = load_data(options.data)
    facts = {
        "source": dataset.source,
        "kind": dataset.kind,
        "train": len(dataset.train_images),
        "test": len(dataset.test_images),
        "fingerprint": dataset.fingerprint,
        "is_mnist": dataset.is_mnist,
    }
    return Result(
        facts,
        f"{dataset.source}: {facts['train']:,} training and {facts['test']:,} "
        f"test {dataset.spec.nouns}, fingerprint {dataset.fingerprint}",
    )


def list_models(options: argparse.Namespace) -> Result:
    """List the checkpoints of the models folder, complaining about those that cannot be used."""
    checkpoint = []
    for name in catalog.names():
        path = catalog.find(name)
        try:
            card = checkpoint_file.read_card(path)
        except CheckpointError as error:
            complain(error, 1)
            continue
        checkpoint.append(
            {
                "name": name,
                "preset": card.preset,
                "latent_dim": card.model.latent_dim,
                "hidden_dims": list(card.model.hidden_dims),
                "test_mse": card.metrics["test_mse"],
                "pca_test_mse": card.metrics["pca_test_mse"],
                "path": str(path),
            }
        )
    lines = [f"{'model':20} {'D':>4}  {'hidden':12} {'test MSE':>9} {'PCA':>9}"]
    lines += [
        f"{model['name']:20} {model['latent_dim']:4}  "
        f"{','.join(map(str, model['hidden_dims'])):12} "
        f"{model['test_mse']:9.5f} {model['pca_test_mse']:9.5f}"
        for model in checkpoint
    ]
    return Result(checkpoint, "\n".join(lines))


def evaluate(options: argparse.Namespace) -> Result:
    """Measure a model on the test digits."""
    from aecore.analysis import evaluation
    from aecore.models.inference import build_model

    checkpoint = checkpoint_file.load(options.model)
    dataset = load_data(options.data)
    model = build_model(checkpoint.card.model, checkpoint.weights)
    figures = evaluation.evaluate(model, checkpoint.pca, checkpoint.card.train.noise, dataset)
    facts = figures | {
        "model": checkpoint.name,
        "n_test": len(dataset.test_images),
        "source": dataset.source,
        "fingerprint": dataset.fingerprint,
    }
    lines = [
        f"{checkpoint.name} on {facts['n_test']:,} test {dataset.spec.nouns} ({dataset.source})"
    ]
    lines += [f"  {name:18} {value:.6g}" for name, value in figures.items()]
    return Result(facts, "\n".join(lines))


def decode(options: argparse.Namespace) -> Result:
    """Draw the digit of a code."""
    from aecore.imaging.png import write_png
    from aecore.models import inference

    checkpoint = checkpoint_file.load(options.model)
    code = parse_code(options.z, checkpoint.card.model.latent_dim)
    model = inference.build_model(checkpoint.card.model, checkpoint.weights)
    write_png(options.out, inference.decode(model, code[None]).reshape(SHAPE))
    percentile = float(checkpoint.neighbor_index().isolation(code[None])[0])
    facts = {"path": str(options.out), "map_distance_percentile": percentile}
    return Result(
        facts,
        f"{options.out}: farther from its nearest codes than {percentile:.1f}% of the test digits",
    )
