"""Checkpoints: the same model back, never half a file, and found by name."""

import dataclasses
import hashlib
import os
import struct
from pathlib import Path

import numpy as np
import pytest

from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.catalog import find
from aecore.checkpoints.file import load, read_card, require_writable, save
from aecore.config import ModelConfig
from aecore.errors import CheckpointError
from aecore.models.families import family_of
from aecore.models.inference import build_model, reconstruct
from aecore.models.pca import PCA
from aecore.system import atomic_file
from tests.support.checkpoint_files import SMALL, small_checkpoint

pytest_plugins = ["tests.support.checkpoint_files"]


def test_what_was_saved_is_what_is_loaded(path):
    made = small_checkpoint()

    saved = save(made, path)
    loaded = load(path)

    for found in (saved, loaded):
        assert (found.name, found.path, found.card) == ("small", path, made.card)
        assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()
        assert set(found.weights) == set(made.weights)
        for name, value in made.weights.items():
            np.testing.assert_array_equal(found.weights[name], value)
        np.testing.assert_array_equal(found.pca.mean, made.pca.mean)
        np.testing.assert_array_equal(found.pca.components, made.pca.components)
        np.testing.assert_array_equal(found.codes, made.codes)
        np.testing.assert_array_equal(found.labels, made.labels)
        assert (found.codes.dtype, found.labels.dtype) == (np.float16, np.uint8)


def test_a_loaded_model_reconstructs_bit_for_bit_the_same(path, unit_digits):
    made = small_checkpoint()
    save(made, path)

    loaded = load(path)

    before, after = (build_model(c.card.model, c.weights) for c in (made, loaded))
    np.testing.assert_array_equal(
        reconstruct(after, unit_digits[:50]), reconstruct(before, unit_digits[:50])
    )


@pytest.mark.parametrize("activation", ["tanh", "logistic", "identity"])
def test_a_model_without_relu_units_is_refused_by_versions_that_would_misread_it(path, activation):
    made = small_checkpoint(ModelConfig(latent_dim=2, hidden_dims=(3,), activation=activation))

    save(made, path)

    assert b'"aecore": "4"' in path.read_bytes()[:8192]
    assert load(path).card.model.activation == activation


def test_relu_units_need_no_newer_format(path):
    save(small_checkpoint(), path)

    assert b'"aecore": "2"' in path.read_bytes()[:8192]
    assert load(path).card.model.activation == "relu"


def test_the_card_is_read_from_the_header_alone(path, content):
    path.write_bytes(content[: 8 + struct.unpack("<Q", content[:8])[0]])

    assert read_card(path) == small_checkpoint().card


def test_slices_of_other_arrays_are_saved_as_they_are(path):
    made = small_checkpoint()
    turned = np.asfortranarray(made.pca.components)
    doubled = made.codes.repeat(2, axis=0)[::2]

    save(
        dataclasses.replace(made, pca=PCA(mean=made.pca.mean, components=turned), codes=doubled),
        path,
    )

    np.testing.assert_array_equal(load(path).pca.components, made.pca.components)
    np.testing.assert_array_equal(load(path).codes, made.codes)


@pytest.mark.parametrize("step", ["fsync", "replace", "_read"])
@pytest.mark.parametrize("there_before", [True, False])
def test_a_failure_while_saving_leaves_what_was_there_and_nothing_else(
    path, monkeypatch, step, there_before
):
    if there_before:
        path.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    owner = {"fsync": os, "replace": os, "_read": checkpoint_file}[step]
    monkeypatch.setattr(owner, step, full)
    with pytest.raises(CheckpointError, match="cannot be written: No space left on device"):
        save(small_checkpoint(), path)

    assert [p.name for p in path.parent.iterdir() if p.name != "cache"] == (
        [path.name] if there_before else []
    )
    if there_before:
        assert path.read_bytes() == b"old"


def test_what_could_not_be_loaded_is_not_saved(path):
    bad = small_checkpoint()
    bad.weights["encoder.layers.0.bias"][0] = np.nan

    with pytest.raises(CheckpointError, match="not finite"):
        save(bad, path)

    assert list(path.parent.glob("*.safetensors")) == []
    assert list(path.parent.glob(f"{atomic_file.MARK}*")) == []


@pytest.mark.parametrize(
    "name",
    [
        "my model.safetensors",
        "plane.pt",
        "plane",
        "-x.safetensors",
        ".safetensors",
        ".hidden.safetensors",
        "naïve.safetensors",
        "a" * 65 + ".safetensors",
        "a\nb.safetensors",
    ],
)
def test_names_that_no_command_could_take_are_refused(tmp_path, name):
    for function in (require_writable, lambda path: save(small_checkpoint(), path)):
        with pytest.raises(CheckpointError, match="cannot name a checkpoint") as caught:
            function(tmp_path / "models" / name)
        assert "\n" not in str(caught.value)

    assert not (tmp_path / "models").exists()


def test_a_folder_is_made_and_can_be_asked_about_beforehand(tmp_path):
    path = tmp_path / "new" / "folder" / "my-model_2.safetensors"

    require_writable(path)

    assert list(path.parent.iterdir()) == []
    assert save(small_checkpoint(), path).name == "my-model_2"


def test_a_file_in_place_of_the_folder_is_told_beforehand(tmp_path):
    (tmp_path / "taken").write_bytes(b"")

    with pytest.raises(CheckpointError, match="cannot be written"):
        require_writable(tmp_path / "taken" / "small.safetensors")


def test_saving_over_a_model_replaces_it(path):
    path.write_bytes(b"old")

    save(small_checkpoint(), path)

    assert load(path).card == small_checkpoint().card
    assert path.stat().st_mode & 0o777 == 0o644


def test_saving_twice_gives_the_same_bytes(path):
    saved = save(small_checkpoint(), path)
    before = path.read_bytes()

    save(saved, path)

    assert path.read_bytes() == before


def test_a_large_model_is_kept_in_float16_and_read_in_float32(path):
    large = dataclasses.replace(SMALL, hidden_dims=(800,))
    assert (
        family_of(large).count_weights(large)
        > checkpoint_file.HALF_ABOVE
        > family_of(SMALL).count_weights(SMALL)
    )
    made = small_checkpoint(large)

    saved = save(made, path)

    assert path.stat().st_size < 3 * family_of(large).count_weights(large)
    for name, value in made.weights.items():
        assert saved.weights[name].dtype == np.float32
        np.testing.assert_array_equal(saved.weights[name], value.astype(np.float16))


@pytest.fixture
def folder(tmp_path, monkeypatch, content):
    """A models folder with two models and things that are none."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.safetensors").write_bytes(content)
    (folder / ".hidden.safetensors").write_bytes(content)
    (folder / "notes.txt").write_text("none")
    monkeypatch.setenv("AECORE_MODELS", str(folder))
    return folder


def test_models_are_listed_by_name(folder):
    assert catalog.names() == ["one", "two"]


def test_no_folder_is_no_models(tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path / "missing"))

    assert catalog.names() == []


def test_a_model_is_found_by_name_and_by_path(folder, monkeypatch):
    wanted = folder / "two.safetensors"

    assert find("two") == find(wanted) == find(str(wanted)) == wanted
    monkeypatch.chdir(folder)
    assert find("two.safetensors") == Path("two.safetensors")
    assert load("two").name == "two"


@pytest.mark.parametrize(
    "model",
    ["three", "", ".", "..", "two.pt", "../models", "one,two", "a" * 5_000, "a\nb", "a\0b", "/"],
)
def test_an_unknown_model_is_refused_with_those_there_are(folder, model):
    with pytest.raises(CheckpointError, match=r"There is no model .*: one, two\.") as caught:
        find(model)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_without_an_environment_the_models_are_beside_the_package():
    assert catalog.models_dir() == Path(checkpoint_file.__file__).resolve().parents[2] / "models"
