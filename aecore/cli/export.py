"""The command `export`: models as an explorer in one HTML file."""

from __future__ import annotations

import argparse

from aecore.checkpoints import file as checkpoint_file
from aecore.cli.result import Result


def export(options: argparse.Namespace) -> Result:
    """Write an explorer of some models to one HTML file."""
    from aecore.export import page

    checkpoints = [checkpoint_file.load(model) for model in options.models]
    content = page.to_html(checkpoints, title=options.title or page.TITLE)
    size = page.write_html(options.out, content)
    names = [checkpoint.name for checkpoint in checkpoints]
    return Result(
        {"path": str(options.out), "bytes": size, "models": names},
        f"{options.out}: {', '.join(names)}, {size / 1e6:.1f} MB",
    )
