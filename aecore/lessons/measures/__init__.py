"""The measures of the lessons; importing this package registers all of them."""

from aecore.lessons.measures import (
    bottleneck,
    classes,
    denoising,
    off_map,
    own,
    traps,
    units,
)

__all__ = ["bottleneck", "classes", "denoising", "off_map", "own", "traps", "units"]
