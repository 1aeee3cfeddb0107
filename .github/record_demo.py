"""Record the README's moving picture: the pointer over the latent space, the digit following.

`make demo` starts the app, moves the pointer along a closed path over the latent space of `plane`
in a real Chromium, and writes what the screen shows there. With MNIST at hand (`AECORE_DATA`) the
dots are its 10,000 test digits.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from playwright.sync_api import Page, sync_playwright
from scipy.interpolate import CubicSpline

from aecore.bench.harness.chromium import ARGUMENTS, RETURNING, find_chromium
from aecore.bench.harness.server import serve

SIZE = {"width": 1400, "height": 1080}
STOPS = [
    (0.50, 0.15), (0.25, 0.38), (0.16, 0.54), (0.33, 0.65), (0.36, 0.84),
    (0.54, 0.76), (0.68, 0.86), (0.72, 0.66), (0.88, 0.53), (0.67, 0.42),
]  # fmt: skip
"""Places on the path, as shares of the plot's width and height: each class comes by."""
FRAMES = 96
FRAME_MS = 90
WIDTH = 760
COLORS = 128
MARGIN = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    with serve("app.py") as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.add_init_script(RETURNING)
        page.goto(f"{app}/?model=plane")
        frames = record(page)
        browser.close()
    write_gif(frames, out)
    print(f"{out}: {len(frames)} frames, {out.stat().st_size:,} bytes")


def record(page: Page) -> list[Image.Image]:
    """Take one picture for each place of the pointer, with the pointer drawn in."""
    page.locator(".aecore-probe").wait_for(state="attached", timeout=120_000)
    page.wait_for_timeout(5000)  # the chart's last layout
    plot = bounds(page, ".aecore-layer")
    chart, digits = bounds(page, ".st-key-latent_map"), bounds(page, ".st-key-live_decoder")
    seen = np.array([*np.minimum(chart[:2], digits[:2]), *np.maximum(chart[2:], digits[2:])])
    seen += [-MARGIN, -MARGIN, MARGIN, MARGIN]
    places = plot[:2] + path() * (plot[2:] - plot[:2])
    for place in places[-3:]:  # the first picture shows a pointer that has come from somewhere
        page.mouse.move(*place)
    return [frame(page, place, seen) for place in places]


def bounds(page: Page, selector: str) -> np.ndarray:
    """Left, top, right and bottom of an element, in px of the page."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return np.array([box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]])


def path() -> np.ndarray:
    """A smooth closed curve through the stops, at one speed, of shape (FRAMES, 2)."""
    spline = CubicSpline(range(len(STOPS) + 1), [*STOPS, STOPS[0]], bc_type="periodic")
    fine = spline(np.linspace(0, len(STOPS), 5000))
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))]
    even = np.linspace(0, length[-1], FRAMES, endpoint=False)
    return np.stack([np.interp(even, length, axis) for axis in fine.T], axis=1)


def frame(page: Page, place: np.ndarray, seen: np.ndarray) -> Image.Image:
    """Move the pointer and return what is seen, with an arrow, as a screenshot has none."""
    page.mouse.move(*place)
    page.wait_for_timeout(100)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.paste(POINTER, (round(place[0]), round(place[1])), POINTER)
    picture = picture.crop(tuple(np.round(seen).astype(int)))
    height = round(picture.height * WIDTH / picture.width)
    return picture.resize((WIDTH, height), Image.Resampling.LANCZOS)


def _pointer() -> Image.Image:
    arrow = Image.new("RGBA", (88, 120))
    shape = [(4, 4), (4, 96), (26, 76), (42, 114), (58, 107), (42, 70), (72, 70)]
    ImageDraw.Draw(arrow).polygon(shape, fill="black", outline="white", width=5)
    return arrow.resize((22, 30))


POINTER = _pointer()


def write_gif(frames: list[Image.Image], out: Path) -> None:
    """One palette for all frames, so that what stands still costs nothing."""
    sample = Image.new("RGB", (frames[0].width, 4 * frames[0].height))
    for index, each in enumerate(frames[:: len(frames) // 4][:4]):
        sample.paste(each, (0, index * each.height))
    palette = sample.quantize(COLORS, dither=Image.Dither.NONE)
    indexed = [each.quantize(palette=palette, dither=Image.Dither.NONE) for each in frames]
    indexed[0].save(
        out, save_all=True, append_images=indexed[1:], duration=FRAME_MS, loop=0, optimize=False
    )


if __name__ == "__main__":
    main()
