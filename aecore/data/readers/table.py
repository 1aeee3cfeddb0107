"""Tables of pixels: CSV as Kaggle gives it, Parquet and Feather, pandas' and pyarrow's own."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from aecore.config import MAX_SIDE
from aecore.data.limits import MAX_PICTURES, check_count, max_bytes
from aecore.data.progress import READING_STEP, ReadingProgress, Report, silent
from aecore.data.readers.files import explaining, folder_name, start_of
from aecore.data.readers.raw import Found, Part, RawData
from aecore.data.readers.values import gray_levels, picture_shape, plain_labels
from aecore.errors import DataError

if TYPE_CHECKING:
    from pandas import DataFrame

CSV_SUFFIXES = (".csv", ".csv.gz")
_SUFFIXES = (*CSV_SUFFIXES, ".parquet", ".feather")
_LABELS = ("label", "labels", "class", "target", "y")
_BATCH_VALUES = 20_000_000  # in memory at once, of a file that holds more
_MOST_COLUMNS = 3 * MAX_SIDE**2 + 10
_LONGEST_LINE = 32 * _MOST_COLUMNS  # bytes
_MOST_TEXT = 12  # bytes for each byte of a picture
_ROW_NUMBERS = ("id", "index", "imageid")


def find(path: Path) -> Found | None:
    """Look for tables in a file or a folder."""
    files = [path] if path.is_file() else sorted(each for each in path.glob("*") if each.is_file())
    files = [each for each in files if each.name.lower().endswith(_SUFFIXES)]
    if not files:
        return None
    splits: dict[str, Path] = {}
    for file in files:
        split = "test" if "test" in file.name.lower() and len(files) > 1 else "train"
        if splits.setdefault(split, file) != file:
            raise DataError(
                f"{path}: holds several tables ({splits[split].name}, {file.name}). Name one of "
                "the files, or call them train.csv and test.csv."
            )
    if "train" not in splits:
        splits = {"train": splits["test"]}
    return Found(read=partial(_read, path, splits), files=tuple(splits.values()), is_slow=True)


def _read(path: Path, splits: Mapping[str, Path], report: Report) -> RawData:
    parts = {split: _read_file(file, split, report) for split, file in splits.items()}
    first = splits["train"]
    name = folder_name(path) if path.is_dir() else first.name.partition(".")[0]
    source = ", ".join(file.name for file in splits.values())
    return RawData(
        train=parts["train"],
        test=parts.get("test"),
        source=f"{source} in {first.parent}",
        name=name,
    )


def from_table(table: Any, *, name: str = "table") -> RawData:
    """Read a table of one row a picture, with a column `label` or without.

    Parameters
    ----------
    table : pandas.DataFrame or pyarrow.Table
    name : str
        Of the data set.

    Raises
    ------
    DataError
        If it is no table of pixels.
    """
    frame = table.to_pandas() if hasattr(table, "to_pandas") else table
    part = _to_part(name, "train", lambda: iter([frame]), len(frame), silent)
    return RawData(train=part, test=None, source=f"a table of {len(frame):,} rows", name=name)


def _read_file(path: Path, split: str, report: Report) -> Part:
    import pandas as pd

    with explaining(path):
        start_of(path)
        if not path.name.lower().endswith(CSV_SUFFIXES):
            return _read_columns(path, split, report)
        fields = _first_fields(path)
        header = not all(map(_is_number, fields))
        count = _count_lines(path) - header
        check_count(str(path), count)
        step = min(READING_STEP, _BATCH_VALUES // len(fields) + 1)
        frames = partial(
            pd.read_csv, path, header=0 if header else None, chunksize=step,
            skip_blank_lines=True,
        )  # fmt: skip
        return _to_part(str(path), split, frames, count, report)


def _read_columns(path: Path, split: str, report: Report) -> Part:
    """Read Parquet or Feather in batches: a small file may hold many more rows than fit in memory.

    Their readers raise whatever they stumble over, of what is written beside the table too.
    """
    try:
        import pyarrow.dataset
    except ImportError as error:
        raise DataError(f"{path}: pyarrow is needed. Install it, or save CSV.") from error
    try:
        table = pyarrow.dataset.dataset(path, format=path.suffix[1:].lower())
        count = table.count_rows()
        check_count(str(path), count)

        def frames() -> Iterator[DataFrame]:
            rows = _BATCH_VALUES // max(1, len(table.schema.names)) + 1
            for batch in table.to_batches(batch_size=rows, batch_readahead=1):
                if len(batch):
                    yield batch.to_pandas()

        return _to_part(str(path), split, frames, count, report)
    except (DataError, OSError):
        raise
    except Exception as error:
        raise ValueError(error) from error


def _open(path: Path) -> Any:
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")


def _first_fields(path: Path) -> list[str]:
    with _open(path) as file:
        fields = next(_lines(path, file), b"").decode(errors="replace").strip().split(",")
    if len(fields) > _MOST_COLUMNS:
        raise DataError(f"{path}: {len(fields):,} columns are more than a picture has values.")
    return fields


def _lines(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    """Yield lines, as long as they may be pictures: a small file may unpack to any size."""
    size = number = 0
    while line := file.readline(_LONGEST_LINE):
        size, number = size + len(line), number + 1
        too_much = size > _MOST_TEXT * max_bytes() or number > 3 * MAX_PICTURES
        if len(line) == _LONGEST_LINE or too_much:
            raise DataError(f"{path}: its lines are too long for pictures, or too many.")
        yield line


def _is_number(text: str) -> bool:
    try:
        float(text.strip().strip("\"'") or "nan")
    except ValueError:
        return False
    return True


def _count_lines(path: Path) -> int:
    """Count the lines that are not empty."""
    with _open(path) as file:
        count = 0
        for line in _lines(path, file):
            count += bool(line.strip())
            if count > MAX_PICTURES + 1:
                break
    return count


def _to_part(where: str, split: str, frames: Any, count: int, report: Report) -> Part:
    """Convert tables, chunk by chunk; `frames` gives them from the beginning."""
    labels: list[np.ndarray] = []
    first = next(iter(frames()))
    pixels, label = _columns(where, first)
    item = picture_shape(f"{where}: the table", (count, len(pixels)))

    def values() -> Iterator[np.ndarray]:
        labels.clear()
        done = 0
        for frame in frames():
            report(ReadingProgress(done=done, total=count))
            if label is not None:
                labels.append(frame[label].to_numpy())
            yield _numbers(where, frame, pixels, done)
            done += len(frame)

    images = gray_levels(f"{where}: the table", count, item, values)
    return Part(images=images, labels=_labels(where, labels), split=split)


def _columns(where: str, frame: DataFrame) -> tuple[list[Any], Any]:
    """Return the columns of the pixels, and that of the label or None."""
    columns = [
        name
        for name in frame.columns
        if str(name).lower() not in _ROW_NUMBERS and not str(name).startswith("Unnamed")
    ]
    named = [name for name in columns if str(name).lower() in _LABELS]
    if not named and all(isinstance(name, int) for name in columns):
        named = columns[:1] if _is_square(len(columns) - 1) else []  # without a header
    pixels = [name for name in columns if name not in named[:1]]
    if not pixels:
        raise DataError(f"{where}: no picture found, there is no column of pixels.")
    return pixels, named[0] if named else None


def _is_square(number: int) -> bool:
    return int(number**0.5 + 0.5) ** 2 == number


def _numbers(where: str, frame: DataFrame, pixels: list[Any], row: int) -> np.ndarray:
    values = frame[pixels].to_numpy()
    if values.dtype.kind not in "buif":
        odd = next(name for name in pixels if frame[name].dtype.kind not in "buif")
        raise DataError(
            f"{where}: column {odd} holds text, not gray values. Save `label` and one column of "
            "numbers for each pixel."
        )
    if values.dtype.kind == "f" and np.isnan(values).any():
        odd_row, column = np.argwhere(np.isnan(values))[0]
        raise DataError(
            f"{where}: row {row + odd_row + 1:,} has no number in column {pixels[column]} (NaN). "
            "Fill it in, or leave the row out."
        )
    return values


def _labels(where: str, found: list[np.ndarray]) -> np.ndarray | None:
    if not found:
        return None
    labels = np.concatenate(found)
    if labels.dtype.kind not in "buif":
        labels = labels.astype(str)
    return plain_labels(f"{where}: the column of labels", labels, are_digits=False)
