"""Pictures that look wrong are loaded with a warning, on the command line and on the pages."""

import dataclasses

import numpy as np
import pytest

from aecore.checkpoints.assembly import require_enough_digits
from aecore.data.oddities import find_oddities
from aecore.data.readers.idx import IDX_FILES
from aecore.errors import TrainingError
from tests.support.pages import open_page, texts
from tests.support.ten_digits import idx

pytest_plugins = ["tests.support.command_line"]


def changed(digits, change):
    return dataclasses.replace(
        digits,
        train_images=change(digits.train_images),
        test_images=change(digits.test_images),
        fingerprint="",
    )


def turned(images):
    return images.reshape(-1, 28, 28).transpose(0, 2, 1).reshape(-1, 784)


ODD = {
    "gray values of 0 to 1": (lambda images: images // 255, "almost black"),
    "nothing but black": (lambda images: images * np.uint8(0), "almost black"),
    "faint": (lambda images: images // 16, "almost black"),
    "inverted": (lambda images: 255 - images, "inverted"),
    "gray paper": (lambda images: 200 - images // 2, "inverted"),
    "transposed": (turned, "transposed"),
    "rotated": (lambda images: turned(images)[:, ::-1], "transposed or rotated"),
}


@pytest.mark.parametrize(("change", "warning"), ODD.values(), ids=ODD)
def test_pictures_that_look_wrong_are_noticed(digits, change, warning):
    assert warning in find_oddities(changed(digits, change))


@pytest.mark.parametrize(
    "change",
    [
        lambda images: images,
        lambda images: images // 4,
        lambda images: np.where(images > 127, np.uint8(255), np.uint8(0)),
        lambda images: np.random.default_rng(0).integers(0, 256, images.shape, np.uint8),
    ],
)
def test_ordinary_pictures_give_no_warning(digits, change):
    assert find_oddities(changed(digits, change)) == ""


def test_mnist_gives_no_warning(mnist):
    assert mnist.note == ""


@pytest.fixture
def inverted_folder(digits, tmp_path):
    folder = tmp_path / "inverted"
    folder.mkdir()
    for name, array in changed(digits, lambda images: 255 - images).arrays.items():
        body = array.reshape(-1, 28, 28) if name.endswith("images") else array
        (folder / IDX_FILES[name]).write_bytes(idx(body))
    return folder


def test_the_warning_is_told_by_data_and_by_the_pages(run, inverted_folder, monkeypatch, caplog):
    monkeypatch.setenv("AECORE_DATA", str(inverted_folder))

    status, _, _ = run("data", "--json")
    app = open_page("map")

    assert status == 0
    assert "inverted" in caplog.text
    assert not app.exception
    assert "inverted" in app.warning[0].value


def test_pictures_that_are_all_the_same_are_refused_before_training(digits):
    same = changed(digits, lambda images: np.repeat(images[:1], len(images), axis=0))

    with pytest.raises(TrainingError, match="All 1,297 training digits are the same picture"):
        require_enough_digits(same)


def test_a_model_of_other_digits_says_whose_and_which_are_in_use(inverted_folder, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(inverted_folder))

    text = texts(open_page("reconstruct", model="plane")).replace("\\", "")

    assert "own test digits (MNIST), which are not loaded" in text
    assert f"the data in use: IDX files in {inverted_folder}" in text
