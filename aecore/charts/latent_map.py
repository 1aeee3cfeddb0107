"""Arrays to Plotly figures, with one palette for all of them.

Streamlit's theme supplies the fonts and the background, light or dark; nothing here
sets a color that is only readable on one of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

DIGIT_COLORS = (
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
"""Ten colors told apart with color-blindness too: Petroff (2021), arXiv:2107.02270, table 1."""

_PINNED = "#e8196a"
_CELLS = 60  # each way, in which the digits of a label are counted
_CAMERA = {"eye": {"x": 1.6, "y": 1.6, "z": 1.15}, "center": {"x": 0, "y": 0, "z": -0.15}}
"""From far enough for the names of the axes."""
_SIGN = (0.045, 0.06)  # width and height of a label's sign, as shares of a map


def finish(figure: go.Figure, x_name: str, y_name: str, *, height: int = 340) -> go.Figure:
    """The figure with its axes named, its legend above, and room for the chart's own tool."""
    figure.update_xaxes(title={"text": x_name}, zeroline=False)
    figure.update_yaxes(title={"text": y_name}, zeroline=False)
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 36, "t": 8, "b": 0},
        modebar={"orientation": "v"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        hoverlabel={"namelength": -1},
    )
    return figure


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
    """Scatter of codes, one color and one legend entry per digit.

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
    for digit, color in enumerate(DIGIT_COLORS):
        rows = np.flatnonzero(labels == digit)
        figure.add_trace(
            scatter(
                **_coordinates(points[rows]),
                mode="markers",
                name=str(digit),
                customdata=numbers[rows],
                marker={"color": color, "size": 5 if flat else 1.6, "opacity": 0.75},
                hovertemplate=f"digit {digit}<br>test digit no. %{{customdata}}<extra></extra>",
                **unchanged,
            )
        )
    if flat:
        _label_groups(figure, points, labels)
    if pinned is not None:
        figure.add_trace(_ring(scatter, pinned, pinned_label, flat))
        if flat:
            _point_at(figure, pinned, pinned_label)
    _name_axes(figure, axis_names, flat)
    figure.update_layout(
        height=600,
        # Room for the chart's tools above the legend, and for the page's own below those.
        margin={"l": 0, "r": 0, "t": 92, "b": 0},
        legend={
            "title": {"text": "digit "},
            "itemsizing": "constant",
            "orientation": "h",
            "y": 1.0,
            "yanchor": "bottom",
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
            "color": _PINNED,
            "line": {"width": 3, "color": _PINNED},
        },
        hovertemplate=f"{label}<extra></extra>",
    )


def _point_at(figure: go.Figure, point: np.ndarray, text: str) -> None:
    """An arrow with a text beside it, so that the labels of the groups cannot hide the ring."""
    figure.add_annotation(
        x=float(point[0]),
        y=float(point[1]),
        text=text,
        ax=60,
        ay=-50,
        standoff=9,
        arrowcolor=_PINNED,
        arrowwidth=2,
        bgcolor=_PINNED,
        borderpad=3,
        font={"color": "#ffffff"},
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
            bordercolor=DIGIT_COLORS[digit],
            borderwidth=2,
            borderpad=2,
        )


def label_spots(points: np.ndarray, labels: np.ndarray) -> dict[int, tuple[float, float]]:
    """Where to write each label: where it is densest and most alone, and off the other labels.

    Where that leaves a label nothing but places of others, it moves closer to those written, and
    on top of them at worst.

    Parameters
    ----------
    points : ndarray of shape (N, 2)
    labels : ndarray of shape (N,)
    """
    edges = [np.linspace(*np.percentile(column, (0.5, 99.5)), _CELLS + 1) for column in points.T]
    middles = [(edge[1:] + edge[:-1]) / 2 for edge in edges]
    places = np.stack(np.meshgrid(*middles, indexing="ij"), axis=-1)  # (cells, cells, 2)
    present = np.unique(labels)
    counts = np.stack([np.histogram2d(*points[labels == x].T, bins=edges)[0] for x in present])
    counts = _blurred(_blurred(counts))
    among = counts.sum(axis=0)
    scores = counts * (counts / np.maximum(among + among.mean(), 1e-9)) ** 2
    best = scores.max(axis=(1, 2), keepdims=True)
    room = np.ptp(points, axis=0) * _SIGN
    spots = {}
    for index in np.argsort((scores > best / 2).sum(axis=(1, 2)), kind="stable"):
        for share, enough in ((1.0, 0.5), (0.6, 0.1), (0.0, 0.0)):
            free = scores[index].copy()
            for spot in spots.values():
                free[(np.abs(places - spot) < share * room).all(axis=-1)] = -1.0
            if free.max() >= enough * best[index].item():
                break
        x, y = places[np.unravel_index(free.argmax(), free.shape)]
        spots[int(present[index])] = (float(x), float(y))
    return spots


def _blurred(tables: np.ndarray) -> np.ndarray:
    """Each value (..., R, C) with its eight neighbors added."""
    rows, columns = tables.shape[-2:]
    padded = np.pad(tables, ((0, 0), (1, 1), (1, 1)))
    return sum(padded[:, i : i + rows, j : j + columns] for i in range(3) for j in range(3))


def _name_axes(figure: go.Figure, names: Sequence[str], flat: bool) -> None:
    font = {}
    if not flat:
        # They run along short edges.
        names = [name.replace(" (", "<br>(").replace("of the", "of") for name in names]
        font = {"size": 11}
    titles = [{"title": {"text": name, "font": font}} for name in names]
    if flat:
        figure.update_xaxes(**titles[0], zeroline=False)
        figure.update_yaxes(**titles[1], zeroline=False)
    else:
        figure.update_scenes(
            **dict(zip(("xaxis", "yaxis", "zaxis"), titles, strict=True)), camera=_CAMERA
        )
