"""Models as a notebook shows them: the exported page in a frame, which needs no extension."""

from __future__ import annotations

import html

from aecore.checkpoints.file import Checkpoint
from aecore.export.page import to_html

_HEIGHT = 900  # px


class Explorer:
    """Models as a notebook shows them: their explorer in a frame.

    Parameters
    ----------
    *checkpoints : Checkpoint
    **options
        As of `aecore.export.page.to_html`.
    """

    frame = "aecore"
    """The frame's name; a widget finds its own by it."""

    def __init__(self, *checkpoints: Checkpoint, **options) -> None:
        self.page = to_html(checkpoints, **options)

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.page)}" title="Autoencoder Explorer" '
            f'name="{self.frame}" width="100%" height="{_HEIGHT}" style="border:0" '
            'sandbox="allow-scripts allow-downloads"></iframe>'
        )
