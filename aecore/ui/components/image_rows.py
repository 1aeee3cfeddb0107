"""Rows of pictures below each other, which the browser draws: only what has changed, at once.

Where a slider decides what they show, a `Sweep` of them travels once a session: the browser then
follows the slider while it is being dragged, before the server has heard of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from aecore.imaging.levels import signed_palette, to_levels, to_signed_levels
from aecore.ui.components.registry import Preview, is_first_time, mount, send_again
from aecore.viewer.message import pack


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """A named row of pictures."""

    name: str
    images: np.ndarray
    """(B, 784)."""
    limit: float | None = None
    """Draws signed values from -limit (blue) to limit (red); None: gray ones from 0 to 1."""
    texts: Sequence[str] = ()
    """Under each picture."""
    links: Sequence[str] = ()
    """Where a click on each picture leads."""

    @property
    def levels(self) -> np.ndarray:
        """What each pixel is drawn as, (B, 784) uint8: a gray level, or a row of the palette."""
        if self.limit is None:
            return to_levels(self.images)
        return to_signed_levels(self.images, limit=self.limit)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sweep:
    """The same rows wherever a slider may stand."""

    digest: str
    """Names all their pictures."""
    stages: Sequence[Sequence[Row]]
    """V times as many rows, of which only the pictures count."""
    slider: str
    """The slider's key."""
    values: Sequence[float]
    """V of them, ascending."""
    names: Sequence[Sequence[str]]
    """Of every row at every value."""


def draw_rows(
    key: str,
    series: Sequence[Row],
    titles: Sequence[str],
    *,
    columns: Sequence[str] = (),
    heading: str = "",
    scale_name: str = "",
    note: str = "",
    headline: str = "",
    title: str = "",
    file: str,
    stacked: bool = False,
    sweep: Sweep | None = None,
    preview: Preview | None = None,
) -> None:
    """Draw named rows of pictures, one column below the other, and a button that saves them.

    Parameters
    ----------
    key : str
    series : sequence of Row
        With as many pictures in each; all that are signed have one limit.
    titles : sequence of B str
        What each column shows, for the alternative texts.
    columns : sequence of str
        Text under each column; a line break separates its lines.
    heading : str
        What the text under the columns is.
    scale_name : str
        What the colors of signed pictures stand for: their scale is drawn below.
    note : str
        A text below them, `**what matters**` in bold.
    headline : str
        Above them.
    title : str
        What they are, for those who do not see it.
    file : str
        Name of the PNG, without its ending.
    stacked : bool
        Whether the columns go on in a next line where there is no room; the rows' names are then
        left to the title and the note.
    sweep : Sweep, optional
        Of which `series` is the part for the slider's present value.
    preview : Preview, optional
        Of whom they are, and in which scene.
    """
    limit = next((row.limit for row in series if row.limit is not None), None)
    header = {
        "rows": [
            {
                "name": row.name,
                "signed": row.limit is not None,
                "texts": list(row.texts),
                "links": list(row.links),
            }
            for row in series
        ],
        "titles": list(titles),
        "columns": list(columns),
        "heading": heading,
        "scale": None if limit is None else {"name": scale_name, "limit": limit},
        "note": note,
        "headline": headline,
        "title": title,
        "file": file,
        "stacked": stacked,
        "sweep": None,
        "preview": None if preview is None else asdict(preview),
    }
    arrays = {"levels": np.concatenate([row.levels for row in series])}
    if sweep:
        header["sweep"] = {
            "hash": sweep.digest,
            "slider": sweep.slider,
            "values": list(sweep.values),
            "names": [list(names) for names in sweep.names],
        }
        if is_first_time(sweep.digest):
            arrays["swept"] = np.concatenate([row.levels for rows in sweep.stages for row in rows])
    mount("rows", key, pack(header, arrays | {"palette": signed_palette()}), need=send_again)
