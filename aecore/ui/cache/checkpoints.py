"""Checkpoints, their models and what is derived from their codes, shared by all sessions."""

from __future__ import annotations

import functools
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.card import Card
from aecore.checkpoints.comparison import Entry, read_entries
from aecore.checkpoints.file import Checkpoint
from aecore.data.grouping import group_classes
from aecore.latent.neighbors import NeighborIndex
from aecore.latent.projection import Projection
from aecore.latent.sliders import Sliders
from aecore.models.inference import Model, inference_model
from aecore.presets import PRESETS
from aecore.recognition import verdict
from aecore.system.environment import is_public
from aecore.ui.cache.shared import FileState, Recent, file_state, shared
from aecore.viewer import model_arrays, precision

_MODELS_KEPT = 16


def cards() -> dict[str, Card]:
    """Return the card of every usable checkpoint by name, in the presets' order, others last."""
    return {entry.name: entry.card for entry in entries()}


def entries() -> list[Entry]:
    """Return every usable checkpoint as a row of a table, in the order of `cards`."""
    return list(_models()[0])


def problems() -> dict[str, str]:
    """Return why files of the models folder are left out, in a sentence, by file name."""
    return dict(_models()[1])


Models = tuple[tuple[Entry, ...], dict[str, str]]
"""The usable checkpoints, and why files are left out, by their names."""
_MAX_AGE = 0.5
"""Seconds after which the models' files are looked at again."""


def _models() -> Models:
    """Return the models as their folder is now, and their files were a moment ago at most.

    A page asks several times. Each look at a file lets other threads take their turns: beside pages
    that compute, the files of a dozen models kept a page waiting.
    """
    folder = catalog.models_dir()
    return _recent_look(folder, file_state(folder))


def _look(folder: Path, state: FileState) -> Models:
    listed = catalog.listing()
    states = tuple((name, path, file_state(path)) for name, path in listed.files.items())
    usable, unusable = _read_entries(states)
    return usable, {**listed.problems, **unusable}


_recent_look = Recent(_look, _MAX_AGE)


@functools.lru_cache(maxsize=8)
def _read_entries(states: tuple[tuple[str, Path, FileState], ...]) -> Models:
    usable, unusable = read_entries({name: path for name, path, _ in states})
    ranks = {name: rank for rank, name in enumerate(PRESETS)}
    ordered = sorted(usable.values(), key=lambda entry: ranks.get(entry.name, len(ranks)))
    return tuple(replace(each, card=_shown(each.card)) for each in ordered), unusable


def _shown(card: Card) -> Card:
    """Return a card as visitors may see it: on a public server, nothing of the machine is in it."""
    if not is_public():
        return card
    source = card.data.title if os.sep in card.source else card.source
    return replace(card, source=source, device="", versions={})


@shared(kept=240)
def read_card(path: Path) -> Card:
    """Return the card of a checkpoint anywhere on disk.

    Raises
    ------
    CheckpointError
        If there is none or it is damaged.
    """
    return checkpoint_file.read_card(path)


def load(name: str) -> Checkpoint:
    """Return the checkpoint called `name`.

    Raises
    ------
    CheckpointError
        If there is none or it is damaged.
    """
    return _load(catalog.find(name))[0]


def class_names(name: str) -> tuple[str, ...]:
    """Return the names of a checkpoint's labels; see `aecore.data.grouping`."""
    return _load(catalog.find(name))[1]


def first_of_each_class(name: str) -> dict[str, int]:
    """Return the number of a checkpoint's first test picture of each class, by its name."""
    return _load(catalog.find(name))[2]


@shared(kept=_MODELS_KEPT)
def _load(path: Path) -> tuple[Checkpoint, tuple[str, ...], dict[str, int]]:
    """Return a checkpoint, its labels grouped as the pages show them, the groups' names, and where
    each class is first met.
    """
    found = checkpoint_file.load(path)
    labels, names = group_classes(found.labels, found.card.data.classes)
    known, rows = np.unique(found.labels, return_index=True)
    classes = found.card.data.classes
    firsts = {classes[label]: int(row) for label, row in zip(known, rows, strict=True) if classes}
    return replace(found, card=_shown(found.card), labels=labels), names, firsts


@shared(kept=_MODELS_KEPT)
def load_model(checkpoint: Checkpoint) -> Model:
    """Return the checkpoint's autoencoder, to encode and decode with."""
    return inference_model(checkpoint.card.model, checkpoint.weights)


@shared(kept=_MODELS_KEPT)
def neighbor_index(checkpoint: Checkpoint) -> NeighborIndex:
    """Return the index of the checkpoint's atlas."""
    return checkpoint.neighbor_index()


@shared(kept=_MODELS_KEPT)
def decoder_arrays(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """Return what a browser decodes with, in as few bytes as its pictures allow."""
    rounded = precision.rounds_decoder(checkpoint)
    return precision.compact(model_arrays.decoder_arrays(checkpoint), rounded=rounded)


@shared(kept=_MODELS_KEPT)
def encoder_arrays(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """Return what a browser encodes with."""
    return precision.compact(model_arrays.encoder_arrays(checkpoint), rounded=False)


def judge_checkpoint() -> Checkpoint:
    """Return the checkpoint that judges digits, whichever is on show.

    Raises
    ------
    CheckpointError
        If it is missing or damaged.
    """
    return _load(verdict.JUDGE_FILE)[0]


def judge(digits: np.ndarray) -> tuple[verdict.Verdict, ...]:
    """Judge digits (B, 784) with it; see `aecore.recognition.verdict`."""
    checkpoint = judge_checkpoint()
    index = neighbor_index(checkpoint)
    return verdict.judge(checkpoint, load_model(checkpoint), digits, index=index)


@shared(kept=_MODELS_KEPT)
def sliders(checkpoint: Checkpoint) -> Sliders:
    """Return sliders over the checkpoint's codes."""
    return Sliders.fit(checkpoint.codes)


@shared(kept=3 * _MODELS_KEPT)
def projection(checkpoint: Checkpoint, view: str) -> Projection:
    """Return one projection of the checkpoint's codes."""
    return Projection.fit(checkpoint.codes, view, is_labeled=bool(checkpoint.card.data.classes))


@shared(kept=3 * _MODELS_KEPT)
def points(checkpoint: Checkpoint, view: str) -> np.ndarray:
    """Return the projected codes, (N, 2) or (N, 3), read-only."""
    projected = projection(checkpoint, view).points(checkpoint.codes, checkpoint.labels)
    projected.flags.writeable = False
    return projected
