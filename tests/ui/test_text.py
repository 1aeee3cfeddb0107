"""Words on the pages read as people write them."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.presets import PRESETS
from aecore.ui.text import formats, models
from aecore.ui.text.privacy import without_folders


@pytest.mark.parametrize(
    ("label", "text"), [(np.uint8(3), "a 3"), (1, "a 1"), (np.uint8(8), "an 8"), ("8", "an 8")]
)
def test_a_class_has_its_indefinite_article(label, text):
    assert formats.with_article(label) == text


def test_a_mark_goes_around_the_class_alone():
    assert formats.with_article(8, mark="**") == "an **8**"


def test_a_test_digit_is_named_with_its_class():
    assert formats.test_digits([61, 5], [8, 1]) == [
        "test digit no. 61, an 8",
        "test digit no. 5, a 1",
    ]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "The run is full. More in /srv/app/runs/2026/log.txt.",
            "The run is full. More in log.txt.",
        ),
        ("'/opt/ae/x.npz': damaged", "'x.npz': damaged"),
        (
            "The models folder ~/ae/models cannot be read.",
            "The models folder models cannot be read.",
        ),
        ("http://host/a/b answers: 1/255 of encoder/decoder", None),
    ],
)
def test_a_public_server_tells_the_last_part_of_a_path(monkeypatch, message, told):
    assert without_folders(message) == message
    monkeypatch.setenv("AECORE_TRAINING", "off")

    assert without_folders(message) == (told or message)


def test_a_picker_says_what_a_model_shows_its_dimensions_and_its_error(tiny_checkpoint):
    card = tiny_checkpoint.card
    facts = f"D\u2009=\u20092 · MSE {card.metrics['test_mse']:.4f}"

    assert models.label("plane", card) == f"plane · 2-D latent space · {facts}"
    assert models.label("tiny", card) == f"tiny · saved · {facts}"
    assert max(len(preset.title) for preset in PRESETS.values()) <= 16  # on a phone, too


def test_a_folder_with_spaces_in_its_path_is_known(monkeypatch, tmp_path):
    folder = tmp_path / "a server" / "models"
    monkeypatch.setenv("AECORE_MODELS", str(folder))
    monkeypatch.setenv("AECORE_TRAINING", "off")

    assert (
        without_folders(f"{folder}/x.safetensors is damaged") == "models/x.safetensors is damaged"
    )
