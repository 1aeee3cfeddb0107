"""The small commands of the command line: options in, a result out."""

from __future__ import annotations

import argparse

from aecore import checkpoint
from aecore.codes import parse_code
from aecore.command import Result, complain, load_data
from aecore.errors import CheckpointError

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
        f"test digits, fingerprint {dataset.fingerprint}",
    )


def list_models(options: argparse.Namespace) -> Result:
    """List the checkpoints of the models folder, complaining about those that cannot be used."""
    found = []
    for name in checkpoint.names():
        path = checkpoint.find(name)
        try:
            card = checkpoint.read_card(path)
        except CheckpointError as error:
            complain(error, 1)
            continue
        found.append(
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
        for model in found
    ]
    return Result(found, "\n".join(lines))


def evaluate(options: argparse.Namespace) -> Result:
    """Measure a model on the test digits."""
    from aecore import evaluation
    from aecore.inference import build_model

    found = checkpoint.load(options.model)
    dataset = load_data(options.data)
    model = build_model(found.card.model, found.weights)
    figures = evaluation.evaluate(model, found.pca, found.card.train.noise, dataset)
    facts = figures | {
        "model": found.name,
        "n_test": len(dataset.test_images),
        "source": dataset.source,
        "fingerprint": dataset.fingerprint,
    }
    lines = [f"{found.name} on {facts['n_test']:,} test digits ({dataset.source})"]
    lines += [f"  {name:18} {value:.6g}" for name, value in figures.items()]
    return Result(facts, "\n".join(lines))


def decode(options: argparse.Namespace) -> Result:
    """Draw the digit of a code."""
    from aecore import inference
    from aecore.pictures import write_png

    found = checkpoint.load(options.model)
    code = parse_code(options.z, found.card.model.latent_dim)
    model = inference.build_model(found.card.model, found.weights)
    write_png(options.out, inference.decode(model, code[None]).reshape(28, 28))
    percentile = float(found.map_distance().percentile(code[None])[0])
    facts = {"path": str(options.out), "map_distance_percentile": percentile}
    return Result(
        facts,
        f"{options.out}: farther from its nearest codes than {percentile:.1f}% of the test digits",
    )
