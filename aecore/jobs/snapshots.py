"""The map forming: what a run's model makes of the same digits, epoch after epoch.

A frame is turned, mirrored and shifted onto the frame before, never scaled: the code's axes may
swap or flip from epoch to epoch without anything else changing, and of such motion nothing is to
be seen. What is left is what the digits do among themselves.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as parse_safetensors
from safetensors.numpy import save as to_safetensors

from aecore.config import N_PIXELS
from aecore.jobs.store import FRAMES, SCENE, Run, path_of
from aecore.latent.axes import principal_axes
from aecore.system import atomic_file

N_POINTS = 2_000
N_FILTERS = 16
MAX_FRAMES = 100
_SUFFIX = ".safetensors"
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """What is the same in all frames of a run."""

    labels: np.ndarray
    """(N,) uint8, of the first N test digits, at most 2,000."""
    inputs: np.ndarray
    """(P, 784) float16: one digit of each label, as the model sees it, in 0..1."""
    targets: np.ndarray
    """(P, 784) float16: the same, clean."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """A model at one moment of its training."""

    epoch: int
    """0 is before training."""
    points: np.ndarray
    """(N, 2) float16: where the codes lie; see `place` and `align`."""
    rotation: np.ndarray
    """(2, 2) float32 and"""
    shift: np.ndarray
    """(2,) float32: points = placed @ rotation + shift."""
    outputs: np.ndarray
    """(P, 784) float16: reconstructions of the scene's inputs, not clipped."""
    filters: np.ndarray
    """(F, 784) float16: the first rows of the encoder's first matrix, at most 16."""

    @classmethod
    def of(
        cls,
        epoch: int,
        codes: np.ndarray,
        outputs: np.ndarray,
        first_matrix: np.ndarray,
        before: Frame | None,
    ) -> Self:
        """The frame of codes (N, D), aligned to the frame before."""
        placed = place(codes)
        rotation, shift = align(placed, placed if before is None else before.points)
        return cls(
            epoch=epoch,
            points=_half(placed @ rotation + shift),
            rotation=rotation.astype(np.float32),
            shift=shift.astype(np.float32),
            outputs=_half(outputs),
            filters=_half(first_matrix[:N_FILTERS]),
        )


def place(codes: np.ndarray) -> np.ndarray:
    """Codes (N, D) as points of a plane, (N, 2) float64.

    Two numbers as they are; one with 0 beside it; more along the two axes of their greatest spread.
    """
    codes = np.asarray(codes, dtype=np.float64)
    if codes.shape[1] == 1:
        return np.column_stack([codes[:, 0], np.zeros(len(codes))])
    if codes.shape[1] == 2:
        return codes
    return principal_axes(codes).to_axes(codes)[:, :2]


def align(points: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The turn, mirroring and shift that bring points nearest to where they were before.

    The orthogonal Procrustes problem (Schönemann 1966): among all orthogonal matrices and shifts
    these leave the least sum of squared distances.

    Parameters
    ----------
    points, before : ndarray of shape (N, 2)

    Returns
    -------
    rotation : ndarray of shape (2, 2)
        Orthogonal.
    shift : ndarray of shape (2,)
        points @ rotation + shift is nearest to `before`.
    """
    points, before = np.asarray(points, np.float64), np.asarray(before, np.float64)
    center, center_before = points.mean(axis=0), before.mean(axis=0)
    left, _, right = np.linalg.svd((points - center).T @ (before - center_before))
    rotation = left @ right
    return rotation, center_before - center @ rotation


def stride(epochs: int) -> int:
    """Every how many epochs a run of so many makes a frame."""
    return -(-epochs // MAX_FRAMES)


def write_scene(path: Path, scene: Scene) -> None:
    """Keep what all frames of the run in folder `path` share."""
    arrays = {"labels": scene.labels, "inputs": scene.inputs, "targets": scene.targets}
    atomic_file.write(path / SCENE, to_safetensors(arrays))


def write(path: Path, frame: Frame) -> None:
    """Keep a frame of the run in folder `path`."""
    (path / FRAMES).mkdir(exist_ok=True)
    names = ("points", "rotation", "shift", "outputs", "filters")
    arrays = {name: np.ascontiguousarray(getattr(frame, name)) for name in names}
    atomic_file.write(_file(path, frame.epoch), to_safetensors(arrays))


def thin_out(path: Path, *, planned: int, after: int) -> None:
    """Remove the frames that a run of `planned` epochs has too many, and those after an epoch."""
    step = stride(planned)
    for epoch in epochs(path):
        if epoch > after or epoch % step:
            with suppress(OSError):
                _file(path, epoch).unlink()


def scene(run: Run | Path | str) -> Scene | None:
    """What all frames of a run share; None until it is there, or where it is damaged."""
    arrays = _read(path_of(run) / SCENE)
    try:
        found = Scene(**arrays) if arrays else None
    except TypeError:
        return None
    pictures = () if found is None else (found.inputs, found.targets)
    whole = found is not None and found.labels.dtype == np.uint8 and found.labels.ndim == 1
    whole = whole and all(p.ndim == 2 and p.shape[1] == N_PIXELS for p in pictures)
    return found if whole else None


def epochs(run: Run | Path | str) -> tuple[int, ...]:
    """The epochs of the frames there are, ascending."""
    found = (path_of(run) / FRAMES).glob(f"[0-9]*{_SUFFIX}")
    return tuple(sorted(int(path.stem) for path in found if path.stem.isdecimal()))


def frame(run: Run | Path | str, epoch: int) -> Frame | None:
    """One frame; None if it is gone or damaged."""
    arrays = _read(_file(path_of(run), epoch))
    try:
        found = Frame(epoch=epoch, **arrays) if arrays else None
    except TypeError:
        return None
    if found is None or found.points.ndim != 2 or found.points.shape[1] != 2:
        return None
    pictures = (found.outputs, found.filters)
    return found if all(p.ndim == 2 and p.shape[1] == N_PIXELS for p in pictures) else None


def frames(run: Run | Path | str, *, since: int = -1) -> tuple[Frame, ...]:
    """The frames of later epochs than `since`; only these are read."""
    found = (frame(run, epoch) for epoch in epochs(run) if epoch > since)
    return tuple(each for each in found if each is not None)


def _file(path: Path, epoch: int) -> Path:
    return path / FRAMES / f"{epoch:05d}{_SUFFIX}"


def _half(values: np.ndarray) -> np.ndarray:
    """As float16, those too large for it at its end."""
    top = float(np.finfo(np.float16).max)
    return np.nan_to_num(values, nan=0.0).clip(-top, top).astype(np.float16)


def _read(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file; none where it is missing or damaged."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            return {}
        return parse_safetensors(path.read_bytes())
    except (OSError, SafetensorError, KeyError, ValueError):
        return {}
