"""Pictures laid out as HTML that fits any width, light or dark.

Every picture has an alternative text, and a tooltip where there is something to say. All
text is escaped here; Streamlit's own sanitiser sees the result once more.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from aecore.pictures import to_png, to_signed_png

SIDE = 28
_PIXELATED = "image-rendering:pixelated;display:block;width:100%;aspect-ratio:1;"
_FRAME = "#e8196a"
_DIM = "opacity:.7;font-size:.8rem;"
_BAR = "linear-gradient(to right,#053061,#4393c3,#f7f7f7,#d6604d,#67001f)"


def picture(pixels: np.ndarray, alt: str, *, limit: float | None = None) -> str:
    """One picture that fills its cell.

    Parameters
    ----------
    pixels : ndarray of shape (784,) or (H, W)
    alt : str
        Alternative text and tooltip.
    limit : float, optional
        Draws signed values from -limit (blue) to limit (red); without it grey ones from 0 to 1.
    """
    values = pixels.reshape(SIDE, SIDE) if pixels.ndim == 1 else pixels
    png = to_png(values) if limit is None else to_signed_png(values, limit=limit)
    return _image(png, alt, _PIXELATED)


def photo(pixels: np.ndarray, alt: str) -> str:
    """A grey picture (H, W) in 0..1, as wide as its place, in its own proportions."""
    return _image(to_png(pixels), alt, "display:block;width:100%;")


def _image(png: bytes, alt: str, style: str) -> str:
    text = escape(alt, quote=True)
    source = base64.b64encode(png).decode()
    return f'<img src="data:image/png;base64,{source}" alt="{text}" title="{text}" style="{style}">'


@dataclass(frozen=True, kw_only=True)
class Row:
    """A named row of pictures."""

    name: str
    images: np.ndarray
    """(B, 784)."""
    limit: float | None = None
    """See `picture`."""
    texts: Sequence[str] = ()
    """Under each picture."""
    links: Sequence[str] = ()
    """Where a click on each picture leads."""


def rows(
    series: Sequence[Row],
    titles: Sequence[str],
    *,
    columns: Sequence[str] = (),
    heading: str = "",
) -> str:
    """Named rows of pictures, one column below the other.

    Parameters
    ----------
    series : sequence of Row
        With as many pictures in each.
    titles : sequence of B str
        What each column shows, for the alternative texts.
    columns : sequence of str
        Text under each column; a line break separates its lines.
    heading : str
        What the text under the columns is.
    """
    count = len(titles)
    style = f"display:grid;grid-template-columns:repeat({count},minmax(0,1fr));gap:3px;"
    parts = []
    for row in series:
        parts.append(f'<div style="grid-column:1/-1;font-size:.9rem;">{escape(row.name)}</div>')
        cells = [
            picture(pixels, f"{row.name}: {title}", limit=row.limit)
            for pixels, title in zip(row.images, titles, strict=True)
        ]
        if row.links:
            cells = [linked(*pair) for pair in zip(cells, row.links, strict=True)]
        if row.texts:
            cells = [cell + _below(text) for cell, text in zip(cells, row.texts, strict=True)]
        parts += [f"<div>{cell}</div>" for cell in cells]
    if heading:
        parts.append(f'<div style="grid-column:1/-1;{_DIM}">{escape(heading)}</div>')
    parts += [
        f'<div style="text-align:center;{_DIM}">{escape(text).replace(chr(10), "<br>")}</div>'
        for text in columns
    ]
    return f'<div style="{style}max-width:{count * 92}px;">{"".join(parts)}</div>'


def linked(content: str, address: str) -> str:
    """Markup that leads to an address of this app."""
    href = escape(address, quote=True)
    return f'<a href="{href}" target="_self" style="color:inherit">{content}</a>'


def _below(text: str) -> str:
    """A text below a picture; on a narrow screen no wider than it."""
    style = "text-align:center;opacity:.7;font-size:min(.8rem,2.6vw);"
    return f'<div style="{style}">{escape(text)}</div>'


def stacks(
    pictures: Sequence[Sequence[str]], texts: Sequence[str], addresses: Sequence[str], width: int
) -> str:
    """Pictures on top of each other, each stack with a text below and an address to lead to."""
    cells = "".join(
        f"<div>{linked(''.join(stack), address)}{_below(text)}</div>"
        for stack, text, address in zip(pictures, texts, addresses, strict=True)
    )
    return _grid(cells, width)


def gallery(pictures: Sequence[str], *, smallest: int = 44) -> str:
    """Pictures in as many columns as fit, each at least `smallest` pixels wide."""
    return _grid("".join(f"<div>{image}</div>" for image in pictures), smallest)


def cards(pictures: Sequence[str], titles: Sequence[str], texts: Sequence[str], width: int) -> str:
    """Pictures `width` pixels wide, each with a title and a text below."""
    cells = "".join(
        f'<div>{image}<div style="font-weight:600;font-size:.9rem;margin-top:.3rem;">'
        f'{escape(title)}</div><div style="{_DIM}">{escape(text)}</div></div>'
        for image, title, text in zip(pictures, titles, texts, strict=True)
    )
    return _grid(cells, width, most=width, gap=".8rem")


def pair(left: str, right: str) -> str:
    """Two pictures side by side."""
    style = "display:grid;grid-template-columns:1fr 1fr;gap:3px;"
    return f'<div style="{style}"><div>{left}</div><div>{right}</div></div>'


def boxed(image: str, boxes: Sequence[tuple[float, float, float, float]]) -> str:
    """A picture with numbered frames: left, top, right, bottom as shares of it."""
    frames = "".join(
        f'<div style="position:absolute;left:{left:.2%};top:{top:.2%};width:{right - left:.2%};'
        f'height:{bottom - top:.2%};border:2px solid {_FRAME};">'
        f'<span style="position:absolute;left:-2px;bottom:100%;padding:0 .4em;color:#fff;'
        f'background:{_FRAME};font-size:.8rem;font-weight:600;">{number}</span></div>'
        for number, (left, top, right, bottom) in enumerate(boxes, 1)
    )
    return f'<div style="position:relative;">{image}{frames}</div>'


def facts(lines: Mapping[str, str]) -> str:
    """Texts, each beside what it is; long words break."""
    cells = "".join(
        f'<div style="{_DIM}">{escape(what)}</div>'
        f'<div style="font-size:.875rem;overflow-wrap:anywhere;">{escape(text)}</div>'
        for what, text in lines.items()
    )
    return (
        '<div style="display:grid;grid-template-columns:auto minmax(0,1fr);gap:.35rem 1rem;'
        f'align-items:baseline;">{cells}</div>'
    )


def _grid(cells: str, smallest: int, *, most: int | None = None, gap: str = "3px") -> str:
    largest = f"{most}px" if most else "1fr"
    return (
        f'<div style="display:grid;gap:{gap};'
        f'grid-template-columns:repeat(auto-fill,minmax({smallest}px,{largest}));">{cells}</div>'
    )


def colour_bar(limit: float, name: str) -> str:
    """The scale of signed pictures, from -limit to limit."""
    return (
        f'<div style="display:flex;align-items:center;gap:.5rem;max-width:22rem;margin:.3rem 0">'
        f'<span style="{_DIM}">{escape(name)}&nbsp;−{limit:.2g}</span>'
        f'<span style="flex:1;height:.7rem;background:{_BAR};" role="img" '
        f'aria-label="colour scale: blue is negative, white is zero, red is positive"></span>'
        f'<span style="{_DIM}">+{limit:.2g}</span></div>'
    )
