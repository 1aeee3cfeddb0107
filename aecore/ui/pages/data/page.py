"""`/data`: what the data set in use holds; use another one, uploaded or in a folder."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.config import MAX_SIDE
from aecore.data.limits import MAX_BYTES, MAX_PICTURES, size_words
from aecore.data.upload import max_upload_mb
from aecore.errors import AecoreError
from aecore.jobs import queue
from aecore.ui import page_data, scaffold
from aecore.ui.cache import datasets
from aecore.ui.components import html as html_parts
from aecore.ui.components import upload_note
from aecore.ui.text.formats import escape, test_digits

_EXPLANATION = (
    "The pictures that models are trained and measured on. Use your own: a **zip** of pictures "
    "with a folder for each class, **npz**, **npy**, **CSV**, **Parquet** or **IDX** files."
)
_SAMPLES = 8
"""Pictures of each class."""
_SAMPLE_WIDTH = 364  # px: two classes side by side on a tablet


def render() -> None:
    scaffold.draw_title("Data")
    with scaffold.intro():
        st.markdown(_EXPLANATION)
    _show_data()
    _add()
    if queue.training_allowed():
        _name_folder()
    scaffold.close_page()


@scaffold.guarded
def _show_data() -> None:
    """Draw what is in use: facts, and a few pictures of every class."""
    digits = datasets.test_set()
    page_data.use(digits.spec, digits.names)
    spec = digits.spec
    st.header(escape(spec.title), anchor=False)
    classes = f"{len(spec.classes):,} classes" if spec.classes else "no labels"
    st.markdown(
        f"**{digits.n_train:,}** training and **{len(digits.labels):,}** test {spec.nouns} of "
        f"{size_words(spec.shape)} pixels, {classes} · fingerprint `{digits.fingerprint}`"
    )
    st.caption(f"{escape(digits.origin)}")
    for text in digits.preparation:
        st.caption(f":material/info: {escape(text)}")
    with st.container(horizontal=True):
        for label in range(len(digits.names)):
            with st.container(width=_SAMPLE_WIDTH, gap="xsmall"):
                _draw_class(digits, label)
    _end()


def _draw_class(digits: datasets.TestSet, label: int) -> None:
    rows = np.flatnonzero(digits.labels == label)
    st.caption(f"**{escape(digits.names[label])}** · {len(rows):,} test {digits.spec.nouns}")
    shown = rows[:_SAMPLES]
    st.html(html_parts.gallery(digits.images[shown], test_digits(shown, digits.labels[shown])))


def _end() -> None:
    """Offer to keep an upload, or to go back to the data that everyone sees."""
    if not datasets.is_chosen():
        return
    with st.container(horizontal=True):
        if datasets.is_uploaded() and queue.training_allowed():
            st.button("Keep on this machine", key="data_keep", on_click=_keep)
        st.button("Use the usual data again", key="data_reset", on_click=datasets.choose_usual)


def _keep() -> None:
    try:
        path = datasets.keep_upload()
    except AecoreError as error:
        st.session_state["data_message"] = str(error)
        return
    st.session_state["data_message"] = f"Kept. Commands find it with --data {path}"


@scaffold.guarded
def _add() -> None:
    """Draw the upload, which belongs to this visit alone."""
    st.header("Upload", anchor=False)
    if message := st.session_state.pop("data_message", None):
        st.info(escape(message))
    upload_note.draw()
    files = st.file_uploader(
        f"Pictures of up to {MAX_SIDE} × {MAX_SIDE} pixels; larger ones are resized",
        key="data_add",
        accept_multiple_files=True,
        max_upload_size=max_upload_mb(),
    )
    st.caption(
        "An upload is yours alone: no other visitor sees it, and it is gone when you leave. Models "
        "can be trained on it once it is kept on this machine."
        if queue.training_allowed()
        else "An upload is yours alone: no other visitor sees it, and it is gone when you leave."
    )
    if not files:
        st.session_state.pop("data_read", None)
        return
    ids = tuple(file.file_id for file in files)
    if st.session_state.get("data_read") == ids:
        return
    st.session_state["data_read"] = ids
    with st.spinner("Reading the pictures…"):
        datasets.use_upload({file.name: file.getvalue() for file in files})
    st.rerun()


@scaffold.guarded
def _name_folder() -> None:
    """Draw the choice of a folder of this machine."""
    st.header("Folder", anchor=False)
    path = st.text_input(
        "A folder or file of this machine, or a name as in --data",
        key="data_folder",
        placeholder="/home/me/photos",
        help=f"10 to {MAX_PICTURES:,} pictures, at most {MAX_BYTES / 1e9:.0f} GB.",
    )
    if st.button("Use it", key="data_use", disabled=not path.strip()):
        datasets.use_folder(path.strip())
        st.rerun()
