"""What a file holds in place of what its name says, and names of files in messages."""

from __future__ import annotations

import re

_NO_BYTES = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Halves of characters, as JSON may hold them, that stand for no byte of a file's name."""
_WEB_PAGE = ("a web page", "Download the file itself")
_STAND_INS = {
    b"version https://git-lfs": ("a Git LFS pointer", "Fetch the file itself: git lfs pull"),
    b"<!doctype html": _WEB_PAGE,
    b"<html": _WEB_PAGE,
}
START = 200
"""Bytes at the beginning of a file that tell."""


def stand_in(start: bytes) -> tuple[str, str] | None:
    """Return what a file is, and what to do, if it is known to stand in for another one.

    Parameters
    ----------
    start : bytes
        The first bytes of the file, `START` of them.
    """
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((what for begin, what in _STAND_INS.items() if text.startswith(begin)), None)


def printable(text: str) -> str:
    """Return a text with names of files as one line that can be printed, whatever they hold."""
    text = _NO_BYTES.sub("\ufffd", text)
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
