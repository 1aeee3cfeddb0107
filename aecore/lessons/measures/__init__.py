"""The measures of the lessons; importing this package registers all of them."""

from aecore.lessons.measures import bottleneck

__all__ = ["bottleneck"]
