"""Small data sets of other pictures than MNIST's, and the folders and files that hold them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

NOTMNIST = Path(
    os.environ.get("AECORE_NOTMNIST") or Path(os.environ.get("AECORE_DATA", ""), "..", "notmnist")
).resolve()
"""10,000 letters as IDX files: in the folder that the variable names, else beside MNIST's."""


@pytest.fixture
def notmnist() -> Path:
    """The folder of the letters A to J; without it the test is skipped."""
    if not NOTMNIST.is_dir():
        pytest.skip("needs the letters of notMNIST: set AECORE_NOTMNIST to their folder")
    return NOTMNIST


def shapes(count: int, shape: tuple[int, ...], n_classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Draw bright rectangles, one size a class: pictures (count, *shape) uint8 and labels."""
    rng = np.random.default_rng(0)
    labels = np.arange(count) % n_classes
    pictures = rng.integers(0, 30, (count, *shape), dtype=np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        top, left = rng.integers(0, np.array(shape[:2]) // 2)
        height = 1 + int(label) * shape[0] // (2 * n_classes)
        picture[top : top + height, left : left + shape[1] // 2] = rng.integers(150, 255, shape[2:])
    return pictures, labels


def faces(count: int = 40, side: int = 64) -> np.ndarray:
    """Draw simple faces, (count, side, side) float32 in 0..1."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    drawn = []
    for eyes, mouth, shift in rng.uniform([0.2, 0.1, -0.1], [0.35, 0.4, 0.1], (count, 3)):
        face = 0.2 + 0.6 * (((x - shift) / 0.7) ** 2 + (y / 0.9) ** 2 < 1)
        for side_of in (-eyes, eyes):
            face -= 0.5 * ((x - shift - side_of) ** 2 + (y + 0.25) ** 2 < 0.01)
        face -= 0.4 * ((abs(y - 0.4) < 0.05) & (abs(x - shift) < mouth))
        drawn.append(face.clip(0, 1))
    return np.array(drawn, np.float32)


def write_pictures(folder: Path, pictures: np.ndarray, labels: list[str] | None = None) -> Path:
    """Write PNG files, one sub-folder a label, or all in one."""
    for number, picture in enumerate(pictures):
        inside = folder / labels[number] if labels else folder
        inside.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(inside / f"{number:04}.png")
    return folder


def rgb_folder(folder: Path, count: int = 60) -> Path:
    """Write RGB pictures of 12 x 16 pixels in `train` and `test`, three classes each."""
    pictures, labels = shapes(count, (12, 16, 3))
    names = [("circle", "square", "star")[label] for label in labels]
    cut = count * 2 // 3
    write_pictures(folder / "train", pictures[:cut], names[:cut])
    write_pictures(folder / "test", pictures[cut:], names[cut:])
    return folder


def write_set(folder: Path, name: str) -> Path:
    """Write one of the data sets that the tests of commands and pages use; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.npz"
    if name == "rgb":
        return rgb_folder(folder / name)
    if name == "plain":  # no labels
        return write_pictures(folder / name, shapes(60, (10, 14))[0])
    if name == "digits8":
        digits = load_digits()
        np.savez(path, images=digits.images[:300], labels=digits.target[:300])
    elif name == "classes47":
        pictures, labels = shapes(188, (10, 10), n_classes=47)
        np.savez(path, images=pictures, labels=labels)
    else:
        np.savez(path, images=faces(60), labels=np.arange(60) % 6)
    return path


SETS = {"digits8": (8, 8), "rgb": (12, 16, 3), "plain": (10, 14), "classes47": (10, 10)}
"""Names of small sets, and the shapes of their pictures."""
