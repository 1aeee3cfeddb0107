"""Tables as CSV text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any


def to_csv(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Write a table as CSV: lines end in a line feed, None is an empty field.

    Parameters
    ----------
    header : iterable of str
        The columns' names.
    rows : iterable of iterables
        Plain values; NumPy's own would be written with their type.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue()
