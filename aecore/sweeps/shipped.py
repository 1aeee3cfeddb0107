"""The sweep that ships with the package: its table, computed by `python -m aecore sweep`."""

from __future__ import annotations

from pathlib import Path

from aecore.sweeps.result import Result, from_csv

_TABLE = Path(__file__).with_name("tables") / "wide.csv"
COMMAND = (
    "python -m aecore sweep wide --latent-dim 1,2,4,8,16,32,64,128,256 --seeds 5 "
    "--set epochs=5 --workers 2 --keep none --out wide-sweep"
)
"""What makes the table, on MNIST."""


def load() -> list[Result]:
    """Read the table."""
    return from_csv(_TABLE.read_text(encoding="utf-8"))
