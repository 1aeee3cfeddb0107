"""The connections of this process."""

from __future__ import annotations

import functools
import os
import socket
import stat
from contextlib import suppress

_DESCRIPTORS = "/dev/fd"


@functools.cache
def send_at_once() -> None:
    """Let the TCP connections of this process, and those that it will accept, send without delay.

    asyncio asks for that where a socket names its protocol, which the one that Streamlit listens on
    does not (uvicorn issue 3149). Then the last part of an answer waits until the browser confirms
    the one before (Nagle's algorithm), and the browser, with nothing to send along, for 40 ms
    (delayed acknowledgment): a page with nothing but a slider answered after 48 ms instead of 7.
    """
    if not os.path.isdir(_DESCRIPTORS):
        return
    for name in os.listdir(_DESCRIPTORS):
        with suppress(OSError):  # closed meanwhile, or no socket of TCP
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                # What is closed here is a copy, which shares the socket's options.
                with socket.fromfd(int(name), socket.AF_INET, socket.SOCK_STREAM) as each:
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
