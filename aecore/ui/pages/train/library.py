"""The saved models on `/train`: how each was made, and renaming, deleting, importing."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from aecore.checkpoints import catalog, library
from aecore.checkpoints.description import provenance
from aecore.checkpoints.file import Checkpoint
from aecore.jobs import queue
from aecore.system.environment import is_public
from aecore.ui import navigation, scaffold, trash, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import runs as run_cache
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.text import models as model_text
from aecore.ui.text.formats import escape

_SWEPT = "shelf_swept"


@scaffold.guarded
def show() -> None:
    """Draw the picker of saved models, the chosen one's facts and its actions."""
    if not st.session_state.setdefault(_SWEPT, False):
        st.session_state[_SWEPT] = True
        library.remove_leftovers()
    st.header("Saved models", anchor=False)
    _undo()
    cards = checkpoint_cache.cards()
    if cards:
        left, right = st.columns([2, 3], gap="large")
        name = scaffold.pick_model(left, cards)
        checkpoint = checkpoint_cache.load(name)
        with left:
            _actions(checkpoint)
        with right:
            st.html(html_parts.facts(provenance(checkpoint)))
    if queue.training_allowed():
        _import()


@scaffold.guarded
def _undo() -> None:
    for index, each in enumerate(trash.content()):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":material/delete: **{escape(each.name)}** is deleted. You can undo this "
                "until you leave the page.",
                width="stretch",
            )
            if st.button("Undo", key=f"shelf_undo_{index}"):
                library.restore(each)
                trash.content().remove(each)
                select(each.name)


def select(name: str | None) -> None:
    """Draw the page again with a model selected in the picker of every page; None: the default."""
    st.session_state["app_model"] = name
    url_state.set("model", name)
    st.rerun()


@scaffold.guarded
def _actions(checkpoint: Checkpoint) -> None:
    name, path = checkpoint.name, catalog.find(checkpoint.name)
    st.caption(model_text.summary(checkpoint.card))
    if library.is_shipped(name):
        st.caption("Built-in, read-only.")
    with st.container(horizontal=True, vertical_alignment="center", key="shelf_actions"):
        navigation.link("map", "Show the latent space", model=name)
        if library.is_shipped(name) or not is_public():  # an own one names the machine
            downloads.offer("Download", path.read_bytes, path.name, key="shelf_download")
        if library.is_shipped(name) or not queue.training_allowed():
            return
        with st.popover("Rename", icon=":material/edit:"):
            _rename(name)
        if st.button("Delete", key="shelf_delete", icon=":material/delete:"):
            trash.content().append(library.delete(name))
            select(None)


@scaffold.guarded
def _rename(name: str) -> None:
    with st.form(f"shelf_rename_{name}", border=False):
        new = st.text_input("New name", name, key=f"shelf_new_name_{name}", max_chars=64).strip()
        if st.form_submit_button("Rename", key="shelf_rename"):
            library.rename(name, new)
            queue.follow_rename(name, new)
            run_cache.refresh()
            select(new)


def _import() -> None:
    """Draw the form that imports a checkpoint file."""
    with st.expander("Import checkpoint", icon=":material/upload:"):
        file = st.file_uploader(
            "Checkpoint made by this app",
            ["safetensors"],
            key="shelf_upload",
            max_upload_size=library.MAX_UPLOAD_BYTES // 2**20,
        )
        if file is not None:
            _import_file(file)


@scaffold.guarded
def _import_file(file: UploadedFile) -> None:
    with st.form("shelf_upload_form", border=False):
        stem = file.name.removesuffix(catalog.SUFFIX)
        name = st.text_input("Name", stem, key=f"shelf_upload_name_{file.file_id}").strip()
        if st.form_submit_button("Validate and import", key="shelf_import"):
            library.import_upload(file.getvalue(), name)
            select(name)
