"""The pages as lessons may name them: their query parameters and their elements by key.

`tests/lessons/test_pages.py` holds this to the sources of the pages.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a step may say of a page."""

    parameters: frozenset[str]
    """Query parameters, `model` included."""
    controls: frozenset[str]
    """Keys of elements that may be hidden."""
    results: frozenset[str]
    """Keys of elements that show results: they can be lit, not hidden."""

    @property
    def keys(self) -> frozenset[str]:
        """All elements that can be lit."""
        return self.controls | self.results


def _page(parameters: str, controls: str, results: str) -> Page:
    return Page(
        parameters=frozenset(["model", *parameters.split()]),
        controls=frozenset(["model", "page_intro", *controls.split()]),
        results=frozenset(results.split()),
    )


PAGES: dict[str, Page] = {
    "": _page(
        "z view grid outline classes",
        "map_view map_number map_class",
        "latent_map live_decoder map_selection",
    ),
    "generate": _page("z", "", "live_decoder"),
    "filters": _page("unit", "filters_controls", "filter_gallery filters_details"),
    "reconstruct": _page("reconstruct_digit seed", "", "reconstruction_grid"),
    "denoise": _page("", "noise_kind noise_level", "denoise_grid"),
    "your-digit": _page("input", "digit_upload", "digit_canvas digit_result"),
    "train": _page("preset", "train_preset", "train_start loss_curve"),
    "sweeps": _page("", "", ""),
    "compare": _page("other", "", "compare_table"),
    "data": _page("", "", ""),
    "lessons": _page("", "", ""),
}
"""All by path; the empty one is the map."""

ANY_PAGE = Page(
    parameters=frozenset().union(*(page.parameters for page in PAGES.values())),
    controls=frozenset().union(*(page.controls for page in PAGES.values())),
    results=frozenset().union(*(page.results for page in PAGES.values())),
)
"""All of them together."""


def is_control(key: str) -> bool:
    """Return whether an element may be hidden: one of a page's controls, never a result."""
    return key in ANY_PAGE.controls
