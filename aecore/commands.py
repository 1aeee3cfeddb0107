"""The commands of the command line but for `train`: options in, a result out."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aecore import checkpoint
from aecore.codes import parse_code
from aecore.command import Result, complain, load_data
from aecore.errors import CheckpointError, PictureError

if TYPE_CHECKING:
    from aecore.model import Autoencoder

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


def reconstruct(options: argparse.Namespace) -> Result:
    """Send pictures of digits through a model; one that fails does not stop the others."""
    from aecore.inference import build_model

    found = checkpoint.load(options.model)
    model = build_model(found.card.model, found.weights)
    targets = _targets(options.pictures, options.out)
    rows = [
        _reconstruct_one(path, found, model, target)
        for path, target in zip(options.pictures, targets, strict=True)
    ]
    failed = any(row["error"] for row in rows)
    lines = [
        f"{row['path']}: {row['error']}"
        if row["error"]
        else f"{row['path']}: MSE {row['mse']:.5f}, nearest label {row['nearest_label']}, "
        f"{row['out']}"
        for row in rows
    ]
    return Result(rows, "\n".join(lines), 1 if failed else 0)


def _targets(pictures: Sequence[Path], folder: Path) -> list[Path]:
    """A file for each picture, numbered where pictures of several folders share a name."""
    seen = Counter()
    targets = []
    for picture in pictures:
        seen[picture.name] += 1
        number = f"-{seen[picture.name]}" if seen[picture.name] > 1 else ""
        targets.append(folder / f"{picture.name}{number}.png")
    return targets


def _read_picture(path: Path) -> np.ndarray:
    """The digit (1, 784) of a picture file."""
    from aecore import digits, picture_file

    try:
        with path.open("rb") as file:
            content = file.read(picture_file.MAX_BYTES + 1)
    except OSError as error:
        raise PictureError(f"{path} cannot be read: {error.strerror}.") from error
    return digits.normalise(picture_file.open_picture(content, name=path.name)).digit.reshape(1, -1)


def _reconstruct_one(
    path: Path, found: checkpoint.Checkpoint, model: Autoencoder, target: Path
) -> dict[str, Any]:
    from aecore import inference, latent, metrics
    from aecore.pictures import write_png

    row: dict[str, Any] = {
        "path": str(path),
        "mse": None,
        "code": None,
        "nearest_label": None,
        "out": None,
        "error": None,
    }
    try:
        digit = _read_picture(path)
        code = inference.encode(model, digit)
        output = inference.decode(model, code)
        neighbours, _ = found.map_distance().neighbours(code, 10)
        write_png(target, np.hstack([digit.reshape(28, 28), output.reshape(28, 28)]))
    except PictureError as error:
        return row | {"error": str(error)}
    return row | {
        "mse": float(metrics.mse(digit, output)[0]),
        "code": [float(value) for value in code[0]],
        "nearest_label": int(latent.nearest_label_vote(found.labels[neighbours])[0]),
        "out": str(target),
    }


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
