"""What a file holds in place of what its name says, and names of files in messages."""

from __future__ import annotations

import os

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


def printable(name: str) -> str:
    """Return the name of a file as text that can be shown: not every name is valid UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
