"""A digit held before the camera on `/your-digit`: a video in the camera's place."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from aecore.bench.harness.chromium import ARGUMENTS, find_chromium
from aecore.digits.reader import read
from tests.support.browser import download, watched
from tests.support.odd_files import draw

pytest_plugins = ["tests.support.browser"]

RESULT = ".st-key-digit_result"
SEES = "document.querySelector('[data-testid=stCameraInput] video')?.readyState === 4"
"""Before it does, a photo cannot be taken, and the button does nothing."""
SHAPE = (480, 640)


@pytest.fixture(scope="module")
def sheet() -> np.ndarray:
    """A 7 on a sheet of paper, (480, 640) uint8."""
    seven = np.asarray(draw(360))
    gray = np.full(SHAPE, seven[0, 0])
    gray[60:420, 140:500] = seven
    return gray


@pytest.fixture(scope="module")
def camera(chromium, sheet, tmp_path_factory):
    """A profile of a browser whose camera sees the sheet, and may be used."""
    video = tmp_path_factory.mktemp("camera") / "sheet.y4m"
    video.write_bytes(film(sheet))
    found = chromium.browser_type.launch(
        executable_path=find_chromium(),
        args=[
            *ARGUMENTS,
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={video}",
        ],
    )
    yield found.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    found.close()


def film(gray: np.ndarray) -> bytes:
    """Ten frames of one picture as YUV4MPEG2: gray levels, then two small planes of no color."""
    height, width = gray.shape
    head = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode()
    return head + 10 * (b"FRAME\n" + gray.tobytes() + bytes([128]) * (gray.size // 2))


def test_a_photo_taken_now_is_read_and_forgotten_when_it_is_cleared(camera, app, sheet):
    with watched(camera) as page:
        page.goto(f"{app}/your-digit?model=plane")
        page.get_by_text("Camera", exact=True).click()
        page.wait_for_function(SEES)
        page.get_by_role("button", name="Take Photo").click()
        page.locator(RESULT).get_by_text("Denoise your digit").wait_for()

        photographed = np.asarray(Image.open(io.BytesIO(download(page, "28 × 28 PNG"))))

        (wanted,) = read(np.float32(sheet) / 255).digits
        assert np.abs(photographed / 255 - wanted.image).mean() < 0.02
        page.get_by_role("button", name="Clear photo").click()
        page.locator(RESULT).wait_for(state="detached")
