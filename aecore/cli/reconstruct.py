"""The `reconstruct` command: pictures in, one row of facts and one small picture a digit out."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aecore.checkpoints import file as checkpoint_file
from aecore.cli.result import Result
from aecore.config import SHAPE
from aecore.errors import PictureError

if TYPE_CHECKING:
    from aecore.digits.reader import FoundDigit, Settings
    from aecore.recognition.assessment import Verdict

# torch, scikit-image and the like are imported where they are used: `--help` answers at once.

_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
_UNKNOWN: dict[str, Any] = dict.fromkeys(
    (
        *("digit", "box", "mse", "psnr", "pca_mse", "pca_psnr", "code", "neighbours"),
        *("nearest_label", "vote_share", "shapes", "error_percentile", "map_distance_percentile"),
        *("looks_like_a_digit", "reason", "out", "steps", "error"),
    )
)


def reconstruct(options: argparse.Namespace) -> Result:
    """Send pictures of digits through a model; one that fails does not stop the others."""
    from aecore.digits.reader import Settings
    from aecore.models import inference
    from aecore.recognition import assessment

    settings = Settings(
        invert=options.invert,
        threshold=options.threshold,
        rotate=options.rotate,
        pick=_pick(options.pick),
    )
    checkpoint = checkpoint_file.load(options.model)
    model = inference.build_model(checkpoint.card.model, checkpoint.weights)
    index = checkpoint.neighbor_index()

    def judge(digits: Sequence[FoundDigit]) -> Sequence[Verdict]:
        images = np.stack([each.digit for each in digits])
        pens, coarse = ([getattr(each, name) for each in digits] for name in ("pen", "coarse"))
        return assessment.judge(checkpoint, model, images, index=index, pens=pens, coarse=coarse)

    names: Counter[str] = Counter()
    rows = [
        row
        for path in _pictures(options.pictures)
        for row in _rows(path, settings, judge, options.out, names, steps=options.steps)
    ]
    failed = not rows or any(row["error"] for row in rows)
    return Result(rows, "\n".join(map(_line, rows)) or "No pictures found.", 1 if failed else 0)


def _pick(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def _pictures(paths: Sequence[Path]) -> Iterator[Path]:
    """The files named, and the picture files of the folders named, in order of their names."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = sorted(path.iterdir())
        pictures = [
            file
            for file in inside
            if file.is_file() and file.name[0] != "." and file.suffix.lower() in _ENDINGS
        ]
        yield from pictures or [path]


def _rows(path: Path, settings: Settings, judge, out: Path, names: Counter[str], *, steps: bool):
    """A row of facts for each digit of a picture, or one with its error."""
    from aecore.digits.reader import read

    try:
        reading = read(_read_picture(path), settings)
        verdicts = judge(reading.digits)
        return [
            _row(path, number, checkpoint, said, _target(out, path, names), steps=steps)
            for number, (checkpoint, said) in enumerate(zip(reading.digits, verdicts, strict=True))
        ]
    except PictureError as error:
        return [{"path": str(path)} | _UNKNOWN | {"error": str(error)}]


def _read_picture(path: Path) -> np.ndarray:
    from aecore.digits import image_file

    if path.is_dir():
        raise PictureError(f"{path} holds no picture files ({', '.join(_ENDINGS)}).")
    try:
        with path.open("rb") as file:
            content = file.read(image_file.MAX_BYTES + 1)
    except OSError as error:
        raise PictureError(f"{path} cannot be read: {error.strerror}.") from error
    return image_file.open_picture(content, name=path.name)


def _target(folder: Path, picture: Path, names: Counter[str]) -> Path:
    """A file for each digit, numbered where a picture holds several or shares its name."""
    names[picture.name] += 1
    number = f"-{names[picture.name]}" if names[picture.name] > 1 else ""
    return folder / f"{picture.name}{number}.png"


def _row(
    path: Path, number: int, found: FoundDigit, said: Verdict, target: Path, *, steps: bool
) -> dict[str, Any]:
    from aecore.imaging.png import write_png

    write_png(target, np.hstack([found.digit, said.output.reshape(SHAPE)]))
    written = []
    for at, step in enumerate(found.steps, 1):
        if steps:
            file = target.with_suffix("") / f"{at}-{step.name.lower().replace(' ', '-')}.png"
            write_png(file, step.image)
            written.append({"name": step.name, "reason": step.reason, "path": str(file)})
    facts = ("mse", "psnr", "pca_mse", "pca_psnr", "vote_share", "shapes")
    judged = ("error_percentile", "map_distance_percentile", "looks_like_a_digit", "reason")
    return (
        {"path": str(path)}
        | _UNKNOWN
        | {name: getattr(said, name) for name in facts + judged}
        | {
            "digit": number,
            "box": list(found.box),
            "psnr": _finite(said.psnr),
            "pca_psnr": _finite(said.pca_psnr),
            "code": said.code.tolist(),
            "neighbours": said.neighbors.tolist(),
            "nearest_label": said.vote,
            "out": str(target),
            "steps": written if steps else None,
        }
    )


def _finite(value: float) -> float | None:
    """JSON has no infinity."""
    return value if np.isfinite(value) else None


def _line(row: dict[str, Any]) -> str:
    if row["error"]:
        return f"{row['path']}: {row['error']}"
    doubt = "" if row["looks_like_a_digit"] else f" (does not look like a digit: {row['reason']})"
    tried = f" (few pixels: tried in {row['shapes']} shapes)" if row["shapes"] > 1 else ""
    return (
        f"{row['path']}, digit {row['digit']}: {row['nearest_label']}, as "
        f"{row['vote_share']:.0%} of its neighbors{tried}, MSE {row['mse']:.5f} (PCA "
        f"{row['pca_mse']:.5f}), {row['out']}{doubt}"
    )
