"""Tables of a lesson's file, whose values are taken out one by one; faults come with lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aecore.lessons.lines import Path, line_of
from aecore.lessons.markdown import fault_in

MAX_TEXT = 4_000
"""Characters of a Markdown text."""
MAX_LINE = 200
"""Characters of a title and the like."""
MAX_NUMBER = 1e9


class Table:
    """A table of the file: its values are taken out one by one, and faults are noted."""

    def __init__(
        self,
        values: Mapping[str, Any],
        path: Path,
        places: Mapping[Path, int],
        faults: list[tuple[int, str]],
    ) -> None:
        self.values, self.path, self.places, self.faults = dict(values), path, places, faults

    def fault(self, key: str, what: str) -> None:
        """Note what is wrong with a key."""
        self.faults.append((line_of(self.places, (*self.path, key)), what))

    def text(self, key: str, *, most: int = MAX_LINE, required: bool = False) -> str:
        """Take a text out."""
        value = self.values.pop(key, "")
        if not isinstance(value, str):
            self.fault(key, f"{key} must be a text")
            return ""
        if required and not value.strip():
            self.fault(key, f"{key} is missing")
        elif len(value) > most:
            self.fault(key, f"{key} has {len(value):,} characters, at most {most:,} are allowed")
        elif most == MAX_LINE and not value.isprintable():
            self.fault(key, f"{key} must be one line of plain text")
        return value

    def markdown(self, key: str, *, required: bool = False) -> str:
        """Take a Markdown text out."""
        value = self.text(key, most=MAX_TEXT, required=required)
        if problem := fault_in(value):
            self.fault(key, f"{key} {problem}")
        return value.strip()

    def number(self, key: str, *, whole: bool = False, default: Any = None) -> Any:
        """Take a number out."""
        value = self.values.pop(key, default)
        kinds = int if whole else (int, float)
        if value is default:
            return value
        if isinstance(value, bool) or not isinstance(value, kinds) or not abs(value) < MAX_NUMBER:
            self.fault(key, f"{key} must be a {'whole ' if whole else ''}number")
            return default
        return value

    def words(self, key: str, allowed: Sequence[str] | frozenset[str], what: str) -> tuple:
        """Take a list of known words out."""
        value = self.values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.fault(key, f"{key} must be a list of texts")
            return ()
        for each in value:
            self._check_word(key, each, allowed, what)
        return tuple(value)

    def word(self, key: str, allowed: Sequence[str] | frozenset[str], what: str) -> str:
        """Take one of some known words out; empty where it is missing."""
        if value := self.text(key):
            self._check_word(key, value, allowed, what)
        return value

    def _check_word(self, key: str, value: str, allowed: Any, what: str) -> None:
        if value not in allowed:
            known = ", ".join(sorted(filter(None, allowed))) or "none"
            self.fault(key, f"{key}: {what.format(repr(value[:60]))}; there are: {known}")

    def table(self, key: str) -> Table | None:
        """Take a table out; None where there is none."""
        if key not in self.values:
            return None
        value = self.values.pop(key)
        if not isinstance(value, dict):
            self.fault(key, f"{key} must be a table")
            value = {}
        return Table(value, (*self.path, key), self.places, self.faults)

    def plain(self, key: str) -> dict[str, Any]:
        """Take a table of plain values out."""
        inner = self.table(key)
        return inner.values if inner else {}

    def end(self) -> None:
        """Note keys that nothing has taken out."""
        for key in self.values:
            self.fault(key, f"there is no key {key[:60]!r} here")
