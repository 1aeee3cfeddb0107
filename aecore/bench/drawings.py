"""Drawings to measure recognition with: letters and shapes by a seeded hand, and the page's own."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
from PIL import Image, ImageDraw

from aecore.imaging.levels import to_unit

LETTERS = "ACEFHKMNPRTWX"
STROKES = {
    "A": ("20,90 50,10 80,90", "32,60 68,60"),
    "C": ("78,25 62,12 40,14 24,32 20,52 26,74 42,88 62,88 80,75",),
    "E": ("75,12 25,12 25,88 75,88", "25,50 65,50"),
    "F": ("75,12 25,12 25,90", "25,50 62,50"),
    "H": ("22,10 22,90", "78,10 78,90", "22,50 78,50"),
    "K": ("25,10 25,90", "75,10 25,55", "40,43 78,90"),
    "M": ("15,90 20,10 50,60 80,10 85,90",),
    "N": ("22,90 22,10 78,90 78,10",),
    "P": ("25,90 25,10 55,10 72,18 76,32 70,46 54,53 25,53",),
    "R": ("25,90 25,10 55,10 72,18 76,32 70,46 54,53 25,53", "48,53 78,90"),
    "T": ("15,12 85,12", "50,12 50,90"),
    "W": ("12,10 30,90 50,35 70,90 88,10",),
    "X": ("20,10 80,90", "80,10 20,90"),
    "heart": ("50,88 22,58 14,38 20,20 36,16 50,34 64,16 80,20 86,38 78,58 50,88",),
    "star": ("50,12 72,84 14,40 86,40 28,84 50,12",),
    "triangle": ("50,12 88,85 12,85 50,12",),
    "arrow": ("10,50 88,50", "62,26 88,50 62,74"),
    "house": ("20,88 20,45 50,12 80,45 80,88 20,88",),
    "7": ("22,16 78,16 42,88",),
}
"""Corners of the strokes in a box of 100 x 100."""
SHAPES = ("heart", "star", "heart", "star", "triangle", "arrow", "house")
SIDE = 420
"""Pixels of a drawing."""
_BEZIER = np.array([[1, 0, 0, 0], [-3, 3, 0, 0], [3, -6, 3, 0], [-1, 3, -3, 1]], float)


def draw_all(seed: int, *, letters: int, shapes: int) -> list[tuple[str, np.ndarray]]:
    """Return names and pictures (420, 420) in 0..1: drawn letters, three in ten printed; shapes."""
    rng = np.random.default_rng(seed)
    names = [LETTERS[i % len(LETTERS)] for i in range(letters)]
    drawn = [_print(each, rng) if rng.random() < 0.3 else draw(each, rng) for each in names]
    figures = [SHAPES[i % len(SHAPES)] for i in range(shapes)]
    return list(zip(names + figures, drawn + [draw(each, rng) for each in figures], strict=True))


def draw(name: str, rng: np.random.Generator | None = None) -> np.ndarray:
    """Draw a letter or shape, white on black; with a generator as a hand would, not exactly."""
    strokes = [
        np.array(re.findall(r"[\d.]+", each), float).reshape(-1, 2) for each in STROKES[name]
    ]
    if rng is None:
        return _ink([(each - 50) * 2.2 + SIDE / 2 for each in strokes], 22)
    angle, shear, narrow = rng.normal(0, 0.1), rng.normal(0, 0.15), rng.uniform(0.65, 1)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    hand = turn @ np.array([[narrow, shear], [0, 1]]) * rng.uniform(1.6, 2.4)
    placed = [(each + rng.normal(0, 3, each.shape) - 50) @ hand.T + SIDE / 2 for each in strokes]
    return _ink(placed, rng.uniform(12, 30))


def demos() -> dict[str, np.ndarray]:
    """Return the examples of `/your-digit` by name, as they are drawn there."""
    folder = resources.files("aecore") / "viewer/js/widgets/canvas"
    source = (folder / "strokes.js").read_text(encoding="utf-8")
    found = re.findall(r'name: "(.)".*?paths: \["(.*?)"\]', source, re.DOTALL)
    return {name: _ink([_path(path) * SIDE / 100], 36) for name, path in found}


def _path(path: str) -> np.ndarray:
    """Return the points of a path of SVG, made of absolute lines or cubic curves."""
    points = np.array(re.findall(r"[\d.]+", path), float).reshape(-1, 2)
    if "C" not in path:
        return points
    powers = np.linspace(0, 1, 40)[:, None] ** np.arange(4)
    return np.vstack([powers @ _BEZIER @ points[i : i + 4] for i in range(0, len(points) - 1, 3)])


def _ink(strokes: list[np.ndarray], width: float) -> np.ndarray:
    """Draw strokes with a round pen."""
    image = Image.new("L", (SIDE, SIDE))
    pen = ImageDraw.Draw(image)
    for points in strokes:
        pen.line([tuple(each) for each in points], fill=255, width=round(width), joint="curve")
        for across, down in points:
            pen.circle((across, down), width / 2, fill=255)
    return to_unit(np.asarray(image))


def _print(letter: str, rng: np.random.Generator) -> np.ndarray:
    """Print a letter in Pillow's font, slanted and turned a little."""
    image = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(image).text(
        (SIDE / 2, SIDE / 2),
        letter,
        fill=255,
        font_size=190,
        anchor="mm",
        stroke_width=int(rng.integers(0, 5)),
    )
    shear = rng.normal(0, 0.15)
    slant = (1, shear, -shear * SIDE / 2, 0, 1, 0)
    slanted = image.transform(image.size, Image.Transform.AFFINE, slant, Image.Resampling.BILINEAR)
    return to_unit(np.asarray(slanted.rotate(rng.normal(0, 5), Image.Resampling.BILINEAR)))
