"""One decorator for results that all sessions share."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import streamlit as st

from aecore.checkpoints.file import Checkpoint
from aecore.ui.cache.datasets import TestSet

P = ParamSpec("P")
R = TypeVar("R")


def shared(*, kept: int, spinner: str | bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Cache a function's results for all sessions, the latest `kept` of them.

    Checkpoints count by their digest and test sets by their fingerprint, so that no array is
    hashed. What the function returns must not be changed.
    """
    return st.cache_resource(
        max_entries=kept,
        show_spinner=spinner,
        hash_funcs={
            Checkpoint: lambda checkpoint: checkpoint.digest,
            TestSet: lambda test_set: test_set.fingerprint,
        },
    )
