"""Sweeps: many trainings at once."""

from aecore.jobs.queue import training_allowed

TITLE = "Sweeps"
ICON = ":material/stacked_line_chart:"
PATH = "sweeps"
GROUP = "Build"
ORDER = 90


def is_available() -> bool:
    """Return whether the page is in the navigation: only where models may be trained."""
    return training_allowed()
