"""The connections of this process."""

from __future__ import annotations

import functools
import os
import socket
from contextlib import suppress

_DESCRIPTORS = "/dev/fd"


@functools.cache
def send_at_once() -> None:
    """Let the TCP connections of this process, and those that it will accept, send without delay.

    asyncio asks for that where a socket names its protocol, which the one that Streamlit listens on
    does not (uvicorn issue 3149). Then the last part of an answer waits until the browser confirms
    the one before (Nagle's algorithm), and the browser, with nothing to send along, for 40 ms
    (delayed acknowledgment): a client heard of a page with nothing but a slider after 48 ms, not 7.
    """
    if not os.path.isdir(_DESCRIPTORS):
        return
    for name in os.listdir(_DESCRIPTORS):
        # A copy of a descriptor shares the options of its socket; not every one is a socket.
        with suppress(OSError), socket.socket(fileno=os.dup(int(name))) as each:
            if each.type == socket.SOCK_STREAM and each.family in (
                socket.AF_INET,
                socket.AF_INET6,
            ):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
