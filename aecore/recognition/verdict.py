"""Say what a picture shows: a digit, one that the neighbors are split over, or no digit at all.

One model decides for all pages, `plain-32`: the codes of models with two dimensions cannot tell all
digits apart, and those of one with 32 can. Its ten nearest test digits predict a label
(`aecore.recognition.neighbor_vote`). Then two thresholds count:

- The nearest digits of that label are combined to approximate the picture's code. If they leave a
  residual that few test digits leave, the picture is no digit.
- If fewer than six of the ten nearest have that label, it is undecided.

`MAX_RESIDUAL` is the 92.5th percentile of the first 5,000 test digits, each left out of its own
neighbors. The percentile, the number of votes and the model were chosen with all test digits and
one set of letters in view, so the figures of `python -m aecore bench recognition` are no held-out
test of them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.file import Checkpoint
from aecore.latent.neighbors import NeighborIndex
from aecore.models import inference
from aecore.models.inference import Model
from aecore.recognition.neighbor_vote import by_frequency, label_residuals, predict_labels
from aecore.system.installation import HOME

JUDGE_MODEL = "plain-32"
"""The shipped model that decides."""
JUDGE_FILE = HOME / "models" / f"{JUDGE_MODEL}{catalog.SUFFIX}"
"""Its file: the built-in one, whatever folder AECORE_MODELS names."""
MAX_RESIDUAL = 0.465
"""From this residual on a picture is no digit; see `neighbor_vote.label_residuals`."""
MIN_VOTES = 6
"""How many of the ten nearest test digits must have the label, or it is undecided."""

Kind = Literal["digit", "undecided", "no digit"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a picture shows."""

    kind: Kind
    label: int
    """The likeliest label, whatever the kind."""
    counts: dict[int, int]
    """How many of the ten nearest test digits have each label, the most frequent first."""
    residual: float
    """What the nearest digits of the label leave of the code; see `MAX_RESIDUAL`."""

    @property
    def votes(self) -> str:
        """How the nearest test digits are split, as in "5 of 10 are 7s, 3 are 9s".

        And which digits approximate the picture best, where they are not the most frequent.
        """
        (first, most), *others = self.counts.items()
        total = sum(self.counts.values())
        parts = [f"{most} of {total} are {first}s"]
        parts += [
            f"{count} are {name}s" if count > 1 else f"1 is {'an' if name == 8 else 'a'} {name}"
            for name, count in others
        ]
        if self.label != first:
            parts.append(f"but nearby {self.label}s approximate it best")
        return ", ".join(parts)


def judge(
    checkpoint: Checkpoint,
    model: Model,
    digits: np.ndarray,
    *,
    index: NeighborIndex | None = None,
) -> tuple[Verdict, ...]:
    """Judge digits with the model that decides.

    Parameters
    ----------
    checkpoint : Checkpoint
        `JUDGE_MODEL`: the thresholds hold for it.
    model : Model
        Its autoencoder.
    digits : ndarray of shape (B, 784), in 0..1
    index : NeighborIndex, optional
        To its codes.
    """
    codes = inference.encode(model, digits.astype(np.float32))
    return judge_codes(index or checkpoint.neighbor_index(), checkpoint.labels, codes)


def load_judge_model() -> tuple[Checkpoint, Model]:
    """Load the model that decides.

    Raises
    ------
    CheckpointError
        If it is missing or damaged.
    """
    checkpoint = checkpoint_file.load(JUDGE_FILE)
    return checkpoint, inference.inference_model(checkpoint.card.model, checkpoint.weights)


def load_judge() -> Callable[[np.ndarray], tuple[Verdict, ...]]:
    """Load the model that decides, and return `judge` with it: digits (B, 784) to verdicts.

    Raises
    ------
    CheckpointError
        If the model is missing or damaged.
    """
    checkpoint, model = load_judge_model()
    return functools.partial(judge, checkpoint, model, index=checkpoint.neighbor_index())


def judge_codes(
    index: NeighborIndex, labels: np.ndarray, z: np.ndarray, *, own: np.ndarray | None = None
) -> tuple[Verdict, ...]:
    """Judge codes (B, D); `index`, `labels` and `own` as in `neighbor_vote.predict_labels`."""
    votes, neighbors = predict_labels(index, labels, z, own=own)
    residuals = label_residuals(index, labels, z, votes, own=own)
    return tuple(
        _verdict(int(vote), labels[rows], float(residual))
        for vote, rows, residual in zip(votes, neighbors, residuals, strict=True)
    )


def _verdict(label: int, near: np.ndarray, residual: float) -> Verdict:
    """Apply the thresholds to a label, the neighbors' labels (10,) and the residual."""
    names, numbers = by_frequency(near)
    counts = dict(zip(names.tolist(), numbers.tolist(), strict=True))
    kind: Kind = "digit" if counts[label] >= MIN_VOTES else "undecided"
    if residual >= MAX_RESIDUAL:
        kind = "no digit"
    return Verdict(kind=kind, label=label, counts=counts, residual=residual)
