"""Location of the explorer's own files: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_IN_WHEEL = _PACKAGE / "_explorer"
HOME = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent
"""The folder that holds `app.py`, `models/` and `.streamlit/`."""
