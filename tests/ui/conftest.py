"""What the tests of the pages share."""

from __future__ import annotations

import pytest

from aecore.ui import measurement


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A page waits for its measurements."""
    monkeypatch.setattr(measurement, "PATIENCE", 60.0)
