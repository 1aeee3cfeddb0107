"""Commands on data and models: `data`, `models`, `evaluate` and `decode`."""

from __future__ import annotations

import argparse
from typing import Any

from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.comparison import read_entries
from aecore.cli.result import Result, load_data, report_error, table
from aecore.data.limits import size_words
from aecore.latent.codes import parse_code

# torch and scikit-learn are imported by the commands that need them: `models` and `--help`
# answer at once.


def show_data(options: argparse.Namespace) -> Result:
    """Show where the digits come from; download them if necessary."""
    dataset = load_data(options.data)
    spec = dataset.spec
    facts = {
        "name": spec.name,
        "shape": list(spec.shape),
        "classes": list(spec.classes) or None,
        "source": dataset.source,
        "kind": dataset.kind,
        "preparation": list(dataset.preparation),
        "train": len(dataset.train_images),
        "test": len(dataset.test_images),
        "fingerprint": dataset.fingerprint,
        "is_mnist": dataset.is_mnist,
    }
    what = f"{len(spec.classes):,} classes" if spec.classes else "no labels"
    text = (
        f"{dataset.source}: {facts['train']:,} training and {facts['test']:,} "
        f"test {spec.nouns} of {size_words(spec.shape)} pixels, {what}, "
        f"fingerprint {dataset.fingerprint}"
    )
    return Result(facts, "\n".join([text, *(f"  {each}" for each in dataset.preparation)]))


def list_models(options: argparse.Namespace) -> Result:
    """List the checkpoints of the models folder, and report those that cannot be used."""
    listed = catalog.listing()
    entries, unreadable = read_entries(listed.files)
    for problem in [*listed.problems.values(), *unreadable.values()]:
        report_error(problem, 1)
    models: list[dict[str, Any]] = [
        {
            "name": entry.name,
            "preset": entry.card.preset,
            "latent_dim": entry.card.model.latent_dim,
            "hidden_dims": list(entry.card.model.hidden_dims),
            "test_mse": entry.card.metrics["test_mse"],
            "pca_test_mse": entry.card.metrics["pca_test_mse"],
            "path": str(listed.files[entry.name]),
        }
        for entry in entries.values()
    ]
    rows = [
        (
            model["name"],
            ",".join(map(str, model["hidden_dims"])),
            str(model["latent_dim"]),
            f"{model['test_mse']:.5f}",
            f"{model['pca_test_mse']:.5f}",
        )
        for model in models
    ]
    text = table([("model", "hidden", "D", "test MSE", "PCA"), *rows], left=2)
    return Result(models, text, status=1 if unreadable and not models else 0)


def evaluate(options: argparse.Namespace) -> Result:
    """Measure a model on the test digits."""
    from aecore.analysis import evaluation
    from aecore.models.inference import build_model

    checkpoint = checkpoint_file.load(options.model)
    dataset = load_data(options.data).measured()
    model = build_model(checkpoint.card.model, checkpoint.weights)
    metrics = evaluation.evaluate(model, checkpoint.pca, checkpoint.card.train.noise, dataset)
    facts = metrics | {
        "model": checkpoint.name,
        "n_test": len(dataset.test_images),
        "source": dataset.source,
        "fingerprint": dataset.fingerprint,
    }
    lines = [
        f"{checkpoint.name} on {facts['n_test']:,} test {dataset.spec.nouns} ({dataset.source})"
    ]
    lines += [table((f"  {name}", f"{value:.6g}") for name, value in metrics.items())]
    return Result(facts, "\n".join(lines))


def decode(options: argparse.Namespace) -> Result:
    """Decode a latent code to a picture."""
    from aecore.imaging.png import write_png
    from aecore.models import inference

    checkpoint = checkpoint_file.load(options.model)
    card = checkpoint.card
    code = parse_code(options.z, card.model.latent_dim)
    model = inference.inference_model(card.model, checkpoint.weights)
    write_png(options.out, inference.decode(model, code[None]).reshape(card.model.input_shape))
    percentile = float(checkpoint.neighbor_index().isolation(code[None])[0])
    facts = {"path": str(options.out), "map_distance_percentile": percentile}
    return Result(
        facts,
        f"{options.out}: the code is more isolated than {percentile:.1f}% of the "
        f"test {card.data.nouns}",
    )
