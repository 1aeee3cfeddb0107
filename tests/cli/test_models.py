"""`data`, `models`, `evaluate` and `decode`: what they print and draw."""

import json

import numpy as np
import pytest

from aecore.analysis.evaluation import evaluate
from aecore.checkpoints import file as checkpoint_file
from aecore.data import sources
from aecore.latent.codes import parse_code
from aecore.latent.neighbors import NeighborIndex
from aecore.models.inference import build_model, decode
from tests.support.command_line import pixels

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")


def test_data_says_where_the_digits_come_from(run_json, digits):
    status, found = run_json("data")

    assert status == 0
    assert found == {
        "name": "bundled",
        "shape": [28, 28],
        "classes": list("0123456789"),
        "preparation": [],
        "source": digits.source,
        "kind": "bundled",
        "train": 1297,
        "test": 500,
        "fingerprint": digits.fingerprint,
        "is_mnist": False,
    }


def test_data_without_json_is_a_line_for_people(run, digits):
    status, out, err = run("data")

    assert status == 0
    assert out.startswith(f"{digits.source}: 1,297 training and 500 test digits")
    assert err == f"Data: {digits.source}\n"


def test_a_download_is_tried_unless_it_is_switched_off(run_json, monkeypatch):
    asked = []
    real = sources.load_bundled
    monkeypatch.setattr(sources, "download", lambda **_: asked.append(1) or real())

    for value in ("off", "0", "no", "FALSE", "on"):
        monkeypatch.setenv("AECORE_DOWNLOAD", value)
        assert asked == []
        run_json("data")

    assert asked == [1]


def test_models_lists_them_and_passes_over_what_is_none(run, models):
    (models / "broken.safetensors").write_bytes(b"broken")

    status, out, err = run("models", "--json")

    found = json.loads(out)
    assert status == 0
    assert [model["name"] for model in found] == ["tiny", "tiny-denoiser"]
    assert [model["latent_dim"] for model in found] == [2, 4]
    for model in found:
        stored = checkpoint_file.load(model["path"]).card
        assert model["preset"] is None
        assert model["hidden_dims"] == [16]
        assert model["test_mse"] == stored.metrics["test_mse"]
        assert model["pca_test_mse"] == stored.metrics["pca_test_mse"]
    assert err.startswith("aecore: broken.safetensors cannot be used")


def test_models_without_json_is_a_table(run, models):
    status, out, _ = run("models")

    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == ["model", "tiny", "tiny-denoiser"]


def test_an_empty_folder_has_no_models(run_json, tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path / "none"))

    assert run_json("models") == (0, [])


@pytest.mark.parametrize("name", ["tiny", "tiny-denoiser"])
def test_evaluate_measures_a_model_on_the_digits_at_hand(run_json, models, digits, name):
    found = checkpoint_file.load(name)
    model = build_model(found.card.model, found.weights)

    status, figures = run_json("evaluate", name)

    assert status == 0
    assert figures == evaluate(model, found.pca, found.card.train.noise, digits) | {
        "model": name,
        "n_test": 500,
        "source": digits.source,
        "fingerprint": digits.fingerprint,
    }
    wanted = {"test_mse", "sse_per_image", "pca_test_mse", "knn5_accuracy", "n_test", "source"}
    if name == "tiny-denoiser":
        wanted |= {"noisy_psnr", "denoised_psnr", "denoised_ssim", "denoised_mse"}
    assert wanted <= figures.keys()


def test_evaluate_takes_a_path_too(run_json, models):
    assert run_json("evaluate", models / "tiny.safetensors")[1]["model"] == "tiny"


@pytest.mark.parametrize("z", ["0,-4", "1.5,1e3"])
def test_decode_draws_what_the_model_makes_of_the_code(run_json, models, tmp_path, z):
    found = checkpoint_file.load("tiny")
    code = parse_code(z, 2)[None]
    out = tmp_path / "new" / "digit.png"

    status, facts = run_json("decode", "--model", "tiny", f"--z={z}", "--out", out)

    output = decode(build_model(found.card.model, found.weights), code).reshape(28, 28)
    assert status == 0
    assert facts == {
        "path": str(out),
        "map_distance_percentile": NeighborIndex(found.codes).isolation(code)[0],
    }
    np.testing.assert_array_equal(pixels(out), np.rint(output.clip(0, 1) * 255))


def test_the_percentile_tells_the_thick_of_the_map_from_far_off(run_json, models, tmp_path):
    found = checkpoint_file.load("tiny")
    middle = ",".join(map(str, np.median(found.codes.astype(float), axis=0)))

    near, far = (
        run_json("decode", "--model", "tiny", f"--z={z}", "--out", tmp_path / "a.png")[1]
        for z in (middle, "1e5,1e5")
    )

    assert near["map_distance_percentile"] < 90
    assert far["map_distance_percentile"] == 100
