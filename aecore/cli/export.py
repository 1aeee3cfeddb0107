"""The command `export`: models as an explorer in one HTML file."""

from __future__ import annotations

import argparse

import numpy as np

from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.file import Checkpoint
from aecore.cli.result import Result, load_data
from aecore.errors import DataError


def export(options: argparse.Namespace) -> Result:
    """Write an explorer of some models to one HTML file."""
    from aecore.export import page

    checkpoints = [checkpoint_file.load(model) for model in options.models]
    pictures = _pictures(checkpoints, options) if options.pictures else None
    content = page.to_html(checkpoints, title=options.title or page.TITLE, pictures=pictures)
    size = page.write_html(options.out, content)
    names = [checkpoint.name for checkpoint in checkpoints]
    return Result(
        {"path": str(options.out), "bytes": size, "models": names},
        f"{options.out}: {', '.join(names)}, {size / 1e6:.1f} MB",
    )


def _pictures(checkpoints: list[Checkpoint], options: argparse.Namespace) -> np.ndarray:
    """Return the first test pictures of the data that all models were trained on."""
    dataset = load_data(options.data)
    for checkpoint in checkpoints:
        if checkpoint.card.fingerprint != dataset.fingerprint:
            raise DataError(
                f"{checkpoint.name} was trained on other data ({checkpoint.card.source}) than "
                f"those in use ({dataset.source}). Name its data by --data, or omit --pictures."
            )
    return dataset.test_images[: options.pictures]
