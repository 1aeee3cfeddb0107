"""Starting a run on `/train`, which is then the one on show, in sight."""

from __future__ import annotations

import streamlit as st

from aecore.jobs import queue
from aecore.jobs.store import RunSpec
from aecore.ui.cache import runs as run_cache

CHOSEN = "train_run"
"""In the session's state: the run on show."""
PLACE = "train_shown"
"""Key of the container of the run on show."""
_SCROLLS = "train_scrolls"
_SCRIPT = (
    "<script>document.querySelector('.st-key-{place}')?.scrollIntoView({{behavior: "
    "matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'}});</script>"
)


def start(spec: RunSpec) -> None:
    """Start or queue a run, and show it."""
    run = queue.submit(spec)
    run_cache.refresh()
    st.session_state[CHOSEN] = run.id
    st.session_state[_SCROLLS] = True


def scroll() -> None:
    """Scroll to the run on show, once after it was started."""
    if st.session_state.pop(_SCROLLS, False):
        st.html(_SCRIPT.format(place=PLACE), unsafe_allow_javascript=True)
