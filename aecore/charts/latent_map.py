"""Scatter plot of latent codes, colored by digit.

Streamlit's theme supplies the fonts and the background, light or dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from aecore.charts.label_positions import label_positions
from aecore.charts.palette import PIN_COLOR, POINT_OPACITY, Theme, digit_colors
from aecore.data.known_names import TEN_DIGITS

_CAMERA = {"eye": {"x": 1.6, "y": 1.6, "z": 1.15}, "center": {"x": 0, "y": 0, "z": -0.15}}
"""From far enough for the names of the axes."""


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
    theme: Theme = "light",
    large: bool = False,
    names: Sequence[str] = TEN_DIGITS,
    noun: str = "digit",
    hidden: Sequence[int] = (),
    legend_revision: int = 0,
) -> go.Figure:
    """Draw a scatter plot of codes, one color and one legend entry per digit.

    Parameters
    ----------
    points : ndarray of shape (N, 2) or (N, 3)
    labels : ndarray of shape (N,), numbers of `names`
    axis_names : sequence of 2 or 3 str
    numbers : ndarray of shape (N,), optional
        Which test digits the points are; default: all of them, in order.
    pinned : ndarray of shape (2,) or (3,), optional
        A point to ring.
    pinned_label : str
        Hover text of the ring.
    probed : bool
        The page follows the pointer over a flat map itself: the chart then shows no hover labels,
        and dragging does not pan it.
    webgl : bool
        Draw a flat map with WebGL; without, it is SVG, slow from some thousand points.
    theme : {"light", "dark"}
        Of the page, for the digits' colors.
    large : bool
        Draw larger dots, for a projector.
    names : sequence of str
        Of the labels, at most ten; a single one is that of pictures without labels.
    noun : str
        One of the pictures; classes of other pictures than digits are called so.
    hidden : sequence of int
        Digits that only the legend shows at first.
    legend_revision : int
        What the visitor hides or shows stays so while this number does.
    """
    flat = points.shape[1] == 2
    size = (5 if flat else 1.6) * (1.6 if large else 1)
    probed = probed and flat
    scatter = (go.Scattergl if webgl else go.Scatter) if flat else go.Scatter3d
    numbers = np.arange(len(points)) if numbers is None else numbers
    # A flat map's dots keep their look when one of them is selected; 3-D knows no selection.
    look = {"marker": {"opacity": POINT_OPACITY}}
    unchanged = {"selected": look, "unselected": look} if flat else {}
    traces = []
    kind = noun if noun == "digit" else "class"
    is_labeled = len(names) > 1
    for label, (name, color) in enumerate(zip(names, digit_colors(theme), strict=False)):
        rows = np.flatnonzero(labels == label)
        traces.append(
            scatter(
                **_coordinates(points[rows]),
                mode="markers",
                name=name,
                visible="legendonly" if label in hidden else True,
                customdata=numbers[rows],
                marker={"color": color, "size": size, "opacity": POINT_OPACITY},
                hovertemplate=(f"{kind} {name}<br>" if is_labeled else "")
                + f"test {noun} no. %{{customdata}}<extra></extra>",
                **unchanged,
            )
        )
    annotations = (
        _label_annotations(points, labels, digit_colors(theme), names)
        if flat and is_labeled
        else []
    )
    if pinned is not None:
        ring = {"size": 18 if flat else 9, "line": {"width": 3, "color": PIN_COLOR}}
        traces.append(
            scatter(
                **_coordinates(np.asarray(pinned)[None]),
                mode="markers",
                name="shown",
                showlegend=False,
                marker={"symbol": "circle-open", "color": PIN_COLOR, **ring},
                hovertemplate=f"{pinned_label}<extra></extra>",
            )
        )
        annotations += [_pin_annotation(pinned, pinned_label)] if flat else []
    return go.Figure(
        traces,
        {
            **_axes(axis_names),
            **({"annotations": annotations} if flat else {}),
            "height": 600,
            # Room for the chart's tools above the legend, and for the page's own below those.
            "margin": {"l": 0, "r": 0, "t": 92, "b": 0},
            "legend": {
                "title": {"text": f"{kind} ", "side": "left"},
                # Rows of 24 px: a finger meets one. Long names would take too many of them.
                **({"font": {"size": 17}} if max(map(len, names)) < 3 else {}),
                "itemsizing": "constant",
                "uirevision": legend_revision,
                "orientation": "h",
                "y": 1.0,
                "yanchor": "bottom",
            },
            "showlegend": is_labeled,
            "uirevision": "keep",
            "dragmode": False if probed else "pan" if flat else "orbit",
            "hovermode": False if probed else "closest",
            "clickmode": "event" if probed else "event+select",
            "hoverlabel": {"namelength": -1},
        },
    )


def _coordinates(points: np.ndarray) -> dict[str, np.ndarray]:
    return dict(zip("xyz", points.T.astype(np.float32), strict=False))


def _pin_annotation(point: np.ndarray, text: str) -> dict[str, Any]:
    """Return an arrow with a text, so that the labels of the groups cannot hide the ring."""
    arrow = {"ax": 60, "ay": -50, "standoff": 9, "arrowcolor": PIN_COLOR, "arrowwidth": 2}
    box = {"bgcolor": PIN_COLOR, "borderpad": 3, "font": {"color": "#ffffff"}}
    return {"x": float(point[0]), "y": float(point[1]), "text": text, **arrow, **box}


def _label_annotations(
    points: np.ndarray, labels: np.ndarray, colors: Sequence[str], names: Sequence[str]
) -> list[dict[str, Any]]:
    """Write each digit where its own codes are densest among the others'."""
    look = {
        "showarrow": False,
        "font": {"size": 15, "color": "#ffffff"},
        "bgcolor": "rgba(30, 30, 30, 0.75)",
        "borderwidth": 2,
        "borderpad": 2,
    }
    return [
        {"x": x, "y": y, "text": f"<b>{names[digit]}</b>", "bordercolor": colors[digit], **look}
        for digit, (x, y) in label_positions(points, labels).items()
    ]


def _axes(names: Sequence[str]) -> dict[str, Any]:
    """Return the layout's entries that name the axes; in 3-D the names run along short edges."""
    if len(names) == 2:
        x, y = ({"title": {"text": name, "font": {}}, "zeroline": False} for name in names)
        return {"xaxis": x, "yaxis": y}
    short = [name.replace(" (", "<br>(").replace("of the", "of") for name in names]
    titles = [{"title": {"text": name, "font": {"size": 11}}} for name in short]
    return {
        "scene": {**dict(zip(("xaxis", "yaxis", "zaxis"), titles, strict=True)), "camera": _CAMERA}
    }
