"""Snapshots of a run as the small arrays that a browser draws: 8 and 16 bits a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from aecore.analysis.metrics import mse
from aecore.imaging.levels import signed_palette, to_levels, to_signed_levels
from aecore.jobs.snapshots import Scene, Snapshot

_STEPS = np.iinfo(np.uint16).max


def scene_arrays(scene: Scene) -> dict[str, np.ndarray]:
    """Return the arrays that all frames share.

    Returns
    -------
    dict
        `labels` (N,) uint8 or uint16; `inputs` and `targets` (P, 784) uint8, gray levels of 0..255;
        `palette` (255, 3) uint8, the colors of signed values.
    """
    return {
        "labels": scene.labels,
        "inputs": to_levels(scene.inputs),
        "targets": to_levels(scene.targets),
        "palette": signed_palette(),
    }


def frame_arrays(
    frame: Snapshot, scene: Scene, *, by_label: bool
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the facts and arrays of one frame.

    Parameters
    ----------
    frame : Snapshot
    scene : Scene
        Of the same run.
    by_label : bool
        Whether the height of a dot is its label, as in a latent space of one dimension.

    Returns
    -------
    facts : dict
        `epoch`; `low` and `high`, the corners of the dots' box; `limit`, where the filters' colors
        saturate; `mse`, of each of the P digits.
    arrays : dict
        `points` (N, 2) uint16, from 0 at the box's low to 65535 at its high corner; `outputs`
        (P, 784) uint8, gray levels; `filters` (K, 784) uint8, rows of the scene's palette.
    """
    points = frame.points.astype(np.float64)
    if by_label:
        points[:, 1] = scene.labels
    low, high = points.min(axis=0), points.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    filters = frame.filters.astype(np.float32)
    outputs = frame.outputs.astype(np.float32)
    limit = float(np.abs(filters).max(initial=0.0)) or 1.0
    facts = {
        "epoch": frame.epoch,
        "low": low.tolist(),
        "high": (low + width).tolist(),
        "limit": limit,
        "mse": mse(scene.targets.astype(np.float32), outputs).tolist(),
    }
    return facts, {
        "points": np.rint((points - low) / width * _STEPS).astype(np.uint16),
        "outputs": to_levels(outputs),
        "filters": to_signed_levels(filters, limit=limit),
    }


def alignment(frame: Snapshot, *, by_label: bool) -> dict[str, list]:
    """Return what undoes a frame's turn and shift, `own = (points - shift) @ rotation.T`."""
    rotation, shift = frame.rotation.astype(np.float64), frame.shift.astype(np.float64)
    if by_label:  # the heights were never turned
        rotation, shift = np.diag([rotation[0, 0], 1.0]), np.array([shift[0], 0.0])
    return {"rotation": rotation.tolist(), "shift": shift.tolist()}
