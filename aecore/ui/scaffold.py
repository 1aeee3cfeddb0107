"""The frame of every page: title, explanation, model picker, errors, and the data in use."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.checkpoints import catalog
from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint
from aecore.data.download_process import DownloadProcess
from aecore.data.limits import size_words
from aecore.data.progress import DownloadProgress
from aecore.data.sources import downloads_allowed
from aecore.errors import AecoreError, ShapeError
from aecore.presets import PRESETS
from aecore.system.environment import is_public
from aecore.ui import page_data, presentation, theme, url_state, waiting
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components.registry import mount
from aecore.ui.text import models as model_text
from aecore.ui.text.formats import escape

DEFAULT_MODEL = "plane"
_MOST_PROBLEMS = 5
"""Files of the models folder of which the picker's help says why they are left out."""

P = ParamSpec("P")
T = TypeVar("T")


def show_error(error: object) -> None:
    """Draw an error's message."""
    st.error(escape(error), icon=":material/error:")


def attempt(key: str, action: Callable[[T], object], subject: T) -> None:
    """Apply an action before the page is drawn; keep its error's message in the session."""
    try:
        action(subject)
    except AecoreError as error:
        st.session_state[key] = str(error)


def guarded(render: Callable[P, None]) -> Callable[P, None]:
    """Show an `AecoreError` as a message in place of what `render` would have drawn.

    What has changed in the URL is sent at the end. What is measured behind the pages stops between
    its steps meanwhile.
    """

    @functools.wraps(render)
    def render_or_explain(*args: P.args, **kwargs: P.kwargs) -> None:
        with waiting.PAGES.going_first():
            try:
                render(*args, **kwargs)
            except AecoreError as error:
                show_error(error)
            url_state.flush()

    return render_or_explain


def fragment(render: Callable[P, None]) -> Callable[P, None]:
    """Make a guarded function one that Streamlit can run again without the rest of the page."""
    return st.fragment(guarded(render))


def open_page(
    title: str,
    explanation: str | Callable[[Card], str],
    *,
    prefer: Callable[[Card], bool] | None = None,
    evaluates: bool = False,
    flush: bool = True,
    left_out: str = "",
    kept: Mapping[str, str] | None = None,
) -> Checkpoint:
    """Draw the head of a page, and return the checkpoint that the page is about.

    Parameters
    ----------
    title : str
    explanation : str or callable
        Markdown of our own, or what returns it for a model.
    prefer : callable, optional
        Which models the page is best opened on, unless the URL names another.
    evaluates : bool
        Whether the page evaluates the model itself, on the digits in use.
    flush : bool
        Whether the URL is sent now; False where the page changes more of it.
    left_out : str
        A sentence on what can be seen and is not in the URL.
    kept : mapping, optional
        Parameters that the URL does not name while the visitor's browser keeps them switched off,
        and their names in its storage: the copied link names them.
    """
    heading, picker = st.columns(2, vertical_alignment="bottom")
    cards = _own_first(checkpoint_cache.cards())
    if not cards:
        with heading:
            draw_title(title, left_out, kept)
        st.error(_no_models(), icon=":material/model_training:")
        st.stop()
    name = pick_model(picker, cards, prefer=prefer)
    if flush:
        url_state.flush()
    try:
        checkpoint = checkpoint_cache.load(name)
        page_data.use(checkpoint.card.data, checkpoint_cache.class_names(name))
    finally:
        with heading:
            draw_title(page_data.words(title), left_out, kept)
    is_own = not evaluates or _is_own_data(checkpoint.card)
    if evaluates:
        require_shape(checkpoint.card)
    if not is_own:
        page_data.use(datasets.test_set().spec, datasets.test_set().names)
    with intro():
        text = explanation if isinstance(explanation, str) else explanation(checkpoint.card)
        st.markdown(page_data.words(text))
        st.caption(model_text.summary(checkpoint.card))
    if not is_own:
        st.caption(
            "The errors above were measured on the model's own test digits "
            f"({escape(checkpoint.card.source)}), which are not loaded. Everything below is "
            f"measured on the data in use: {escape(datasets.test_set().origin)}."
        )
    return checkpoint


def require_shape(card: Card) -> None:
    """Refuse to show a model pictures of another size than it takes.

    Raises
    ------
    ShapeError
        If those of the data in use are of another size.
    """
    spec = datasets.test_set().spec
    if spec.shape != card.model.input_shape:
        raise ShapeError(
            f"This model takes pictures of {size_words(card.model.input_shape)} pixels "
            f"({card.source}), and those of the data in use, {spec.title}, are "
            f"{size_words(spec.shape)}. Choose a model of {spec.title}, or train one."
        )


def draw_title(title: str, left_out: str = "", kept: Mapping[str, str] | None = None) -> None:
    """Draw a page's title, and beside it the button that copies its link; see `open_page`."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        mount("copy", "copy_link", {"leftOut": left_out, "kept": dict(kept or {})})


def intro() -> DeltaGenerator:
    """Return the place of a page's explanation: on a phone, one line until it is tapped."""
    return st.container(key="page_intro")


def _own_first(cards: dict[str, Card]) -> dict[str, Card]:
    """Put the models of the data in use before those of other data sets, if there are any."""
    if _knows_digits(cards):
        return cards
    return dict(sorted(cards.items(), key=lambda each: not is_of_data_in_use(each[1])))


def _knows_digits(cards: dict[str, Card]) -> bool:
    """Return whether all models are of digits: the first screen is there before the data."""
    return all(card.data.shows_digits for card in cards.values())


def shows_digits() -> bool:
    """Return whether the data in use are digits; until they are read, whether the models are."""
    spec = datasets.known_spec()
    if spec is None:
        return _knows_digits(checkpoint_cache.cards()) or datasets.shows_digits()
    return spec.shows_digits


def is_of_data_in_use(card: Card) -> bool:
    """Return whether a model was trained on the data set in use, or on digits like it."""
    try:
        digits = datasets.test_set()
    except AecoreError:
        return True
    if card.data.shows_digits:
        return digits.spec.shows_digits or digits.matches(card)
    return card.data.name == digits.spec.name and card.data.shape == digits.spec.shape


def _no_models() -> str:
    """Return why there is no model to show, and how to get one."""
    how = "Train one on the page **Train**, or with `python -m aecore train plane`."
    problems = _left_out()
    found = "There are no usable models:" if problems else "There are no trained models yet."
    return f"{found} {problems} {how}".replace("  ", " ")


def _left_out() -> str:
    """Return why files of the models folder are left out, as Markdown; empty where none is."""
    problems = list(checkpoint_cache.problems().values())
    more = f"And {len(problems) - _MOST_PROBLEMS} more." if problems[_MOST_PROBLEMS:] else ""
    return "\n\n".join([*map(escape, problems[:_MOST_PROBLEMS]), *filter(None, [more])])


def _is_own_data(card: Card) -> bool:
    try:
        return datasets.test_set().matches(card)
    except AecoreError:
        return True  # the foot of the page says what is wrong with the data


def pick_model(
    place: DeltaGenerator, cards: dict[str, Card], *, prefer: Callable[[Card], bool] | None = None
) -> str:
    """Draw the model picker, set to the model that the URL names or that was picked last."""
    name = _choose(cards, prefer)
    st.session_state["model"] = name
    is_mixed = not all(card.data.shows_digits for card in cards.values())
    place.selectbox(
        "Model",
        cards,
        key="model",
        help=_left_out() or None,
        format_func=lambda option: model_text.label(
            option, cards[option], is_other=is_mixed and not is_of_data_in_use(cards[option])
        ),
        on_change=_picked,
    )
    url_state.set("model", name)
    return name


def _choose(cards: dict[str, Card], prefer: Callable[[Card], bool] | None) -> str:
    asked = url_state.get("model")
    if asked in cards:
        st.session_state["app_model"] = asked
        return asked
    first = next(iter(cards))
    is_usual = first in PRESETS and DEFAULT_MODEL in cards
    fallback = DEFAULT_MODEL if is_usual else first
    name = st.session_state.get("app_model", fallback)
    if name not in cards:
        name = fallback
    if prefer is not None and not prefer(cards[name]):
        fit = [other for other, card in cards.items() if prefer(card)]
        if not _knows_digits(cards):
            fit = [other for other in fit if is_of_data_in_use(cards[other])]
        name = next(iter(fit), name)
    if asked is not None:
        st.warning(f"{_why_not(asked)} Showing {escape(name)} instead.")
    return name


def _why_not(asked: str) -> str:
    """Return why the model that the URL names cannot be shown; the URL may name any file."""
    if problem := checkpoint_cache.problems().get(f"{asked}{catalog.SUFFIX}"):
        return escape(problem)
    return f"There is no model called “{escape(asked[:64])}”."


def _picked() -> None:
    """Remember the model that the visitor has picked, and forget the old one's code."""
    name = st.session_state["model"]
    st.session_state["app_model"] = name
    url_state.set("model", name)
    url_state.clear_model_state()


@guarded
def close_page() -> None:
    """Draw the foot of a page: the data in use, and the download that may replace it."""
    theme.follow()
    presentation.draw_switch()
    digits = datasets.test_set()
    if digits.is_bundled and downloads_allowed() and not is_public():
        job = datasets.downloads().job
        job.start()
        if job.state == "running":
            _watch_download(digits.origin)
            return
        digits = datasets.test_set()  # the download may just have ended
        if digits.is_bundled:
            _offer_download(digits.origin, job)
            return
    st.caption(_data_line(digits.origin))
    if digits.note and not digits.is_bundled:
        st.warning(escape(digits.note))


def _data_line(source: str) -> str:
    return f":material/database: Data: {escape(source)}"


@st.fragment(run_every=1.0)
def _watch_download(source: str) -> None:
    """Draw the progress and a way to stop; draw the whole page again once the download ends."""
    job = datasets.downloads().job
    if job.state != "running":
        st.rerun()
    status, button = st.columns([5, 1], vertical_alignment="center")
    text = f"{_data_line(source)}. Downloading MNIST: {job.progress}"
    status.progress(_share(job.progress), text=text)
    if button.button("Stop", key="download_stop"):
        job.stop()
        st.rerun()


def _offer_download(source: str, job: DownloadProcess) -> None:
    """Draw why MNIST is not available, and a button that tries again."""
    reasons = {"stopped": "The download was stopped.", "failed": job.error}
    reason = reasons.get(job.state, "The downloaded data cannot be read; see the server's log.")
    status, button = st.columns([5, 1], vertical_alignment="center")
    status.caption(f"{_data_line(source)}. {escape(reason)}")
    if button.button("Try again", key="download_again"):
        datasets.downloads().restart()
        st.rerun()


def _share(progress: DownloadProgress) -> float:
    """Return how full the bar is; reading and saving take as long as a quick download."""
    if progress.phase == "downloading" and progress.bytes_total:
        return min(progress.bytes_done / progress.bytes_total, 1.0)
    return {"reading": 1.0, "saving": 1.0}.get(progress.phase, 0.0)
