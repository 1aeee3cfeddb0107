"""Classes in the latent space: which overlap, where one ends, how far apart they lie."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from aecore.analysis.lasso import inside
from aecore.analysis.sampling import evenly_spaced
from aecore.latent.neighbors import NeighborIndex, nearest_label_vote
from aecore.lessons.context import Context, Measured
from aecore.lessons.registry import Finding, measure

NEIGHBORS = 5
"""That vote, each digit without itself."""
BOUNDARY_NEIGHBORS = 30
BOUNDARY_CELLS = 100
"""Along each axis of the map, where the boundary is looked for."""
CENTRAL = 0.9
"""Share of a class, its densest part, that its measured outline goes around."""
FEWEST = 10
"""Digits that have an outline."""
PAIRS = 2_000
"""Digits at most, evenly spaced, of which all distances are measured."""


def predicted_labels(measured: Measured) -> np.ndarray:
    """Classify each picture by its nearest codes among the others, (n,)."""
    index = NeighborIndex(measured.codes)
    n = len(measured.codes)
    rows, _ = index.neighbors(measured.codes, min(NEIGHBORS, n - 1), own=np.arange(n))
    return nearest_label_vote(measured.labels[rows])


@measure("choice")
def most_confused(context: Context, prediction: Any, *, pairs: list[str]) -> Finding:
    """Find which of some pairs of classes, such as `4-9`, are mistaken for each other most.

    Counted in percent of the digits of both classes.
    """
    measured = context.measured()
    predicted = predicted_labels(measured)
    shares = {}
    for pair in pairs:
        first, second = (context.label(name) for name in pair.partition("-")[::2])
        swapped = ((measured.labels == first) & (predicted == second)) | (
            (measured.labels == second) & (predicted == first)
        )
        shares[pair] = swapped.sum() / np.isin(measured.labels, (first, second)).sum()
    ranked = sorted(shares, key=shares.__getitem__, reverse=True)
    listed = ", ".join(f"{pair}: {shares[pair]:.1%}" for pair in ranked)
    return Finding(
        value=ranked[0],
        text=f"Digits that their {NEIGHBORS} nearest neighbors take for the other of the pair: "
        f"{listed}, among {measured.pictures}.",
    )


@measure("number")
def confusion(context: Context, prediction: Any, *, label: str, other: str) -> Finding:
    """Measure the percentage of one class that is taken for another."""
    measured = context.measured()
    own = measured.labels == context.label(label)
    value = 100 * float((predicted_labels(measured)[own] == context.label(other)).mean())
    return Finding(
        value=value,
        text=f"{value:.0f}% of the {own.sum():,} {label}s are taken for {other}s by their "
        f"{NEIGHBORS} nearest neighbors in the latent space of {measured.checkpoint.name}.",
    )


def _needs_plane(context: Context) -> Finding | None:
    """Return what to say of a model without a 2-D map."""
    dim = context.checkpoint.card.model.latent_dim
    if dim == 2:
        return None
    return Finding(
        value=None,
        text=f"{context.checkpoint.name} has {dim} latent dimensions.",
        not_holding="This step needs a latent space of two dimensions: pick plane, or another "
        "model with D = 2.",
    )


@measure("outline")
def class_outline(context: Context, prediction: Any, *, label: str) -> Finding:
    """Compare an outline with the place of a class in the 2-D latent space.

    The measured outline is the convex hull of the densest nine tenths of the class. The gap is 1
    minus the F1 score: the harmonic mean of the share of the class within the drawn outline and
    the share of the class among all digits within it.
    """
    if problem := _needs_plane(context):
        return problem
    measured = context.measured()
    own = measured.labels == context.label(label)
    hull = densest_hull(measured.codes[own])
    if hull is None:
        return Finding(
            value=None,
            text=f"{measured.checkpoint.name} puts all {label}s in one place, or they are too few.",
            not_holding=f"The {label}s have no outline here.",
        )
    (held, pure), best = (
        shares_within(measured.codes, own, np.array(outline)) for outline in (prediction, hull)
    )
    score = 2 * held * pure / (held + pure) if held + pure else 0.0
    return Finding(
        value=hull.tolist(),
        gap=(1 - score, f"Your outline and the {label}s agree to {score:.0%} (F1 score)."),
        text=f"Your outline holds {held:.0%} of the {label}s, and {pure:.0%} of what it holds are "
        f"{label}s. Around their densest part, it is {best[0]:.0%} and {best[1]:.0%}.",
    )


def densest_hull(codes: np.ndarray) -> np.ndarray | None:
    """Return the convex hull (V, 2) of the codes (n, 2) without the most isolated tenth.

    None where they have no extent.
    """
    from scipy.spatial import ConvexHull, QhullError

    if len(codes) < FEWEST or (np.ptp(codes, axis=0) == 0).any():
        return None
    index = NeighborIndex(codes)
    isolated = index.neighbors(codes, min(index.k + 1, len(codes)))[1][:, -1]
    few = math.ceil(CENTRAL * len(codes))
    central = codes[np.argsort(isolated, kind="stable")[:few]].astype(np.float64)
    try:
        return central[ConvexHull(central).vertices]
    except QhullError:  # all on one line
        return None


def shares_within(codes: np.ndarray, own: np.ndarray, outline: np.ndarray) -> tuple[float, float]:
    """Return which share of a class lies within an outline, and its share of all that do."""
    within = inside(codes, outline)
    return float(within[own].mean()), float(own[within].mean()) if within.any() else 0.0


@measure("point")
def boundary(context: Context, prediction: Any, *, first: str, second: str) -> Finding:
    """Find the point nearest to a given one where the map changes from one class to another.

    The map is divided into 100 x 100 cells; the 30 nearest digits vote in each.
    """
    if problem := _needs_plane(context):
        return problem
    measured = context.measured()
    pair = context.label(first), context.label(second)
    points = boundary_points(measured.codes, measured.labels, pair)
    name = measured.checkpoint.name
    if not len(points):
        return Finding(
            value=None,
            text=f"In the latent space of {name} no {first}s border on {second}s.",
            not_holding=f"{name} keeps {first}s and {second}s apart.",
        )
    nearest = points[np.linalg.norm(points - prediction, axis=1).argmin()]
    count = min(BOUNDARY_NEIGHBORS, len(measured.codes))
    around = NeighborIndex(measured.codes).neighbors(np.array([prediction]), count)[0][0]
    votes = [int((measured.labels[around] == label).sum()) for label in pair]
    return Finding(
        value=nearest.tolist(),
        text=f"The {count} nearest to your point: {votes[0]} of class {first}, {votes[1]} of class "
        f"{second}, {count - sum(votes)} of others, among {measured.pictures}.",
    )


def boundary_points(codes: np.ndarray, labels: np.ndarray, pair: tuple[int, int]) -> np.ndarray:
    """Return the middles (M, 2) between neighboring cells of which one class wins one each."""
    low, high = np.percentile(codes, (0.5, 99.5), axis=0)
    steps = (np.arange(BOUNDARY_CELLS) + 0.5) / BOUNDARY_CELLS
    x, y = (low[axis] + steps * (high[axis] - low[axis]) for axis in (0, 1))
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)  # (cells, cells, 2)
    index = NeighborIndex(codes)
    rows, _ = index.neighbors(grid.reshape(-1, 2), min(BOUNDARY_NEIGHBORS, len(codes)))
    winners = nearest_label_vote(labels[rows]).reshape(grid.shape[:2])
    found = []
    for axis in (0, 1):
        here, there = winners, np.roll(winners, -1, axis)
        met = ((here == pair[0]) & (there == pair[1])) | ((here == pair[1]) & (there == pair[0]))
        met[(-1, slice(None)) if axis == 0 else (slice(None), -1)] = False
        found.append((grid[met] + np.roll(grid, -1, axis)[met]) / 2)
    return np.concatenate(found)


@measure("choice")
def nearest_class(context: Context, prediction: Any, *, label: str) -> Finding:
    """Find the class whose mean code is nearest to that of a given one."""
    measured = context.measured()
    own, names = context.label(label), context.test_set.names
    means = class_means(measured.codes, measured.labels, len(names))
    distances = np.linalg.norm(means - means[own], axis=1)
    distances[own] = np.inf
    ranked = np.argsort(np.nan_to_num(distances, nan=np.inf), kind="stable")
    first, second = (names[each] for each in ranked[:2])
    return Finding(
        value=first,
        text=f"In the latent space of {measured.checkpoint.name} the mean code of the {label}s is "
        f"nearest to that of the {first}s, then of the {second}s, over {measured.pictures}.",
    )


def class_means(codes: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Return the mean code of each class, (count, D) float64; NaN where there is none."""
    means = np.full((count, codes.shape[1]), np.nan)
    for label in np.unique(labels):
        means[label] = codes[labels == label].mean(axis=0, dtype=np.float64)
    return means


@measure("curve")
def separation_curve(context: Context, prediction: Any, *, models: list[str]) -> Finding:
    """Measure how far apart the classes lie, relative to their own spread, for each model's D.

    The mean distance between two classes' mean codes over the root mean square distance of a code
    from the mean of its class.
    """
    ratios, classes = {}, context.classes
    for name in models:
        measured = context.measured(name)
        ratios[measured.checkpoint.card.model.latent_dim] = separation(
            measured.codes, measured.labels
        )
    value = [[dim, ratios[dim]] for dim, _ in prediction if dim in ratios]
    return Finding(
        value=value,
        text=f"Distance between two of {len(classes)} classes in units of their own spread, "
        + ", ".join(f"{ratio:.2f} at D = {dim}" for dim, ratio in value)
        + f": {', '.join(models)}, over {context.measured(models[0]).pictures}.",
        not_holding=""
        if len(value) < 2 or value[-1][1] < value[0][1]
        else "Here the classes do move apart with more dimensions.",
    )


def separation(codes: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean distance between classes over the distance of codes from their class."""
    present, own = np.unique(labels, return_inverse=True)
    means = class_means(codes, own, len(present))
    within = np.sqrt(np.square(codes - means[own]).sum(axis=1).mean())
    between = np.linalg.norm(means[:, None] - means[None], axis=2)
    return float(between[np.triu_indices(len(present), 1)].mean() / within)


@measure("number")
def nearest_share(context: Context, prediction: Any, *, model: str = "") -> Finding:
    """Measure the distance to the nearest other code in percent of that to an average one.

    Among 2,000 digits at most, evenly spaced.
    """
    measured = context.measured(model)
    value = 100 * nearest_to_average(measured.codes)
    checkpoint = measured.checkpoint
    return Finding(
        value=value,
        text=f"In the {checkpoint.card.model.latent_dim} dimensions of {checkpoint.name} the "
        f"nearest digit is on average {value:.1f}% as far away as a digit taken at random, among "
        f"{min(len(measured.rows), PAIRS):,} of the test {context.test_set.spec.nouns}.",
    )


def nearest_to_average(codes: np.ndarray) -> float:
    """Return the mean over codes (n, D) of: distance to the nearest over the mean distance."""
    codes = codes[evenly_spaced(len(codes), PAIRS)]
    squares = np.square(codes, dtype=np.float64).sum(axis=1)
    products = codes.astype(np.float64) @ codes.T
    distances = np.sqrt((squares[:, None] + squares - 2 * products).clip(min=0))
    average = distances.sum(axis=1) / (len(codes) - 1)
    np.fill_diagonal(distances, np.inf)
    return float((distances.min(axis=1) / average).mean())
