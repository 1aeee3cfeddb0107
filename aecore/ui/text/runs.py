"""A training run in words."""

from __future__ import annotations

from collections.abc import Sequence

from aecore.checkpoints.description import title
from aecore.jobs.store import Run
from aecore.presets import PRESETS
from aecore.training.history import EpochRecord
from aecore.ui.scaffold import dimensions

_PHASES = {
    "starting": "Starting…",
    "reading": "Reading the digits…",
    "measuring": "Measuring the model…",
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
    """What a run trains; plain text."""
    spec = run.spec
    if spec.title:
        return spec.title
    preset = PRESETS.get(spec.preset or "")
    if preset is None:
        return spec.preset or run.id
    return title(preset, spec.model, spec.train)


def headline(run: Run) -> str:
    """Where a run is."""
    total = run.spec.train.epochs
    if run.state == "queued":
        return f"Waiting: place {run.place} in the queue"
    if run.state == "running":
        return _PHASES.get(run.phase, f"Epoch {min(run.epoch + 1, total)} of {total}")
    if run.state == "done":
        return f"Done: {_epochs(run.epoch)}"
    verb = run.state.capitalize()
    return f"{verb} after {run.epoch} of {_epochs(total)}" if run.epoch else verb


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' * (count != 1)}"


def detail(run: Run, records: Sequence[EpochRecord]) -> str:
    """What else there is to say: what went wrong, time, PCA, what was changed on the way."""
    parts = [run.message] if run.message else []
    if run.state == "running" and run.phase == "training" and run.seconds_left is not None:
        parts.append(f"{duration(run.seconds_left)} left")
    if run.ended and records:
        parts.append(f"{duration(records[-1].seconds)} of training")
    if run.device:
        parts.append(f"on {run.device}")
    parts += [standing(run, records)] if records and run.pca_test_mse else []
    return " · ".join([*parts, *run.notes])


def standing(run: Run, records: Sequence[EpochRecord]) -> str:
    """How the latest test error stands to PCA's at the same D, and since when it is below."""
    ratio = records[-1].test_mse / run.pca_test_mse
    if ratio >= 1:
        return f"test error {ratio - 1:.0%} above PCA's"
    above = [record.epoch for record in records if record.test_mse >= run.pca_test_mse]
    return f"test error {1 - ratio:.0%} below PCA's, since epoch {(above[-1] if above else 0) + 1}"


def duration(seconds: float) -> str:
    """Seconds for people."""
    if seconds < 99.5:
        return f"{seconds:.0f} s" if seconds >= 9.5 else f"{max(seconds, 0.1):.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{seconds / 3600:.1f} h"


def spoken(run: Run, records: Sequence[EpochRecord]) -> str:
    """The state for those who do not see it, with the errors."""
    parts = [f"{name(run)}. {headline(run)}."]
    if records:
        parts.append(f"Test error {records[-1].test_mse:.4f}, training {records[-1].train_mse:.4f}")
    if run.pca_test_mse:
        parts.append(f"PCA, {dimensions(run.spec.model.latent_dim)}: {run.pca_test_mse:.4f}")
    return " ".join(parts)


def caption(run: Run) -> str:
    """What the map shows."""
    dim = run.spec.model.latent_dim
    still = "each epoch's map is turned onto the one before, so that it does not spin"
    if dim == 1:
        return "Test digits by the one number of their code; dots stand as high as their label."
    if dim == 2:
        axes = ", all turned as the map of the trained model" if run.ended else f": {still}"
        return f"Test digits by the two numbers of their code{axes}."
    return (
        f"Test digits along the two directions in which their {dim} numbers spread most: {still}."
    )


def waiting(run: Run) -> str:
    """What stands in the map's place before there is one."""
    if run.state == "queued":
        return "The map appears here as soon as it is this run's turn."
    return "The map appears here in a moment." if run.state == "running" else "No map was drawn."
