"""MNIST from OpenML, by way of scikit-learn: checked, then kept in the cache.

`download` works in this process. Parsing holds the interpreter lock for seconds and takes a few
hundred megabytes, so the app uses `aecore.data.download_process`.
"""

from __future__ import annotations

import errno
import socket
import urllib.request
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from aecore.config import N_PIXELS
from aecore.data.cache import cache_dir, load_cache, save_cache
from aecore.data.dataset import Dataset
from aecore.data.progress import DownloadProgress, Phase, Report, silent
from aecore.errors import DataError
from aecore.system import atomic_file

NAME, VERSION = "mnist_784", 1
N_TRAIN, N_TEST = 60_000, 10_000
LOCK_FILE = "mnist.lock"
SCRATCH = "scratch-"
"""Prefix of the temporary folders of downloads in the cache folder."""
SILENCE_SECONDS = 20.0
"""Longest silence of a server."""
LOCK_SECONDS = 900.0
"""Longest wait for another process that is downloading."""
MAX_DOWNLOAD_BYTES = 200_000_000
"""The file is 122 MB of text, about 15 MB where the server compresses it."""

_DISK_FAULTS = (*atomic_file.DISK_FULL, errno.EROFS)
_SERVER_FAULTS = (
    OSError,  # no network, no answer, no such page; also bad gzip
    HTTPException,
    EOFError,
    zlib.error,
    ValueError,  # wrong checksum, no JSON, text that does not parse, pixels beyond a byte
    LookupError,  # JSON without the expected keys ...
    TypeError,  # ... or with values of another type
    AttributeError,
    OverflowError,
    Warning,  # an announced retry, see `_watched_network`
)


def download(*, progress: Report = silent) -> Dataset:
    """Fetch MNIST from OpenML and keep it in the cache, unless it is there already.

    Downloads of several processes go one after another: the first one fetches, the others then
    find the cache. Not for threads beside others that use the network: while it runs, the time
    limit of sockets and the opener of `urllib` are changed for the whole process.

    Parameters
    ----------
    progress : callable, optional
        Called with a `DownloadProgress` whenever something has moved on.

    Raises
    ------
    DataError
        If the server, the network or the disk fails. The cache is then as it was before: a folder
        that cannot be written is refused before anything is fetched, as the work would be lost.
    """
    with cache_folder("MNIST", progress) as folder:
        return load_cache() or _download_to_cache(folder, progress)


@contextmanager
def cache_folder(title: str, report: Report) -> Iterator[Path]:
    """Hold the cache folder for a download, which must be the only one; see `download`."""
    folder = cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOCK_FILE).touch()  # FileLock would wait for a folder to become writable
        with _sole_download(folder, report):
            atomic_file.remove_leftovers(folder, SCRATCH)  # only who holds the lock makes any
            yield folder
    except OSError as error:
        raise DataError(
            f"{title} cannot be kept in {folder}: {_reason(error)}. "
            "Free some space, or set AECORE_CACHE to a folder that can be written."
        ) from error


def remove_leftovers() -> None:
    """Remove what killed downloads left in the cache folder, unless one is under way."""
    from filelock import FileLock, Timeout

    folder = cache_dir()
    with suppress(Timeout, OSError), FileLock(folder / LOCK_FILE, timeout=0):
        atomic_file.remove_leftovers(folder, SCRATCH)


def _download_to_cache(folder: Path, report: Report) -> Dataset:
    with TemporaryDirectory(prefix=SCRATCH, dir=folder, ignore_cleanup_errors=True) as home:
        images, labels = _fetch(home, report)
    dataset = Dataset(
        train_images=images[:N_TRAIN],
        train_labels=labels[:N_TRAIN],
        test_images=images[N_TRAIN:],
        test_labels=labels[N_TRAIN:],
        kind="openml",
        source=f"OpenML {NAME} version {VERSION}",
    )
    report(DownloadProgress(phase="saving"))
    save_cache(dataset)
    return dataset


def _fetch(home: str, report: Report) -> tuple[np.ndarray, np.ndarray]:
    """Return images (N, 784) and labels (N,), both uint8, by way of the temporary folder `home`."""
    with telling("MNIST"):
        # One row too many is enough to notice a longer file.
        table = fetch_table(
            home, report, N_PIXELS, "uint8", N_TRAIN + N_TEST + 1, name=NAME, version=VERSION
        )
        return _checked(*table)


def fetch_table(
    home: str, report: Report, n_pixels: int, pixel_type: str, n_rows: int, **which: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels (N, P) and labels (N,), as text, of a data set; to be called within `telling`.

    Parameters
    ----------
    home : str
        A temporary folder.
    report : callable
    n_pixels : int
    pixel_type : str
        Bytes and text instead of the types that scikit-learn picks. For pixels it picks int64, and
        then peaks at 1.1 GB of MNIST instead of 0.4; bytes also refuse what is no gray level. For
        the class it picks a category, which fails on plain digits (scikit-learn 1.9 with pandas
        3.1).
    n_rows : int
        Rows to read at most.
    which
        For `fetch_openml`: name and version, or `data_id`.
    """
    report(DownloadProgress(phase="connecting"))
    from sklearn.datasets import fetch_openml

    with _watched_network(report):
        # The other parser, liac-arff, needs no pandas, but takes 1 GB and six times as long.
        table = fetch_openml(
            **which,
            data_home=home,
            as_frame=False,
            parser="pandas",
            read_csv_kwargs={
                "dtype": dict.fromkeys(range(n_pixels), pixel_type) | {n_pixels: "str"},
                "nrows": n_rows,
            },
        )
    return table.data, table.target


@contextmanager
def telling(title: str) -> Iterator[None]:
    """Turn what a server, or what it sends, does wrong into one message."""
    try:
        yield
    except ImportError as error:
        raise DataError(
            f"{title} cannot be downloaded: {error}. Install scikit-learn and pandas."
        ) from error
    except _SERVER_FAULTS as error:
        cause = _cause(error)
        if isinstance(cause, OSError) and cause.errno in _DISK_FAULTS:
            raise cause from None
        raise DataError(
            f"{title} could not be downloaded from OpenML: {_reason(cause)}. "
            f"Try again later, or name a folder that holds {title} with --data or AECORE_DATA."
        ) from error


def _checked(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    expected = (N_TRAIN + N_TEST, N_PIXELS)
    if images.shape != expected or images.dtype != np.uint8:
        raise ValueError(f"its pixels are {images.dtype} {images.shape}, not bytes {expected}")
    numbers = np.array([int(label.strip("'")) for label in labels])  # ARFF may quote
    if numbers.shape != expected[:1] or numbers.min() < 0 or numbers.max() > 9:
        raise ValueError("its labels are not one digit for each picture")
    return np.ascontiguousarray(images), numbers.astype(np.uint8)


@contextmanager
def _sole_download(folder: Path, report: Report) -> Iterator[None]:
    """Hold the lock of the cache folder; the system frees it when the process dies."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report(DownloadProgress(phase="waiting"))
        try:
            lock.acquire(timeout=LOCK_SECONDS)
        except Timeout:
            raise DataError(
                f"Another process has been downloading to {folder} for more than "
                f"{LOCK_SECONDS / 60:.0f} minutes. End it and try again."
            ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _watched_network(report: Report) -> Iterator[None]:
    """Limit the wait for each byte, report what arrives, and end at the first failure.

    scikit-learn offers no hook for any of them. It retries up to eight times, a silent server
    too, and announces each in a warning, which is made an error here.
    """
    seconds, opener = socket.getdefaulttimeout(), urllib.request._opener  # type: ignore[attr-defined]
    socket.setdefaulttimeout(SILENCE_SECONDS)
    urllib.request.install_opener(urllib.request.build_opener(_ByteCounter(report)))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="A network error occurred|Invalid cache")
            yield
    finally:
        urllib.request.install_opener(opener)
        socket.setdefaulttimeout(seconds)


class _ByteCounter(urllib.request.BaseHandler):
    """Counts the bytes of the answer that holds the pictures; the others are small."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        if response.status == 200 and "/api/" not in request.selector:
            length = response.headers.get("Content-Length", "")
            total = int(length) if length.isdecimal() else None
            response.read = _counting(response.read, total, self._report)
        return response

    https_response = http_response


def _counting(
    read: Callable[[int], bytes], total: int | None, report: Report
) -> Callable[[int], bytes]:
    """Wrap an answer's `read` to report how much has arrived, and to refuse too much."""
    done = 0

    def counted(size: int) -> bytes:
        nonlocal done
        chunk = read(size)
        done += len(chunk)
        if done > MAX_DOWNLOAD_BYTES:
            raise ValueError(f"the file is larger than {MAX_DOWNLOAD_BYTES:,} bytes")
        phase: Phase = "downloading" if chunk else "reading"
        report(DownloadProgress(phase=phase, bytes_done=done, bytes_total=total))
        return chunk

    return counted


def _cause(error: BaseException) -> BaseException:
    """Return the first failure, below the announced retries."""
    while isinstance(error, Warning) and error.__context__ is not None:
        error = error.__context__
    reason = getattr(error, "reason", None)  # URLError wraps what the socket said
    return reason if isinstance(reason, BaseException) else error


def _reason(error: BaseException) -> str:
    """Return a failure in one line for people."""
    text = " ".join(str(error).split())[:200]
    if isinstance(error, TimeoutError):
        return f"the server sent nothing for {SILENCE_SECONDS:g} seconds"
    if isinstance(error, (EOFError, zlib.error, IncompleteRead)) or "md5" in text:
        return "the file arrived incomplete or damaged"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, OSError) and text:
        return text
    return f"the answer cannot be used ({type(error).__name__}: {text})"
