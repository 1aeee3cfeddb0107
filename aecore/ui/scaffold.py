"""What every page has: title, explanation, model picker, and where the digits come from."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.card import Card
from aecore.checkpoints.description import remarks
from aecore.checkpoints.file import Checkpoint
from aecore.data.download_process import DownloadJob
from aecore.data.openml import DownloadProgress
from aecore.data.sources import downloads_allowed
from aecore.errors import AecoreError, CheckpointError
from aecore.presets import PRESETS
from aecore.ui import url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets

DEFAULT_MODEL = "plane"
_ELSEWHERE = (
    "That was measured on test digits of its own data, which are not at hand: what this page "
    "measures, it measures on the digits named at its foot."
)
_MARKDOWN = "\\`*_{}[]()<>#+-.!|~$:&"

P = ParamSpec("P")


def plain(text: object) -> str:
    """Text from outside, such that Markdown shows it as it is."""
    return "".join(f"\\{letter}" if letter in _MARKDOWN else letter for letter in str(text))


def guarded(render: Callable[P, None]) -> Callable[P, None]:
    """Show an `AecoreError` as a message in place of what `render` would have drawn.

    At its end the address says what it has not said before.
    """

    @functools.wraps(render)
    def shown(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            render(*args, **kwargs)
        except AecoreError as error:
            st.error(plain(error), icon=":material/error:")
        url_state.settle()

    return shown


def open_page(
    title: str,
    explanation: str,
    *,
    prefer: Callable[[Card], bool] | None = None,
    measures: bool = False,
    more: bool = False,
) -> Checkpoint:
    """Draw the head of a page and give the model that it is about.

    Parameters
    ----------
    title, explanation : str
        Markdown of our own.
    prefer : callable, optional
        Which models the page is best opened on, unless the address names another.
    measures : bool
        Whether the page measures the model anew, on the digits in use.
    more : bool
        Whether the page has more to say in the address, which is then sent together.
    """
    heading, picker = st.columns([3, 2], vertical_alignment="bottom")
    heading.title(title, anchor=False)
    cards = checkpoint_cache.cards()
    if not cards:
        st.error(
            "There are no trained models yet. Train one on the page **Train**, or with "
            "`python -m aecore train plane`.",
            icon=":material/model_training:",
        )
        st.stop()
    name = pick_model(picker, cards, prefer=prefer)
    if not more:
        url_state.settle()
    st.markdown(explanation)
    checkpoint = checkpoint_cache.load(name)
    elsewhere = _measured_elsewhere(checkpoint.card) if measures else []
    st.caption("\n\n".join([facts(checkpoint.card), *elsewhere]))
    return checkpoint


def _measured_elsewhere(card: Card) -> list[str]:
    """A sentence if a model's errors are not over the digits in use."""
    try:
        at_hand = datasets.test_set().matches(card)
    except AecoreError:
        return []  # the foot of the page says what is wrong with them
    return [] if at_hand else [_ELSEWHERE]


def pick_model(
    place: DeltaGenerator, cards: dict[str, Card], *, prefer: Callable[[Card], bool] | None = None
) -> str:
    """Draw the model picker, on the model that the address names or that was picked last."""
    name = _choose(cards, prefer)
    st.session_state["model"] = name
    place.selectbox(
        "Model",
        cards,
        key="model",
        format_func=lambda option: describe(option, cards[option]),
        on_change=_picked,
    )
    url_state.put("model", name)
    return name


def _choose(cards: dict[str, Card], prefer: Callable[[Card], bool] | None) -> str:
    asked = url_state.get("model")
    if asked in cards:
        st.session_state["app_model"] = asked
        return asked
    fallback = DEFAULT_MODEL if DEFAULT_MODEL in cards else next(iter(cards))
    name = st.session_state.get("app_model", fallback)
    if name not in cards:
        name = fallback
    if prefer is not None and not prefer(cards[name]):
        name = next((other for other, card in cards.items() if prefer(card)), name)
    if asked is not None:
        st.warning(f"{_why_not(asked)} Showing {plain(name)} instead.")
    return name


def _why_not(asked: str) -> str:
    """Why the model that the address names cannot be shown; it may name files of no concern."""
    if asked not in catalog.names():
        return f"There is no model called “{plain(asked[:64])}”."
    try:
        checkpoint_file.read_card(catalog.find(asked))
    except CheckpointError as error:
        return plain(error)
    return ""


def _picked() -> None:
    """The visitor has picked another model: remember it, and forget the old one's code."""
    name = st.session_state["model"]
    st.session_state["app_model"] = name
    url_state.put("model", name)
    url_state.drop_code()


def describe(name: str, card: Card) -> str:
    """A model in one line, for pickers."""
    preset = PRESETS.get(card.preset or "")
    title = f" · {preset.title}" if preset and preset.name == name else ""
    return f"{name} · {dimensions(card.model.latent_dim)}{title}"


def dimensions(count: int) -> str:
    """`D = 2`, with thin spaces."""
    return f"D\u2009=\u2009{count}"


def counted(count: int, what: str) -> str:
    """So many of something: `1 number`, `1,000 numbers`."""
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def facts(card: Card) -> str:
    """What a model is and how well it does, and what is unusual about it; Markdown."""
    sizes = " → ".join(map(str, card.model.layer_sizes + card.model.layer_sizes[-2::-1]))
    trained = "clean digits" if card.train.noise is None else f"digits with {card.train.noise}"
    dropout = f" · code dropout {card.model.latent_dropout:g}" if card.model.latent_dropout else ""
    text = (
        f"{sizes}{dropout} · trained on {trained} for {len(card.history)} epochs · "
        f"test error (MSE) **{card.metrics['test_mse']:.4f}**, PCA with the same "
        f"{dimensions(card.model.latent_dim)}: **{card.metrics['pca_test_mse']:.4f}**"
    )
    return "\n\n".join([text, *remarks(card)])


@guarded
def close_page() -> None:
    """Draw the foot of a page: which digits are in use, and the download that may replace them."""
    digits = datasets.test_set()
    if digits.is_bundled and downloads_allowed():
        job = datasets.downloads().job
        job.start()
        if job.state == "running":
            _watch_download(digits.source)
            return
        digits = datasets.test_set()  # the download may just have ended
        if digits.is_bundled:
            _offer_download(digits.source, job)
            return
    st.caption(f":material/database: Digits: {plain(digits.source)}")


@st.fragment(run_every=1.0)
def _watch_download(source: str) -> None:
    """Progress and a way to stop; draws the whole page anew when the download has ended."""
    job = datasets.downloads().job
    if job.state != "running":
        st.rerun()
    status, button = st.columns([5, 1], vertical_alignment="center")
    status.progress(
        _share(job.progress), text=f"Digits: {plain(source)}. Fetching MNIST: {job.progress}"
    )
    if button.button("Stop", key="download_stop"):
        job.stop()
        st.rerun()


def _offer_download(source: str, job: DownloadJob) -> None:
    """Why MNIST is not at hand, and another try."""
    reasons = {"stopped": "The download was stopped.", "failed": job.error}
    reason = reasons.get(
        job.state, "What was downloaded cannot be read; the server's log says why."
    )
    status, button = st.columns([5, 1], vertical_alignment="center")
    status.caption(f":material/database: Digits: {plain(source)}. {plain(reason)}")
    if button.button("Try again", key="download_again"):
        datasets.downloads().restart()
        st.rerun()


def _share(progress: DownloadProgress) -> float:
    """How full the bar is; reading and saving take as long as a quick download."""
    if progress.phase == "downloading" and progress.bytes_total:
        return min(progress.bytes_done / progress.bytes_total, 1.0)
    return {"reading": 1.0, "saving": 1.0}.get(progress.phase, 0.0)


def code_text(code: np.ndarray, *, most: int = 4) -> str:
    """A code (D,) for people: all of it, or its first values, with a real minus."""
    values = ", ".join(f"{value:z.2f}".replace("-", "−") for value in code[:most])
    return f"code z = ({values}{', …' if len(code) > most else ''})"
