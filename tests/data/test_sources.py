"""Where the digits come from: the order of the sources, and the bundled digits."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from aecore.data import sources
from aecore.data.cache import save_cache
from aecore.data.dataset import Dataset
from aecore.errors import DataError
from tests.support.openml_server import OpenMLServer
from tests.support.ten_digits import small_dataset

pytest_plugins = ["tests.support.ten_digits"]
pytestmark = pytest.mark.usefixtures("cache")


def test_importing_needs_neither_torch_nor_scikit_learn():
    heavy = "{'torch', 'sklearn', 'pandas', 'scipy', 'PIL', 'streamlit'}"
    code = f"import sys, aecore.data.sources; sys.exit(str({heavy} & set(sys.modules) or ''))"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    assert run.stderr.strip() == ""


@pytest.fixture
def refuse_download(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> Dataset:
        raise DataError("the network is down")

    monkeypatch.setattr(sources, "download", refuse)


def test_the_argument_comes_before_the_variable(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path / "missing"))

    assert sources.load(folder).source == f"IDX files in {folder}"


def test_a_named_folder_comes_before_the_cache(folder: Path, monkeypatch: pytest.MonkeyPatch):
    save_cache(small_dataset())
    monkeypatch.setenv("AECORE_DATA", str(folder))

    assert sources.load().kind == "folder"


def test_the_cache_comes_before_a_download(refuse_download):
    save_cache(small_dataset())

    assert sources.load().kind == "cache"


def test_a_download_comes_before_the_bundled_digits(openml: OpenMLServer):
    assert sources.load().kind == "openml"


def test_the_bundled_digits_come_last_and_say_why(refuse_download, caplog):
    dataset = sources.load()

    assert dataset.kind == "bundled"
    assert dataset.note == "the network is down"
    assert "the network is down" in caplog.text


def test_nothing_is_fetched_if_downloads_are_not_allowed(openml: OpenMLServer):
    dataset = sources.load(allow_download=False)

    assert dataset.kind == "bundled"
    assert openml.asked == []


def test_empty_names_count_as_none(refuse_download, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AECORE_DATA", "")

    assert sources.load("").kind == "bundled"


def test_a_wrong_folder_is_an_error_although_other_sources_are_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    save_cache(small_dataset())
    monkeypatch.setenv("AECORE_DATA", str(tmp_path / "missing"))

    with pytest.raises(DataError, match="missing: not a folder, it does not exist"):
        sources.load()


def test_bundled_digits_are_framed_like_mnist():
    dataset = sources.load_bundled()
    digits = np.concatenate([dataset.train_images, dataset.test_images]).reshape(-1, 28, 28)

    ink = digits > 0
    rows, columns = ink.any(2), ink.any(1)
    spans = [28 - np.argmax(side, 1) - np.argmax(side[:, ::-1], 1) for side in (rows, columns)]
    mass = digits.astype(np.float64) / digits.sum((1, 2), keepdims=True)
    centers = np.stack([mass.sum(2) @ np.arange(28), mass.sum(1) @ np.arange(28)])

    assert set(np.maximum(*spans)) == {20}
    assert np.abs(centers - 14).max() <= 1
    assert digits.max((1, 2)).min() > 200


def test_bundled_digits_are_split_in_order_and_named():
    from sklearn.datasets import load_digits

    dataset = sources.load_bundled()

    assert (len(dataset.train_images), len(dataset.test_images)) == (1_297, 500)
    assert [*dataset.train_labels, *dataset.test_labels] == load_digits().target.tolist()
    assert "1,797 bundled digits" in dataset.source
    assert not dataset.is_mnist


def test_a_run_keeps_its_data_folder_as_an_absolute_path(folder: Path, monkeypatch):
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("HOME", str(folder.parent))

    assert sources.absolute_name("digits") == str(folder)
    assert sources.absolute_name("~/digits") == str(folder)
    monkeypatch.setenv("AECORE_DATA", "./digits")
    assert sources.absolute_name() == str(folder)


@pytest.mark.parametrize("name", ["bundled", "mnist", ""])
def test_the_name_of_a_data_set_stays_as_it_is(name: str):
    assert sources.absolute_name(name) == name


@pytest.mark.parametrize(
    ("variable", "module", "function"),
    [
        ("AECORE_MODELS", "aecore.checkpoints.catalog", "models_dir"),
        ("AECORE_CACHE", "aecore.data.cache", "cache_dir"),
        ("AECORE_RUNS", "aecore.jobs.store", "runs_dir"),
    ],
)
def test_every_path_setting_may_begin_with_a_tilde(
    variable: str, module: str, function: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(variable, "~/x")

    assert getattr(importlib.import_module(module), function)() == tmp_path / "x"
