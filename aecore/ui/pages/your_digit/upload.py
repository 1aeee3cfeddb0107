"""A picture from outside, on `/your-digit`: choosing it, correcting how it is read, its digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from aecore.checkpoints.file import Checkpoint
from aecore.digits.image_file import MAX_BYTES, open_picture
from aecore.errors import PictureError
from aecore.imaging.png import pad_to_square
from aecore.ui import inputs, scaffold, waiting
from aecore.ui.components import html as html_parts
from aecore.ui.components import upload_note
from aecore.ui.components.live_model import mount_paste
from aecore.ui.pages.your_digit import interpretation
from aecore.ui.text.formats import escape

if TYPE_CHECKING:
    from aecore.digits.reader import Digit, Invert, Pick, Reading, Region, Rotation, Settings

# The reader needs scikit-image, half a second: it is imported once there is a picture to read.

LABEL = "A picture of one or more digits"
"""Of the file uploader."""
_INVERT: dict[Invert, str] = {"auto": "Automatic", "yes": "Dark ink", "no": "Light ink"}
_ROTATE: dict[Rotation, str] = {degrees: f"{degrees}°" for degrees in (0, 90, 180, 270)}
_PICK: dict[Pick, str] = {"all": "Separate digits", "together": "One digit"}
_PHOTO = "your picture, upright and in gray"
_OPENED, _READING = "your_digit_opened", "your_digit_reading"


def choose(
    label: str = LABEL,
    *,
    on_change: Callable[[], None] | None = None,
) -> UploadedFile | None:
    """Let the visitor choose, drop or paste a file of any kind; errors say what is wrong."""
    upload_note.draw()
    file = st.file_uploader(
        label,
        key="digit_upload",
        max_upload_size=MAX_BYTES // 2**20,
        on_change=on_change,
    )
    mount_paste()
    return file


@scaffold.fragment
def upload(checkpoint: Checkpoint) -> None:
    """Choose a picture file, and show what becomes of it."""
    _show(checkpoint, choose())


@scaffold.fragment
def photograph(checkpoint: Checkpoint) -> None:
    """Take a photo, and show what becomes of it."""
    upload_note.draw()
    _show(checkpoint, st.camera_input("A digit on paper", key="your_digit_camera"))


def _show(checkpoint: Checkpoint, file: UploadedFile | None) -> None:
    if file is None:
        _forget()
        st.caption(
            "Dark on light or light on dark; a scan, a photo or a drawing. It is kept in memory "
            "only, and only during this visit."
        )
        return
    left, right = st.columns([2, 3], gap="large")
    with right:
        settings = _corrections(file.file_id)
    picture = _open(file)
    with left:
        reading = _read(file.file_id, picture, settings)
        digit = _inspect(reading)
    with right:
        _steps(digit)
    if len(reading.digits) > 1:
        _all_digits(checkpoint, reading.digits)
    interpretation.show(checkpoint, digit.image.reshape(-1), digit)


def _forget() -> None:
    """Keep nothing of a picture that the visitor has removed."""
    for key in (_OPENED, _READING):
        st.session_state.pop(key, None)


def _corrections(file_id: str) -> Settings:
    """Let the visitor correct how a picture is read; every file starts from the defaults."""
    from aecore.digits.reader import Settings

    with st.expander("Misread? Correct it by hand", icon=":material/tune:"):
        invert = inputs.segments("Ink", _INVERT, key=f"your_digit_invert_{file_id}")
        rotate = inputs.segments("Rotate clockwise", _ROTATE, key=f"your_digit_rotate_{file_id}")
        pick = inputs.segments("Read the ink as", _PICK, key=f"your_digit_pick_{file_id}")
        threshold = None
        if st.toggle("Set the ink threshold", key=f"your_digit_by_hand_{file_id}"):
            last = st.session_state.get(_READING)
            threshold = st.slider(
                "Ink threshold, relative to the strongest ink",
                0.01,
                0.99,
                min(max(last[1].threshold, 0.01), 0.99) if last else 0.5,
                0.01,
                key=f"your_digit_threshold_{file_id}",
            )
        crop = _crop(file_id)
    return Settings(invert=invert, rotate=rotate, pick=pick, threshold=threshold, crop=crop)


def _crop(file_id: str) -> Region | None:
    """Let the visitor choose the part of the picture to read."""
    if not st.toggle("Crop the picture", key=f"your_digit_crop_{file_id}"):
        return None
    ends = {}
    for name, label in (("across", "Left and right edge"), ("down", "Top and bottom edge")):
        key = f"your_digit_crop_{name}_{file_id}"
        ends[name] = st.slider(label, 0, 100, (0, 100), format="%d%%", key=key)
    (left, right), (top, bottom) = ends["across"], ends["down"]
    return left / 100, top / 100, right / 100, bottom / 100


def _open(file: UploadedFile) -> np.ndarray:
    """Open a picture file, unless it is the one that this visit has opened last."""
    opened = st.session_state.get(_OPENED)
    if opened is None or opened[0] != file.file_id:
        _forget()
        with waiting.place():
            opened = (file.file_id, open_picture(file.getvalue(), name=file.name))
        st.session_state[_OPENED] = opened
    return opened[1]


def _read(file_id: str, picture: np.ndarray, settings: Settings) -> Reading:
    """Read the digits of a picture, unless this visit has read it with these settings before.

    If that fails the picture is shown, so that it can be cropped.
    """
    from aecore.digits.reader import read, upright_gray

    key = (file_id, settings)
    last = st.session_state.get(_READING)
    if last is None or last[0] != key:
        try:
            with waiting.place(), st.spinner("Looking for digits…"):
                last = (key, read(picture, settings))
        except PictureError:
            st.session_state.pop(_READING, None)
            st.html(html_parts.photo(upright_gray(picture, settings), _PHOTO))
            raise
        st.session_state[_READING] = last
    return last[1]


def _inspect(reading: Reading) -> Digit:
    """Show the picture with the digits found in it, and let the visitor choose one of several."""
    boxes = [digit.box for digit in reading.digits]
    photo = html_parts.photo(reading.picture, _PHOTO)
    st.html(html_parts.boxed(photo, boxes))
    if len(boxes) == 1:
        return reading.digits[0]
    number = st.pills(
        "Inspect digit",
        range(len(boxes)),
        default=0,
        required=True,
        key=f"your_digit_number_{len(boxes)}",
        format_func=lambda number: str(number + 1),
    )
    return reading.digits[min(number, len(boxes) - 1)]


def _steps(digit: Digit) -> None:
    """Show what each stage of the reader made of the picture."""
    st.header("From picture to digit", anchor=False)
    rows = [
        (
            html_parts.picture(pad_to_square(step.image), step.name),
            f"{number}. {step.name}",
            step.reason,
        )
        for number, step in enumerate(digit.steps, 1)
    ]
    st.html(html_parts.cards(rows, 150))


def _all_digits(checkpoint: Checkpoint, digits: Sequence[Digit]) -> None:
    """Show all digits of a picture, each beside its reconstruction."""
    name = checkpoint.name
    st.header(f"{len(digits)} digits, reconstructed by {escape(name)}", anchor=False)
    rows = []
    for number, (digit, result) in enumerate(
        zip(digits, interpretation.assess_digits(checkpoint, digits), strict=True), 1
    ):
        own = html_parts.picture(digit.image, f"digit {number}")
        output = html_parts.picture(result.output, f"digit {number} reconstructed by {name}")
        label = result.vote if result.looks_like_a_digit else "no digit?"
        error = f"MSE {result.mse:.4f}, higher than {result.error_percentile:.0f}%"
        rows.append((html_parts.pair(own, output), f"{number}: {label}", error))
    st.html(html_parts.cards(rows, 172))
