"""Pictures of a digit, in the six formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aecore.data.readers.pictures import open_resized
from aecore.digits import reader
from aecore.digits.image_file import open_picture
from tests.fuzz import format_mutations as f
from tests.fuzz.target import Seed, Target
from tests.support import odd_files
from tests.support.odd_files import animated, draw, encode


def _seeds(kind: str) -> Callable[[Path], list[Seed]]:
    def seeds(folder: Path) -> list[Seed]:
        usual = [encode(draw(60), kind), encode(draw(60).convert("RGB"), kind)]
        return [(f"digit.{kind}", content) for content in (*usual, *_unusual(kind))]

    return seeds


def _unusual(kind: str) -> list[bytes]:
    if kind == "PNG":
        modes = (draw(60).convert("P"), odd_files.transparent().resize((60, 60)))
        return [*(encode(picture, kind) for picture in modes), animated(kind)]
    if kind == "JPEG":
        return [odd_files.jpeg_with_scans(2), odd_files.with_exif(b"\0\3\0\0\0\1\0\6\0\0")]
    if kind == "TIFF":
        packed = (encode(draw(60), kind, compression=each) for each in ("tiff_lzw", "packbits"))
        return [*packed, odd_files.float_tiff(lambda values: None)]
    return {
        "WEBP": lambda: [animated(kind), encode(draw(60), kind, lossless=True)],
        "BMP": lambda: [encode(draw(60).convert("1"), kind)],
        "GIF": lambda: [animated(kind)],
    }[kind]()


def _read_picture(name: str, content: bytes, folder: Path) -> None:
    open_resized(content, name, (28, 28, 3))
    reader.read(open_picture(content, name=name))


_MUTATIONS = {
    "PNG": (f.in_png,),
    "JPEG": (f.in_jpeg,),
    "WEBP": (f.in_places("<I", 4, 16), f.in_places("<H", 26, 28)),
    "BMP": (
        f.in_places("<I", 2, 10, 14, 18, 22, 30, 34, 46),
        f.in_places("<H", 26, 28),
    ),
    "GIF": (f.in_places("<H", 6, 8), f.in_places("B", 10, 11, 13)),
    "TIFF": (f.in_tiff,),
}
TARGETS = [
    Target(kind.lower(), _seeds(kind), _read_picture, mutations, names=True, share=1.5)
    for kind, mutations in _MUTATIONS.items()
]
