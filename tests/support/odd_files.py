"""Odd, damaged and hostile picture files, by name: what people and the internet send."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, PngImagePlugin

ORIENTATION = 0x0112


def draw(side: int = 200, *, ink: int = 20, paper: int = 235) -> Image.Image:
    """A 7 with a foot: no symmetry, so that every turn shows. Drawn large, then smoothed."""
    big = Image.new("L", (2 * side, 2 * side), paper)
    points = [(60, 60), (130, 50), (90, 150), (115, 150)]
    place = [(x * side / 100, y * side / 100) for x, y in points]
    ImageDraw.Draw(big).line(place, fill=ink, width=round(16 * side / 100), joint="curve")
    return big.resize((side, side), Image.Resampling.BOX)


def encode(picture: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


# --- built by hand ---


def chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header is right and whose pixels are missing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", b""), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_with_text_bomb() -> bytes:
    plain = encode(draw(), "PNG")
    bomb = chunk(b"zTXt", b"bomb\0\0" + zlib.compress(bytes(10 * 2**20)))
    return plain[:33] + bomb + plain[33:]


def png_of_zeros(width: int, height: int, kind: int = 6, depth: int = 8) -> bytes:
    """A whole PNG of (by default) RGBA pixels that packs a thousandfold."""
    bytes_each = {0: 1, 2: 3, 3: 1, 6: 4}[kind] * depth // 8
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\0" + bytes(width * bytes_each)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    parts = chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tiff_with_a_tile_of(side: int) -> bytes:
    """64 x 64 pixels in one tile that takes side * side bytes to decode."""
    pixels = b"\x81\xff" * 99
    tags = [(256, 64), (257, 64), (258, 8), (259, 32773), (262, 1), (277, 1)]
    tags += [(322, side), (323, side), (324, 8 + 2 + 10 * 12 + 4), (325, len(pixels))]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + pixels


def jpeg_with_scans(count: int) -> bytes:
    plain = encode(draw(), "JPEG", progressive=True)
    last = plain[plain.rfind(b"\xff\xda") : -2]
    return plain[:-2] + last * count + plain[-2:]


def jpeg_with(part: bytes, count: int) -> bytes:
    """A JPEG that has a part over and over, in front of all others."""
    plain = encode(draw(), "JPEG")
    return plain[:2] + part * count + plain[2:]


def png_with(part: bytes, count: int) -> bytes:
    plain = encode(draw(), "PNG")
    return plain[:33] + part * count + plain[33:]


def gif_of_comments(count: int) -> bytes:
    plain = encode(draw(), "GIF")
    frame = plain.find(b",")
    return plain[:frame] + b"!\xfe" + b"\1x" * count + b"\0" + plain[frame:]


def tiff_of_strips(count: int, *, kind: int = 4) -> bytes:
    """Black, 120 rows of pixels in `count` strips, by numbers of a TIFF's `kind`."""
    tags = [(256, 120), (257, 120), (258, 8), (259, 1), (262, 1), (277, 1), (278, 1)]
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags]
    entries.insert(5, struct.pack("<HHII", 273, kind, count, 8))
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(entries) + bytes(count)


def big_tiff_at(offset: int) -> bytes:
    """A BigTIFF whose first tags are said to lie at an offset."""
    return b"II+\0\x08\0\0\0" + struct.pack("<Q", offset) + bytes(99)


def tiff_that_goes_on_at_its_beginning() -> bytes:
    """A TIFF whose second page is its first."""
    plain = encode(draw(), "TIFF")
    (first,) = struct.unpack("<I", plain[4:8])
    (count,) = struct.unpack("<H", plain[first : first + 2])
    end = first + 2 + 12 * count
    return plain[:end] + struct.pack("<I", first) + plain[end + 4 :]


def gif_claiming(width: int, height: int) -> bytes:
    plain = encode(draw(), "GIF")
    return plain[:6] + struct.pack("<HH", width, height) + plain[10:]


def bmp_claiming(width: int, height: int) -> bytes:
    plain = encode(draw(), "BMP")
    return plain[:18] + struct.pack("<ii", width, height) + plain[26:]


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("digit.png", encode(draw(), "PNG"))
    return file.getvalue()


def with_exif(entry: bytes) -> bytes:
    """A JPEG whose EXIF says of the orientation what `entry` does: type, count and value."""
    tag = struct.pack(">H", ORIENTATION) + entry
    return encode(draw(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + tag + bytes(4))


def broken_exif() -> bytes:
    return encode(draw(), "JPEG", exif=b"Exif\0\0II*\0" + b"\xff" * 40)


def float_tiff(fill: Callable[[np.ndarray], None]) -> bytes:
    values = np.asarray(draw(), dtype=np.float32) / 255
    values = values.copy()
    fill(values)
    return encode(Image.fromarray(values), "TIFF")


def _nans(values: np.ndarray) -> None:
    values[::9, ::7] = np.nan


def _infinities(values: np.ndarray) -> None:
    values[3, 3], values[4, 4] = np.inf, -np.inf


def _all_nan(values: np.ndarray) -> None:
    values[:] = np.nan


def sixteen_bits() -> Image.Image:
    return Image.fromarray(np.asarray(draw()).astype(np.uint16) * 257)


def transparent() -> Image.Image:
    clear = draw().point(lambda level: 255 - level)
    return Image.merge("LA", (Image.new("L", clear.size, 0), clear))


def white_strokes() -> Image.Image:
    """White where it is opaque, and nothing else: a layer of a drawing program."""
    return Image.merge("LA", (Image.new("L", (200, 200), 255), transparent().getchannel("A")))


def cut_out_of_a_white_sheet() -> Image.Image:
    return Image.merge("LA", (Image.new("L", (200, 200), 255), draw(ink=0, paper=255)))


def animated(kind: str) -> bytes:
    other = Image.new("L", (200, 200), 235)
    return encode(draw(), kind, save_all=True, append_images=[other, other])


def noted() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "x" * 10_000)
    return encode(draw(), "PNG", pnginfo=notes)


# --- the collection ---

DIGITS: dict[str, Callable[[], bytes]] = {
    "a plain PNG": lambda: encode(draw(), "PNG"),
    "white on black": lambda: encode(draw(ink=235, paper=20), "PNG"),
    "one bit": lambda: encode(draw().convert("1", dither=Image.Dither.NONE), "PNG"),
    "16 bits": lambda: encode(sixteen_bits(), "PNG"),
    "16 bits, TIFF": lambda: encode(sixteen_bits(), "TIFF"),
    "a palette": lambda: encode(draw().convert("P"), "PNG"),
    "gray and alpha": lambda: encode(transparent(), "PNG"),
    "RGBA": lambda: encode(transparent().convert("RGBA"), "PNG"),
    "transparent white strokes": lambda: encode(white_strokes(), "PNG"),
    "transparent white strokes, WebP": lambda: encode(white_strokes().convert("RGBA"), "WEBP"),
    "strokes cut out of a white sheet": lambda: encode(cut_out_of_a_white_sheet(), "PNG"),
    "RGBA, WebP": lambda: encode(transparent().convert("RGBA"), "WEBP"),
    "CMYK": lambda: encode(draw().convert("RGB").convert("CMYK"), "JPEG"),
    "CMYK, TIFF": lambda: encode(draw().convert("RGB").convert("CMYK"), "TIFF"),
    "progressive JPEG": lambda: encode(draw(), "JPEG", progressive=True),
    "a poor JPEG": lambda: encode(draw(), "JPEG", quality=12),
    "animated GIF": lambda: animated("GIF"),
    "animated WebP": lambda: animated("WEBP"),
    "animated PNG": lambda: animated("PNG"),
    "a TIFF of several pages": lambda: animated("TIFF"),
    "a TIFF whose second page is its first": tiff_that_goes_on_at_its_beginning,
    "LZW TIFF": lambda: encode(draw(), "TIFF", compression="tiff_lzw"),
    "float TIFF": lambda: float_tiff(lambda values: None),
    "float TIFF with NaN": lambda: float_tiff(_nans),
    "infinities": lambda: float_tiff(_infinities),
    "EXIF of no orientation": lambda: with_exif(struct.pack(">HIHH", 3, 1, 77, 0)),
    "EXIF with text for orientation": lambda: with_exif(struct.pack(">HI", 2, 3) + b"up\0\0"),
    "broken EXIF": broken_exif,
    "a huge ICC profile": lambda: encode(draw(), "JPEG", icc_profile=bytes(3 * 2**20)),
    "a broken ICC profile": lambda: encode(draw(), "PNG", icc_profile=b"no profile"),
    "long notes": noted,
    "bytes behind the end": lambda: encode(draw(), "PNG") + b"behind" * 9999,
    "several megapixels": lambda: encode(draw(3000), "JPEG"),
    "a few scans": lambda: jpeg_with_scans(3),
    "a few notes": lambda: jpeg_with(b"\xff\xfe\0\4no", 300),
    "some padding": lambda: jpeg_with(b"\xff", 2_000),
    "a PNG in many chunks": lambda: png_with(chunk(b"abCd", b""), 9_000),
    "a plain tile": lambda: encode(draw(), "TIFF", compression="packbits"),
}
"""Each is the 7 of `draw`."""

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty"),
    "text": (lambda: b"not a picture at all", "not a PNG"),
    "HTML": (lambda: b"<!DOCTYPE html><html><body>404</body></html>", "not a PNG"),
    "SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><text>7</text></svg>", "SVG"),
    "PDF": (lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "PDF"),
    "a zip": (zipped, "not a PNG"),
    "another kind of picture": (lambda: encode(draw(), "PPM"), "not a PNG"),
    "PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n", "not a PNG"),
    "an icon": (lambda: encode(draw(), "ICO"), "not a PNG"),
    "HEIC": (lambda: b"\0\0\0\x18ftypheic" + bytes(99), "HEIC.*JPEG"),
    "AVIF": (lambda: b"\0\0\0\x18ftypavif" + bytes(99), "AVIF.*JPEG"),
    "heavy": (lambda: bytes(20 * 2**20 + 1), "20.0 MiB"),
    "too many pixels": (lambda: png_claiming(10_000, 5_001), "10,000 x 5,001"),
    "a bomb": (lambda: png_claiming(20_000, 20_000), "50 megapixels"),
    "a larger bomb": (lambda: png_claiming(60_000, 60_000), "50 megapixels"),
    "a GIF bomb": (lambda: gif_claiming(65_535, 65_535), "50 megapixels"),
    "a BMP bomb": (lambda: bmp_claiming(30_000, 30_000), "50 megapixels"),
    "a sliver": (lambda: png_claiming(1, 50_000_000), "1 x 50,000,000"),
    "truncated": (lambda: encode(draw(), "PNG")[:-400], "damaged"),
    "a truncated JPEG": (lambda: encode(draw(), "JPEG")[:-900], "damaged"),
    "a TIFF with a damaged count": (lambda: tiff_of_strips(200_001)[:999], "damaged"),
    "a BigTIFF with an offset of 64 bits": (lambda: big_tiff_at(2**64 - 1), "damaged"),
    "a BigTIFF with an offset of 63 bits": (lambda: big_tiff_at(2**63 - 1), "damaged"),
    "a TIFF with tags behind its end": (lambda: b"II*\0\xff\xff\xff\xff" + bytes(99), "damaged"),
    "a BigTIFF of the other byte order": (
        lambda: b"MM\0+\0\x08\0\0" + struct.pack(">Q", 2**64 - 2) + bytes(99),
        "damaged",
    ),
    "a truncated WebP": (lambda: encode(draw(), "WEBP")[:-200], "damaged"),
    "the beginning of a WebP": (lambda: encode(draw(), "WEBP")[:30], "damaged"),
    "only a beginning": (lambda: encode(draw(), "PNG")[:20], "damaged"),
    "a text bomb": (png_with_text_bomb, "damaged"),
    "a tile bomb": (lambda: tiff_with_a_tile_of(30_000), "tiles have 900,000,000"),
    "a scan bomb": (lambda: jpeg_with_scans(501), "scans"),
    "a JPEG of padding": (lambda: jpeg_with(b"\xff", 60_000), "parts"),
    "a JPEG of empty notes": (lambda: jpeg_with(b"\xff\xfe\0\2", 60_000), "parts"),
    "a JPEG of EXIF": (lambda: jpeg_with(b"\xff\xe1\0\x08Exif\0\0", 11), "parts"),
    "a PNG of empty chunks": (lambda: png_with(chunk(b"abCd", b""), 60_000), "parts"),
    "a PNG of profiles": (lambda: png_with(chunk(b"iCCP", b"a\0\0"), 11), "parts"),
    "a GIF of comments": (lambda: gif_of_comments(60_000), "parts"),
    "a TIFF of strips": (lambda: tiff_of_strips(200_001), "parts"),
    "a TIFF of strips, in bytes": (lambda: tiff_of_strips(200_001, kind=1), "parts"),
    "a large WebP": (
        lambda: encode(Image.new("L", (5_000, 4_100), 255), "WEBP", quality=1),
        "5,000 x 4,100.*JPEG",
    ),
}
"""Each gives one message with these words."""

BLANK: dict[str, Callable[[], bytes]] = {
    "one pixel": lambda: encode(Image.new("L", (1, 1), 9), "PNG"),
    "a row": lambda: encode(Image.new("L", (300, 1), 255), "PNG"),
    "a column": lambda: encode(Image.new("L", (1, 300), 255), "PNG"),
    "a white sheet": lambda: encode(Image.new("RGB", (640, 480), "white"), "JPEG"),
    "nothing but NaN": lambda: float_tiff(_all_nan),
    "all transparent": lambda: encode(Image.new("RGBA", (90, 90), (0, 0, 0, 0)), "PNG"),
}
"""Each is read, and may hold no ink."""
