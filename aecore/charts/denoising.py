"""Charts of denoising: scores over the noise level, and changes by repeated denoising."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from aecore.analysis.denoising import Summary
from aecore.charts.palette import svg_line
from aecore.charts.spec import LineChart, Mark, Series


def spread(summaries: Sequence[Summary]) -> np.ndarray:
    """Return mean, 10th and 90th percentile of L summaries, (L, 3)."""
    return np.array([(each.mean, each.low, each.high) for each in summaries])


def scores_by_level(
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
) -> LineChart:
    """Draw one line for each denoising method, over the noise level.

    Parameters
    ----------
    levels : sequence of L float, ascending
    series : mapping of str to ndarray of shape (L, 3)
        Mean, 10th and 90th percentile at each level; the first has its band drawn. What is not
        finite is left out.
    title, alt, file : str
        See `LineChart`.
    level_name, value_name : str
        With their units.
    shown, trained : float
        Levels to mark: of the images, and of the training if it was on this corruption.
    """
    marks = [Mark(at=shown, text=f"shown {shown:g}", is_dotted=True)]
    if trained is not None:
        marks.append(Mark(at=trained, text=f"trained at {trained:g}"))
    return LineChart(
        title=title,
        alt=alt,
        file=file,
        x=levels,
        series=[
            Series(
                name=name,
                values=values[:, 0],
                spread=values[:, 1:],
                is_shaded=index == 0,
                **svg_line(index),
            )
            for index, (name, values) in enumerate(series.items())
        ],
        x_name=level_name,
        y_name=value_name,
        marks=marks,
        spread_name="10% to 90% of the digits",
    )


def change_by_iteration(
    changes: np.ndarray, names: Sequence[str], *, converged: float
) -> LineChart:
    """Draw how much each iteration changes each digit.

    Parameters
    ----------
    changes : ndarray of shape (N, B)
        Root mean square change in gray levels; drawn down to 1e-6.
    names : sequence of B str
    converged : float
        The change below which a digit counts as converged.
    """
    return LineChart(
        title="Change per iteration",
        alt="Lines: how much each iteration changes each of the digits",
        file="denoise-change",
        x=range(1, len(changes) + 1),
        series=[
            Series(name=name, values=values.clip(min=1e-6), **svg_line(index))
            for index, (name, values) in enumerate(zip(names, changes.T, strict=True))
        ],
        x_name="iteration",
        y_name="RMS change (gray levels of 0..1)",
        log="xy",
        marks=[Mark(at=converged, text="converged", axis="y", is_dotted=True)],
    )
