"""A model of a few digits, from the command line to every page."""

import math

import numpy as np
import pytest

from aecore.checkpoints import file as checkpoint_file
from aecore.data.readers.idx import IDX_FILES
from tests.support.command_line import QUICK
from tests.support.pages import open_page
from tests.support.ten_digits import idx

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")

PAGES = ("map", "generate", "filters", "reconstruct", "denoise", "train", "compare", "your_digit")
KINDS = {
    "few training digits": ("plane", 4, 8, []),
    "fewer training digits than dimensions": ("wide", 6, 12, []),
    "few test digits": ("narrow", 100, 2, []),
    "a denoiser without noise": ("denoise-mask", 8, 8, ["--noise", "masking:0"]),
    "a denoiser of hardly any noise": ("denoise-mask", 50, 20, ["--noise", "masking:1e-9"]),
    "a denoiser of Gaussian noise of 0": ("denoise-gaussian", 50, 20, ["--noise", "gaussian:0"]),
}


@pytest.fixture(scope="module", params=KINDS.values(), ids=KINDS)
def small(request, digits, tmp_path_factory):
    """A folder of digits, and the folder and name of the model that `train` made of them."""
    from aecore.cli.parser import main

    preset, train, test, options = request.param
    data = tmp_path_factory.mktemp("data")
    for name, array in digits.arrays.items():
        body = array[: train if name.startswith("train") else test].copy()
        if name == "test_images":
            body[1] = 0
        shape = (-1, 28, 28) if name.endswith("images") else (-1,)
        (data / IDX_FILES[name]).write_bytes(idx(body.reshape(shape)))
    models = tmp_path_factory.mktemp("models")
    out = models / "small.safetensors"

    status = main(["train", preset, *QUICK, *options, "--data", str(data), "--out", str(out)])

    assert status == 0
    return data, out


@pytest.fixture(params=["its own data", "other data"])
def opened(request, small, monkeypatch):
    data, out = small
    monkeypatch.setenv("AECORE_MODELS", str(out.parent))
    if request.param == "its own data":
        monkeypatch.setenv("AECORE_DATA", str(data))
    return out


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_it(opened, page):
    app = open_page(page, model="small")

    assert not app.exception
    assert not app.error


def test_models_and_evaluate_tell_what_there_is(run_json, opened):
    _, models = run_json("models")
    status, figures = run_json("evaluate", "small")

    card = checkpoint_file.read_card(opened)
    assert [model["name"] for model in models] == ["small"]
    assert status == 0
    assert figures["test_mse"] >= 0
    assert math.isfinite(card.metrics["pca_test_mse"])
    assert np.isfinite(checkpoint_file.load(opened).pca.components).all()
