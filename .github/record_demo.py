"""Record the README's moving picture: the pointer over the latent space, the digit following.

`python .github/record_demo.py OUT.gif` (or `make demo`) starts the app, moves the pointer along a
closed path over the latent space of `plane` in a real Chromium, and writes what the screen shows.
"""

from __future__ import annotations

import argparse
import io
import math
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from aecore.bench.harness.chromium import ARGUMENTS, find_chromium
from aecore.bench.harness.server import serve

SIZE = {"width": 1180, "height": 760}
FRAMES = 72
FRAME_MS = 90
WIDTH = 760
COLORS = 96


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    with serve("app.py") as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport=SIZE)
        page.goto(f"{app}/?model=plane")
        frames = record(page)
        browser.close()
    write_gif(frames, out)
    print(f"{out}: {len(frames)} frames, {out.stat().st_size:,} bytes")


def record(page: Page) -> list[Image.Image]:
    """Take one picture for each place of the pointer, with the pointer drawn in."""
    plot = page.locator(".st-key-latent_map .nsewdrag").first
    plot.wait_for()
    page.wait_for_function("globalThis.__aecoreLive?.drawn !== undefined")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    return [frame(page, *place(box, step / FRAMES)) for step in range(FRAMES)]


def place(box: dict[str, float], share: float) -> tuple[float, float]:
    """A point of a closed curve that crosses the middle of the plot and its outer groups."""
    turn = 2 * math.pi * share
    x = 0.5 + 0.30 * math.sin(turn)
    y = 0.5 + 0.28 * math.sin(2 * turn + 0.6)
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def frame(page: Page, x: float, y: float) -> Image.Image:
    page.mouse.move(x, y)
    page.wait_for_timeout(60)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    pointer = POINTER.resize((22, 30))
    picture.paste(pointer, (round(x), round(y)), pointer)
    height = round(picture.height * WIDTH / picture.width)
    return picture.resize((WIDTH, height), Image.Resampling.LANCZOS)


def _pointer() -> Image.Image:
    """An arrow, as a screenshot has none."""
    from PIL import ImageDraw

    arrow = Image.new("RGBA", (88, 120))
    shape = [(4, 4), (4, 96), (26, 76), (42, 114), (58, 107), (42, 70), (72, 70)]
    ImageDraw.Draw(arrow).polygon(shape, fill="black", outline="white", width=5)
    return arrow


POINTER = _pointer()


def write_gif(frames: list[Image.Image], out: Path) -> None:
    """One palette for all frames, so that what stands still costs nothing."""
    palette = frames[0].quantize(COLORS, dither=Image.Dither.NONE)
    indexed = [each.quantize(palette=palette, dither=Image.Dither.NONE) for each in frames]
    indexed[0].save(
        out,
        save_all=True,
        append_images=indexed[1:],
        duration=FRAME_MS,
        loop=0,
        optimize=False,
    )


if __name__ == "__main__":
    main()
