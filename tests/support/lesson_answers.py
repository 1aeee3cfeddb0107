"""The answers of the shipped lessons, computed again by hand."""

import csv
import functools
from itertools import product
from pathlib import Path

import numpy as np
import torch

import aecore.sweeps
from aecore.analysis.perturbation import SEED
from aecore.checkpoints import file as checkpoint_file
from aecore.config import NoiseConfig
from aecore.data.dataset import MNIST_FINGERPRINT
from aecore.data.noise import corrupt_fixed
from aecore.lessons import registry
from aecore.lessons.measures import off_map


@functools.cache
def load(name):
    return checkpoint_file.load(name)


class Brute:
    """A model on the test pictures, by its weights and nothing else."""

    def __init__(self, name, context):
        self.checkpoint, self.context = load(name), context
        self.x = context.test_set.images.astype(np.float64)
        self.labels = context.test_set.labels
        self.names = context.test_set.names

    def layers(self, part):
        weights = self.checkpoint.weights
        numbers = sorted({int(key.split(".")[2]) for key in weights if key.startswith(part)})
        names = [f"{part}.layers.{number}" for number in numbers]
        return [(weights[f"{name}.weight"], weights[f"{name}.bias"]) for name in names]

    def encode(self, x):
        for matrix, bias in (layers := self.layers("encoder"))[:-1]:
            x = np.maximum(x @ matrix.T + bias, 0)
        return (x @ layers[-1][0].T + layers[-1][1])[:, : self.checkpoint.card.model.latent_dim]

    def decode(self, z):
        for matrix, bias in (layers := self.layers("decoder"))[:-1]:
            z = np.maximum(z @ matrix.T + bias, 0)
        return z @ layers[-1][0].T + layers[-1][1]

    @functools.cached_property
    def hidden(self):
        matrix, bias = self.layers("encoder")[0]
        return np.maximum(self.x @ matrix.T + bias, 0)

    @functools.cached_property
    def codes(self):
        """As the atlas of the model keeps them, on its own digits."""
        own = self.context.test_set.fingerprint == self.checkpoint.card.fingerprint
        codes = self.checkpoint.codes if own else self.encode(self.x).astype(np.float32)
        return codes.astype(np.float64)

    @functools.cached_property
    def error(self):
        return np.mean((self.decode(self.encode(self.x)) - self.x) ** 2)

    def linear(self, x, count):
        mean, parts = self.checkpoint.pca.mean, self.checkpoint.pca.components[:count]
        return (x - mean) @ parts.T @ parts + mean

    def linear_error(self, count):
        return np.mean((self.linear(self.x, count) - self.x) ** 2)


def nearest(points, codes, count):
    """The nearest codes to each point, by all distances."""
    found = []
    for chunk in np.array_split(points, max(len(points) // 500, 1)):
        squares = sum((chunk[:, None, axis] - codes[None, :, axis]) ** 2 for axis in range(2))
        if codes.shape[1] > 2:
            squares = (chunk**2).sum(1)[:, None] + (codes**2).sum(1) - 2 * chunk @ codes.T
        rows = np.argpartition(squares, count, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(squares, rows, axis=1), axis=1, kind="stable")
        found.append(np.take_along_axis(rows, order, axis=1))
    return np.concatenate(found)


def vote(labels):
    """The most frequent label, of equals the one met first."""
    return np.array([max(dict.fromkeys(row), key=row.count) for row in labels.tolist()])


def predicted(model):
    rows = nearest(model.codes, model.codes, 6)
    others = [[each for each in row if each != own][:5] for own, row in enumerate(rows)]
    return vote(model.labels[np.array(others)])


def kth_distances(points, codes, k):
    rows = nearest(points, codes, k)[:, -1]
    return np.linalg.norm(points - codes[rows], axis=1)


@functools.cache
def own_distances(name):
    codes = load(name).codes.astype(np.float64)
    return kth_distances(codes, codes, 11)


def isolated(model, points):
    """Percentages of the atlas' codes that are less isolated than each point."""
    codes, own = model.checkpoint.codes.astype(np.float64), own_distances(model.checkpoint.name)
    return [100 * np.mean(own < each - 1e-9) for each in kth_distances(points, codes, 10)]


def within(points, outline):
    """Even-odd rule, one edge after the other."""
    inside = np.zeros(len(points), bool)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        crosses = (y0 > points[:, 1]) != (y1 > points[:, 1])
        if y0 != y1:
            inside ^= crosses & (points[:, 0] < (x1 - x0) * (points[:, 1] - y0) / (y1 - y0) + x0)
    return inside


def sweep_table():
    folder = Path(aecore.sweeps.__file__).parent / "tables"
    with (folder / "wide.csv").open() as file:
        rows = list(csv.DictReader(file))
    dims = sorted({int(row["latent_dim"]) for row in rows})
    mean = lambda dim, name: np.mean(  # noqa: E731
        [float(row[name]) for row in rows if int(row["latent_dim"]) == dim]
    )
    return {dim: (mean(dim, "test_mse"), mean(dim, "pca_test_mse")) for dim in dims}


def lower(own, linear):
    return "tie" if abs(own / linear - 1) <= 0.03 else "autoencoder" if own < linear else "pca"


def autoencoder_or_pca(model, guess):
    return lower(model.error, model.linear_error(model.checkpoint.card.model.latent_dim))


def error_left(model, guess):
    return 100 * model.error / np.mean((model.x - model.checkpoint.pca.mean) ** 2)


def sweep_winner(model, guess, latent_dim):
    return lower(*sweep_table()[latent_dim])


def pca_dimensions(model, guess):
    linear = Brute("wide", model.context)
    return next(dim for dim in range(1, 129) if linear.linear_error(dim) <= model.error)


def error_curve(model, guess):
    if model.context.test_set.fingerprint == MNIST_FINGERPRINT:
        return [[dim, sweep_table()[dim][0]] for dim, _ in guess]
    plain = [Brute(name, model.context) for name in ("plane", "plain-32", "narrow", "wide")]
    return [[each.checkpoint.card.model.latent_dim, each.error] for each in plain]


def most_confused(model, guess, pairs):
    found = predicted(model)
    shares = {}
    for pair in pairs:
        one, other = map(int, pair.split("-"))
        swapped = sum(
            (own, taken) in ((one, other), (other, one))
            for own, taken in zip(model.labels, found, strict=True)
        )
        shares[pair] = swapped / sum(label in (one, other) for label in model.labels)
    return max(shares, key=shares.get)


def confusion(model, guess, label, other):
    found = predicted(model)[model.labels == int(label)]
    return 100 * np.mean(found == int(other))


def class_outline(model, guess, label):
    own = model.codes[model.labels == int(label)]
    order = np.argsort(kth_distances(own, own, 11), kind="stable")
    return own[order[: int(np.ceil(0.9 * len(own)))]]


def boundary(model, guess, first, second):
    low, high = np.percentile(model.codes, (0.5, 99.5), axis=0)
    axes = [low[i] + (np.arange(100) + 0.5) / 100 * (high[i] - low[i]) for i in (0, 1)]
    cells = np.array(list(product(*axes)))
    winners = vote(model.labels[nearest(cells, model.codes, 30)]).reshape(100, 100)
    best = None
    for i, j in product(range(100), range(100)):
        for k, m in ((i + 1, j), (i, j + 1)):
            if max(k, m) < 100 and {winners[i, j], winners[k, m]} == {int(first), int(second)}:
                middle = [(axes[0][i] + axes[0][k]) / 2, (axes[1][j] + axes[1][m]) / 2]
                if best is None or np.hypot(*np.subtract(middle, guess)) < best[0]:
                    best = np.hypot(*np.subtract(middle, guess)), middle
    return best[1]


def nearest_class(model, guess, label):
    means = {k: model.codes[model.labels == k].mean(axis=0) for k in range(10)}
    own = means.pop(int(label))
    return str(min(means, key=lambda k: np.linalg.norm(means[k] - own)))


def separation_curve(model, guess, models):
    curve = []
    for each in (Brute(name, model.context) for name in models):
        groups = [each.codes[each.labels == k] for k in range(10)]
        means = [group.mean(axis=0) for group in groups]
        within = np.concatenate(
            [np.linalg.norm(g - m, axis=1) ** 2 for g, m in zip(groups, means, strict=True)]
        )
        between = [np.linalg.norm(means[i] - means[j]) for i in range(10) for j in range(i)]
        ratio = np.mean(between) / np.sqrt(within.mean())
        curve.append([each.checkpoint.card.model.latent_dim, ratio])
    return curve


def nearest_share(model, guess):
    count = min(len(model.codes), 2_000)
    codes = model.codes[[i * len(model.codes) // count for i in range(count)]]
    shares = []
    for number, code in enumerate(codes):
        distances = np.delete(np.linalg.norm(codes - code, axis=1), number)
        shares.append(distances.min() / distances.mean())
    return 100 * np.mean(shares)


def class_of_unit(model, guess, unit):
    return str(np.argmax([model.hidden[model.labels == k, unit - 1].mean() for k in range(10)]))


def active_units(model, guess):
    return (model.hidden > 0).sum(axis=1).mean()


def dead_units(model, guess, model_name):
    hidden = Brute(model_name, model.context).hidden
    return sum(not (hidden[:, unit] > 0).any() for unit in range(hidden.shape[1]))


def error_without(model, unit, rows):
    hidden = model.hidden[rows].copy()
    hidden[:, unit] = 0
    for matrix, bias in model.layers("encoder")[1:]:
        hidden = hidden @ matrix.T + bias
    return np.mean((model.decode(hidden) - model.x[rows]) ** 2)


def unit_cost(model, guess, unit):
    return 100 * (error_without(model, unit - 1, slice(None)) / model.error - 1)


def strongest_unit(model, guess):
    count = min(len(model.x), 1_000)
    rows = [i * len(model.x) // count for i in range(count)]
    matrix = model.layers("encoder")[0][0]
    errors = [error_without(model, unit, rows) for unit in range(len(matrix))]
    rank = sorted(errors, reverse=True).index(errors[np.linalg.norm(matrix, axis=1).argmax()])
    return "first" if rank == 0 else "among" if rank < 10 else "neither"


def isolation(model, guess, z):
    return isolated(model, np.array([z], float))[0]


def samples_outside(model, guess):
    dim = model.checkpoint.card.model.latent_dim
    samples = np.random.default_rng(off_map.SEED).standard_normal((1_000, dim))
    return 100 * np.mean(np.array(isolated(model, samples)) >= 99.5)


def prior_coverage(model, guess):
    norms = np.sort(np.linalg.norm(np.random.default_rng(0).standard_normal((10**6, 2)), axis=1))
    return 100 * np.mean(np.linalg.norm(model.codes, axis=1) <= norms[990_000])


def best_denoiser(model, guess, noise, level):
    from scipy.ndimage import median_filter

    clean = model.x[:1_000]
    noisy = corrupt_fixed(clean.astype(np.float32), NoiseConfig(kind=noise, level=level))
    changed = [not np.array_equal(a, b) for a, b in zip(clean, noisy, strict=True)]
    clean, noisy = clean[changed], noisy[changed]
    brightness = 1 - level if noise == "masking" else 1
    plain = Brute("plain-32", model.context)
    filtered = median_filter(noisy.reshape(-1, 28, 28), (1, 3, 3), mode="nearest")
    outputs = {
        "noisy": noisy,
        "model": model.decode(model.encode(noisy)),
        "plain": plain.decode(plain.encode(noisy)),
        "pca": model.linear(noisy / brightness, 32),
        "median": filtered.reshape(-1, 784),
    }
    errors = {k: ((v.clip(0, 1) - clean) ** 2).mean(axis=1) for k, v in outputs.items()}
    return max(errors, key=lambda each: np.mean(-10 * np.log10(errors[each])))


def repeated_denoising(model, guess, noise, level):
    first = [int(np.flatnonzero(model.labels == k)[0]) for k in range(10)]
    noisy = corrupt_fixed(
        model.x[: max(first) + 1].astype(np.float32), NoiseConfig(kind=noise, level=level)
    )
    x = noisy[first].astype(np.float64)
    for _ in range(64):
        code = model.encode(x)
        x = model.decode(code).clip(0, 1)
    atlas = model.checkpoint
    ends = vote(atlas.labels[nearest(code, atlas.codes.astype(np.float64), 10)])
    return sum(end == k for k, end in enumerate(ends))


def times_error(model, guess, model_name):
    return Brute(model_name, model.context).error / model.error


def dropout_damage(model, guess, rate):
    count = min(len(model.x), 1_000)
    x = model.x[[i * len(model.x) // count for i in range(count)]]
    codes = model.encode(x)
    draws = torch.rand(codes.shape, generator=torch.Generator().manual_seed(SEED)).numpy()
    dropped = np.where(draws >= rate, codes / (1 - rate), 0)
    return np.mean((model.decode(dropped) - x) ** 2) / np.mean((model.decode(codes) - x) ** 2)


def weights_growth(model, guess, preset, latent_dim):
    count = lambda dim: 2 * (784 * 128 + dim * 128) + 128 + dim + 128 + 784  # noqa: E731
    return 100 * (count(latent_dim) / count(2) - 1)


def own_model(model, guess, weights, pca_dimensions):
    if sum(each.size for each in model.checkpoint.weights.values()) > weights:
        return "too_large"
    linear = Brute("wide", model.context).linear_error(pca_dimensions)
    return "reached" if model.error < linear else "too_high"


BRUTE = {name: each for name, each in globals().items() if name in registry.MEASURES}
