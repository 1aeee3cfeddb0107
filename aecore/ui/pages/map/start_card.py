"""The start card of a first visit, above the latent space.

The browser decides whether it stands; only then is it sent pictures, and are links drawn.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.analysis.sampling import first_of_each_label
from aecore.checkpoints.file import Checkpoint
from aecore.errors import AecoreError
from aecore.models.families import family_of
from aecore.ui import navigation, page_data, scaffold, url_state
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.components.registry import mount
from aecore.viewer.message import pack

_STANDS = "map_start"
"""Whether the browser has said that the card stands."""
_DECIDE = """<script>
  (() => {
    let kept = null;
    try { kept = localStorage.getItem("aecore-start"); } catch { /* forbidden in this frame */ }
    const isWanted = kept !== "off" && !/[?&]embed|#/.test(location.href);
    document.documentElement.toggleAttribute("data-start-card", isWanted);
  })();
</script>"""
"""Makes room for the card before anything else is drawn, unless it was dismissed."""
_EXAMPLES = 3
_NUMBERS = {1: "one number", 2: "two numbers"}


@scaffold.fragment
def show(checkpoint: Checkpoint) -> None:
    """Let the browser draw the card if it wants to, unless the URL asks for more than a model."""
    if not url_state.names_only_a_model():
        return
    st.html(_DECIDE, unsafe_allow_javascript=True)
    dim, stands = checkpoint.card.model.latent_dim, st.session_state.get(_STANDS, False)
    header = {
        "question": page_data.words(
            f"Can 784 pixels fit into {_NUMBERS.get(dim, f'{dim} numbers')}?"
        ),
        "pixels": page_data.words("784 pixels"),
        "hash": checkpoint.digest,
        "dim": dim,
        "stands": stands,
        "picture": page_data.message(checkpoint.card.model.input_shape),
    }
    labels, arrays = _examples(checkpoint) if stands else ([], {})
    mount("start", "start_card", pack(header | {"labels": labels}, arrays), standing=_note)
    if stands:
        with st.container(key="start_links", horizontal=True):
            _links()


def _links() -> None:
    """Draw the ways on: the tour, which is about digits, the visitor's own digit, the lessons."""
    from aecore.lessons import catalog  # the first screen does not wait for them
    from aecore.ui.lessons import shelf

    tour = shelf.find(catalog.TOUR)
    if tour and page_data.spec().shows_digits:
        with st.container(key="start_tour", width="content"):
            label = f"Take the tour ({tour.minutes} minutes)"
            query = shelf.query(tour, 1)
            navigation.link(tour.steps[0].page, label, icon=":material/flag:", **query)
    navigation.link("your_digit", page_data.words("Try your own digit"), icon=":material/draw:")
    navigation.link("lessons", "Lessons", icon=":material/school:")


def _note(report: object) -> None:
    """Remember whether the card stands, as the browser reports it."""
    st.session_state[_STANDS] = report is True


def _examples(checkpoint: Checkpoint) -> tuple[list[int], dict[str, np.ndarray]]:
    """Return test pictures of different classes: their labels, pixels (B, P) and codes (B, D).

    None where the model takes others than those in use, or the browser cannot decode.
    """
    model = checkpoint.card.model
    try:
        digits = datasets.test_set()
    except AecoreError:
        return [], {}  # the foot of the page says what is wrong with the data
    if digits.spec.shape != model.input_shape or not family_of(model).runs_in_browser:
        return [], {}
    numbers = np.sort(first_of_each_label(digits.labels))[:_EXAMPLES]
    return digits.labels[numbers].tolist(), {
        "pictures": digits.images[numbers],
        "codes": reconstruction_cache.codes(checkpoint, numbers),
    }
