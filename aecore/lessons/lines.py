"""Where the tables and keys of a TOML text stand, which `tomllib` does not tell."""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""Keys from the outermost one, with the number of the table, from 0, where there are several."""
_HEADER = re.compile(r"\s*\[(\[?)\s*([\w.\"' -]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([\w.\"'-]+)\s*=")
_LONGEST = 300
"""Characters of a header at most: on a very long line the pattern would take forever."""
_QUOTES = ('"""', "'''")


def locate(text: str) -> dict[Path, int]:
    """Return the line, from 1, of every table and key of a valid TOML text."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    closing = ""
    for number, line in enumerate(text.split("\n"), 1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if header := _HEADER.match(line[:_LONGEST]):
            table = _table(counts, _keys(header[2]), is_array=bool(header[1]))
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(table + _keys(key[1]), number)
        closing = next((quotes for quotes in _QUOTES if line.count(quotes) % 2), "")
    return found


def _keys(dotted: str) -> Path:
    return tuple(part.strip(" \"'") for part in dotted.split("."))


def _table(counts: dict[Path, int], keys: Path, *, is_array: bool) -> Path:
    """Return the path of a table; within an array of tables it belongs to the last of them."""
    path: Path = ()
    for depth, key in enumerate(keys, 1):
        path += (key,)
        if is_array and depth == len(keys):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """Return the line of a key, else of the table around it, else 1."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)
