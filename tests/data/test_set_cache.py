"""Sets of pictures that were read are kept, and read again where a file has changed."""

import numpy as np
import pytest

from aecore.data import set_cache
from aecore.data.cache import cache_dir
from aecore.data.folder import load_folder
from tests.support.own_data import shapes, write_pictures

CLAIM = "{'descr': '|u1', 'fortran_order': False, 'shape': (64000000000,)}"
pytest_plugins = ["tests.support.own_data"]


def test_a_folder_is_read_once_and_then_kept_until_a_file_changes(tmp_path, monkeypatch):
    folder = write_pictures(tmp_path / "mine", shapes(20, (10, 10))[0])
    reports = []
    first = load_folder(folder, progress=reports.append)
    n_reports = len(reports)

    again = load_folder(folder, progress=reports.append)
    (folder / "0000.png").unlink()
    changed = load_folder(folder, progress=reports.append)

    assert n_reports == 1 < len(reports)
    assert (again.fingerprint, again.spec) == (first.fingerprint, first.spec)
    assert again.preparation == first.preparation
    assert len(changed.train_images) + len(changed.test_images) == 19
    for number in range(8):
        set_cache.save(f"{number}", first)
    assert set_cache.load("0") is None
    assert set_cache.load("7").fingerprint == first.fingerprint


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("about.json", b"1"),
        ("test_labels.npy", b""),
        ("test_labels.npy", b"\x93NUMPY\x01\0\x03\0{(\n"),
        ("test_labels.npy", b"\x93NUMPY\x01\0\x48\0" + f"{CLAIM:71}\n".encode()),
    ],
    ids=["no object", "empty", "open brackets", "64 GB"],
)
def test_a_damaged_set_in_the_cache_counts_as_none(tmp_path, file, content):
    np.savez(tmp_path / "own.npz", images=shapes(20, (8, 8))[0])
    set_cache.save("kept", load_folder(tmp_path / "own.npz"))
    assert set_cache.load("kept") is not None
    next(cache_dir().glob(f"pictures/kept/{file}")).write_bytes(content)

    assert set_cache.load("kept") is None
