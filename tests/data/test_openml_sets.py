"""Named data sets, fetched by number from a server of our own; never from OpenML itself."""

import dataclasses
import hashlib
import json

import numpy as np
import pytest

from aecore.data import openml_sets, sources
from aecore.errors import DataError
from tests.support.openml_server import OpenMLServer
from tests.support.ten_digits import ask

pytest_plugins = ["tests.support.ten_digits", "tests.support.command_line"]
COUNT = 40


def serve_set(server: OpenMLServer, name: str, values: np.ndarray, labels: list[str]) -> None:
    """Let the server hold a data set under its number."""
    wanted = openml_sets.SETS[name]
    columns = [f"pixel{i + 1}" for i in range(values.shape[1])]
    head = "".join(f"@ATTRIBUTE {column} real\n" for column in columns)
    classes = ",".join(sorted(set(labels)))
    rows = "\n".join(
        ",".join([*map(str, row), label]) for row, label in zip(values, labels, strict=True)
    )
    text = f"@RELATION x\n\n{head}@ATTRIBUTE class {{{classes}}}\n\n@DATA\n{rows}\n".encode()
    path = f"/data/v1/download/2/{name}.arff"
    kinds = [*((column, "numeric") for column in columns), ("class", "nominal")]
    features = [
        {
            "index": str(i),
            "name": column,
            "data_type": kind,
            "is_target": "true" if column == "class" else "false",
            "is_ignore": "false",
            "is_row_identifier": "false",
            "number_of_missing_values": "0",
        }
        for i, (column, kind) in enumerate(kinds)
    ]
    description = {
        "id": str(wanted.data_id),
        "name": name,
        "version": "1",
        "description": "",
        "format": "ARFF",
        "status": "active",
        "url": server.url + path,
        "md5_checksum": hashlib.md5(text).hexdigest(),
    }
    server.replies = {
        path: text,
        f"/data/features/{wanted.data_id}": json.dumps({"data_features": {"feature": features}}),
        f"/data/qualities/{wanted.data_id}": json.dumps({"data_qualities": {"quality": []}}),
        f"/json/data/{wanted.data_id}": json.dumps({"data_set_description": description}),
    }
    server.replies = {
        part: body if isinstance(body, bytes) else body.encode()
        for part, body in server.replies.items()
    }


@pytest.fixture
def small(openml, monkeypatch):
    """Every named set with so few pictures, and a server for them."""
    for name, wanted in openml_sets.SETS.items():
        monkeypatch.setitem(openml_sets.SETS, name, dataclasses.replace(wanted, count=COUNT))
    ask(openml, monkeypatch)
    return openml


@pytest.mark.parametrize("name", openml_sets.SETS)
def test_a_named_set_is_fetched_by_its_number_and_cached(small, name, run_json):
    wanted = openml_sets.SETS[name]
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 256, (COUNT, int(np.prod(wanted.shape))))
    levels[0, :2] = 0, 255
    values = levels / 127.5 - 1 if name == "usps" else levels
    first = 1 if name == "usps" else 0
    serve_set(small, name, values, [str(i % 10 + first) for i in range(COUNT)])

    dataset = sources.load(name)
    asked = len(small.asked)
    again = run_json("data", "--data", name)[1]

    together = np.concatenate([dataset.train_images, dataset.test_images])
    assert sorted(map(bytes, together)) == sorted(map(bytes, levels.astype(np.uint8)))
    assert dataset.spec.shape == wanted.shape
    assert dataset.kind == "openml"
    assert set(dataset.train_labels) == set(range(10))
    assert again["fingerprint"] == dataset.fingerprint
    assert again["source"] == f"OpenML {wanted.data_id}, {wanted.title} (cached)"
    assert len(small.asked) == asked


def test_a_file_of_another_size_is_refused(small):
    serve_set(small, "usps", np.zeros((COUNT - 1, 256)), ["1"] * (COUNT - 1))

    with pytest.raises(DataError, match="USPS could not be downloaded from OpenML: the answer can"):
        sources.load("usps")


def test_a_named_set_is_not_fetched_where_that_is_switched_off(small):
    with pytest.raises(DataError, match="Fashion-MNIST is not here, and it is not fetched"):
        sources.load("fashion-mnist", allow_download=False)

    assert small.asked == []


def test_a_model_says_by_which_named_set_it_was_trained():
    from aecore.checkpoints.assembly import _source
    from tests.support.ten_digits import small_dataset

    digits = small_dataset()
    spec = dataclasses.replace(digits.spec, name="kmnist", title="kmnist", noun="picture")

    assert _source(dataclasses.replace(digits, spec=spec)) == "kmnist"
    assert _source(digits) == "openml digits"
