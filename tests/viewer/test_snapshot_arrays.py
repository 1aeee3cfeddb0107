"""What the browser is sent of a run, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aecore.checkpoints.comparison import Entry, side_by_side
from aecore.checkpoints.description import changes, provenance, title
from aecore.config import NoiseConfig
from aecore.jobs.snapshots import Scene, Snapshot
from aecore.jobs.store import Run, RunSpec
from aecore.presets import PRESETS
from aecore.training.history import EpochRecord
from aecore.ui.text import runs as run_text
from aecore.viewer import snapshot_arrays

PLANE = PRESETS["plane"]


@pytest.fixture
def scene() -> Scene:
    pictures = np.random.default_rng(0).random((10, 784)).astype(np.float16)
    return Scene(labels=np.arange(50, dtype=np.uint8) % 10, inputs=pictures, targets=pictures)


@pytest.fixture
def frame(scene) -> Snapshot:
    random = np.random.default_rng(1)
    codes = random.normal(scale=30.0, size=(50, 2))
    before = Snapshot.of(
        0, codes @ [[0.0, 1.0], [-1.0, 0.0]] + 3.0, scene.inputs, np.eye(784), None
    )
    filters = random.normal(size=(32, 784))
    return Snapshot.of(1, codes, scene.inputs + 0.1, filters, before)


def test_the_dots_travel_in_16_bits_and_come_out_where_they_were(frame, scene):
    facts, arrays = snapshot_arrays.frame_arrays(frame, scene, by_label=False)

    low, high = np.array(facts["low"]), np.array(facts["high"])
    found = low + arrays["points"] / 65535 * (high - low)
    np.testing.assert_allclose(found, frame.points, atol=(high - low).max() / 65535)
    assert arrays["points"].dtype == np.uint16


def test_the_dots_of_a_single_number_stand_as_high_as_their_labels(frame, scene):
    facts, arrays = snapshot_arrays.frame_arrays(frame, scene, by_label=True)

    heights = facts["low"][1] + arrays["points"][:, 1] / 65535 * 9.0
    np.testing.assert_allclose(heights, scene.labels, atol=1e-3)


def test_the_pictures_keep_their_grays_and_their_errors(frame, scene):
    facts, arrays = snapshot_arrays.frame_arrays(frame, scene, by_label=False)

    wanted = np.rint(np.clip(frame.outputs.astype(np.float64), 0.0, 1.0) * 255)
    np.testing.assert_array_equal(arrays["outputs"], wanted)
    squares = (frame.outputs.astype(np.float64) - scene.targets.astype(np.float64)) ** 2
    np.testing.assert_allclose(facts["mse"], squares.mean(axis=1), rtol=1e-3)
    assert arrays["filters"].shape == (16, 784)
    assert facts["limit"] == np.abs(frame.filters).max()


def test_dots_that_all_fall_together_have_a_place_too(frame, scene):
    collapsed = replace(frame, points=np.zeros_like(frame.points))

    facts, arrays = snapshot_arrays.frame_arrays(collapsed, scene, by_label=False)

    assert facts["low"] == [0.0, 0.0]
    assert (arrays["points"] == 0).all()


def test_the_alignment_gives_the_codes_own_axes_back(frame):
    settled = snapshot_arrays.alignment(frame, by_label=False)

    own = (frame.points - settled["shift"]) @ np.transpose(settled["rotation"])
    codes = np.random.default_rng(1).normal(scale=30.0, size=(50, 2))
    np.testing.assert_allclose(own, codes, atol=0.1)
    assert np.abs(np.array(settled["rotation"]) - np.eye(2)).max() > 0.5


def test_a_title_says_what_was_changed():
    model = replace(PLANE.model, latent_dim=3, hidden_dims=(256, 64))
    train = replace(PLANE.train, noise=NoiseConfig(kind="gaussian", level=0.2), epochs=5)

    assert title(PLANE, PLANE.model, PLANE.train) == "plane"
    assert title(PLANE, model, train) == "plane · D = 3 · hidden 256-64 · gaussian 0.2 · 5 epochs"
    assert [change.tag for change in changes(PLANE, model, train)] == [
        "d3",
        "h256-64",
        "gaussian0.2",
        "e5",
    ]


def test_models_side_by_side_show_what_differs_and_every_figure(tiny_checkpoint, tiny_denoiser):
    entries = [
        Entry(name=each.name, card=each.card, size=0) for each in (tiny_checkpoint, tiny_denoiser)
    ]

    names, rows = side_by_side(entries)
    _, alone = side_by_side(entries[:1])

    assert names == ["tiny", "tiny-denoiser"]
    assert rows["D"] == ["2", "4"]
    assert rows["input"] == ["clean", "masking 0.5"]
    assert "hidden" not in rows
    assert rows["test MSE"][0] == f"{tiny_checkpoint.card.metrics['test_mse']:.4f}"
    assert "clean MSE" in rows
    assert "clean MSE" not in alone


def test_provenance_names_all_that_a_model_was_made_from(tiny_denoiser):
    lines = provenance(tiny_denoiser)

    assert lines["SHA-256"] == tiny_denoiser.digest
    assert lines["seed"] == str(tiny_denoiser.card.train.seed)
    assert "noise masking 0.5" in lines["training"]
    assert tiny_denoiser.card.fingerprint in lines["digits"]
    assert tiny_denoiser.card.device in lines["time"]


def run(state: str, tmp_path, **changed) -> Run:
    return Run(
        id="20260101-000000-000001-abcd",
        path=tmp_path,
        spec=RunSpec(preset="plane", model=PLANE.model, train=PLANE.train),
        state=state,
        **{
            "queued": 0.0,
            "phase": "training" if state == "running" else "",
            "epoch": 4,
            "progress": 0.2,
            "seconds_left": 12.0,
            "seconds_per_epoch": 0.8,
            "pca_test_mse": 0.05,
            "source": "MNIST",
            "digits": 60_000,
            "device": "cpu",
            "message": "",
            "notes": (),
            "has_checkpoint": False,
            "kept_as": (),
        }
        | changed,
    )


@pytest.mark.parametrize(
    ("state", "changed", "text"),
    [
        ("queued", {"place": 2, "epoch": 0}, "Queued: position 2"),
        ("running", {}, "Epoch 5 of 15"),
        ("running", {"phase": "measuring", "epoch": 20}, "Evaluating the model…"),
        ("done", {"epoch": 15}, "Done: 15 epochs"),
        ("stopped", {}, "Stopped after 4 of 15 epochs"),
        ("failed", {"epoch": 0}, "Failed"),
    ],
)
def test_the_headline_says_where_a_run_is(tmp_path, state, changed, text):
    assert run_text.headline(run(state, tmp_path, **changed)) == text


def test_the_standing_to_pca_is_computed(tmp_path):
    errors = (0.08, 0.049, 0.06, 0.04)
    records = [
        EpochRecord(epoch=i, train_loss=1.0, train_mse=1.0, test_mse=error, seconds=float(i))
        for i, error in enumerate(errors, 1)
    ]
    found = run("running", tmp_path)

    assert run_text.standing(found, records) == "test MSE 20% below PCA since epoch 4"
    assert run_text.standing(found, records[:3]) == "test MSE 20% above PCA"
    assert "12 s left" in run_text.detail(found, records)
