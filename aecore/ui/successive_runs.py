"""Runs of two fragments in quick succession: what the first no longer draws leaves the page.

Where the second begins before the first one's messages are on their way, Streamlit drops some of
them, and tells the browser that the first was interrupted; the browser then keeps all that the
first would have removed, until something runs it again (streamlit issue 16708).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from streamlit.runtime.app_session import AppSession


@functools.cache
def send_all() -> None:
    """Send, from now on, what runs have drawn also where a fragment's run follows at once."""
    visit: Any = AppSession
    clear = visit._clear_queue

    def clear_queue(session: Any, fragment_ids_this_run: Sequence[str] | None = None) -> None:
        if fragment_ids_this_run:
            # What comes now is added to the messages, not merged into those before it.
            session._browser_queue._delta_index_map = {}
        else:
            clear(session)

    visit._clear_queue = clear_queue
