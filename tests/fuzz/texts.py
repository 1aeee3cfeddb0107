"""Lessons, links, options, and what widgets report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from aecore.analysis import lasso
from aecore.config import ModelConfig, TrainConfig
from aecore.digits.canvas_input import pack_drawing, parse_drawing, unpack_drawing
from aecore.latent.codes import check_code, parse_code
from aecore.lessons import catalog as lessons
from aecore.lessons import grading, handin
from aecore.settings import settings_of
from tests.fuzz import mutations as m
from tests.fuzz.target import Seed, Target


def _lessons(folder: Path) -> list[Seed]:
    return [(path.name, path.read_bytes()) for path in sorted(lessons.SHIPPED.glob("*.toml"))]


def _read_lesson(name: str, content: bytes, folder: Path) -> None:
    lessons.from_bytes(content, Path(name).stem)


def _hand_ins(folder: Path) -> list[Seed]:
    """What students hand in, as the browser writes it."""
    answer = {
        "value": "pca",
        "text": "PCA has 0.1.",
        "gap": 0,
        "source": {"data": "MNIST", "model": "plane"},
    }
    step = {"step": 1, "title": "First", "kind": "choice", "first": "tie", "last": "pca"}
    curve = {"step": 2, "title": "Second", "kind": "curve", "first": [[2, 0.1]], "last": [[2, 0.2]]}
    steps = [each | {"first_gap": 1, "seconds": 30, "answer": answer} for each in (step, curve)]
    whole = {"format": handin.FORMAT, "lesson": "bottleneck", "title": "B", "name": "Ada"}
    return [("ada.json", json.dumps(whole | {"n_steps": 2, "steps": steps}).encode())]


def _grade(name: str, content: bytes, folder: Path) -> None:
    handed = folder / "class"
    shutil.rmtree(handed, ignore_errors=True)
    handed.mkdir()
    (handed / "ada.json").write_bytes(content)
    grading.grade(handed).to_csv().encode()


DRAWING = "AAAA" * 100 + "gICA" * 50 + "AAAA" * 111 + "AA=="
"""As the canvas sends it: 784 bytes in base64."""


def _texts(folder: Path) -> list[Seed]:
    return [
        ("code", b"0,-4.5"),
        ("outline", b"0_0_1.5_0_1_1e-3_-2_4"),
        ("drawing", pack_drawing(DRAWING).encode()),
        *((name, text) for name, text in OPTIONS.items()),
    ]


OPTIONS = {
    "noise": b"gaussian:0.2",
    "hidden_dims": b"128,64",
    "epochs": b"15",
    "learning_rate": b"1e-3",
}


def _read_text(name: str, content: bytes, folder: Path) -> None:
    text = content.decode(errors="surrogateescape")
    if name in OPTIONS:
        setting = (settings_of(ModelConfig) | settings_of(TrainConfig))[name]
        setting.check(name, setting.read(text))
        setting.check_limit(setting.read(text))
    else:
        read = {"outline": lasso.parse_outline, "drawing": unpack_drawing}
        read.get(name, lambda text: parse_code(text, 2))(text)


def _reports(folder: Path) -> list[Seed]:
    values = {"code": [0.5, -4], "outline": [[0, 0], [1.5, 0], [1, 1]], "drawing": DRAWING}
    return [(name, json.dumps(value).encode()) for name, value in values.items()]


def _read_report(name: str, content: bytes, folder: Path) -> None:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return  # Streamlit's affair
    if name == "code":
        check_code(value, 2)
    elif name == "outline":
        points = np.random.default_rng(0).normal(size=(50, 2))
        lasso.select_inside(points, np.arange(50) % 10, lasso.check_outline(value), value)
    else:
        parse_drawing(value)


TARGETS = [
    Target("lesson", _lessons, _read_lesson, (m.in_lines, m.in_numbers), names=True),
    Target("hand-in", _hand_ins, _grade, (m.in_json, m.in_numbers)),
    Target("link or option", _texts, _read_text, (m.in_numbers,)),
    Target("report of a widget", _reports, _read_report, (m.in_json,)),
]
