"""A drawn or uploaded picture for a model of other pictures than digits, on `/your-digit`."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from aecore.checkpoints.file import Checkpoint
from aecore.data.limits import size_words
from aecore.data.readers.pictures import open_resized
from aecore.imaging.levels import to_unit
from aecore.recognition.assessment import assess
from aecore.ui import page_data, scaffold, waiting
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components import html as html_parts
from aecore.ui.components import upload_note
from aecore.ui.pages.your_digit.upload import choose
from aecore.ui.text import formats

EXPLANATION = (
    "**Draw, photograph or upload a picture.** The model encodes it, reconstructs it from its "
    "latent code alone, and says how unusual it is beside the test pictures."
)
LABEL = "A picture"
"""Of the file uploader."""
_WIDTH = 160  # px of a picture
_NEAREST = 10


@scaffold.fragment
def upload(checkpoint: Checkpoint) -> None:
    """Choose a picture file, and show what the model makes of it."""
    _show_file(checkpoint, choose(LABEL))


@scaffold.fragment
def photograph(checkpoint: Checkpoint) -> None:
    """Take a photo, and show what the model makes of it."""
    upload_note.draw()
    _show_file(checkpoint, st.camera_input(LABEL, key="your_digit_camera"))


def _show_file(checkpoint: Checkpoint, file: UploadedFile | None) -> None:
    """Resize a picture as the data set's are."""
    shape = checkpoint.card.data.shape
    if file is None:
        st.caption(
            f"Its largest centered part is resized to {size_words(shape)} pixels, as those of the "
            "data set. It is kept in memory only, and only during this visit."
        )
        return
    with waiting.place():
        picture = to_unit(open_resized(file.getvalue(), file.name, shape)).reshape(-1)
    show(checkpoint, picture)


def show(checkpoint: Checkpoint, picture: np.ndarray) -> None:
    """Show what the model makes of a picture (P,) of the data set's shape."""
    index = checkpoint_cache.neighbor_index(checkpoint)
    model = checkpoint_cache.load_model(checkpoint)
    (found,) = assess(checkpoint, model, picture[None], index=index)
    pca = formats.pca_name(checkpoint.card.model.latent_dim)
    rows = [
        (html_parts.picture(picture, "input"), "Input", ""),
        (html_parts.picture(found.output, "output"), "Reconstruction", f"MSE {found.mse:.4f}"),
        (html_parts.picture(found.pca_output, "PCA"), pca, f"MSE {found.pca_mse:.4f}"),
    ]
    with st.container(key="digit_result"):
        st.html(html_parts.cards(rows, _WIDTH))
        label = (
            f" Of its ten nearest test pictures, {found.vote_share:.0%} are labeled "
            f"**{formats.escape(page_data.name(found.vote))}**."
            if checkpoint.card.data.classes
            else ""
        )
        st.markdown(
            f"Its reconstruction error is higher than {found.error_percentile:.0f}% of the test "
            f"pictures'; its code is {formats.isolation(found.map_distance_percentile)}.{label}"
        )
        _nearest(checkpoint, found.neighbors[:_NEAREST])


def _nearest(checkpoint: Checkpoint, numbers: np.ndarray) -> None:
    """Draw the test pictures with the nearest codes, where these are loaded."""
    digits = datasets.test_set()
    if not digits.matches(checkpoint.card):
        st.caption(formats.missing_data(checkpoint.card, digits.origin))
        return
    st.caption("The test pictures with the nearest codes")
    st.html(
        html_parts.gallery(
            digits.images[numbers], formats.test_digits(numbers, digits.labels[numbers])
        )
    )
