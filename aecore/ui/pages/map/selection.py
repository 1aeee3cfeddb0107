"""The digits selected in the latent space, and what they have in common."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import streamlit as st

from aecore.analysis import lasso
from aecore.analysis.lasso import Subset
from aecore.analysis.metrics import N_LABELS
from aecore.analysis.sampling import evenly_spaced
from aecore.charts.spec import LabelChart
from aecore.checkpoints.file import Checkpoint
from aecore.errors import ConfigError
from aecore.ui import links, page_data, scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.components.charts import draw_charts
from aecore.ui.components.event_listener import listen
from aecore.ui.pages.map import explorer_file
from aecore.ui.text import formats
from aecore.ui.theme import class_colors

_SHOWN = 48
_STATE = "map_selected"
_TOLD = "map_outline_told"
"""The outline and the classes of the URL that the selection is up to date with."""
_CLASSES = "map_classes_told"
"""The classes of the URL that the chart shows, and how often a changed URL has set them."""


def outline(checkpoint: Checkpoint, view: str) -> list[list[float]] | None:
    """Return the outline of the URL in a view, if there is one."""
    _follow_url(checkpoint, view)
    digest, drawn_in, corners, _ = st.session_state.get(_STATE, (None,) * 4)
    return corners if (digest, drawn_in) == (checkpoint.digest, view) else None


def hidden_classes(checkpoint: Checkpoint) -> list[int]:
    """Return the classes that the legend hides, as the URL has them."""
    shown = url_state.get("classes")
    return [] if shown is None else [k for k in np.unique(checkpoint.labels) if str(k) not in shown]


def legend_revision() -> int:
    """Return a number that changes whenever the chart is to follow the URL, not its own legend."""
    asked = url_state.get("classes")
    told, revision = st.session_state.get(_CLASSES, (asked, 0))
    if asked != told:
        revision += 1
    st.session_state[_CLASSES] = asked, revision
    return revision


def _follow_url(checkpoint: Checkpoint, view: str) -> None:
    """Select what a changed URL asks for; a malformed outline selects nothing."""
    asked = url_state.get("outline")
    points = checkpoint_cache.points(checkpoint, view)
    told = asked, url_state.get("classes")
    if told == st.session_state.get(_TOLD) or points.shape[1] != 2:
        return
    st.session_state[_TOLD] = told
    st.session_state.pop(_STATE, None)
    if asked is None:
        return
    try:
        corners = lasso.parse_outline(asked)
    except ConfigError:
        return
    hidden = hidden_classes(checkpoint)
    shown = [label for label in range(N_LABELS) if label not in hidden]
    _keep(checkpoint, view, corners, shown)


def _keep(checkpoint: Checkpoint, view: str, corners: np.ndarray, shown: Any) -> None:
    points = checkpoint_cache.points(checkpoint, view)
    numbers = lasso.select_inside(points, checkpoint.labels, corners, shown)
    st.session_state[_STATE] = (checkpoint.digest, view, corners.tolist(), numbers)


@scaffold.fragment
def follow_legend(checkpoint: Checkpoint, view: str) -> None:
    """Keep the classes on show in the URL where digits cannot be selected, in 3-D."""
    _listen(checkpoint, view)


def _listen(checkpoint: Checkpoint, view: str) -> None:
    listen("map_outline", "outline", functools.partial(_select, checkpoint, view))
    explorer_file.note(hide=",".join(map(str, hidden_classes(checkpoint))) or None)


@scaffold.fragment
def show(checkpoint: Checkpoint, view: str) -> None:
    """Draw what the digits selected in a 2-D view have in common; nothing while there are none.

    All is computed before any of it is drawn, as the browser redraws the page for each part.
    """
    _listen(checkpoint, view)
    explorer_file.note(outline=explorer_file.outline_text(outline(checkpoint, view)))
    digest, _, _, numbers = st.session_state.get(_STATE, (None,) * 4)
    if digest != checkpoint.digest:
        return
    with st.container(key="map_selection"):
        if len(numbers) == 0:
            st.info(
                page_data.words("There are no test digits in the selection."),
                icon=":material/info:",
            )
            return
        atlas = checkpoint.codes, checkpoint.labels, checkpoint.errors
        _describe(checkpoint, Subset.of(numbers, *atlas))


def _describe(checkpoint: Checkpoint, chosen: Subset) -> None:
    means, errors = _means(checkpoint, chosen), _errors(checkpoint, chosen)
    few = evenly_spaced(len(chosen), _SHOWN)
    numbers, labels = chosen.numbers[few], chosen.labels[few]
    images, is_loaded = reconstruction_cache.atlas_images(checkpoint, numbers)
    urls = [links.to_reconstruction(checkpoint, each) for each in numbers] if is_loaded else ()
    gallery = html_parts.gallery(images, formats.test_digits(numbers, labels), urls)
    st.header(
        page_data.words(f"Selected: {len(chosen):,} of {len(checkpoint.labels):,} test digits"),
        anchor=False,
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        draw_charts("map_selection_counts", [_counts(chosen)])
    pictures = [html_parts.captioned(pixels, name) for name, pixels in means.items()]
    right.html(html_parts.cards(pictures, width=100))
    right.markdown(errors)
    st.html(gallery)
    known = "Click one to compare reconstructions."
    missing = formats.missing_data(checkpoint.card, datasets.test_set().origin)
    unknown = f"{missing} These are decoded from their codes."
    st.caption(
        page_data.words(
            f"{len(few)} of the selected digits, evenly spaced by number. "
            f"{known if is_loaded else unknown}"
        )
    )
    with st.container(horizontal=True):
        downloads.offer_sheet(
            f"{', '.join(means)}; {len(few)} of {len(chosen):,} test digits selected in the "
            f"latent space of {checkpoint.name}",
            np.concatenate([*(pixels[None] for pixels in means.values()), images]),
            [""] * len(means) + [str(label) for label in labels],
            f"{checkpoint.name}-selection.png",
            key="map_selection_png",
        )
        downloads.offer_subset(checkpoint, chosen)


def _select(checkpoint: Checkpoint, view: str, message: dict[str, Any]) -> None:
    """Keep the digits within the outline that the browser sends: {hash, outline, labels}.

    Without an outline, as in 3-D, the legend alone has changed.
    """
    if message.get("hash") != checkpoint.digest:
        return  # drawn before another model was picked
    corners, shown = None, message.get("labels")
    _keep_classes(checkpoint, shown)
    if "outline" not in message:
        return
    if message["outline"] is not None:
        try:
            corners = lasso.check_outline(message["outline"])
        except ConfigError:
            return  # not from our own script
    st.session_state.pop(_STATE, None)
    text = None if corners is None else lasso.format_outline(corners)
    if corners is not None:
        _keep(checkpoint, view, corners, shown)
    st.session_state[_TOLD] = text, url_state.get("classes")
    url_state.set("outline", text)


def _keep_classes(checkpoint: Checkpoint, shown: Any) -> None:
    """Write the classes that the legend shows to the URL, unless these are all."""
    if not isinstance(shown, list):
        return  # not from our own script
    every = np.unique(checkpoint.labels)
    classes = [str(k) for k in every if k in shown]
    text = None if len(classes) == len(every) else "".join(classes)
    st.session_state[_CLASSES] = text, st.session_state.get(_CLASSES, (None, 0))[1]
    url_state.set("classes", text)


def _counts(chosen: Subset) -> LabelChart:
    listed = ", ".join(f"{count} of {label}" for label, count in enumerate(chosen.counts) if count)
    return LabelChart(
        kind="bars",
        title="Selected digits by label",
        alt=f"Bars: number of selected test digits with each label: {listed}",
        file="map_selection_counts",
        values=chosen.counts,
        y_name="test digits",
        colors=class_colors(),
        counted=True,
        least=4,
    )


def _means(checkpoint: Checkpoint, chosen: Subset) -> dict[str, np.ndarray]:
    """Return the mean digit (784,), also by PCA, and the decoded mean code by their names."""
    mean_code = reconstruction_cache.decoder(checkpoint)(chosen.mean_code[None])[0]
    digits = datasets.test_set()
    if not digits.matches(checkpoint.card):
        return {"decoded mean code": mean_code}
    mean = chosen.mean_digit(digits.images)
    by_pca = f"mean digit by {formats.pca_name(len(chosen.mean_code))}"
    linear = checkpoint.pca.reconstruct(mean)[0]
    return {"mean digit": mean[0], "decoded mean code": mean_code, by_pca: linear}


def _errors(checkpoint: Checkpoint, chosen: Subset) -> str:
    """Return the mean errors of the selection, and how isolated its mean code is; Markdown."""
    digits = datasets.test_set()
    whole = f"all test digits: {checkpoint.errors.mean(dtype=np.float64):.4f}"
    if digits.matches(checkpoint.card):
        linear = reconstruction_cache.test_errors(checkpoint, digits)["PCA"][chosen.numbers]
        whole = f"PCA: **{linear.mean():.4f}**; {whole}"
    index = checkpoint_cache.neighbor_index(checkpoint)
    isolation = formats.isolation(index.isolation(chosen.mean_code[None])[0])
    return (
        f"Mean MSE of the selection **{chosen.mean_error:.4f}** ({whole}). The mean code is "
        f"{isolation}."
    )
