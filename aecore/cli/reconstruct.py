"""The `reconstruct` command: a row of facts and a small picture for every digit in pictures."""

from __future__ import annotations

import argparse
import logging
import math
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aecore.checkpoints import file as checkpoint_file
from aecore.cli.result import Result, log, write
from aecore.config import SHAPE
from aecore.errors import ConfigError, PictureError
from aecore.system.file_content import printable

if TYPE_CHECKING:
    from aecore.checkpoints.file import Checkpoint
    from aecore.digits.reader import Digit, Region, Settings, Step
    from aecore.latent.neighbors import NeighborIndex
    from aecore.models.autoencoder import Autoencoder
    from aecore.recognition.assessment import Assessment
    from aecore.recognition.verdict import Verdict

# torch, scikit-image and the like are imported where they are used: `--help` answers at once.

logger = logging.getLogger(__name__)

MAX_NAMED = 10
"""Files of a folder that are named if they are skipped."""
_UNKNOWN: dict[str, Any] = dict.fromkeys(
    (
        *("digit", "box", "mse", "psnr", "pca_mse", "pca_psnr", "code", "neighbours"),
        *("nearest_label", "vote_share", "shapes", "error_percentile", "map_distance_percentile"),
        *("looks_like_a_digit", "reason", "verdict", "verdict_label", "verdict_model"),
        *("out", "steps", "error"),
    )
)


def reconstruct(options: argparse.Namespace) -> Result:
    """Send pictures of digits through a model; one that fails does not stop the others."""
    from aecore.digits.reader import Settings
    from aecore.models import inference
    from aecore.recognition import assessment, verdict

    settings = Settings(
        invert=options.invert,
        crop=_crop(options.crop),
        threshold=options.threshold,
        rotate=options.rotate,
        pick=int(options.pick) if options.pick.isdecimal() else options.pick,
    )
    checkpoint = checkpoint_file.load(options.model)
    model = inference.build_model(checkpoint.card.model, checkpoint.weights)
    index = checkpoint.neighbor_index()
    names: Counter[str] = Counter()
    if checkpoint.card.data.shows_digits:
        judge = verdict.load_judge()

        def assess(digits: Sequence[Digit]) -> Sequence[tuple[Assessment, Verdict]]:
            images = np.stack([digit.image.reshape(-1) for digit in digits])
            assessed = assessment.assess_read(checkpoint, model, digits, index=index)
            return list(zip(assessed, judge(images), strict=True))

        def rows_of(path: Path) -> list[dict[str, Any]]:
            return _rows(path, settings, assess, options.out, names, steps=options.steps)
    else:

        def rows_of(path: Path) -> list[dict[str, Any]]:
            return [_whole_row(path, checkpoint, model, index, _target(options.out, path, names))]

    pictures, skipped = _pictures(options.pictures)
    _log_skipped(skipped)
    rows: list[dict[str, Any]] = []
    for path in pictures:
        new = rows_of(path)
        rows += new
        if new and not options.json:  # at once: whatever follows does not cost these
            write("\n".join(printable(_line(row)) for row in new))
    failed = not rows or any(row["error"] for row in rows)
    return Result(rows, "" if rows else "No pictures found.", 1 if failed else 0)


def _crop(text: str | None) -> Region | None:
    """Read left, top, right and bottom, in shares.

    Raises
    ------
    ConfigError
        If it is something else.
    """
    if text is None:
        return None
    try:
        left, top, right, bottom = map(float, text.split(","))
    except ValueError:
        raise ConfigError(
            f"--crop must be four numbers, as in 0,0.1,1,0.9, not {text!r}."
        ) from None
    return left, top, right, bottom


def _pictures(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """List the files named and the pictures of the folders named, by name, and what is neither."""
    pictures, skipped = [], []
    for path in paths:
        try:
            inside = sorted(path.iterdir())
        except OSError:
            inside = []  # it is a file, or its row says why
        found = [file for file in inside if _is_picture(file)]
        pictures += found or [path]
        skipped += [file for file in inside if file not in found]
    return pictures, skipped


def _log_skipped(files: Sequence[Path]) -> None:
    """Summarize the files of folders that have no row."""
    if files:
        named = ", ".join(file.name for file in files[:MAX_NAMED])
        more = f" and {len(files) - MAX_NAMED:,} more" if len(files) > MAX_NAMED else ""
        log(printable(f"Skipped, no picture: {named}{more}"))


def _is_picture(file: Path) -> bool:
    """Return whether a file of a folder is to have a row."""
    from aecore.digits.image_file import is_picture

    # Unlike Path's methods these two take whatever is out of reach for missing: its row says why.
    if file.name.startswith(".") or (os.path.exists(file) and not os.path.isfile(file)):
        return False
    try:
        with file.open("rb") as content:
            return is_picture(file.name, content.read(16))
    except OSError:
        return is_picture(file.name, b"")


def _rows(path: Path, settings: Settings, assess, out: Path, names: Counter[str], *, steps: bool):
    """Return a row of facts for each digit of a picture, or one with its error."""
    from aecore.digits.reader import read

    try:
        digits = read(_read_picture(path), settings).digits
        assessed = zip(digits, assess(digits), strict=True)
        return [
            _row(path, number, digit, found, verdict, _target(out, path, names), steps=steps)
            for number, (digit, (found, verdict)) in enumerate(assessed)
        ]
    except PictureError as error:
        message = str(error)
    except Exception as error:  # ours: it shall not cost the rows of the other pictures
        logger.exception("%s", path)
        name = type(error).__name__
        message = f"{path.name}: reading it failed ({name}). This is a bug: see the log, report it."
    return [{"path": str(path)} | _UNKNOWN | {"error": message}]


def _whole_row(
    path: Path, checkpoint: Checkpoint, model: Autoencoder, index: NeighborIndex, target: Path
) -> dict[str, Any]:
    """Return the facts of a picture that is no digit, resized as the model's data set was."""
    from aecore.data.readers.pictures import resized
    from aecore.imaging.levels import to_unit
    from aecore.imaging.png import write_png
    from aecore.recognition import assessment

    data = checkpoint.card.data
    try:
        picture = to_unit(resized(_read_picture(path), data.shape))
        (found,) = assessment.assess(checkpoint, model, picture.reshape(1, -1), index=index)
        write_png(target, np.hstack([picture, found.output.reshape(data.shape)]))
    except PictureError as error:
        return {"path": str(path)} | _UNKNOWN | {"error": str(error)}
    copied = {name: getattr(found, name) for name in _UNKNOWN if hasattr(found, name)}
    del copied["looks_like_a_digit"], copied["reason"]
    labeled = {"nearest_label": data.classes[found.vote]} if data.classes else {"vote_share": None}
    return (
        {"path": str(path)}
        | _UNKNOWN
        | {name: _plain(value) for name, value in copied.items()}
        | {"neighbours": found.neighbors.tolist(), "out": str(target)}
        | labeled
    )


def _read_picture(path: Path) -> np.ndarray:
    from aecore.digits.image_file import MAX_BYTES, SUFFIXES, open_picture

    try:
        if path.is_dir():
            os.listdir(path)  # says why it cannot be read
            raise PictureError(f"{path} holds no picture files ({', '.join(SUFFIXES)}).")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PictureError(f"{path} cannot be read: {error.strerror}.") from error
    return open_picture(content, name=path.name)


def _target(folder: Path, picture: Path, names: Counter[str]) -> Path:
    """Name a file for a digit, numbered where a picture holds several or shares its name."""
    names[picture.name] += 1
    number = f"-{names[picture.name]}" if names[picture.name] > 1 else ""
    return folder / f"{picture.name}{number}.png"


def _row(
    path: Path,
    number: int,
    digit: Digit,
    assessment: Assessment,
    verdict: Verdict,
    target: Path,
    *,
    steps: bool,
) -> dict[str, Any]:
    from aecore.imaging.png import write_png
    from aecore.recognition.verdict import JUDGE_MODEL

    write_png(target, np.hstack([digit.image, assessment.output.reshape(SHAPE)]))
    copied = {name: getattr(assessment, name) for name in _UNKNOWN if hasattr(assessment, name)}
    return (
        {"path": str(path)}
        | _UNKNOWN
        | {name: _plain(value) for name, value in copied.items()}
        | {
            "digit": number,
            "box": list(digit.box),
            "neighbours": assessment.neighbors.tolist(),
            "nearest_label": assessment.vote,
            "shapes": assessment.n_variants,
            "verdict": verdict.kind,
            "verdict_label": verdict.label,
            "verdict_model": JUDGE_MODEL,
            "out": str(target),
            "steps": _write_steps(digit.steps, target.with_suffix("")) if steps else None,
        }
    )


def _plain(value: Any) -> Any:
    """Return a fact as JSON can hold it: a list for an array, None for infinity."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_steps(steps: Sequence[Step], folder: Path) -> list[dict[str, str]]:
    """Write what the stages made of a picture, and list the files."""
    from aecore.imaging.png import write_png

    written = []
    for number, step in enumerate(steps, 1):
        file = folder / f"{number}-{step.name.lower().replace(' ', '-')}.png"
        write_png(file, step.image)
        written.append({"name": step.name, "reason": step.reason, "path": str(file)})
    return written


def _line(row: dict[str, Any]) -> str:
    if row["error"]:
        return f"{row['path']}: {row['error']}"
    if row["digit"] is None:
        near = f", nearest {row['nearest_label']}" if row["vote_share"] is not None else ""
        return f"{row['path']}: MSE {row['mse']:.5f} (PCA {row['pca_mse']:.5f}){near}, {row['out']}"
    doubt = "" if row["looks_like_a_digit"] else f" (does not look like a digit: {row['reason']})"
    variants = f" (few pixels: {row['shapes']} variants compared)" if row["shapes"] > 1 else ""
    return (
        f"{row['path']}, digit {row['digit']}: {row['nearest_label']}, the label of "
        f"{row['vote_share']:.0%} of its neighbors{variants}, MSE {row['mse']:.5f} (PCA "
        f"{row['pca_mse']:.5f}), {row['out']}{doubt}"
    )
