"""Errors in what comes from outside, as one small hierarchy.

Every message says what happened, what was found and what to do. The command
line and the pages catch `AecoreError` in one place each; anything else is a bug.
"""


class AecoreError(Exception):
    """Something that came in from outside cannot be used."""


class ConfigError(AecoreError, ValueError):
    """A setting is out of range or of the wrong kind."""


class ShapeError(AecoreError, ValueError):
    """An array has another shape than the function works on."""


class DataError(AecoreError):
    """A data set, its cache or its download cannot be used."""


class CheckpointError(AecoreError):
    """A checkpoint is missing, damaged or of another version."""


class PictureError(AecoreError):
    """A picture cannot be opened, or shows no digit."""


class TrainingError(AecoreError):
    """A training run cannot start or continue."""
