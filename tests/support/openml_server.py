"""A stand-in for OpenML on this machine, answering as much of its interface as scikit-learn asks.

As a program it is the worker of a `DownloadProcess` that asks this server:
`python tests/openml_server.py URL N_TRAIN N_TEST`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

DATA_PATH = "/data/v1/download/1/mnist_784.arff"


def arff(rows: list[str]) -> bytes:
    """A file of rows like `0,255,...,7`: 784 pixels and a class."""
    pixels = "".join(f"@ATTRIBUTE pixel{i + 1} real\n" for i in range(784))
    head = f"@RELATION mnist_784\n\n{pixels}@ATTRIBUTE class {{0,1,2,3,4,5,6,7,8,9}}\n\n@DATA\n"
    return (head + "\n".join(rows) + "\n").encode()


def row(pixels: np.ndarray, label: object) -> str:
    """One row of the file."""
    return ",".join(map(str, pixels.tolist())) + f",{label}"


class OpenMLServer:
    """Serves one file of digits under `url`; the attributes may be changed while it runs."""

    def __init__(self, text: bytes, *, packed: bytes | None = None) -> None:
        self.packed = gzip.compress(text, 1) if packed is None else packed
        self.md5 = hashlib.md5(text).hexdigest()
        self.url = ""
        self.asked: list[str] = []
        """Path of every request, in order."""
        self.sent = 1.0
        """Share of the file that is sent before the connection closes."""
        self.silent_on: str | None = None
        """Part of a path; such a request gets no answer at all until `answer` is set."""
        self.pause_halfway = False
        """Whether to send half of the file and the rest when `answer` is set."""
        self.halfway = threading.Event()
        self.answer = threading.Event()
        self.replies: dict[str, bytes] = {}
        """Replies by part of a path, in place of the right ones."""

    @property
    def downloads(self) -> int:
        """How often the file of digits was asked for."""
        return self.asked.count(DATA_PATH)

    @contextmanager
    def running(self) -> Iterator[OpenMLServer]:
        """Listen on a free port of this machine."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self.answer.set()
            server.shutdown()
            thread.join()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                if outer.silent_on is not None and outer.silent_on in self.path:
                    outer.answer.wait()
                    return
                with suppress(ConnectionError):  # some tests kill the client
                    outer._reply(self)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _reply(self, request: BaseHTTPRequestHandler) -> None:
        wrong = next((body for part, body in self.replies.items() if part in request.path), None)
        body = self._body(request.path) if wrong is None else wrong
        if body is None:
            request.send_error(404)
            return
        request.send_response(200)
        request.send_header("Content-Length", str(len(body)))
        if request.path == DATA_PATH:
            request.send_header("Content-Encoding", "gzip")
        request.end_headers()
        if request.path != DATA_PATH:
            request.wfile.write(body)
            return
        half = len(body) // 2
        request.wfile.write(body[:half])
        self.halfway.set()
        if self.pause_halfway:
            self.answer.wait()
        request.wfile.write(body[half : int(len(body) * self.sent)] if self.sent > 0.5 else b"")

    def _body(self, path: str) -> bytes | None:
        if path == DATA_PATH:
            return self.packed
        replies = {
            "/data/list/data_name/mnist_784/": {"data": {"dataset": [{"did": 1, "version": 1}]}},
            "/data/features/1": {"data_features": {"feature": _features()}},
            "/data/qualities/1": {"data_qualities": {"quality": []}},
            "/json/data/1": {"data_set_description": self._description()},
        }
        found = next((reply for part, reply in replies.items() if part in path), None)
        return None if found is None else json.dumps(found).encode()

    def _description(self) -> dict[str, str]:
        return {
            "id": "1",
            "name": "mnist_784",
            "version": "1",
            "description": "",
            "format": "ARFF",
            "status": "active",
            "url": self.url + DATA_PATH,
            "md5_checksum": self.md5,
        }


def _features() -> list[dict[str, str]]:
    def feature(index: int, name: str, kind: str) -> dict[str, str]:
        return {
            "index": str(index),
            "name": name,
            "data_type": kind,
            "is_target": "true" if name == "class" else "false",
            "is_ignore": "false",
            "is_row_identifier": "false",
            "number_of_missing_values": "0",
        }

    pixels = [feature(i, f"pixel{i + 1}", "numeric") for i in range(784)]
    return [*pixels, feature(784, "class", "nominal")]


def addresses_at(url: str) -> dict[str, str]:
    """scikit-learn's constants that name OpenML, pointing to `url` instead."""
    from sklearn.datasets import _openml

    pattern = re.compile(r"https://(www|api)\.openml\.org")
    return {
        name: pattern.sub(url, value)
        for name, value in vars(_openml).items()
        if isinstance(value, str) and pattern.match(value)
    }


def main(url: str, n_train: str, n_test: str) -> int:
    """Do a job's work with another server and another number of digits."""
    from sklearn.datasets import _openml

    from aecore.data import download_process, openml

    vars(_openml).update(addresses_at(url))
    openml.N_TRAIN, openml.N_TEST = int(n_train), int(n_test)
    return download_process.main()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
