"""Colors and line styles of all charts, to be told apart on white and on black."""

from __future__ import annotations

from typing import Any, Literal

Theme = Literal["light", "dark"]
POINT_OPACITY = 0.75
"""Of the points of a scatter plot, for which the digits' colors are chosen."""
_DIGIT_COLORS: dict[Theme, tuple[str, ...]] = {
    "light": (
        "#302ed5", "#9c1800", "#6e4a39", "#005885", "#617196",
        "#aa44ee", "#966815", "#e23863", "#158368", "#8d1858",
    ),
    "dark": (
        "#4b85aa", "#e66100", "#b9776b", "#9deeef", "#a2acd9",
        "#a762f9", "#ffcf2f", "#ffa579", "#5faba4", "#d2d6ca",
    ),
}  # fmt: skip

SERIES_COLORS = (
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
MODEL_COLOR, PCA_COLOR = SERIES_COLORS[0], SERIES_COLORS[3]
PIN_COLOR = "#e8196a"
_PLOTLY_DASHES = ("solid", "dash", "dot", "dashdot")
_SVG_DASHES = ("", "9 4", "2 4", "9 4 2 4")


def digit_colors(theme: Theme = "light") -> tuple[str, ...]:
    """Return the colors of the digits 0 to 9 on a light or a dark page.

    As points of `POINT_OPACITY` on Streamlit's page, any two are at least 15 apart (CIEDE2000), 10
    for deuteranopes, and every one has a contrast of 3:1 to the page. Opaque, any two are at least
    10 apart for protanopes and tritanopes too; translucent, these come down to 7.
    """
    return _DIGIT_COLORS[theme]


def plotly_line(index: int) -> dict[str, str]:
    """Return the color and dash of a Plotly line; twenty and more differ in one of the two."""
    count = len(SERIES_COLORS)
    dash = _PLOTLY_DASHES[(index + index // count) % len(_PLOTLY_DASHES)]
    return {"color": SERIES_COLORS[index % count], "dash": dash}


def svg_line(index: int) -> dict[str, Any]:
    """Return the color and dash of a line that the browser draws as SVG."""
    color = SERIES_COLORS[index % len(SERIES_COLORS)]
    return {"color": color, "dash": _SVG_DASHES[index % len(_SVG_DASHES)]}
