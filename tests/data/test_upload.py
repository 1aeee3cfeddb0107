"""Uploaded files as a data set, of which nothing stays on the disk until it is kept."""

import io
import zipfile

import numpy as np
import pytest

from aecore.data import upload
from aecore.data.cache import cache_dir
from aecore.data.folder import load_folder
from aecore.errors import DataError
from tests.support.own_data import rgb_folder, shapes

pytest_plugins = ["tests.support.own_data"]


def zipped(folder):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(folder.rglob("*.png")):
            archive.write(path, path.relative_to(folder.parent))
    return file.getvalue()


def archive_of(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def test_a_zip_of_pictures_is_read_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    folder = rgb_folder(tmp_path / "mine")

    dataset = upload.load_upload({"mine.zip": zipped(folder)})

    assert dataset.fingerprint == load_folder(folder).fingerprint
    assert dataset.source == "uploaded mine.zip"
    assert dataset.spec.name == "mine"
    assert not list(tmp_path.glob("aecore-upload-*"))
    assert [each.name for each in (cache_dir() / "pictures").iterdir()] != []  # the folder's own


@pytest.mark.parametrize("name", ["..", "a" * 300 + ".npz", "é" * 200 + ".npz", "\ud800/a\0.npz"])
def test_any_name_of_an_upload_is_taken_or_refused(name):
    content = archive_of(x=shapes(20, (9, 9))[0])

    try:
        dataset = upload.load_upload({name: content})
    except DataError:
        assert name == ".."
        return
    assert dataset.spec.shape == (9, 9)


def test_a_member_of_a_zip_without_a_name_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(""), b"")
    with pytest.raises(DataError):
        upload.load_upload({"mine.zip": file.getvalue()})


def test_an_upload_is_not_cached():
    pictures, _ = shapes(20, (9, 9))
    rows = "\n".join(",".join(map(str, row)) for row in pictures.reshape(20, 81))

    upload.load_upload({"mine.csv": rows.encode()})

    assert not (cache_dir() / "pictures").exists()


@pytest.mark.parametrize("with_labels", [True, False])
def test_what_is_kept_is_the_same_data_set(with_labels):
    pictures, labels = shapes(30, (9, 9, 3))
    names = np.array(["owl", "cat", "emu"])[labels]
    own = {"x": pictures, "y": names} if with_labels else {"x": pictures}
    dataset = upload.load_upload({"birds.npz": archive_of(**own)})

    kept = load_folder(upload.keep(dataset))

    assert kept.fingerprint == dataset.fingerprint
    assert kept.spec == dataset.spec


FAULTS = {
    "nothing to read": ({"a.txt": b"hello"}, "no picture found"),
    "no zip": ({"a.zip": b"hello"}, "cannot be read"),
    "too large": ({"a.npz": bytes(201_000_000)}, "larger than 200 MB"),
}


@pytest.mark.parametrize(("files", "message"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_used_is_told_without_folders(files, message):
    with pytest.raises(DataError, match=message) as caught:
        upload.load_upload(files)

    assert "aecore-upload" not in str(caught.value)


def test_a_zip_that_would_fill_the_disk_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(upload, "MAX_BYTES", 1_000)

    with pytest.raises(DataError, match="are too much"):
        upload.load_upload({"mine.zip": zipped(rgb_folder(tmp_path / "mine"))})
