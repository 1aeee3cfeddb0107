"""From what a reader found to a data set: classes numbered, pictures upright, a test split."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from aecore.data.dataset import MNIST, Dataset, DatasetSpec
from aecore.data.known_names import CLASSES, DIGIT_SETS, UPRIGHT
from aecore.data.large_arrays import take
from aecore.data.limits import MAX_CLASSES, MIN_PICTURES
from aecore.data.oddities import find_oddities, lie_on_their_side
from aecore.data.readers.raw import Part, RawData
from aecore.data.splitting import hold_out
from aecore.errors import DataError

MAX_NAME = 60
"""Characters of the name of a data set or of a class."""


def to_dataset(raw: RawData, *, kind: str = "folder") -> Dataset:
    """Return what a reader found as a data set.

    Raises
    ------
    DataError
        If there are too few pictures or too many classes, or the two splits do not fit together.
    """
    parts = [raw.train] if raw.test is None else [raw.train, raw.test]
    unused: tuple[str, ...] = ()
    if parts[0].labels is not None and parts[-1].labels is None:  # as in Kaggle's competitions
        parts, unused = parts[:1], ("the test pictures have no labels and are not used",)
    count = sum(len(part.images) for part in parts)
    if count < MIN_PICTURES:
        raise DataError(f"only {count} pictures, and at least {MIN_PICTURES} are needed. Add some.")
    name = _short(raw.name) or "pictures"
    numbered = _number(parts, raw.classes or CLASSES.get(name.lower(), ()))
    spec = DatasetSpec(
        name=name,
        title=name,
        shape=raw.train.images.shape[1:],
        classes=numbered.classes,
        **({} if name.lower() in DIGIT_SETS else {"noun": "picture", "nouns": "pictures"}),
    )
    images, turned = _upright(name, [part.images for part in parts], numbered)
    labels = [each.astype(spec.label_type) for each in numbered.labels]
    images, labels, split = _split(images, labels)
    dataset = Dataset(
        train_images=images[0].reshape(-1, spec.n_pixels),
        train_labels=labels[0],
        test_images=images[1].reshape(-1, spec.n_pixels),
        test_labels=labels[1],
        kind=kind,
        source=raw.source,
        spec=spec,
        preparation=(*raw.preparation, *unused, *turned, *split),
    )
    if dataset.is_mnist:
        dataset = replace(dataset, spec=MNIST)
    return replace(dataset, note=raw.note or numbered.note or find_oddities(dataset))


def _short(name: str) -> str:
    """Return a name in one short line."""
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in name))[:MAX_NAME]


@dataclass(frozen=True)
class _Numbered:
    """Labels as numbers of classes; all 0 where there are no classes."""

    labels: list[np.ndarray]
    classes: tuple[str, ...]
    note: str = ""


def _number(parts: list[Part], known: tuple[str, ...]) -> _Numbered:
    given = [part.labels for part in parts if part.labels is not None]
    if len(given) < len(parts):
        return _unlabeled(parts)
    together = np.concatenate(given)
    if known and together.dtype.kind != "U":
        highest = int(together.max(initial=0))
        if len(given) and (together.min() < 0 or highest >= len(known)):
            raise DataError(
                f"{parts[0].split} labels must be 0 to {len(known) - 1}, not {highest}."
            )
        return _Numbered(given, known)
    values, numbers = np.unique(together, return_inverse=True)
    order = sorted(range(len(values)), key=lambda i: _natural(values[i]))
    rank = np.argsort(order)
    if len(values) == 1:
        return _unlabeled(parts, f"All pictures have the same label, {_short(str(values[0]))}: "
            "they are used as pictures without labels.")  # fmt: skip
    if len(values) > MAX_CLASSES:
        raise DataError(
            f"{len(values):,} different labels are more than the limit of {MAX_CLASSES:,} classes. "
            "Leave the labels out, or join classes."
        )
    ends = np.cumsum([len(each) for each in given])[:-1]
    classes = tuple(_short(str(values[i])) for i in order)
    return _Numbered(np.split(rank[numbers], ends), classes)


def _unlabeled(parts: list[Part], note: str = "") -> _Numbered:
    return _Numbered([np.zeros(len(part.images), np.int64) for part in parts], (), note)


def _natural(value: object) -> tuple[list[tuple[bool, int, str]], str]:
    """Return the key that sorts 2 before 10, and numbers before words."""
    text = str(value)
    pieces = re.split(r"(?<!\d)(?=\d)|(?<=\d)(?!\d)", text)
    return [
        (not piece.isdecimal(), int(piece) if piece.isdecimal() else 0, piece) for piece in pieces
    ], text


def _upright(
    name: str, images: list[np.ndarray], numbered: _Numbered
) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """Turn the pictures of a set of EMNIST's whose upright characters lie on their side."""
    if not name.lower().startswith("emnist"):
        return images, ()
    upright = [i for i, label in enumerate(numbered.classes) if label in UPRIGHT]
    if not lie_on_their_side(images[0][np.isin(numbered.labels[0], upright)]):
        return images, ()
    turned = [np.ascontiguousarray(each.swapaxes(1, 2)) for each in images]
    return turned, ("rows and columns swapped, as EMNIST's pictures lie on their side",)


def _split(
    images: list[np.ndarray], labels: list[np.ndarray]
) -> tuple[list[np.ndarray], list[np.ndarray], tuple[str, ...]]:
    """Hold out pictures for testing where there are none."""
    if len(images) == 2:
        return images, labels, ()
    held_out = hold_out(labels[0])
    rows = [np.flatnonzero(~held_out), np.flatnonzero(held_out)]
    said = f"{len(rows[1]):,} of {len(held_out):,} held out for testing"
    if labels[0].any():
        said += ", the same share of each class"
    return [take(images[0], each) for each in rows], [labels[0][each] for each in rows], (said,)
