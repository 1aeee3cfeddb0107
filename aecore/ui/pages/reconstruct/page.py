"""`/reconstruct`: reconstructions of test digits, beside those of PCA of the same size."""

from __future__ import annotations

from typing import get_args

import numpy as np
import streamlit as st

from aecore.analysis.sampling import Which, put_first, select
from aecore.checkpoints.file import Checkpoint
from aecore.ui import inputs, links, page_data, scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.components.image_rows import Row, draw_rows
from aecore.ui.components.registry import Preview
from aecore.ui.pages.reconstruct import experiments
from aecore.ui.pages.reconstruct.reconstructions import Reconstructor, reconstructors
from aecore.ui.text import models as model_text
from aecore.ui.text.formats import escape, test_digits, value_range

_EXPLANATION = (
    "Test digits are encoded and decoded again. The row **PCA** shows the best linear code with as "
    "many latent dimensions D: the baseline that an autoencoder has to beat. **Click** a digit to "
    "see its place in the latent space."
)
_COUNT = 10
_LAST_SEED = 999_999_999


def render() -> None:
    checkpoint = scaffold.open_page("Reconstruction", _EXPLANATION, evaluates=True)
    if checkpoint.card.train.noise is not None:
        st.info(
            page_data.words(
                f"{escape(checkpoint.name)} was trained to denoise digits "
                f"({checkpoint.card.train.noise}). Here its input is clean; for its own task, see "
                "the "
                "page Denoise."
            ),
            icon=":material/info:",
        )
    grid = experiments.Grid()
    _show(checkpoint, grid)
    experiments.show(grid)
    scaffold.close_page()


def prepare(checkpoint: Checkpoint, digits: datasets.TestSet) -> None:
    """Compute what the page shows first of a model."""
    reconstruction_cache.test_errors(checkpoint, digits)


@scaffold.fragment
def _show(checkpoint: Checkpoint, grid: experiments.Grid) -> None:
    digits = datasets.test_set()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen, asked = _pick_digits(checkpoint, digits)
        others = _pick_models(checkpoint)
        differences = inputs.toggle(
            "Show differences", key="reconstruct_differences", name="differences", default=True
        )
    shown = reconstructors([checkpoint, *others])
    grid.change(shown, int(chosen[0]))
    scene = (asked, [other.digest for other in others], differences, digits.fingerprint)
    preview = Preview(model=checkpoint.name, view=str(scene))
    with st.container(key="reconstruction_grid"):
        draw_rows(
            "reconstruct_pictures",
            _rows(shown, digits, chosen, differences=differences),
            test_digits(chosen, digits.labels[chosen]),
            scale_name="error",
            note=_note(differences=differences),
            title="reconstructions",
            file="reconstructions",
            preview=preview,
        )


def _note(*, differences: bool) -> str:
    """Explain the texts and the colors of the pictures."""
    spec = page_data.spec()
    labels = "Below each input stands its label, below" if spec.classes else "Below"
    colors = value_range()
    if differences and len(spec.shape) == 3:
        colors += (
            " A difference is drawn in the color of its channel: gray where the two are equal."
        )
    return f"{labels} each reconstruction its mean squared error per pixel (MSE). {colors}"


def _pick_digits(
    checkpoint: Checkpoint, digits: datasets.TestSet
) -> tuple[np.ndarray, tuple[object, ...]]:
    """Return the numbers of the test digits to show, and the settings that chose them."""
    kinds: dict[Which, str] = {each: each.capitalize() for each in get_args(Which)}
    labels = ["all", *map(str, range(len(digits.names)))]
    key = "reconstruct_which"
    which = inputs.segments(
        page_data.words("Digits"),
        kinds,
        key=key,
        name=key,
        default="random",
        written=str.capitalize,
    )
    key = "reconstruct_label"
    label = "all"
    if digits.spec.classes:
        label = inputs.segments(
            "Label", {each: page_data.name(each) for each in labels}, key=key, name=key
        )
    last = len(digits.labels) - 1
    url_state.load_number(links.DIGIT, links.DIGIT, last, None)
    number = st.number_input(
        page_data.words("Show test digit first"),
        0,
        last,
        None,
        key=links.DIGIT,
        width=190,
        placeholder="none",
        persist_state="session",
    )
    url_state.store(links.DIGIT, links.DIGIT, number, None)
    key = "reconstruct_seed"
    url_state.load_number("seed", key, _LAST_SEED, 0)
    if st.button(
        "Shuffle",
        disabled=which != "random",
        icon=":material/shuffle:",
        key="reconstruct_again",
    ):
        st.session_state[key] += 1
    url_state.store("seed", key, seed := st.session_state[key], 0)
    chosen = select(
        reconstruction_cache.test_errors(checkpoint, digits)["model"],
        digits.labels,
        which=which,
        label=None if label == "all" else int(label),
        count=_COUNT,
        seed=seed,
    )
    return put_first(number, chosen), (which, label, number, seed)


def _pick_models(checkpoint: Checkpoint) -> list[Checkpoint]:
    """Return the models to compare with."""
    key, cards = "reconstruct_with", checkpoint_cache.cards()
    others = [name for name in cards if name != checkpoint.name]
    asked = (url_state.get(key) or "").split(",")
    url_state.load_value(key, key, asked)
    st.session_state[key] = [name for name in st.session_state[key] if name in others]
    names = st.multiselect(
        "Compare with",
        others,
        key=key,
        format_func=lambda name: model_text.label(name, cards[name]),
        placeholder="any other model",
        width=420,
        persist_state="session",
    )
    url_state.store(key, key, names, [])
    return [checkpoint_cache.load(name) for name in names]


def _rows(
    shown: list[Reconstructor],
    digits: datasets.TestSet,
    chosen: np.ndarray,
    *,
    differences: bool,
) -> list[Row]:
    target, labels = digits.images[chosen], digits.labels[chosen]
    urls = {each.checkpoint.name: links.to_map(each.checkpoint, chosen) for each in shown}
    own = urls[shown[0].checkpoint.name]
    rows = [
        Row(
            name="input",
            images=target,
            texts=[page_data.name(label) for label in labels] if page_data.is_labeled() else (),
            links=own,
        )
    ]
    for each in shown:
        output = each.output(target)
        rows.append(
            Row(
                name=f"{each.title} · mean MSE {each.errors.mean():.4f} over "
                f"{digits.in_words()}; per {digits.spec.noun} below",
                images=output,
                texts=[f"{error:.4f}" for error in each.errors[chosen]],
                links=() if each.is_pca else urls[each.checkpoint.name],
            )
        )
        if differences:
            rows.append(Row(name=f"{each.title} − input", images=output - target, limit=1.0))
    return rows
