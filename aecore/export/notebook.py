"""What a notebook shows of checkpoints, estimators, and rows in the latent space of a model."""

from __future__ import annotations

import html
import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np

from aecore.checkpoints.description import provenance
from aecore.checkpoints.file import Checkpoint
from aecore.errors import CheckpointError, ConfigError
from aecore.estimator import Autoencoder
from aecore.export.explorer import Explorer
from aecore.export.payload import MAX_CLASSES

MAX_BYTES = 3_000_000
"""Pages up to this size are shown without being asked for: a notebook keeps all that it shows."""


def explore(*checkpoints: Checkpoint, **options) -> Explorer:
    """Return the explorer of models, which a notebook shows.

    Parameters
    ----------
    *checkpoints : Checkpoint
    **options
        As of `aecore.export.page.to_html`.

    Returns
    -------
    Explorer
        With anywidget installed, an `aecore.export.widget.ExplorerWidget`: its `model`, `z` and
        `selection` are what is on show.
    """
    if importlib.util.find_spec("anywidget") is None:
        return Explorer(*checkpoints, **options)
    from aecore.export.widget import ExplorerWidget

    return ExplorerWidget(*checkpoints, **options)


def latent_space(
    model: Autoencoder | Checkpoint | str | Path, X, y=None, *, name: str = "model", **options
) -> Explorer:
    """Show rows in the latent space of a model.

    Parameters
    ----------
    model : Autoencoder, Checkpoint, str or Path
        Of pictures: an estimator, a checkpoint, its path or its name.
    X : array-like of shape (N, P) or (N, ...), P values of a picture
        In the units that an estimator was fitted in; of other models, pixels of 0..1.
    y : array-like of shape (N,), optional
        Labels, whole numbers of 0 to 9, by which points have their color.
    name : str
        Of the model, in the explorer.
    **options
        As of `aecore.export.page.to_html`.

    Returns
    -------
    Explorer
        A notebook shows it; see `explore`.

    Raises
    ------
    ValueError
        If rows and model, or rows and labels, do not fit.
    CheckpointError
        If a browser cannot compute the model, as of rows that are no pictures.
    """
    estimator = model if isinstance(model, Autoencoder) else Autoencoder.load(model)
    rows = np.asarray(X)
    checkpoint = estimator.to_checkpoint(rows.reshape(len(rows), -1), y)
    if (largest := checkpoint.labels.max()) >= MAX_CLASSES:
        raise ConfigError(
            f"The explorer has colors for labels of 0 to {MAX_CLASSES - 1}, not for {largest}."
        )
    return explore(replace(checkpoint, name=name), **options)


def show(checkpoint: Checkpoint) -> str:
    """Return what a notebook shows of a checkpoint: its explorer, or its card where that is large.

    A model that no browser computes has a card as well.
    """
    try:
        explorer = Explorer(checkpoint)
    except CheckpointError as error:
        return _card(checkpoint, str(error))
    if len(explorer.page) <= MAX_BYTES:
        return explorer._repr_html_()
    return _card(
        checkpoint,
        f"Its explorer takes {len(explorer.page) / 1e6:.1f} MB. To show it here: "
        "checkpoint.explore()",
    )


def _card(checkpoint: Checkpoint, note: str) -> str:
    """Return the card as a table, with a note below."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
        f"<td style='text-align:left'>{html.escape(text)}</td></tr>"
        for name, text in {"name": checkpoint.name, **provenance(checkpoint)}.items()
    )
    return f"<table>{rows}</table><p>{html.escape(note)}</p>"
