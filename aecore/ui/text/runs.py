"""A training run in words."""

from __future__ import annotations

from collections.abc import Sequence

from aecore.checkpoints.description import title
from aecore.jobs.store import Run
from aecore.presets import PRESETS
from aecore.training.history import EpochRecord
from aecore.ui.text.formats import counted, duration, pca_name
from aecore.ui.text.privacy import without_folders

_PHASES = {
    "starting": "Starting…",
    "reading": "Loading the data…",
    "measuring": "Evaluating the model…",
}
ICONS = {
    "queued": ":material/hourglass_empty:",
    "running": ":material/model_training:",
    "done": ":material/check_circle:",
    "stopped": ":material/stop_circle:",
    "failed": ":material/error:",
    "interrupted": ":material/bolt:",
}


def name(run: Run) -> str:
    """Return what a run trains; plain text."""
    spec = run.spec
    if spec.title:
        return spec.title
    preset = PRESETS.get(spec.preset or "")
    if preset is None:
        return spec.preset or run.id
    return title(preset, spec.model, spec.train)


def headline(run: Run) -> str:
    """Return the state of a run."""
    total = run.spec.train.epochs
    if run.state == "queued":
        return f"Queued: position {run.place}"
    if run.state == "running":
        return _PHASES.get(run.phase, f"Epoch {min(run.epoch + 1, total)} of {total}")
    if run.state == "done":
        return f"Done: {counted(run.epoch, 'epoch')}"
    state = run.state.capitalize()
    return f"{state} after {run.epoch} of {counted(total, 'epoch')}" if run.epoch else state


def detail(run: Run, records: Sequence[EpochRecord]) -> str:
    """Return problems, time, the error relative to PCA, and notes on changes during the run."""
    parts = [without_folders(run.message)] if run.message else []
    if run.state == "running" and run.phase == "training" and run.seconds_left is not None:
        parts.append(f"{duration(run.seconds_left)} left")
    if run.ended and records:
        parts.append(f"{duration(records[-1].seconds)} of training")
    if run.device:
        parts.append(f"on {run.device}")
    parts.append(standing(run, records))
    return " · ".join(filter(None, [*parts, *run.notes]))


def standing(run: Run, records: Sequence[EpochRecord]) -> str:
    """Return the latest test error relative to PCA's, and the epoch since which it is lower.

    Empty before both are known.
    """
    if not (records and run.pca_test_mse):
        return ""
    ratio = records[-1].test_mse / run.pca_test_mse
    if ratio >= 1:
        return f"test MSE {ratio - 1:.0%} above PCA"
    above = [record.epoch for record in records if record.test_mse >= run.pca_test_mse]
    return f"test MSE {1 - ratio:.0%} below PCA since epoch {(above[-1] if above else 0) + 1}"


def spoken(run: Run, records: Sequence[EpochRecord]) -> str:
    """Return the state and the errors for a screen reader."""
    parts = [f"{name(run)}. {headline(run)}."]
    if records:
        parts.append(f"Test MSE {records[-1].test_mse:.4f}, training {records[-1].train_mse:.4f}")
    if run.pca_test_mse:
        parts.append(f"{pca_name(run.spec.model.latent_dim)}: {run.pca_test_mse:.4f}")
    return " ".join(parts)


def caption(run: Run) -> str:
    """Return what the scatter plot shows."""
    dim = run.spec.model.latent_dim
    rotated = "each epoch is rotated to match the one before, so that the plot does not spin"
    if dim == 1:
        return "1-D latent codes of the test digits; the label is the vertical axis."
    if dim == 2:
        axes = "the axes of the trained model" if run.ended else rotated
        return f"2-D latent codes of the test digits; {axes}."
    return f"The first two principal components of the {dim}-D latent codes; {rotated}."


def waiting(run: Run) -> str:
    """Return what stands in the scatter plot's place before there is one."""
    if run.state == "queued":
        return "The latent space appears here once this run starts."
    if run.state == "running":
        return "The latent space will appear here in a moment."
    return "No latent space was recorded."
