"""A training run in progress: errors, latent space, reconstructions and filters of every epoch.

Only what is new is sent, to a widget that stays in place. A browser that lacks something (a lost
message, many other runs since) asks for all of the run again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from aecore.data.limits import Shape
from aecore.jobs import snapshots
from aecore.jobs.store import Run
from aecore.training.history import EpochRecord
from aecore.ui import page_data
from aecore.ui.cache import datasets
from aecore.ui.cache import runs as run_cache
from aecore.ui.components.registry import mount
from aecore.ui.text import runs as run_text
from aecore.ui.text.formats import pca_name
from aecore.ui.theme import class_colors
from aecore.viewer import snapshot_arrays as arrays_of
from aecore.viewer.message import pack

_KEY = "loss_curve"
_SENT = "forming_sent"


@dataclass(frozen=True)
class Sent:
    """The part of a run that a browser was sent."""

    records: int = 0
    frame: int = -1
    """Epoch of the last frame."""
    scene: bool = False


def draw_training(
    run: Run, *, reference: tuple[str, tuple[EpochRecord, ...]] | None = None
) -> None:
    """Draw a run up to its latest epoch.

    Parameters
    ----------
    run : Run
    reference : tuple of str and EpochRecords, optional
        A model of the same task and digits, whose own training is drawn as a reference.
    """
    sent = st.session_state.setdefault(_SENT, {})
    key = run_cache.key_of(run)
    header, arrays, sent[key] = _message(run, sent.get(key, Sent()))
    header["reference"] = reference and {
        "name": reference[0],
        "errors": [record.test_mse for record in reference[1]],
    }
    mount("forming", _KEY, pack(header, arrays), need=lambda missed: sent.pop(str(missed), None))


def _message(run: Run, sent: Sent) -> tuple[dict[str, Any], dict[str, np.ndarray], Sent]:
    """Return header and arrays with what is new, and what the browser has then."""
    records = run_cache.history(run)
    epochs = snapshots.epochs(run)
    drawn = {epoch: run_cache.frame(run, epoch) for epoch in epochs if epoch > sent.frame}
    new = [each for each in drawn.values() if each is not None]
    scene = run_cache.scene(run) if epochs else None
    arrays = {name: np.stack([own[name] for _, own in new]) for name in (new[0][1] if new else ())}
    if scene is not None and not sent.scene:
        arrays |= arrays_of.scene_arrays(scene)
    header = {
        "key": run_cache.key_of(run),
        "since": {"record": sent.records, "frame": sent.frame},
        "records": [_record(record) for record in records[sent.records :]],
        "frames": [facts for facts, _ in new],
        "epochs": epochs,
        "scene": scene is not None
        and {
            "names": np.unique(scene.labels)[: len(scene.targets)].tolist(),
            "corrupted": run.spec.train.noise is not None,
        },
        "picture": page_data.message(_picture_shape(scene)),
        "alignment": _alignment(run, epochs),
        "colors": class_colors(),
        "total": run.spec.train.epochs,
        "pca": run.pca_test_mse,
        "pcaName": pca_name(run.spec.model.latent_dim),
        "state": run.state,
        "active": not run.ended,
        "share": run.progress,
        "headline": run_text.headline(run),
        "detail": run_text.detail(run, records),
        "spoken": run_text.spoken(run, records),
        "caption": run_text.caption(run),
        "waiting": run_text.waiting(run),
    }
    latest = max([sent.frame, *(facts["epoch"] for facts, _ in new)])
    return header, arrays, Sent(len(records), latest, sent.scene or scene is not None)


def _picture_shape(scene: snapshots.Scene | None) -> Shape:
    """Return the shape of a run's pictures, which may be others than those in use."""
    shape = datasets.test_set().spec.shape
    if scene is None or scene.targets.shape[1] == math.prod(shape):
        return shape
    side = math.isqrt(scene.targets.shape[1])
    return (side, side)


def _record(record: EpochRecord) -> dict[str, float]:
    return {
        "epoch": record.epoch,
        "loss": record.train_loss,
        "train": record.train_mse,
        "test": record.test_mse,
    }


def _alignment(run: Run, epochs: tuple[int, ...]) -> dict[str, Any] | None:
    """Return what turns all frames to the code's own axes, once the last one is there."""
    dim = run.spec.model.latent_dim
    last = snapshots.read(run, epochs[-1]) if epochs and run.ended and dim <= 2 else None
    return None if last is None else arrays_of.alignment(last, by_label=dim == 1)
