"""Mutations of what the parts of a format mean.

Those of a container, as `in_zip`, take the mutation of what is within.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import struct
import zipfile
import zlib

from tests.fuzz.mutations import INTEGERS, NUMBERS, Mutation, in_bytes, in_json, in_numbers


def in_gzip(inner: Mutation) -> Mutation:
    """Return a mutation of what is compressed."""

    def mutate(content: bytes, rng: random.Random) -> bytes:
        return gzip.compress(inner(gzip.decompress(content), rng), 1)

    return mutate


def in_zip(inner: Mutation) -> Mutation:
    """Return a mutation of one member of an archive, or of a member's name."""

    def mutate(content: bytes, rng: random.Random) -> bytes:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        name = rng.choice(list(members))
        kind = rng.randrange(6)
        if kind == 0:
            del members[name]
        elif kind == 1:
            members[rng.choice(NAMES)] = members.pop(name)
        elif kind == 2:
            members[name] = members[rng.choice(list(members))]
        else:
            members[name] = inner(members[name], rng)
        file = io.BytesIO()
        method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
        with zipfile.ZipFile(file, "w", method) as archive:
            for name, value in members.items():
                archive.writestr(name or "x", value)
        return file.getvalue()

    return mutate


NAMES = [
    "../../x.png",
    "/etc/x.png",
    "a" * 300 + ".png",
    "\ud800.png".encode("utf-8", "replace").decode(),
    "x\ny.png",
]
NAMES += [
    "CON.png",
    ".png",
    "..",
    "train/x.png",
    "test/7/x.png",
    "x_test.npy",
    "classes.npy",
    "y.npy",
    "é.png",
]
NAMES += [
    "a/b/c/d/e.png",
    "x.csv",
    "x.parquet",
    "t10k-labels-idx1-ubyte",
    "x/",
    "C:\\x.png",
    "x.zip",
    " ",
    "\x07.png",
]
"""Names of files as nobody should send them, and such as mean something else."""


def in_npy(content: bytes, rng: random.Random) -> bytes:
    """Change type, shape or order in the header of an array, its values or its length."""
    at = content.find(b"}")
    if at < 0 or rng.random() < 0.2:
        return in_bytes(content, rng)
    header, body = content[10 : at + 1].decode("latin-1"), content[at + 1 :].split(b"\n", 1)[-1]
    kind = rng.randrange(5)
    if kind == 0:
        types = [
            "|O",
            "<f8",
            ">f4",
            "<f2",
            "|b1",
            "<c16",
            "<U4",
            "<U999999999",
            "|S0",
            "|V8",
            "<M8[s]",
            "<i8",
            ">u2",
            "<f16",
        ]
        header = re.sub(r"'descr': '[^']*'", f"'descr': '{rng.choice(types)}'", header)
    elif kind == 1:
        sizes = ", ".join(
            rng.choice([*NUMBERS[:27], "28", "1", "3", "40"]) for _ in range(rng.randrange(6))
        )
        header = re.sub(r"\([^)]*\)", f"({sizes},)" if sizes else "()", header)
    elif kind == 2:
        header = header.replace("False", "True")
    elif kind == 3:
        header = in_numbers(header.encode("latin-1"), rng).decode("latin-1")
    else:
        body = in_bytes(body or b"\0", rng)
    text = header.encode("latin-1") + b"\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", min(len(text), 65535)) + text + body


def in_safetensors(content: bytes, rng: random.Random) -> bytes:
    """Change the header of a safetensors file, the texts in its metadata, or its arrays."""
    (length,) = struct.unpack("<Q", content[:8])
    header, body = content[8 : 8 + length], bytearray(content[8 + length :])
    kind = rng.randrange(4)
    if kind == 0:
        at = rng.randrange(max(1, len(body) - 8)) & ~3
        values = (float("nan"), float("inf"), -1.0, 1e30, 0.0)
        body[at : at + 4] = struct.pack("<f", rng.choice(values))
    elif kind == 1:
        values = json.loads(header)
        texts = values.get("__metadata__", {})
        if texts:
            name = rng.choice(list(texts))
            texts[name] = in_json(texts[name].encode(), rng).decode(errors="replace")
        header = json.dumps(values).encode()
    elif kind == 2:
        header = in_json(header, rng)
    else:
        return in_bytes(content, rng)
    return struct.pack("<Q", len(header)) + header + bytes(body)


def in_idx(content: bytes, rng: random.Random) -> bytes:
    """Change the kind, the number of dimensions or a size in the header of an IDX file."""
    at = 4 * rng.randrange(1 + content[3])
    if at == 0:
        return bytes((0, 0, rng.randrange(16), rng.randrange(6))) + content[4:]
    size = rng.choice(INTEGERS) % 2**32
    return content[:at] + struct.pack(">I", size) + content[at + 4 :]


def in_png(content: bytes, rng: random.Random) -> bytes:
    """Change, repeat, move or drop a chunk of a PNG; its checksum is right."""
    chunks, at = [], 8
    while at + 8 <= len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + size]))
        at += 12 + size
    number = rng.randrange(len(chunks))
    kind, body = chunks[number]
    action = rng.randrange(6)
    if action == 0:
        chunks.insert(rng.randrange(len(chunks)), chunks.pop(number))
    elif action == 1:
        chunks[number:number] = [chunks[number]] * rng.choice((1, 20))
    elif action == 2:
        others = (
            b"PLTE",
            b"tRNS",
            b"iCCP",
            b"zTXt",
            b"iTXt",
            b"eXIf",
            b"acTL",
            b"fdAT",
            b"gAMA",
            b"pHYs",
        )
        extra = rng.choice((rng.randbytes(rng.randrange(40)), body, zlib.compress(bytes(10**6))))
        chunks.insert(rng.randrange(len(chunks)), (rng.choice(others), extra))
    elif kind == b"IDAT" and action < 5:
        with_pixels = zlib.decompressobj().decompress(body)
        chunks[number] = kind, zlib.compress(in_bytes(with_pixels or b"\0", rng))
    else:
        chunks[number] = kind, in_bytes(body or b"\0", rng)
    return content[:8] + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def in_tiff(content: bytes, rng: random.Random) -> bytes:
    """Change kind, count or value of one of a TIFF's first tags, or make another tag of it."""
    order = "<" if content[:2] == b"II" else ">"
    (at,) = struct.unpack(order + "I", content[4:8])
    (count,) = struct.unpack(order + "H", content[at : at + 2])
    place = at + 2 + 12 * rng.randrange(max(1, count))
    tag, kind, length, value = struct.unpack(order + "HHII", content[place : place + 12])
    field = rng.randrange(4)
    if field == 0:
        tag = rng.choice(
            (
                254,
                256,
                257,
                258,
                259,
                262,
                273,
                277,
                278,
                279,
                284,
                317,
                320,
                322,
                323,
                324,
                325,
                338,
                339,
                34675,
                34665,
            )
        )
    elif field == 1:
        kind = rng.randrange(20)
    elif field == 2:
        length = rng.choice(INTEGERS) % 2**32
    else:
        value = rng.choice([*INTEGERS, 5, 6, 7, 8, 32773, 32946, 34712, 50000]) % 2**32
    entry = struct.pack(order + "HHII", tag, kind, length, value)
    return content[:place] + entry + content[place + 12 :]


def in_places(form: str, *offsets: int) -> Mutation:
    """Return a mutation of a number, formed as `struct` has it, at one of some places."""

    def mutate(content: bytes, rng: random.Random) -> bytes:
        at, size = rng.choice(offsets), struct.calcsize(form)
        value = rng.choice([*INTEGERS, 4, 16, 24, 32]) % (1 << 8 * size)
        return content[:at] + struct.pack(form, value) + content[at + size :]

    return mutate


def in_jpeg(content: bytes, rng: random.Random) -> bytes:
    """Change, repeat or drop a segment of a JPEG before its pixels."""
    segments, at = [], 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        (size,) = struct.unpack(">H", content[at + 2 : at + 4])
        segments.append(content[at : at + 2 + size])
        at += 2 + size
    number = rng.randrange(len(segments))
    action = rng.randrange(4)
    if action == 0:
        del segments[number]
    elif action == 1:
        segments[number:number] = [segments[number]] * rng.choice((1, 5))
    else:
        segment = bytearray(segments[number])
        segment[rng.randrange(1, len(segment))] = rng.choice(
            (0, 1, 2, 3, 4, 255, rng.randrange(256))
        )
        segments[number] = bytes(segment)
    return content[:2] + b"".join(segments) + content[at:]
