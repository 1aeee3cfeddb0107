"""What the bottleneck costs: the error over the latent dimensions, and PCA's beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from aecore.checkpoints.file import Checkpoint
from aecore.data.dataset import MNIST_FINGERPRINT
from aecore.errors import CheckpointError
from aecore.lessons.context import Context
from aecore.lessons.lesson import LessonError
from aecore.lessons.registry import Finding, measure
from aecore.sweeps import shipped

LINEAR = "wide"
"""Shipped model with the most PCA components: the first D of them are PCA with D dimensions."""
PLAIN = ("plane", "plain-32", "narrow", "wide")
"""Shipped models with one hidden layer and none of the traps, one for each D."""
TIE = 0.03
"""Relative difference of two errors up to which they count as equal."""


@measure("number")
def error_left(context: Context, prediction: Any) -> Finding:
    """Measure the model's error in percent of that of the mean picture."""
    measured = context.measured()
    mean = np.square(measured.images - measured.checkpoint.pca.mean).mean()
    value = 100 * float(measured.errors.mean() / mean)
    linear = 100 * float(measured.pca_errors.mean() / mean)
    return Finding(
        value=value,
        reference=linear,
        text=f"The error of {measured.checkpoint.name} is {value:.0f}% of that of the mean digit "
        f"(PCA: {linear:.0f}%), over {measured.pictures}.",
    )


@measure("choice", "autoencoder", "tie", "pca")
def autoencoder_or_pca(context: Context, prediction: Any) -> Finding:
    """Measure which has the lower error with the same D: the model or PCA."""
    measured = context.measured()
    own, linear = float(measured.errors.mean()), float(measured.pca_errors.mean())
    return Finding(
        value=lower_error(own, linear),
        text=f"MSE of {measured.checkpoint.name} {own:.4f}, of PCA with as many dimensions "
        f"{linear:.4f}, over {measured.pictures}.",
    )


def lower_error(own: float, linear: float) -> str:
    """Return `autoencoder`, `pca`, or `tie` where their errors differ by up to `TIE` of PCA's."""
    if abs(own - linear) <= TIE * linear:
        return "tie"
    return "autoencoder" if own < linear else "pca"


@measure("choice", "autoencoder", "tie", "pca")
def sweep_winner(context: Context, prediction: Any, *, latent_dim: int) -> Finding:
    """Look up in the shipped sweep which has the lower error at a D: the autoencoder or PCA."""
    results = [each for each in shipped.load() if each.settings["latent_dim"] == latent_dim]
    if not results:
        raise LessonError(f"The shipped sweep has no models with {latent_dim} dimensions.")
    own = float(np.mean([each.test_mse for each in results]))
    linear = float(np.mean([each.pca_test_mse for each in results]))
    return Finding(
        value=lower_error(own, linear),
        text=f"With {latent_dim} dimensions the autoencoders of the shipped sweep have an MSE of "
        f"{own:.4f}, the mean of {len(results)} seeds, and PCA {linear:.4f}, over the 10,000 test "
        "digits of MNIST.",
    )


@measure("number")
def pca_dimensions(context: Context, prediction: Any) -> Finding:
    """Find the fewest dimensions with which PCA's error is no higher than the model's."""
    measured = context.measured()
    name, own = measured.checkpoint.name, float(measured.errors.mean())
    errors = linear_errors(context, measured.rows)
    enough = [dim for dim, error in errors.items() if error <= own]
    if not enough:
        return Finding(
            value=None,
            text=f"PCA needs more than {max(errors)} dimensions to get down to {own:.4f}.",
            not_holding=f"{name} is better than PCA at every size that is measured here.",
        )
    dim = min(enough)
    return Finding(
        value=float(dim),
        text=f"PCA needs {dim} dimensions to get down to the MSE of {name}, {own:.4f}: it then has "
        f"{errors[dim]:.4f}, over {measured.pictures}.",
    )


@measure("curve")
def error_curve(context: Context, prediction: Any) -> Finding:
    """Return the autoencoder's error over D: of the shipped sweep, else of the shipped models.

    PCA's is measured.
    """
    dims = [dim for dim, _ in prediction]
    if context.test_set.fingerprint == MNIST_FINGERPRINT:
        by_dim = sweep_errors()
        source = "The autoencoders are those of the shipped sweep, the mean of its seeds"
    else:
        by_dim = model_errors(context)
        source = "The autoencoders are shipped models, trained on MNIST, where there is one"
    linear = linear_errors(context, context.measured().rows)
    value = [[dim, by_dim[dim]] for dim in dims if dim in by_dim]
    reference = [[dim, linear[dim]] for dim in dims if dim in linear]
    worse = [dim for dim, error in value if error > linear.get(dim, np.inf)]
    return Finding(
        value=value,
        reference=reference,
        text=f"{source}; PCA was measured just now. Both over {context.measured().pictures}.",
        not_holding=""
        if not worse
        else f"Here PCA is better than the autoencoder at D = {', '.join(map(str, worse))}.",
    )


def sweep_errors() -> dict[int, float]:
    """Return the mean test MSE of the shipped sweep by D."""
    errors: dict[int, list[float]] = {}
    for each in shipped.load():
        if each.test_mse is not None:
            errors.setdefault(each.settings["latent_dim"], []).append(each.test_mse)
    return {dim: float(np.mean(values)) for dim, values in sorted(errors.items())}


def model_errors(context: Context) -> dict[int, float]:
    """Return the error of each of the shipped plain models that is there, by its D."""
    errors = {}
    for name in PLAIN:
        try:
            measured = context.measured(name)
        except CheckpointError:
            continue
        errors[measured.checkpoint.card.model.latent_dim] = float(measured.errors.mean())
    return errors


def linear_errors(context: Context, rows: np.ndarray) -> Mapping[int, float]:
    """Return PCA's error on some of the test pictures, by D.

    The components are nested: leaving out the last ones costs their squared coordinates. They were
    fitted to the training pictures of the shipped models, where the model in use was, too; else to
    those of the data in use.
    """
    try:
        largest = context.load(LINEAR)
    except CheckpointError:
        return context.pca_errors()
    if largest.card.fingerprint != context.checkpoint.card.fingerprint:
        return context.pca_errors()
    return nested_errors(largest, context.test_set.images[rows])


def nested_errors(checkpoint: Checkpoint, images: np.ndarray) -> dict[int, float]:
    """Return the error of a checkpoint's PCA on images (n, P) by the number of components."""
    centered = images - checkpoint.pca.mean
    whole = np.square(centered, dtype=np.float64).sum()
    coordinates = centered @ checkpoint.pca.components.T
    kept = np.square(coordinates, dtype=np.float64).sum(axis=0).cumsum()
    return {dim: float(rest) / images.size for dim, rest in enumerate(whole - kept, 1)}
