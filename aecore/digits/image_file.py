"""Open picture files from outside; whatever is wrong with one ends in one `PictureError`."""

from __future__ import annotations

import io
import logging
import math
import re
import struct

import numpy as np
from PIL import ExifTags, Image

from aecore.errors import PictureError

logger = logging.getLogger(__name__)

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 50_000_000
MAX_WEBP_PIXELS = 20_000_000
"""Pillow holds 15 bytes for each pixel of a WebP at once."""
MAX_SIDE = 30_000
"""Longer pictures are slivers: at most 1,666 pixels wide, and no digit looks like that."""
MAX_SCANS = 500
"""Each scan of a progressive JPEG costs a pass over the whole picture, for as little as 59 bytes
in the file. Photos have about 10; a film kept behind the photo adds one per 64 KiB by chance."""
MAX_READS = 50_000
"""Pillow reads the parts of a file one by one, a padding byte or an empty comment too: 20 MiB of
them took half a minute. A file of 20 MiB in the 8 KiB that PNGs are cut into takes 10,000."""
MAX_NOTES = 10
"""Each color profile of a PNG is unpacked, each EXIF note of a JPEG copied with all before it: a
file full of them took minutes."""
MAX_PIECES = 200_000
"""Pillow lists a TIFF's strips or tiles one by one: 50 megapixels in tiles of 16 x 16."""
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
FORMAT_NAMES = "PNG, JPEG, WebP, BMP, GIF or TIFF"
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
_OTHER_SUFFIXES = (".heic", ".heif", ".avif", ".svg")
_SIGNATURE = re.compile(
    rb"\x89PNG|\xff\xd8\xff|RIFF....WEBP|BM....\0{4}|GIF8|II[*+]\0|MM\0[*+]"
    rb"|....ftyp(?:hei|hev|mif1|msf1|avi)",
    re.DOTALL,
)

WORKING_SIDE = 1024
MIN_VISIBLE = 10
"""What differs by fewer levels of 255 over white cannot be seen there."""

_BYTES = (1, 2, 6, 7)
"""Kinds of TIFF tags that come in one lump, as notes and profiles do, but for..."""
_LISTS = (258, 273, 279, 320, 324, 325, 338, 339)
"""...what Pillow goes through one by one: bits, strips, colors, tiles, kinds of samples."""
_TOO_MANY_PARTS = "the file has so many parts that it takes too long. Save it again as PNG."


def open_picture(data: bytes, *, name: str = "picture") -> np.ndarray:
    """Read the first frame of a picture file, upright, with transparency over white.

    Where nothing can be seen over white, as of white strokes, it is laid over black.

    Parameters
    ----------
    data : bytes
        A whole PNG, JPEG, WebP, BMP, GIF or TIFF file of at most 20 MiB and 50 megapixels (WebP:
        20, as its decoder needs 15 bytes for each).
    name : str
        What messages call the picture.

    Returns
    -------
    ndarray of shape (H, W) or, in color, (H, W, 3)
        float32 in 0..1, shrunk to at most 1024 pixels on the longer side.

    Raises
    ------
    PictureError
        If the file is empty, too large, damaged or of another kind.
    """
    try:
        return _decode(data)
    except Exception as error:  # decoders raise whatever they stumble over
        logger.info("%s cannot be decoded", _printable(name), exc_info=True)
        raise PictureError(f"{_printable(name) or 'picture'}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Return what is wrong with a file, and what to do, from what reading it has raised."""
    if isinstance(error, PictureError):
        return str(error)
    if isinstance(error, Image.UnidentifiedImageError):
        return f"not a {FORMAT_NAMES} picture, or its beginning is damaged. Save it as PNG or JPEG."
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return _too_large("its header claims far more")
    detail = _printable(str(error)) or type(error).__name__
    return f"the file is damaged or of an unusual kind ({detail}). Save it again as PNG or JPEG."


def _decode(data: bytes) -> np.ndarray:
    """Check a file and return its pixels, as `open_picture` does."""
    if not data:
        raise PictureError(f"the file is empty. Choose a {FORMAT_NAMES} picture.")
    if len(data) > MAX_BYTES:
        raise PictureError(
            f"{len(data) / 2**20:.1f} MiB is more than the limit of {MAX_BYTES // 2**20} MiB. "
            "Save it smaller."
        )
    _check_kind(data)
    _check_parts(data)
    with Image.open(_LimitedFile(data), formats=FORMATS) as picture:
        _check_size(picture)
        _check_effort(picture, data)
        picture.draft(None, (WORKING_SIDE, WORKING_SIDE))
        picture.load()
        pixels = _shrunk(picture)
        # After load(): PNG may keep EXIF behind the pixels, and Pillow turns TIFF files itself.
        return _upright(pixels, picture.getexif().get(ExifTags.Base.Orientation, 1))


def is_picture(name: str, start: bytes) -> bool:
    """Return whether a file is a picture by its name or its first bytes, even if it is unreadable.

    Parameters
    ----------
    name : str
    start : bytes
        The first 16 or more.
    """
    return name.lower().endswith((*SUFFIXES, *_OTHER_SUFFIXES)) or bool(_SIGNATURE.match(start))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()[:80]


def _check_kind(data: bytes) -> None:
    """Refuse the kinds that people try most besides those that can be read, by their names."""
    start = data[:1024].lstrip()
    if data[4:8] == b"ftyp":
        kind = "an AVIF" if data[8:12] in (b"avif", b"avis") else "a HEIC (or video)"
        raise PictureError(
            f"{kind} file cannot be read here. Export it as JPEG first; an iPhone takes JPEG with "
            "Settings > Camera > Formats > Most Compatible."
        )
    for kind, matches in (("a PDF", start[:5] == b"%PDF-"), ("an SVG", b"<svg" in start)):
        if matches:
            raise PictureError(
                f"{kind} file holds vector graphics, not pixels. Export it as PNG, or take a "
                "screenshot of it."
            )


class _LimitedFile(io.BytesIO):
    """A file in memory that is read only so many times."""

    reads_left = MAX_READS

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads_left -= 1
        if self.reads_left < 0:
            raise PictureError(_TOO_MANY_PARTS)
        return super().read(size)


def _check_parts(data: bytes) -> None:
    """Refuse too many notes and too long lists before anything is opened."""
    notes = max(data.count(mark) for mark in (b"iCCP", b"Exif\0\0"))
    if notes > MAX_NOTES or _longest_list(data) > MAX_PIECES:
        raise PictureError(_TOO_MANY_PARTS)


def _longest_list(data: bytes) -> int:
    """Return the length of the longest list among a TIFF's first tags; 0 for other files."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        return 0
    longest = 0
    try:
        big = struct.unpack_from(f"{order}H", data, 2) == (43,)
        start, count, entry = ("8xQ", "Q", "HHQ8x") if big else ("4xI", "H", "HHI4x")
        (at,) = struct.unpack_from(order + start, data)
        (tags,) = struct.unpack_from(order + count, data, at)
        at += struct.calcsize(order + count)
        for _ in range(tags):
            tag, kind, length = struct.unpack_from(order + entry, data, at)
            # What is longer than the file is damage, as Pillow will say.
            if length <= len(data) and (kind not in _BYTES or tag in _LISTS):
                longest = max(longest, length)
            at += struct.calcsize(order + entry)
    except struct.error:
        pass  # it ends too early: damage, too
    return longest


def _too_large(size: str) -> str:
    return (
        f"{size}; the limit is {MAX_PIXELS // 10**6} megapixels and {MAX_SIDE:,} pixels a side. "
        "Save it smaller."
    )


def _check_size(picture: Image.Image) -> None:
    """Refuse pictures that are too large by their header, before any pixel is decoded."""
    width, height = picture.size
    if min(width, height) < 1:
        raise PictureError(f"{width} x {height} pixels hold no picture. Choose another.")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise PictureError(_too_large(f"it has {width:,} x {height:,} pixels"))
    if picture.format == "WEBP" and width * height > MAX_WEBP_PIXELS:
        raise PictureError(
            f"a WebP of {width:,} x {height:,} pixels takes too much memory; the limit is "
            f"{MAX_WEBP_PIXELS // 10**6} megapixels. Save it smaller, or as JPEG."
        )


def _check_effort(picture: Image.Image, data: bytes) -> None:
    """Refuse files that cost far more to decode than their size in pixels suggests."""
    tags = getattr(picture, "tag_v2", {})  # TIFF alone has tags and tiles
    sides = [tags.get(tag, 0) for tag in (ExifTags.Base.TileWidth, ExifTags.Base.TileLength)]
    tile = math.prod(side for side in sides if isinstance(side, int))  # text where it is damaged
    if tile > MAX_PIXELS:
        raise PictureError(_too_large(f"its tiles have {tile:,} pixels"))
    if picture.format in ("JPEG", "MPO") and data.count(b"\xff\xda") > MAX_SCANS:
        raise PictureError(
            f"a JPEG with more than {MAX_SCANS} scans takes too long to read. Save it as PNG."
        )


def _upright(pixels: np.ndarray, orientation: object) -> np.ndarray:
    """Turn pixels (H, W) or (H, W, 3) as EXIF says; values other than 1 to 8 say nothing."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def _shrunk(picture: Image.Image) -> np.ndarray:
    """Return pixels in 0..1, (H, W) or (H, W, 3), at most 1024 pixels long.

    Band by band: a second full-size copy of 50 megapixels would take 200 MB.
    """
    width, height = picture.size
    factor = math.ceil(max(width, height) / WORKING_SIDE)
    rows = factor * max(1, 2**20 // (width * factor))
    bands = [
        _reduced(picture.crop((0, top, width, min(top + rows, height))), factor)
        for top in range(0, height, rows)
    ]
    pixels = np.concatenate(bands)
    if not _is_deep(picture.mode) and picture.has_transparency_data:
        pixels = _on_paper(pixels)
    return _to_unit(pixels, picture.mode)


def _on_paper(pixels: np.ndarray) -> np.ndarray:
    """Lay pixels (H, W, 4), colors times opacity and opacity in 0..255, over paper: (H, W, 3)."""
    colors, clear = pixels[..., :3], 255 - pixels[..., 3:]
    over_white = colors + clear
    return over_white if np.ptp(over_white) >= MIN_VISIBLE else colors


def _reduced(band: Image.Image, factor: int) -> np.ndarray:
    """Average squares of pixels; float32 in the band's own levels.

    What may be transparent has four channels: colors times opacity, and the opacity.
    """
    if _is_deep(band.mode):
        values = np.nan_to_num(np.asarray(band, dtype=np.float32), posinf=0, neginf=0)
        band = Image.fromarray(np.clip(values, -1e30, 1e30))  # so that sums stay finite
    elif band.has_transparency_data:
        band = band.convert("RGBA").convert("RGBa")
    elif band.mode in ("1", "L"):
        band = band.convert("L")
    else:
        band = band.convert("RGB")
    return np.asarray(band.reduce(factor), dtype=np.float32)


def _is_deep(mode: str) -> bool:
    """Return whether pixels have more than 8 bits, of one channel."""
    return mode in ("I", "F") or mode.startswith("I;16")


def _to_unit(values: np.ndarray, mode: str) -> np.ndarray:
    """Divide by the white of the mode; for I and F, which have none, the least that fits."""
    if mode.startswith("I;16"):
        return values / 65535
    if not _is_deep(mode):
        return values / 255
    low, high = float(values.min()), float(values.max())
    for white in (1, 255, 65535):
        if low >= 0 and high <= white:
            return values / np.float32(white)
    return (values - np.float32(low)) / np.float32(high - low or 1)
