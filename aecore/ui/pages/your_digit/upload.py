"""A picture from outside, on `/your-digit`: choosing it, correcting how it is read, its digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from aecore.checkpoints.file import Checkpoint
from aecore.digits.image_file import MAX_BYTES, open_picture
from aecore.imaging.png import square
from aecore.ui import scaffold
from aecore.ui.components import html as html_parts
from aecore.ui.components.live_model import paste_target
from aecore.ui.text.formats import escape

if TYPE_CHECKING:
    from aecore.digits.reader import FoundDigit, Reading, Settings

# aecore.digits.reader needs scikit-image, half a second: it is imported once there is a picture to read.

_TYPES = ["png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff"]
_INVERT = {"auto": "found", "yes": "dark ink", "no": "light ink"}
_PICK = {"all": "each on its own", "together": "all as one"}
_OPENED, _READING = "your_digit_opened", "your_digit_reading"


def choose(*, on_change: Callable[[], None] | None = None) -> UploadedFile | None:
    """Let the visitor choose, drop or paste a picture file."""
    file = st.file_uploader(
        "A picture of one digit, or of several",
        _TYPES,
        key="digit_upload",
        max_upload_size=MAX_BYTES // 2**20,
        on_change=on_change,
    )
    paste_target()
    return file


@scaffold.fragment
def upload(checkpoint: Checkpoint) -> None:
    """Choose a picture file, and see what becomes of it."""
    _show(checkpoint, choose())


@scaffold.fragment
def photograph(checkpoint: Checkpoint) -> None:
    """The same with a photo taken now."""
    _show(checkpoint, st.camera_input("A digit on paper", key="your_digit_camera"))


def _show(checkpoint: Checkpoint, file: UploadedFile | None) -> None:
    if file is None:
        _forget()
        st.caption(
            "Dark on light or light on dark, a scan, a photo or a drawing. It stays in memory, and "
            "only for this visit."
        )
        return
    from aecore.ui.pages.your_digit import (
        interpretation,  # needs torch, over a second: after the first screen
    )

    left, right = st.columns([2, 3], gap="large")
    with right:
        settings = _corrections(file.file_id)
    reading = _read(file, settings)
    with left:
        number = _choose(reading)
    chosen = reading.digits[number]
    with right:
        _steps(chosen)
    if len(reading.digits) > 1:
        _rows(checkpoint, reading.digits)
    interpretation.show(checkpoint, chosen.digit.reshape(-1), on_map=True, read=chosen)


def _forget() -> None:
    """The visitor has taken the picture away: keep nothing of it."""
    for key in (_OPENED, _READING):
        st.session_state.pop(key, None)


def _corrections(file_id: str) -> Settings:
    """What the visitor wants read otherwise; every file begins anew."""
    from aecore.digits.reader import Settings

    with st.expander("Read wrongly? Correct it by hand", icon=":material/tune:"):
        invert = st.segmented_control(
            "Ink",
            _INVERT,
            default="auto",
            required=True,
            key=f"your_digit_invert_{file_id}",
            format_func=_INVERT.get,
        )
        rotate = st.segmented_control(
            "Turned clockwise",
            (0, 90, 180, 270),
            default=0,
            required=True,
            key=f"your_digit_rotate_{file_id}",
            format_func="{}°".format,
        )
        pick = st.segmented_control(
            "Things found",
            _PICK,
            default="all",
            required=True,
            key=f"your_digit_pick_{file_id}",
            format_func=_PICK.get,
        )
        by_hand = st.toggle("Set the threshold", key=f"your_digit_by_hand_{file_id}")
        threshold = None
        if by_hand:
            last = st.session_state.get(_READING)
            threshold = st.slider(
                "Ink is what is stronger than this share of the strongest",
                0.01,
                0.99,
                min(max(last[1].threshold, 0.01), 0.99) if last else 0.5,
                0.01,
                key=f"your_digit_threshold_{file_id}",
            )
    return Settings(invert=invert, rotate=rotate, pick=pick, threshold=threshold)


def _read(file: UploadedFile, settings: Settings) -> Reading:
    """The digits of a file; what this visit has opened and read last is not read again."""
    from aecore.digits.reader import read

    opened = st.session_state.get(_OPENED)
    if opened is None or opened[0] != file.file_id:
        _forget()
        opened = (file.file_id, open_picture(file.getvalue(), name=file.name))
        st.session_state[_OPENED] = opened
    key = (file.file_id, settings)
    kept = st.session_state.get(_READING)
    if kept is None or kept[0] != key:
        with st.spinner("Looking for digits…"):
            kept = (key, read(opened[1], settings))
        st.session_state[_READING] = kept
    return kept[1]


def _choose(reading: Reading) -> int:
    """Show the picture with what was found in it; which of several digits to look at."""
    boxes = [each.box for each in reading.digits]
    st.html(
        html_parts.boxed(html_parts.photo(reading.picture, "your picture, upright and gray"), boxes)
    )
    if len(boxes) == 1:
        return 0
    chosen = st.pills(
        "Look closer at digit",
        range(len(boxes)),
        default=0,
        required=True,
        key=f"your_digit_number_{len(boxes)}",
        format_func=lambda number: str(number + 1),
    )
    return min(chosen, len(boxes) - 1)


def _steps(digit: FoundDigit) -> None:
    st.subheader("From your picture to a digit", anchor=False)
    st.html(
        html_parts.cards(
            [html_parts.picture(square(step.image), step.name) for step in digit.steps],
            [f"{number}. {step.name}" for number, step in enumerate(digit.steps, 1)],
            [step.reason for step in digit.steps],
            width=150,
        )
    )


def _rows(checkpoint: Checkpoint, digits: Sequence[FoundDigit]) -> None:
    st.subheader(
        f"{len(digits)} digits, and what {escape(checkpoint.name)} makes of them",
        anchor=False,
    )
    from aecore.ui.pages.your_digit import interpretation

    images = np.stack([each.digit.reshape(-1) for each in digits])  # (B, 784)
    verdicts = interpretation.judge_all(checkpoint, images, digits)
    st.html(
        html_parts.cards(
            [
                html_parts.pair(
                    html_parts.picture(digit, f"digit {number}"),
                    html_parts.picture(verdict.output, f"digit {number} by {checkpoint.name}"),
                )
                for number, (digit, verdict) in enumerate(zip(images, verdicts, strict=True), 1)
            ],
            [
                f"{number}: {verdict.vote if verdict.looks_like_a_digit else 'no digit?'}"
                for number, verdict in enumerate(verdicts, 1)
            ],
            [
                f"MSE {verdict.mse:.4f}, larger than {verdict.error_percentile:.0f}%"
                for verdict in verdicts
            ],
            width=172,
        )
    )
