"""Arrays to Plotly figures, with one palette and one grey scale for all of them.

Streamlit's theme supplies the fonts and the background, light or dark; nothing here
sets a colour that is only readable on one of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

SIDE = 28

DIGIT_COLOURS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
"""Ten colours told apart with colour-blindness too: Petroff (2021), arXiv:2107.02270, table 1."""

GREY = "gray"
"""Black is 0, white is 1, as in MNIST."""
DIVERGING = "RdBu_r"
"""Blue is negative, white is zero, red is positive."""

Scale = Literal["grey", "signed"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a picture grid."""

    name: str
    images: np.ndarray
    """(B, 784), shown from 0 to 1 (grey) or symmetrically about 0 (signed)."""
    scale: Scale = "grey"


def latent_map(
    points: np.ndarray,
    labels: np.ndarray,
    axis_names: Sequence[str],
    *,
    numbers: np.ndarray | None = None,
    pinned: np.ndarray | None = None,
    pinned_label: str = "",
    probed: bool = False,
    webgl: bool = True,
) -> go.Figure:
    """Scatter of codes, one colour and one legend entry per digit.

    Parameters
    ----------
    points : ndarray of shape (N, 2) or (N, 3)
    labels : ndarray of shape (N,), in 0..9
    axis_names : sequence of 2 or 3 str
    numbers : ndarray of shape (N,), optional
        Which test digits the points are; default: all of them, in order.
    pinned : ndarray of shape (2,) or (3,), optional
        A point to ring.
    pinned_label : str
        What the ring's hover says.
    probed : bool
        The page follows the pointer over a flat map itself: the chart then shows no hover labels,
        and dragging leaves it where it is.
    webgl : bool
        Draw a flat map with WebGL; without, it is SVG, slow from some thousand points.
    """
    flat = points.shape[1] == 2
    scatter = (go.Scattergl if webgl else go.Scatter) if flat else go.Scatter3d
    numbers = np.arange(len(points)) if numbers is None else numbers
    probed = probed and flat
    # A flat map's dots keep their look when one of them is selected; 3-D knows no selection.
    look = {"marker": {"opacity": 0.75}}
    unchanged = {"selected": look, "unselected": look} if flat else {}
    figure = go.Figure()
    for digit, colour in enumerate(DIGIT_COLOURS):
        rows = np.flatnonzero(labels == digit)
        figure.add_trace(
            scatter(
                **_coordinates(points[rows]),
                mode="markers",
                name=str(digit),
                customdata=numbers[rows],
                marker={"color": colour, "size": 5 if flat else 2.5, "opacity": 0.75},
                hovertemplate=f"digit {digit}<br>test digit no. %{{customdata}}<extra></extra>",
                **unchanged,
            )
        )
    if pinned is not None:
        figure.add_trace(_ring(scatter, pinned, pinned_label, flat))
    if flat:
        _label_groups(figure, points, labels)
    _name_axes(figure, axis_names, flat)
    figure.update_layout(
        height=600,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        legend={
            "title": {"text": "digit"},
            "itemsizing": "constant",
            "orientation": "h",
            "y": 1.08,
        },
        uirevision="keep",
        dragmode=False if probed else "pan" if flat else "orbit",
        hovermode=False if probed else "closest",
        clickmode="event" if probed else "event+select",
        hoverlabel={"namelength": -1},
    )
    return figure


def _coordinates(points: np.ndarray) -> dict[str, np.ndarray]:
    return {
        name: points[:, i].astype(np.float32)
        for i, name in zip(range(points.shape[1]), "xyz", strict=False)
    }


def _ring(scatter: type, point: np.ndarray, label: str, flat: bool) -> BaseTraceType:
    symbol = "circle-open"
    return scatter(
        **_coordinates(np.asarray(point)[None]),
        mode="markers",
        name="shown",
        showlegend=False,
        marker={
            "symbol": symbol,
            "size": 18 if flat else 9,
            "color": "#e8196a",
            "line": {"width": 3, "color": "#e8196a"},
        },
        hovertemplate=f"{label}<extra></extra>",
    )


def _label_groups(figure: go.Figure, points: np.ndarray, labels: np.ndarray) -> None:
    """Write each digit where its own codes are densest among the others'."""
    for digit, (x, y) in label_spots(points, labels).items():
        figure.add_annotation(
            x=x,
            y=y,
            text=f"<b>{digit}</b>",
            showarrow=False,
            font={"size": 15, "color": "#ffffff"},
            bgcolor="rgba(30, 30, 30, 0.75)",
            bordercolor=DIGIT_COLOURS[digit],
            borderwidth=2,
            borderpad=2,
        )


def label_spots(points: np.ndarray, labels: np.ndarray) -> dict[int, tuple[float, float]]:
    """Where to write each label: the cell of a grid that it fills most, and most alone.

    Parameters
    ----------
    points : ndarray of shape (N, 2)
    labels : ndarray of shape (N,)
    """
    edges = [np.linspace(*np.percentile(column, (0.5, 99.5)), 25) for column in points.T]
    present = np.unique(labels)
    counts = np.stack([np.histogram2d(*points[labels == x].T, bins=edges)[0] for x in present])
    purity = counts / np.maximum(counts.sum(axis=0), 1)
    spots = {}
    for digit, score in zip(present, counts * purity**2, strict=True):
        cell = np.unravel_index(score.argmax(), score.shape)
        middle = [(edge[i] + edge[i + 1]) / 2 for edge, i in zip(edges, cell, strict=True)]
        spots[int(digit)] = (float(middle[0]), float(middle[1]))
    return spots


def _name_axes(figure: go.Figure, names: Sequence[str], flat: bool) -> None:
    titles = [{"title": {"text": name}} for name in names]
    if flat:
        figure.update_xaxes(**titles[0], zeroline=False)
        figure.update_yaxes(**titles[1], zeroline=False)
    else:
        figure.update_scenes(**dict(zip(("xaxis", "yaxis", "zaxis"), titles, strict=True)))


def picture_grid(
    rows: Sequence[Row],
    *,
    columns: Sequence[str] = (),
    limit: float | None = None,
    size: int = 80,
) -> go.Figure:
    """Pictures in a grid, row beside row, all grey ones on the scale 0..1.

    Parameters
    ----------
    rows : sequence of Row
        All with the same number of pictures B.
    columns : sequence of B str
        A line under each column.
    limit : float, optional
        Signed pictures are shown from -limit to limit; default: their largest value.
    size : int
        Height of a row in pixels; the width may leave less.
    """
    count = len(rows[0].images)
    height = len(rows) * (SIDE + 2)
    signed = [row for row in rows if row.scale == "signed"]
    if limit is None and signed:
        limit = max(float(np.abs(row.images).max()) for row in signed) or 1.0
    figure = go.Figure()
    for index, row in enumerate(rows):
        figure.add_trace(
            go.Heatmap(
                z=_strip(row),
                x=np.arange(count * (SIDE + 2)),
                y=np.arange(SIDE) + index * (SIDE + 2),
                coloraxis="coloraxis" if row.scale == "grey" else "coloraxis2",
                hovertemplate="%{z:.2f}<extra>" + row.name + "</extra>",
            )
        )
    figure.update_xaxes(
        visible=bool(columns),
        tickvals=[SIDE / 2 + i * (SIDE + 2) for i in range(count)],
        ticktext=list(columns) or None,
        showgrid=False,
        zeroline=False,
        constrain="domain",
    )
    figure.update_yaxes(
        tickvals=[SIDE / 2 + i * (SIDE + 2) for i in range(len(rows))],
        ticktext=[row.name for row in rows],
        range=[height - 2, -1],
        showgrid=False,
        zeroline=False,
        scaleanchor="x",
        constrain="domain",
    )
    figure.update_layout(
        height=size * len(rows) + (30 if columns else 8),
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        coloraxis={"colorscale": GREY, "cmin": 0, "cmax": 1, "showscale": False},
        coloraxis2={
            "colorscale": DIVERGING,
            "cmin": -(limit or 1),
            "cmax": limit or 1,
            "colorbar": {"title": {"text": "error"}, "thickness": 10},
        },
        dragmode=False,
    )
    return figure


def _strip(row: Row) -> np.ndarray:
    """Pictures (B, 784) side by side, (28, B * 30), with gaps of NaN that show the page."""
    pictures = row.images.reshape(-1, SIDE, SIDE).astype(np.float32)
    if row.scale == "grey":
        pictures = pictures.clip(0, 1)
    padded = np.pad(pictures, ((0, 0), (0, 0), (0, 2)), constant_values=np.nan)
    return padded.transpose(1, 0, 2).reshape(SIDE, -1)


def strongest_first(filters: np.ndarray) -> np.ndarray:
    """Rows of filters (K, 784) by Euclidean norm, the largest first, as indices (K,)."""
    return np.argsort(-np.linalg.norm(filters, axis=1), kind="stable")


def gallery(filters: np.ndarray, names: Sequence[str]) -> go.Figure:
    """Filters in a square grid on one symmetric scale, zero neutral.

    Parameters
    ----------
    filters : ndarray of shape (K, 784)
    names : sequence of K str
        What the hover calls each.
    """
    columns = min(16, math.ceil(math.sqrt(len(filters))))
    rows = math.ceil(len(filters) / columns)
    cell = SIDE + 2
    canvas = np.full((rows * cell, columns * cell), np.nan, dtype=np.float32)
    figure = go.Figure()
    for index, picture in enumerate(filters.reshape(-1, SIDE, SIDE)):
        top, left = index // columns * cell, index % columns * cell
        canvas[top : top + SIDE, left : left + SIDE] = picture
    # A few weights are far larger than the rest: one pixel must not bleach all the others.
    limit = float(np.percentile(np.abs(filters), 99.5)) or 1.0
    figure.add_trace(
        go.Heatmap(
            z=canvas,
            zmin=-limit,
            zmax=limit,
            colorscale=DIVERGING,
            colorbar={"title": {"text": "weight"}, "thickness": 10},
            hoverinfo="skip",
        )
    )
    centres = np.indices((rows, columns)).reshape(2, -1)[:, : len(filters)] * cell + SIDE / 2
    norms = np.linalg.norm(filters, axis=1)
    figure.add_trace(
        go.Scatter(
            x=centres[1],
            y=centres[0],
            mode="markers",
            marker={"size": 18, "opacity": 0},
            text=[f"{name}<br>norm {norm:.2f}" for name, norm in zip(names, norms, strict=True)],
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
        )
    )
    hidden = {"visible": False, "constrain": "domain"}
    figure.update_xaxes(**hidden)
    figure.update_yaxes(**hidden, scaleanchor="x", autorange="reversed")
    figure.update_layout(
        height=min(700, 60 + 46 * max(rows, 4)), margin={"l": 0, "r": 0, "t": 8, "b": 8}
    )
    return figure


def bars_by_label(series: Mapping[str, np.ndarray], value_name: str) -> go.Figure:
    """One group of bars for each label.

    Parameters
    ----------
    series : mapping of str to ndarray of shape (10,)
        The first is the one that the figure is about, the others are its yardsticks.
    value_name : str
        With its unit.
    """
    figure = go.Figure()
    for (name, values), colour in zip(series.items(), ("#3f90da", "#94a4a2"), strict=False):
        figure.add_trace(
            go.Bar(
                x=[str(label) for label in range(10)],
                y=values,
                name=name,
                marker={"color": colour},
                hovertemplate="label %{x}: %{y:.4f}<extra>" + name + "</extra>",
            )
        )
    figure.update_xaxes(title={"text": "label"}, type="category")
    figure.update_yaxes(title={"text": value_name}, rangemode="tozero")
    figure.update_layout(
        height=320,
        barmode="group",
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        legend={"orientation": "h", "y": 1.1},
    )
    return figure
