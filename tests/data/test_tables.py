"""Pictures as rows of a table: CSV as Kaggle gives it, Parquet, tables of pandas and pyarrow."""

import string

import numpy as np
import pandas as pd
import pytest

from aecore.data.conversion import to_dataset
from aecore.data.folder import load_folder
from aecore.data.readers import table
from tests.support.own_data import shapes

pytest_plugins = ["tests.support.own_data"]

GRAY, LABELS = shapes(40, (9, 9))


@pytest.fixture
def frame():
    rows = pd.DataFrame(GRAY.reshape(40, 81), columns=[f"pixel{i}" for i in range(81)])
    rows.insert(0, "label", [string.ascii_uppercase[label] for label in LABELS])
    return rows


def test_csv_as_kaggle_gives_it_is_read(tmp_path, frame):
    frame.to_csv(tmp_path / "train.csv", index=False)
    frame.drop(columns="label").to_csv(tmp_path / "test.csv", index=False)

    dataset = load_folder(tmp_path)

    assert dataset.spec.classes == ("A", "B", "C")
    assert (len(dataset.train_images), len(dataset.test_images)) == (32, 8)
    assert dataset.preparation[0] == "the test pictures have no labels and are not used"


def test_csv_without_a_header_is_read(tmp_path):
    rows = np.column_stack([LABELS, GRAY.reshape(40, 81)])
    np.savetxt(tmp_path / "mine.csv.gz", rows, "%d", ",")

    dataset = load_folder(tmp_path / "mine.csv.gz")

    assert dataset.spec.classes == ("0", "1", "2")
    assert dataset.spec.shape == (9, 9)


def test_tables_of_pandas_and_pyarrow_are_read(tmp_path, frame):
    pyarrow = pytest.importorskip("pyarrow")
    frame.to_parquet(tmp_path / "mine.parquet")

    sets = [
        to_dataset(table.from_table(frame)),
        to_dataset(table.from_table(pyarrow.Table.from_pandas(frame))),
        load_folder(tmp_path),
    ]

    assert len({dataset.fingerprint for dataset in sets}) == 1
    assert sets[0].spec.classes == ("A", "B", "C")
