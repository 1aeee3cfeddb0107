"""A server's connections send without delay: those that are open, and those to come."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from aecore.system.sockets import send_at_once

pytestmark = pytest.mark.skipif(
    not os.path.isdir("/dev/fd"), reason="this system does not list a process's descriptors"
)


def is_undelayed(connection: socket.socket) -> bool:
    return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def open_descriptors() -> dict[str, str]:
    links = {name: Path("/dev/fd", name) for name in os.listdir("/dev/fd")}
    return {name: os.readlink(link) for name, link in links.items() if link.exists()}


def test_open_connections_and_accepted_ones_send_at_once(tmp_path):
    with (
        (tmp_path / "not a socket").open("w"),
        socket.socketpair()[0],  # not of TCP
        socket.socket() as server,  # as Streamlit makes it: asyncio would leave it alone
        socket.socket() as early,
        socket.socket() as late,
    ):
        server.bind(("127.0.0.1", 0))
        server.listen()
        early.connect(server.getsockname())
        with server.accept()[0] as first:
            assert not is_undelayed(first)

            before = open_descriptors()
            send_at_once.__wrapped__()
            assert open_descriptors() == before  # no copy of a pipe keeps its other end waiting

            late.connect(server.getsockname())
            with server.accept()[0] as second:
                assert is_undelayed(first)
                assert is_undelayed(second)
                early.sendall(b"still open")
                assert first.recv(100) == b"still open"
