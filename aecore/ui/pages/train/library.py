"""The saved models on `/train`: how each was made, and renaming, deleting, importing."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from aecore.checkpoints import catalog, library
from aecore.checkpoints.description import provenance
from aecore.checkpoints.file import Checkpoint
from aecore.checkpoints.library import Deleted
from aecore.errors import AecoreError
from aecore.jobs import queue
from aecore.ui import navigation, scaffold, trash, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.text import models as model_text
from aecore.ui.text.formats import escape

_PROBLEM, _SWEPT = "shelf_problem", "shelf_swept"


@scaffold.guarded
def show() -> None:
    """Draw the picker of saved models, the chosen one's facts and its actions."""
    if not st.session_state.setdefault(_SWEPT, False):
        st.session_state[_SWEPT] = True
        library.remove_leftovers()
    st.header("Saved models", anchor=False)
    if message := st.session_state.pop(_PROBLEM, None):
        scaffold.show_error(message)
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


def _attempt(action: Callable[[], object]) -> bool:
    """Apply an action before the page is drawn, which shows the error if it fails."""
    try:
        action()
    except AecoreError as error:
        st.session_state[_PROBLEM] = str(error)
        return False
    return True


def _undo() -> None:
    for index, each in enumerate(trash.content()):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":material/delete: **{escape(each.name)}** is deleted. You can undo this "
                "until you leave the page.",
                width="stretch",
            )
            st.button("Undo", key=f"shelf_undo_{index}", on_click=_restore, args=(each,))


def _restore(each: Deleted) -> None:
    if _attempt(lambda: library.restore(each)):
        trash.content().remove(each)
        _select(each.name)


def _select(name: str) -> None:
    """Select a model in the picker of every page."""
    st.session_state["app_model"] = name
    url_state.set("model", name)


def _actions(checkpoint: Checkpoint) -> None:
    name, path = checkpoint.name, catalog.find(checkpoint.name)
    st.caption(model_text.summary(checkpoint.card))
    if library.is_shipped(name):
        st.caption("Built-in, read-only.")
    with st.container(horizontal=True, vertical_alignment="center", key="shelf_actions"):
        navigation.link("map", "Show the latent space", model=name)
        downloads.offer("Download", path.read_bytes, path.name, key="shelf_download")
        if library.is_shipped(name) or not queue.training_allowed():
            return
        with st.popover("Rename", icon=":material/edit:"):
            _rename(name)
        st.button(
            "Delete", key="shelf_delete", icon=":material/delete:", on_click=_delete, args=(name,)
        )


def _rename(name: str) -> None:
    with st.form(f"shelf_rename_{name}", border=False):
        new = st.text_input("New name", name, key=f"shelf_new_name_{name}", max_chars=64)
        if st.form_submit_button("Rename", key="shelf_rename"):
            try:
                library.rename(name, new.strip())
            except AecoreError as error:
                scaffold.show_error(error)
                return
            _select(new.strip())
            st.rerun()


def _delete(name: str) -> None:
    def delete() -> None:
        trash.content().append(library.delete(name))

    if _attempt(delete):
        st.session_state.pop("app_model", None)
        url_state.set("model", None)


def _import() -> None:
    """Draw the form that imports a checkpoint file."""
    with st.expander("Import checkpoint", icon=":material/upload:"):
        file = st.file_uploader(
            "Checkpoint made by this app",
            ["safetensors"],
            key="shelf_upload",
            max_upload_size=library.MAX_UPLOAD_BYTES // 2**20,
        )
        if file is None:
            return
        with st.form("shelf_upload_form", border=False):
            stem = file.name.removesuffix(catalog.SUFFIX)
            name = st.text_input("Name", stem, key=f"shelf_upload_name_{file.file_id}")
            if st.form_submit_button("Validate and import", key="shelf_import"):
                try:
                    library.import_upload(file.getvalue(), name.strip())
                except AecoreError as error:
                    scaffold.show_error(error)
                    return
                _select(name.strip())
                st.rerun()
