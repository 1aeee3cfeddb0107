"""Snapshots of a model in training: what it makes of the same digits, epoch after epoch.

The codes of a snapshot are rotated, mirrored and shifted onto those of the snapshot before, never
scaled: the axes of the code may swap or flip from epoch to epoch without anything else changing,
and that motion is of no interest. What is left is how the digits move relative to each other.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as parse_safetensors
from safetensors.numpy import save as to_safetensors

from aecore.jobs.store import FRAMES, SCENE, Run, path_of
from aecore.latent.axes import principal_axes
from aecore.system import atomic_file

N_POINTS = 2_000
N_FILTERS = 16
N_SHOWN = 10
"""Reconstructions: one of each label, of ten labels at most."""
MAX_SNAPSHOTS = 100
_SUFFIX = ".safetensors"
_MAX_BYTES = 8 << 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """The digits that all snapshots of a run show."""

    labels: np.ndarray
    """(N,) uint8 or uint16, of the first N test digits, at most 2,000."""
    inputs: np.ndarray
    """(K, P) float16: one digit of each label, as the model sees it, in 0..1."""
    targets: np.ndarray
    """(K, P) float16: the same, clean."""

    def is_whole(self) -> bool:
        """Return whether the arrays have the types and shapes they should have."""
        labels = self.labels.dtype in (np.uint8, np.uint16) and self.labels.ndim == 1
        return labels and _are_pictures(self.inputs, self.targets)


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
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
    """(K, P) float16: reconstructions of the scene's inputs, not clipped."""
    filters: np.ndarray
    """(F, P) float16: the first rows of the encoder's first matrix, at most 16; none where the
    family is not dense."""

    @classmethod
    def of(
        cls,
        epoch: int,
        codes: np.ndarray,
        outputs: np.ndarray,
        first_matrix: np.ndarray,
        before: Snapshot | None,
    ) -> Self:
        """Return the snapshot of codes (N, D), aligned to the snapshot before."""
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

    def is_whole(self) -> bool:
        """Return whether the arrays have the shapes they should have."""
        points = self.points.ndim == 2 and self.points.shape[1] == 2
        return points and _are_pictures(self.outputs, self.filters)


_Arrays = TypeVar("_Arrays", Scene, Snapshot)


def place(codes: np.ndarray) -> np.ndarray:
    """Return codes (N, D) as points of a plane, (N, 2) float64.

    Two dimensions as they are; one with 0 beside it; more along the first two principal axes.
    """
    codes = np.asarray(codes, dtype=np.float64)
    if codes.shape[1] == 1:
        return np.column_stack([codes[:, 0], np.zeros(len(codes))])
    if codes.shape[1] == 2:
        return codes
    return principal_axes(codes).to_axes(codes)[:, :2]


def align(points: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the rotation or reflection and the shift that bring points nearest to where they were.

    The orthogonal Procrustes problem (Schönemann 1966): of all orthogonal matrices and shifts these
    leave the least sum of squared distances.

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
    from scipy.linalg import orthogonal_procrustes  # the pages, which read snapshots, do without

    points, before = np.asarray(points, np.float64), np.asarray(before, np.float64)
    center, center_before = points.mean(axis=0), before.mean(axis=0)
    rotation, _ = orthogonal_procrustes(points - center, before - center_before)
    return rotation, center_before - center @ rotation


def stride(epochs: int) -> int:
    """Return every how many epochs a run of so many makes a snapshot."""
    return -(-epochs // MAX_SNAPSHOTS)


def write_scene(path: Path, scene: Scene) -> None:
    """Write what all snapshots of the run in folder `path` share."""
    _write(path / SCENE, scene)


def write(path: Path, snapshot: Snapshot) -> None:
    """Write a snapshot of the run in folder `path`."""
    (path / FRAMES).mkdir(exist_ok=True)
    _write(_file(path, snapshot.epoch), snapshot)


def thin_out(path: Path, *, planned: int, after: int) -> None:
    """Remove snapshots after an epoch, and those too many for a run of `planned` epochs."""
    step = stride(planned)
    for epoch in epochs(path):
        if epoch > after or epoch % step:
            with suppress(OSError):
                _file(path, epoch).unlink()


def epochs(run: Run | Path | str) -> tuple[int, ...]:
    """Return the epochs of which there are snapshots, ascending."""
    files = (path_of(run) / FRAMES).glob(f"[0-9]*{_SUFFIX}")
    return tuple(sorted(int(path.stem) for path in files if path.stem.isdecimal()))


def read_scene(run: Run | Path | str) -> Scene | None:
    """Read what all snapshots of a run share; None until it exists, or if it is damaged."""
    return _read(path_of(run) / SCENE, Scene)


def read(run: Run | Path | str, epoch: int) -> Snapshot | None:
    """Read one snapshot; None if it is gone or damaged."""
    return _read(_file(path_of(run), epoch), Snapshot, epoch=epoch)


def _file(path: Path, epoch: int) -> Path:
    return path / FRAMES / f"{epoch:05d}{_SUFFIX}"


def _half(values: np.ndarray) -> np.ndarray:
    """Convert to float16; values too large for it become its largest."""
    top = float(np.finfo(np.float16).max)
    return np.nan_to_num(values, nan=0.0).clip(-top, top).astype(np.float16)


def _are_pictures(*arrays: np.ndarray) -> bool:
    return all(array.ndim == 2 for array in arrays) and len({each.shape[1] for each in arrays}) == 1


def _write(path: Path, values: Scene | Snapshot) -> None:
    arrays = {
        name: np.ascontiguousarray(value) for name, value in vars(values).items() if name != "epoch"
    }
    atomic_file.write(path, to_safetensors(arrays))


def _read(path: Path, kind: type[_Arrays], **more: Any) -> _Arrays | None:
    """Read arrays from a file; None where it is missing or damaged."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            return None
        more |= parse_safetensors(path.read_bytes())
        arrays = kind(**more)
    except (OSError, SafetensorError, KeyError, ValueError, TypeError):
        return None
    return arrays if arrays.is_whole() else None
