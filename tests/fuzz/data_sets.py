"""Uploaded data sets, in every format that is read."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas
from PIL import Image

from aecore.data.upload import load_upload
from tests.fuzz import format_mutations as f
from tests.fuzz import mutations as m
from tests.fuzz.target import Seed, Target
from tests.support import odd_files, own_data


def _read_upload(name: str, content: bytes, folder: Path) -> None:
    """Upload a file; where the folder holds others of the set, these with it."""
    others = {path.name: path.read_bytes() for path in folder.glob("others/*")}
    load_upload(others | {name: content})


def _idx(folder: Path) -> list[Seed]:
    """One of the four files at a time is mutated; the others lie in the folder."""
    pictures, labels = own_data.shapes(60, (8, 10))
    files = {}
    for split, rows in (("train", slice(0, 40)), ("t10k", slice(40, 60))):
        for part, array in (("images-idx3", pictures[rows]), ("labels-idx1", labels[rows])):
            header = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
            files[f"{split}-{part}-ubyte"] = header + array.astype(np.uint8).tobytes()
    _write_all(folder / "others", files)
    return list(files.items())


def _gz(folder: Path) -> list[Seed]:
    return [(name, gzip.compress(content)) for name, content in _idx(folder)]


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _npz(folder: Path) -> list[Seed]:
    pictures, labels = own_data.shapes(40, (8, 8))
    names = np.array(["a", "b", "c"])
    split = {"x_train": pictures[:30], "y_train": labels[:30]}
    split |= {"x_test": pictures[30:], "y_test": labels[30:]}
    named = {"images": pictures / 255, "labels": names[labels]}
    one_hot = {"data": pictures.reshape(40, -1), "target": np.eye(3)[labels], "class_names": names}
    seeds = []
    for arrays in (split, named, one_hot):
        file = io.BytesIO()
        np.savez(file, **arrays)
        seeds.append(("set.npz", file.getvalue()))
    return seeds


def _one_npy(folder: Path) -> list[Seed]:
    pictures, _ = own_data.shapes(20, (8, 8, 3))
    fortran = np.asfortranarray(pictures[..., 0])
    return [
        ("set.npy", _npy(pictures)),
        ("set.npy", _npy(fortran)),
        ("set.npy", _npy(pictures / 255)),
    ]


def _frame():
    pictures, labels = own_data.shapes(20, (6, 6))
    frame = pandas.DataFrame(pictures.reshape(20, -1)).add_prefix("pixel")
    frame.insert(0, "label", labels)
    return frame


def _csv(folder: Path) -> list[Seed]:
    frame = _frame()
    words = frame.assign(label=[("cat", "dog", "é")[label] for label in frame["label"]])
    texts = (frame.to_csv(index=False), words.to_csv(), frame.to_csv(index=False, header=False))
    return [("set.csv", text.encode()) for text in texts]


def _parquet(folder: Path) -> list[Seed]:
    files = []
    for name in ("to_parquet", "to_feather"):
        file = io.BytesIO()
        getattr(_frame(), name)(file)
        files.append((f"set.{name.removeprefix('to_')}", file.getvalue()))
    return files


def _zip(folder: Path) -> list[Seed]:
    seeds = []
    own_data.write_pictures(folder / "made", own_data.shapes(12, (9, 9))[0], ["a", "b", "c"] * 4)
    made = {
        path.relative_to(folder / "made").as_posix(): path.read_bytes()
        for path in folder.glob("made/*/*")
    }
    for members in (made, dict(_idx(folder / "idx")), {"x.npy": _one_npy(folder)[0][1]}):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        seeds.append(("set.zip", file.getvalue()))
    return seeds


def _one_picture(folder: Path) -> list[Seed]:
    pictures, _ = own_data.shapes(12, (9, 9))
    files = {
        f"{i:02}.png": odd_files.encode(Image.fromarray(each), "PNG")
        for i, each in enumerate(pictures)
    }
    _write_all(folder / "others", files)
    return list(files.items())[:3]


def _write_all(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


TARGETS = [
    Target("idx", _idx, _read_upload, (f.in_idx,), names=True),
    Target("idx.gz", _gz, _read_upload, (f.in_gzip(f.in_idx), f.in_gzip(m.in_bytes))),
    Target("npz", _npz, _read_upload, (f.in_zip(f.in_npy),), share=1.5),
    Target("npy", _one_npy, _read_upload, (f.in_npy,), names=True),
    Target("csv", _csv, _read_upload, (m.in_lines, m.in_numbers), names=True),
    Target("parquet", _parquet, _read_upload),
    Target("zip", _zip, _read_upload, (f.in_zip(m.in_bytes),), names=True),
    Target("picture folder", _one_picture, _read_upload, (f.in_png,), names=True),
]
