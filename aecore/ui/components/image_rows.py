"""Rows of pictures below each other, of which the browser redraws only what has changed.

Where a slider sets what they show, the browser asks for a `Sweep` once it has drawn them: it then
follows the slider while it is being dragged, before the server is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from aecore.imaging.levels import signed_palette, to_levels, to_signed_levels
from aecore.ui import page_data
from aecore.ui.components.registry import Preview, is_wanted, mount, want
from aecore.viewer.message import pack


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """A named row of pictures."""

    name: str
    images: np.ndarray
    """(B, P)."""
    limit: float | None = None
    """Draw signed values from -limit (blue) to limit (red); None: gray ones from 0 to 1."""
    texts: Sequence[str] = ()
    """Under each picture."""
    links: Sequence[str] = ()
    """Address that each picture links to."""

    @property
    def levels(self) -> np.ndarray:
        """Gray level of each pixel, or its row of the signed palette: (B, P) uint8."""
        if self.limit is None:
            return to_levels(self.images)
        return to_signed_levels(self.images, limit=self.limit)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sweep:
    """The same rows for every value of a slider."""

    digest: str
    """Identifies all of their pictures."""
    stages: Callable[[], Sequence[Sequence[Row]]]
    """Returns the rows at each of V values; only their pictures are used."""
    slider: str
    """Key of the slider."""
    values: Sequence[float]
    """V values, ascending."""
    names: Sequence[Sequence[str]]
    """Names of the rows at each value."""


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
        B pictures each; all signed rows have one limit.
    titles : sequence of B str
        Names of the columns, for the alternative texts.
    columns : sequence of str
        Text under each column, of several lines if need be.
    heading : str
        Heading of the texts under the columns.
    scale_name : str
        Name of the values of signed pictures, for the color scale below.
    note : str
        Text below the rows, with `**bold**` parts.
    headline : str
        Heading above the rows.
    title : str
        Name of the whole, for screen readers.
    file : str
        Name of the PNG, without its ending.
    stacked : bool
        Whether columns wrap to the next line where there is no room; the rows then have no names.
    sweep : Sweep, optional
        The rows at every value of a slider, `series` being those at its present one.
    preview : Preview, optional
        When the browser shows the same again.
    """
    limit = next((row.limit for row in series if row.limit is not None), None)
    header = {
        "picture": page_data.message(),
        "rows": [
            {
                "name": page_data.words(row.name),
                "signed": row.limit is not None,
                "texts": list(row.texts),
                "links": list(row.links),
            }
            for row in series
        ],
        "titles": list(titles),
        "columns": list(columns),
        "heading": page_data.words(heading),
        "scale": None if limit is None else {"name": scale_name, "limit": limit},
        "note": page_data.words(note),
        "headline": page_data.words(headline),
        "title": page_data.words(title),
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
            "names": [[page_data.words(name) for name in names] for names in sweep.names],
        }
        if is_wanted(sweep.digest):
            swept = [row.levels for rows in sweep.stages() for row in rows]
            arrays["swept"] = np.concatenate(swept)
    mount("rows", key, pack(header, arrays | {"palette": signed_palette()}), need=want)
