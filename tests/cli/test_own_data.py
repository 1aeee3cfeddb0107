"""Every command on pictures of another size, in RGB, of 47 classes and of none."""

import json

import numpy as np
import pytest
from PIL import Image

from aecore.checkpoints import file as checkpoint_file
from aecore.data.folder import load_folder
from tests.support.command_line import QUICK, REPOSITORY, complaint, pixels
from tests.support.own_data import SETS, shapes, write_pictures, write_set

pytest_plugins = ["tests.support.command_line", "tests.support.own_data"]
pytestmark = pytest.mark.usefixtures("torch_threads")


@pytest.mark.parametrize("name", [*SETS, "faces"])
def test_a_model_of_any_pictures_is_trained_measured_and_used(run_json, run, tmp_path, name):
    data = write_set(tmp_path / "data", name)
    dataset, out = load_folder(data), tmp_path / "mine.safetensors"

    status, trained = run_json("train", "plane", *QUICK, "--data", data, "--out", out)
    figures = run_json("evaluate", out, "--data", data)[1]
    decoded = run_json("decode", "--model", out, "--z", "0,0", "--out", tmp_path / "z.png")[1]

    saved = checkpoint_file.load(out)
    assert status == 0
    assert saved.card.data == dataset.spec
    assert (saved.card.source, saved.card.fingerprint) == (name, dataset.fingerprint)
    assert figures["test_mse"] == pytest.approx(trained["test_mse"], rel=1e-5)
    assert ("knn5_accuracy" in figures) == bool(dataset.spec.classes)
    assert figures["n_test"] == len(dataset.test_images)
    assert pixels(tmp_path / "z.png").shape == dataset.spec.shape
    assert 0 <= decoded["map_distance_percentile"] <= 100
    assert f"test {dataset.spec.nouns}" in run("evaluate", out, "--data", data)[1]


@pytest.mark.parametrize("name", ["rgb", "plain"])
def test_a_picture_is_resized_and_reconstructed(run_json, run, tmp_path, name):
    data, out = write_set(tmp_path / "data", name), tmp_path / "mine.safetensors"
    run("train", "plane", *QUICK, "--data", data, "--out", out)
    picture = write_pictures(tmp_path / "new", np.full((1, 40, 70, 3), 90, np.uint8)) / "0000.png"
    (tmp_path / "new" / "b.png").write_bytes(b"damaged")

    status, rows = run_json(
        "reconstruct", tmp_path / "new", "--model", out, "--out", tmp_path / "out"
    )
    text = run("reconstruct", picture, "--model", out, "--out", tmp_path / "out")[1]

    shape = SETS[name]
    assert status == 1  # for the damaged one
    assert (rows[0]["error"], rows[0]["digit"], rows[0]["verdict"]) == (None, None, None)
    assert rows[0]["nearest_label"] in (load_folder(data).spec.classes or (None,))
    assert len(rows[0]["code"]) == 2
    assert "b.png" in rows[1]["error"]
    assert pixels(rows[0]["out"]).shape == (shape[0], 2 * shape[1], *shape[2:])
    assert "MSE" in text


def test_a_model_of_other_pictures_is_refused_in_one_line(run, models, tmp_path):
    data = write_set(tmp_path / "data", "digits8")

    status, line = complaint(run("evaluate", "tiny", "--data", data))

    assert status == 1
    assert "takes pictures of 28 x 28 pixels, and those of the data in use are 8 x 8" in line


def test_letters_are_trained_on_by_command(run_json, notmnist, tmp_path):
    out = tmp_path / "letters.safetensors"

    status, facts = run_json("train", "plane", *QUICK, "--data", notmnist, "--out", out)

    card = checkpoint_file.read_card(out)
    assert status == 0
    assert facts["test_mse"] < 0.3
    assert (card.source, card.data.nouns) == ("notmnist", "pictures")
    assert json.dumps(card.to_dict())
    assert card == type(card).from_dict(json.loads(json.dumps(card.to_dict())))


def test_many_test_pictures_are_sampled_for_the_atlas(run_json, tmp_path, monkeypatch):
    from aecore.data import dataset

    monkeypatch.setattr(dataset, "MAX_ATLAS", 20)
    data, out = write_set(tmp_path / "data", "digits8"), tmp_path / "mine.safetensors"

    run_json("train", "plane", *QUICK, "--data", data, "--out", out)
    figures = run_json("evaluate", out, "--data", data)[1]

    saved = checkpoint_file.load(out)
    assert len(saved.codes) == figures["n_test"] == 20
    assert saved.card.fingerprint == load_folder(data).fingerprint == figures["fingerprint"]
    measured = load_folder(data).measured()
    assert saved.labels.tolist() == measured.test_labels.tolist()


def test_wide_pictures_have_a_pca_of_any_size():
    from aecore.models.pca import PCA
    from tests.support.own_data import faces

    images = faces(30).reshape(30, -1)
    pca = PCA.fit(images, 40)

    np.testing.assert_allclose(pca.components @ pca.components.T, np.eye(40), atol=1e-5)
    np.testing.assert_allclose(pca.reconstruct(images), images, atol=1e-4)
    assert Image.fromarray(pca.mean.reshape(64, 64)).size == (64, 64)


def test_the_lines_of_the_readme_run(run, tmp_path, monkeypatch):
    section = (REPOSITORY / "README.md").read_text(encoding="utf-8").split("## Your own data")[1]
    lines = section.split("```sh\n")[1].split("```")[0].splitlines()
    pictures, labels = shapes(24, (40, 60, 3), n_classes=2)
    write_pictures(tmp_path / "photos", pictures, [("cat", "dog")[label] for label in labels])
    monkeypatch.chdir(tmp_path)

    for line in lines:
        assert line.startswith("python -m aecore ")
        assert run(*line.split()[3:])[0] == 0, line

    assert len(lines) == 5
    assert pixels(tmp_path / "decoded.png").shape == (40, 60, 3)
