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
    "generate": _page(
        "task z from to frame",
        "generate_task journey_from journey_to",
        "live_decoder live_path",
    ),
    "filters": _page(
        "layer scale sort show unit convolution digit",
        "filters_controls filters_layer filters_scale filters_sort filters_show "
        "filters_convolution filters_digit",
        "filter_gallery filters_details filters_components filters_left filters_right "
        "filters_input",
    ),
    "reconstruct": _page(
        "reconstruct_which reconstruct_label reconstruct_digit reconstruct_with reconstruct_lab "
        "differences seed rate sigma",
        "reconstruct_which reconstruct_label reconstruct_digit reconstruct_again reconstruct_with "
        "reconstruct_differences reconstruct_lab",
        "reconstruction_grid reconstruct_laboratory",
    ),
    "denoise": _page(
        "noise level row column view",
        "noise_kind noise_level denoise_view",
        "denoise_bar denoise_grid denoise_measured",
    ),
    "your-digit": _page(
        "input drawing",
        "digit_upload your_digit_camera",
        "digit_canvas digit_result your_digit_models your_digit_denoise",
    ),
    "train": _page(
        "preset latent_dim hidden_dims activation latent_dropout noise level epochs seed optimizer "
        "learning_rate schedule batch_size gamma distortion",
        "train_settings train_challenges sweep_card shelf_actions",
        "train_start loss_curve",
    ),
    "sweeps": _page(
        "sweep preset dims seeds epochs vary values",
        "sweeps_preset sweeps_dims sweeps_seeds sweeps_setting",
        "sweeps_start sweeps_errors sweeps_parallel",
    ),
    "compare": _page(
        "other over columns selected",
        "compare_all compare_over compare_other",
        "compare_dimension compare_wide compare_narrow compare_sweep linked_maps "
        "compare_pictures compare_training",
    ),
    "data": _page("", "data_add data_folder", ""),
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
