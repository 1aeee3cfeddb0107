"""Lines over a noise level, a pass, an epoch or a code size.

Plotly's figures get their fonts and background from Streamlit's theme, as in `figures`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from aecore.charts.latent_map import DIGIT_COLORS, finish
from aecore.charts.spec import Mark, Plot, Series, Ways

_HEIGHT = 400
_DASHES = ("solid", "dash", "dot", "dashdot")
_SVG_DASHES = ("", "9 4", "2 4", "9 4 2 4")
_LONGEST = 17  # letters of a name in a legend: two columns fit a phone
_GRAY = "#94a4a2"


def _style(index: int) -> dict[str, str]:
    """Color and dash of a line: twenty and more are told apart by both."""
    count = len(DIGIT_COLORS)
    return {
        "color": DIGIT_COLORS[index % count],
        "dash": _DASHES[(index + index // count) % len(_DASHES)],
    }


def _in_legend(name: str) -> str:
    """A model's name, short enough to leave a narrow chart room for its lines."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _finish(figure: go.Figure, x_name: str, y_name: str, *, height: int = _HEIGHT) -> go.Figure:
    """Keeps what the visitor has zoomed into when the values change."""
    return finish(figure, x_name, y_name, height=height).update_layout(uirevision="keep")


def by_level(
    levels: Sequence[float],
    series: Mapping[str, np.ndarray],
    *,
    title: str,
    alt: str,
    file: str,
    level_name: str,
    value_name: str,
    shown: float,
    trained: float | None,
) -> Plot:
    """One line for each way to mend, over the level of the noise.

    Parameters
    ----------
    levels : sequence of L float, ascending
    series : mapping of str to ndarray of shape (L, 3)
        Mean, 10th and 90th percentile at each level; the first has its spread drawn as a band.
        What is not finite is left out.
    title, alt, file : str
        See `Plot`.
    level_name, value_name : str
        With their units.
    shown, trained : float
        Levels to mark: of the pictures, and of the training where it knew this noise.
    """
    marks = [Mark(at=shown, text=f"shown {shown:g}", is_dotted=True)]
    if trained is not None:
        marks.append(Mark(at=trained, text=f"trained at {trained:g}"))
    return Plot(
        title=title,
        alt=alt,
        file=file,
        x=levels,
        series=[
            Series(
                name=name,
                values=values[:, 0],
                color=DIGIT_COLORS[index],
                dash=_SVG_DASHES[index % len(_SVG_DASHES)],
                spread=values[:, 1:],
                is_shaded=index == 0,
            )
            for index, (name, values) in enumerate(series.items())
        ],
        x_name=level_name,
        y_name=value_name,
        marks=marks,
        spread_name="10% to 90% of the digits",
    )


def by_pass(changes: np.ndarray, names: Sequence[str], *, settled: float) -> Plot:
    """How much each pass changes each digit.

    Parameters
    ----------
    changes : ndarray of shape (N, B)
        Root mean square change in gray levels; drawn down to 1e-6.
    names : sequence of B str
    settled : float
        Where a digit counts as settled.
    """
    return Plot(
        title="Change in each pass",
        alt="Lines: how much each pass changes each of the digits",
        file="denoise-change",
        x=range(1, len(changes) + 1),
        series=[
            Series(
                name=name,
                values=values.clip(min=1e-6),
                color=DIGIT_COLORS[index % len(DIGIT_COLORS)],
                dash=_SVG_DASHES[index % len(_SVG_DASHES)],
            )
            for index, (name, values) in enumerate(zip(names, changes.T, strict=True))
        ],
        x_name="pass",
        y_name="change in the pass (RMS, gray levels of 0..1)",
        log="xy",
        marks=[Mark(at=settled, text="settled", axis="y", is_dotted=True)],
    )


def over_map(
    dots: np.ndarray,
    labels: np.ndarray,
    ways: np.ndarray,
    names: Sequence[str],
    axis_names: Sequence[str],
) -> Ways:
    """The ways of B codes in N passes over a flat map of M labeled dots.

    Parameters
    ----------
    dots : ndarray of shape (M, 2)
    labels : ndarray of shape (M,), in 0..9
    ways : ndarray of shape (N, B, 2)
    names : sequence of B str
    axis_names : sequence of 2 str
    """
    return Ways(
        title="The way over the map",
        alt="The map of codes with the way of each digit's code, a cross where it ends",
        file="denoise-ways",
        dots=dots,
        labels=labels,
        ways=ways,
        names=names,
        colors=DIGIT_COLORS,
        x_name=axis_names[0],
        y_name=axis_names[1],
    )


_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross")


def by_dimension(
    models: Mapping[str, tuple[int, float]], pca: Mapping[int, float], *, whole: bool
) -> go.Figure:
    """Error against the size of the code, of models and of PCA; both axes logarithmic.

    Parameters
    ----------
    models : mapping of str to (int, float)
        D and mean squared error by name.
    pca : mapping of int to float
        Mean squared error by D, ascending.
    whole : bool
        Whether PCA's errors are a whole curve, or single points to be told apart.
    """
    figure = go.Figure(
        go.Scatter(
            x=list(pca),
            y=list(pca.values()),
            name="PCA",
            mode="lines" if whole else "markers",
            line={"color": _GRAY, "width": 2},
            marker={"symbol": "line-ew-open", "size": 14, "color": _GRAY, "line": {"width": 3}},
            hovertemplate="D = %{x}: %{y:.5f}<extra>PCA</extra>",
        )
    )
    for index, (name, (dim, error)) in enumerate(models.items()):
        figure.add_trace(
            go.Scatter(
                x=[dim],
                y=[error],
                name=_in_legend(name),
                mode="markers",
                marker={
                    "color": DIGIT_COLORS[index % len(DIGIT_COLORS)],
                    "symbol": _SYMBOLS[index % len(_SYMBOLS)],
                    "size": 12,
                    "line": {"width": 1, "color": "#ffffff"},  # marks may lie on each other
                },
                hovertemplate="D = %{x}: %{y:.5f}<extra>" + name + "</extra>",
            )
        )
    errors = [error for _, error in models.values()]
    seen = [*errors, *(error for dim, error in pca.items() if dim <= _widest(models))]
    low, high = min(value for value in seen if value > 0), max(seen)
    figure.update_xaxes(type="log", dtick=np.log10(2), tick0=0, tickformat="d")
    # PCA ends at 0 errors, which a logarithmic axis cannot reach: it is cut below the models.
    figure.update_yaxes(
        type="log",
        range=[np.log10(low / 1.5), np.log10(high * 1.5)],
        dtick="D2",  # 1, 2 and 5 of each power of ten
        tickformat=".2~g",
    )
    return _finish(figure, "D, numbers in a code", "test error (MSE per pixel)", height=440)


def _widest(models: Mapping[str, tuple[int, float]]) -> int:
    return max(dim for dim, _ in models.values())


def by_epoch(
    histories: Mapping[str, tuple[Sequence[float], Sequence[float]]], x_name: str
) -> go.Figure:
    """Training curves over each other, the error on a logarithmic axis.

    Parameters
    ----------
    histories : mapping of str to (x, errors)
        Errors are mean squared errors per pixel.
    x_name : str
        With its unit.
    """
    figure = go.Figure()
    for index, (name, (x, errors)) in enumerate(histories.items()):
        figure.add_trace(
            go.Scatter(
                x=x,
                y=errors,
                name=_in_legend(name),
                mode="lines" if len(x) > 1 else "markers",
                line=_style(index),
                hovertemplate="%{x:.4~g}: %{y:.5f}<extra>" + name + "</extra>",
            )
        )
    figure.update_yaxes(type="log", dtick="D2", tickformat=".2~g")
    return _finish(figure, x_name, "test error (MSE per pixel)", height=440)
