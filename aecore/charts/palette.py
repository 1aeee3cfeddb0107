"""Colors and line styles of all charts, to be told apart on white and on black."""

from __future__ import annotations

from typing import Any

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
MODEL_COLOR, PCA_COLOR = DIGIT_COLORS[0], DIGIT_COLORS[3]
PIN_COLOR = "#e8196a"
_PLOTLY_DASHES = ("solid", "dash", "dot", "dashdot")
_SVG_DASHES = ("", "9 4", "2 4", "9 4 2 4")


def plotly_line(index: int) -> dict[str, str]:
    """Return the color and dash of a Plotly line; twenty and more differ in one of the two."""
    count = len(DIGIT_COLORS)
    dash = _PLOTLY_DASHES[(index + index // count) % len(_PLOTLY_DASHES)]
    return {"color": DIGIT_COLORS[index % count], "dash": dash}


def svg_line(index: int) -> dict[str, Any]:
    """Return the color and dash of a line that the browser draws as SVG."""
    color = DIGIT_COLORS[index % len(DIGIT_COLORS)]
    return {"color": color, "dash": _SVG_DASHES[index % len(_SVG_DASHES)]}
