"""Downloads of digits, codes, paths and selections, and snippets that decode a digit."""

from __future__ import annotations

import mimetypes
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from aecore.analysis.lasso import Subset
from aecore.checkpoints.file import Checkpoint
from aecore.data.limits import size_words
from aecore.errors import CheckpointError
from aecore.export.page import to_html
from aecore.export.payload import require_exportable
from aecore.imaging.contact_sheet import contact_sheet
from aecore.imaging.gif import to_gif
from aecore.imaging.png import to_png
from aecore.latent.interpolation import CodePath
from aecore.models.inference import decode
from aecore.ui import page_data
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.text import snippets

_COLUMNS = 12  # of a sheet of single digits
_MADE = "made on request"
"""Where in a session Streamlit looks for the file that it keeps: there is one at a time."""


def offer(
    label: str,
    make: Callable[[], str | bytes],
    file: str,
    *,
    key: str,
    help: str | None = None,
    width: Literal["content", "stretch"] = "content",
) -> None:
    """Draw a button that saves what `make` returns when it is pressed.

    A file that came with the button would be looked for by the browser at once, which reports an
    error where the visitor has left the page meanwhile.
    """
    mime = mimetypes.guess_type(file)[0] or "application/octet-stream"
    st.download_button(
        label,
        _kept(make, file, mime),
        file,
        mime,
        key=key,
        on_click="ignore",
        icon=":material/download:",
        help=help,
        width=width,
    )


def _kept(make: Callable[[], str | bytes], file: str, mime: str) -> Callable[[], bytes]:
    """Return a callable that makes a file, and keeps it until its session makes another.

    By itself Streamlit deletes such a file once two runs have ended, whoever's they are: where many
    are at work, before a browser far away has asked for it. A new run of the page lets go, too.
    """
    context = get_script_run_ctx(suppress_warning=True)

    def keep(content: bytes) -> None:
        server = runtime.get_instance()
        if context is not None and server.is_active_session(context.session_id):
            server.media_file_mgr.add(content, mime, _MADE, file, is_for_static_download=True)

    def made() -> bytes:
        content = make()
        content = content.encode() if isinstance(content, str) else content
        # A thread of its own: Streamlit's, which this runs in, serves every session.
        thread = add_script_run_ctx(threading.Thread(target=keep, args=(content,)), context)
        thread.start()
        thread.join()
        return content

    return made


def offer_sheet(
    title: str, images: np.ndarray, captions: Sequence[str], file: str, *, key: str
) -> None:
    """Draw a button that saves pictures (B, P), each with a caption below."""
    shape = page_data.spec().shape
    offer(
        "Pictures as PNG",
        lambda: contact_sheet(title, images, captions, columns=_COLUMNS, shape=shape),
        file,
        key=key,
    )


def offer_digit(checkpoint: Checkpoint, code: np.ndarray) -> None:
    """Draw downloads and snippets of the digit that a code (D,) float32 decodes to."""
    with st.container(horizontal=True):
        offer(
            page_data.words("Digit as PNG"),
            lambda: to_png(_decode(checkpoint, code[None])[0]),
            "digit.png",
            key="export_png",
            help=f"{size_words(page_data.spec().shape)} pixels.".replace("x", "×"),
        )
        offer("Code as text", lambda: snippets.exact(code) + "\n", "code.txt", key="export_code")
        with st.popover("Python code", icon=":material/code:"):
            st.code(snippets.as_python(checkpoint.name, code), "python", height=_height(code))
        with st.popover("Command line", icon=":material/terminal:"):
            st.code(snippets.as_command(checkpoint.name, code), "bash", wrap_lines=True)
    st.caption(
        page_data.words("Run in the folder of this program, both snippets draw the same digit.")
    )


def offer_path(checkpoint: Checkpoint, path: CodePath) -> None:
    """Draw a button that saves the digits along a path as an animation."""
    offer(
        f"{path.name.capitalize()} as GIF",
        lambda: to_gif(_decode(checkpoint, path.codes)),
        f"{path.name.replace(' ', '-')}.gif",
        key=f"export_gif_{path.name.replace(' ', '_')}",
    )


def offer_explorer(
    checkpoints: Sequence[Checkpoint], address: Mapping[str, str | None], *, key: str
) -> None:
    """Draw a button that saves an explorer of models as one HTML file, if browsers compute them.

    Parameters
    ----------
    checkpoints : sequence of Checkpoint
    address : mapping
        What the file opens on; read when the button is pressed. See `aecore.export.page.to_html`.
    key : str
    """
    try:
        for checkpoint in checkpoints:
            require_exportable(checkpoint)
    except CheckpointError:
        return
    offer(
        "Download this page's explorer",
        lambda: to_html(checkpoints, address=address),
        f"{'-'.join(checkpoint.name for checkpoint in checkpoints)}.html",
        key=key,
        help="One HTML file with this model, view, point and selection. It opens without a server "
        "and without a network.",
    )


def offer_subset(checkpoint: Checkpoint, chosen: Subset) -> None:
    """Draw buttons that save selected test digits: numbers, labels, errors and codes."""
    name = f"{checkpoint.name}-selection"
    offer("Codes as CSV", chosen.to_csv, f"{name}.csv", key="export_subset_csv")
    offer(
        "Codes as NPZ",
        chosen.to_npz,
        f"{name}.npz",
        key="export_subset_npz",
        help="For NumPy: numbers, labels, errors, codes.",
    )


def _decode(checkpoint: Checkpoint, codes: np.ndarray) -> np.ndarray:
    """Decode codes (B, D) to pictures (B, H, W) or (B, H, W, 3)."""
    pictures = decode(checkpoint_cache.load_model(checkpoint), codes)
    return pictures.reshape(-1, *page_data.spec().shape)


def _height(code: np.ndarray) -> int | Literal["content"]:
    """Return the height of a program in pixels; long ones scroll."""
    return 420 if len(code) > 32 else "content"
