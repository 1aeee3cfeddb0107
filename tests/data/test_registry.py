"""A data set that is registered in one place works everywhere."""

import importlib
import sys

import pytest

from aecore.data.sources import SOURCES
from aecore.errors import DataError
from tests.support.command_line import QUICK, complaint
from tests.support.pages import grid, open_page

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")

BARS = '''
"""Pictures of a bar that is flat, upright or neither."""

import numpy as np

from aecore.data.dataset import Dataset, DatasetSpec
from aecore.data.sources import register

SPEC = DatasetSpec(
    name="bars",
    title="Bars",
    classes=("flat", "upright", "dot"),
    noun="bar",
    nouns="bars",
)


def load(**options):
    rng = np.random.default_rng(0)
    images, labels = np.zeros((400, 28, 28), np.uint8), rng.integers(0, 3, 400, dtype=np.uint8)
    for image, label in zip(images, labels):
        row, column = rng.integers(2, 14, 2)
        height, width = [(2, 12), (12, 2), (4, 4)][label]
        image[row : row + height, column : column + width] = rng.integers(100, 255)
    images = images.reshape(400, 784)
    return Dataset(
        train_images=images[:250],
        train_labels=labels[:250],
        test_images=images[250:],
        test_labels=labels[250:],
        kind="bars",
        source="400 drawn bars",
        spec=SPEC,
    )


register(SPEC, load)
register(DatasetSpec(name="lost", title="Lost bars"), lambda **options: None)
'''


@pytest.fixture
def bars(tmp_path, monkeypatch):
    """A data set in a module of its own, and one that is not at hand."""
    before = dict(SOURCES)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "bars_data.py").write_text(BARS)
    monkeypatch.syspath_prepend(tmp_path / "plugins")
    yield importlib.import_module("bars_data").load()
    del sys.modules["bars_data"]
    SOURCES.clear()
    SOURCES.update(before)


def test_a_registered_data_set_is_found_by_the_commands(bars, run, run_json, tmp_path):
    out = tmp_path / "bars.safetensors"

    facts = run_json("data", "--data", "bars")[1]
    status, _ = run_json("train", "plane", *QUICK, "--data", "bars", "--out", out)
    figures = run_json("evaluate", out, "--data", "bars")[1]
    said = run("evaluate", out, "--data", "bars")

    assert facts == {
        "name": "bars",
        "shape": [28, 28],
        "classes": ["flat", "upright", "dot"],
        "preparation": [],
        "source": "400 drawn bars",
        "kind": "bars",
        "train": 250,
        "test": 150,
        "fingerprint": bars.fingerprint,
        "is_mnist": False,
    }
    assert status == 0
    assert (figures["n_test"], figures["fingerprint"]) == (150, bars.fingerprint)
    assert "on 150 test bars (400 drawn bars)" in said[1]
    assert said[2].splitlines()[0] == "Data: 400 drawn bars"


def test_a_registered_data_set_is_on_the_pages(bars, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", "bars")

    app = open_page("reconstruct", model="plane")

    assert not app.exception
    assert "over 150 test bars; per bar below" in grid(app)
    assert ":material/database: Data: 400 drawn bars" in [each.value for each in app.caption]


def test_a_folder_of_that_name_comes_first(bars, run, tmp_path, monkeypatch):
    (tmp_path / "bars").mkdir()
    monkeypatch.chdir(tmp_path)

    assert "holds neither" in complaint(run("data", "--data", "bars"))[1]


def test_a_data_set_that_is_not_at_hand_is_an_error_only_where_it_is_named(bars):
    from aecore.data import sources

    with pytest.raises(DataError, match="Lost bars"):
        sources.load("lost")
    assert sources.load(allow_download=False).kind == "bundled"


def test_the_data_set_of_before_is_known_no_more(run):
    assert list(SOURCES) == ["mnist", "bundled"]
    assert "it does not exist" in complaint(run("data", "--data", "bars"))[1]
