"""Mutations of valid content: of any bytes, and of texts.

A mutation takes the content of a file and a generator, and returns other content.
"""

from __future__ import annotations

import json
import random
import re
import struct
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aecore.lessons.pages import ANY_PAGE

Mutation = Callable[[bytes, random.Random], bytes]

INTEGERS = [0, 1, 2, 3, 7, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 10**6, 10**9]
INTEGERS += [
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**32,
    2**53,
    2**63 - 1,
    2**63,
    2**64 - 1,
    -1,
    -2,
    -(2**31),
]
NUMBERS = [str(each) for each in INTEGERS]
NUMBERS += [
    "-0",
    "0.5",
    "1e308",
    "1e309",
    "-1e309",
    "nan",
    "inf",
    "-inf",
    "1e-320",
    "9" * 400,
    "",
    "x",
]
_TEXTS = [
    "",
    "x",
    "nan",
    "0",
    "../x",
    "\0",
    "\ud800",
    "é",
    "<b>",
    "$x$",
    "a" * 5_000,
    "\n",
    "٣",
    "²",
]
_TEXTS += ["done", "running", "cpu", "plane", "%s", "{}", "None"]
_VALUES: list[Any] = [None, True, False, [], {}, [[]], [None], {"": None}, *INTEGERS, *_TEXTS]
_VALUES += [0.5, -0.5, 1e308, float("nan"), float("inf"), 10**400, [0] * 3_000, {"z": [1]}]


def in_bytes(content: bytes, rng: random.Random) -> bytes:
    """Change some bytes anywhere, more often at either end, where headers and tables lie."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        _change(changed, rng)
    return bytes(changed)


def _change(content: bytearray, rng: random.Random) -> None:
    size = len(content)
    at = rng.choice((rng.randrange(size + 1), min(size, rng.randrange(200)), max(0, size - 200)))
    count = rng.choice((1, 2, 3, 4, 8, 32, 500))
    kind = rng.randrange(8)
    if kind == 0 and at < size:
        content[at] ^= 1 << rng.randrange(8)
    elif kind == 1 and at < size:
        content[at] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
    elif kind == 2:
        form = rng.choice("<>") + rng.choice("HIQ")
        value = rng.choice(INTEGERS) % (1 << 8 * struct.calcsize(form))
        content[at : at + struct.calcsize(form)] = struct.pack(form, value)
    elif kind == 3:
        del content[at : at + count]
    elif kind == 4:
        content[at:at] = rng.randbytes(count)
    elif kind == 5:
        content[at:at] = content[at : at + count] * rng.choice((1, 2, 50))
    elif kind == 6:
        other = rng.randrange(size + 1)
        content[at : at + count] = content[other : other + count]
    else:
        del content[at:]


def in_numbers(content: bytes, rng: random.Random) -> bytes:
    """Change some of the numbers written in a text."""
    places = list(re.finditer(rb"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", content[:100_000]))
    for place in sorted(rng.sample(places, min(len(places), rng.choice((1, 1, 3)))), reverse=True,
                        key=lambda each: each.start()):  # fmt: skip
        content = content[: place.start()] + rng.choice(NUMBERS).encode() + content[place.end() :]
    return content


def in_lines(content: bytes, rng: random.Random) -> bytes:
    """Remove, repeat, swap or join lines of a text."""
    lines = content.split(b"\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(5)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines[at:at] = [lines[other]] * rng.choice((1, 2, 1_000))
    elif kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        lines[at] += rng.choice((b",", b'"', b"\0", b"\r", b" = ", b"[[x]]", b"#", b"'''"))
    else:
        lines[at] = lines[at].replace(b",", rng.choice((b";", b"", b"\n", b",,")))
    return b"\n".join(lines)


def in_json(content: bytes, rng: random.Random) -> bytes:
    """Change some values of a JSON text, its keys, or its lists' lengths."""
    try:
        value = json.loads(content)
    except ValueError:
        return in_bytes(content, rng)
    for _ in range(rng.choice((1, 1, 2, 5))):
        value = _change_value(value, rng)
    return json.dumps(value).encode()


def _change_value(value: Any, rng: random.Random) -> Any:
    keys = (
        list(value)
        if isinstance(value, dict)
        else list(range(len(value)))
        if isinstance(value, list)
        else []
    )
    if not keys or rng.random() < 0.1:
        if isinstance(value, str) and value[:1] in "{[" and rng.random() < 0.9:
            return in_json(value.encode(errors="surrogatepass"), rng).decode(
                errors="replace"
            )  # JSON within JSON
        return rng.choice(_VALUES)
    key = rng.choice(keys)
    kind = rng.randrange(12)
    if kind == 0:
        del value[key]
    elif kind == 1 and isinstance(value, dict):
        value[rng.choice(_TEXTS)] = value.pop(key)
    elif kind == 1:
        value[key:key] = [value[key]] * rng.choice((1, 3, 1_000))
    elif kind == 2:
        value[key] = [value[key]]
    elif kind == 3:
        value[key] = str(value[key])
    elif kind == 4 and isinstance(value[key], (int, float)):
        value[key] = rng.choice((-value[key], value[key] * 2, value[key] + 0.5, bool(value[key])))
    else:
        value[key] = _change_value(value[key], rng)
    return value


def in_query(content: bytes, rng: random.Random) -> bytes:
    """Change the value of one of an address's parameters, its name, or repeat it."""
    pairs = parse_qsl(content.decode(errors="replace"), keep_blank_values=True) or [("model", "x")]
    at = rng.randrange(len(pairs))
    name, value = pairs[at]
    kind = rng.randrange(6)
    if kind == 0:
        pairs.append((rng.choice(_PARAMETERS), value))
    elif kind == 1:
        pairs.append((rng.choice(_PARAMETERS), rng.choice([*NUMBERS, *_TEXTS])))
    elif kind == 2:
        pairs[at] = name, value + rng.choice((",", "_", "0", " ", ",1")) * rng.choice((1, 40))
    else:
        pairs[at] = name, rng.choice([*NUMBERS, *_TEXTS])
    return urlencode(pairs, errors="replace").encode()


_PARAMETERS = [*sorted(ANY_PAGE.parameters), "lesson", "step", "hide", "present", "nobody"]
