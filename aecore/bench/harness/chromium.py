"""The Chromium that benchmarks and browser tests drive."""

from __future__ import annotations

import os
import shutil
from types import ModuleType

from aecore.errors import AecoreError

NAMES = ("chromium", "chromium-browser", "google-chrome")

ARGUMENTS = (
    "--no-sandbox",  # as root, in containers, there is none
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # WebGL in software, where there is no graphics card. Not --use-angle=swiftshader: that makes
    # SwiftShader compose the page too, 40 ms of processor time a frame whatever has changed,
    # where Chromium's own choice without a card, its software compositor, takes 1 ms.
    "--enable-unsafe-swiftshader",
)

RETURNING = (
    """if (location.protocol.startsWith("http")) localStorage.setItem("aecore-start", "off");"""
)
"""A script before a page's own: the visitor has been here before, and dismissed the start card."""


def find_chromium() -> str:
    """Return the browser's path: `CHROME_PATH`, else the first of `NAMES` on the PATH.

    Raises
    ------
    AecoreError
        If there is none.
    """
    named = os.environ.get("CHROME_PATH")
    path = next(filter(None, map(shutil.which, [named] if named else NAMES)), None)
    if path is None:
        what = f"CHROME_PATH names {named!r}, no program" if named else f"no {' or '.join(NAMES)}"
        raise AecoreError(f"Chromium is needed: {what} here. Install it: apt install chromium")
    return path


def import_playwright() -> ModuleType:
    """Return the playwright package, which only benchmarks and browser tests need.

    Raises
    ------
    AecoreError
        If it is not installed.
    """
    try:
        import playwright.async_api
    except ImportError:
        raise AecoreError(
            "playwright is needed and not installed: pip install -r tests/requirements.txt"
        ) from None
    return playwright
