"""The download from OpenML, whatever the server or the disk does."""

import gzip
import hashlib
import resource
import socket
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from aecore.data import openml as data_openml
from aecore.data.cache import load_cache
from aecore.data.openml import download
from aecore.data.progress import DownloadProgress
from aecore.errors import DataError
from tests.support import openml_server
from tests.support.openml_server import OpenMLServer
from tests.support.ten_digits import (
    N_TEST,
    N_TRAIN,
    ask,
    left_in,
    same_digits,
    serving,
    small_dataset,
)

pytest_plugins = ["tests.support.ten_digits"]
pytestmark = pytest.mark.usefixtures("cache")


def test_a_download_is_split_cached_and_leaves_nothing_else(cache: Path, openml: OpenMLServer):
    dataset = download()

    assert same_digits(dataset, small_dataset())
    assert same_digits(load_cache(), small_dataset())
    assert dataset.source == "OpenML mnist_784 version 1"
    assert load_cache().source == "OpenML mnist_784 version 1 (cached)"
    assert left_in(cache) == ["mnist.safetensors"]


def test_a_download_tells_its_phases_and_bytes(openml: OpenMLServer):
    told: list[DownloadProgress] = []

    download(progress=told.append)

    phases = list(dict.fromkeys(progress.phase for progress in told))
    assert phases == ["connecting", "downloading", "reading", "saving"]
    assert {p.bytes_total for p in told if p.phase == "downloading"} == {len(openml.packed)}
    assert max(p.bytes_done for p in told) == len(openml.packed)


def test_a_download_puts_the_settings_of_the_network_back(openml: OpenMLServer):
    opener = urllib.request.build_opener()
    urllib.request.install_opener(opener)
    socket.setdefaulttimeout(7.5)
    try:
        download()

        assert urllib.request._opener is opener
        assert socket.getdefaulttimeout() == 7.5
    finally:
        urllib.request.install_opener(None)
        socket.setdefaulttimeout(None)


def test_quoted_classes_are_read(openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch):
    small = small_dataset()
    images = [*small.train_images, *small.test_images]
    labels = [*small.train_labels, *small.test_labels]
    rows = [openml_server.row(x, f"'{y}'") for x, y in zip(images, labels, strict=True)]

    with serving(rows) as server:
        ask(server, monkeypatch)
        dataset = download()

    assert same_digits(dataset, small)


def test_a_download_of_full_size_ends_in_mnists_split(monkeypatch: pytest.MonkeyPatch):
    # Members of gzip may be strung together, so 110 MB of text cost next to nothing here.
    head = openml_server.arff([])[:-1]
    train, test = (b"0," * 784 + b"1\n") * 1000, (b"255," + b"0," * 783 + b"2\n") * 1000
    packed = gzip.compress(head) + 60 * gzip.compress(train) + 10 * gzip.compress(test)
    server = OpenMLServer(head + 60 * train + 10 * test, packed=packed)

    with server.running():
        ask(server, monkeypatch, n_train=60_000, n_test=10_000)
        dataset = download()

    assert dataset.train_images.shape == (60_000, 784)
    assert dataset.test_images.shape == (10_000, 784)
    assert not dataset.train_images.any()
    assert (dataset.test_images[:, 0] == 255).all()
    assert set(dataset.train_labels) == {1}
    assert set(dataset.test_labels) == {2}


def expect_failed_download(cache: Path, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        download()

    assert "\n" not in str(caught.value)
    assert left_in(cache) == []


def test_a_server_that_is_down_is_told(cache: Path, openml: OpenMLServer, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        openml.url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        ask(openml, monkeypatch)

        expect_failed_download(cache, "Connection refused.*Try again later")


@pytest.mark.parametrize("path", ["data_name", "json/data/1", "features", "download"])
def test_a_silent_server_is_given_up_at_the_first_time(
    cache: Path, openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch, path: str
):
    monkeypatch.setattr(data_openml, "SILENCE_SECONDS", 0.2)
    openml.silent_on = path

    expect_failed_download(cache, r"sent nothing for 0\.2 seconds")

    assert sum(path in asked for asked in openml.asked) == 1


def test_a_server_that_falls_silent_in_the_middle_is_given_up(
    cache: Path, openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(data_openml, "SILENCE_SECONDS", 0.2)
    openml.pause_halfway = True

    expect_failed_download(cache, r"sent nothing for 0\.2 seconds")


def test_half_a_file_is_refused(cache: Path, openml: OpenMLServer):
    openml.sent = 0.5

    expect_failed_download(cache, "arrived incomplete or damaged")


def test_a_file_with_another_checksum_is_refused(cache: Path, openml: OpenMLServer):
    openml.md5 = hashlib.md5(b"something else").hexdigest()

    expect_failed_download(cache, "arrived incomplete or damaged")


def test_a_file_that_is_no_gzip_is_refused(cache: Path, openml: OpenMLServer):
    openml.packed = b"<!DOCTYPE html>" * 100

    expect_failed_download(cache, "Not a gzipped file")


def test_a_file_without_end_is_given_up(
    cache: Path, openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(data_openml, "MAX_DOWNLOAD_BYTES", len(openml.packed) - 1)

    expect_failed_download(cache, "larger than")


@pytest.mark.parametrize("body", [b"<!DOCTYPE html>", b"[]", b"{}", b"null", b'{"data": 1}', b""])
@pytest.mark.parametrize("path", ["data_name", "json/data/1"])
def test_an_answer_of_another_form_is_refused(
    cache: Path, openml: OpenMLServer, path: str, body: bytes
):
    openml.replies = {path: body}

    expect_failed_download(cache, "the answer cannot be used")


DIGITS = [openml_server.row(np.full(784, i, np.uint8), i) for i in range(N_TRAIN + N_TEST)]
ROW_FAULTS = {
    "a row too few": DIGITS[:-1],
    "a row too many": [*DIGITS, DIGITS[0]],
    "a level of 256": [DIGITS[0].replace("0,", "256,", 1), *DIGITS[1:]],
    "a level below 0": [DIGITS[0].replace("0,", "-1,", 1), *DIGITS[1:]],
    "half a level": [DIGITS[0].replace("0,", "0.5,", 1), *DIGITS[1:]],
    "a missing level": [DIGITS[0].replace("0,", "?,", 1), *DIGITS[1:]],
    "a word for a level": [DIGITS[0].replace("0,", "zero,", 1), *DIGITS[1:]],
    "a column too few": [row.removeprefix(f"{i},") for i, row in enumerate(DIGITS)],
    "a class of 10": [*DIGITS[:-1], DIGITS[-1][:-1] + "10"],
    "a class below 0": [*DIGITS[:-1], DIGITS[-1][:-1] + "-1"],
    "a class in words": [*DIGITS[:-1], DIGITS[-1][:-1] + "nine"],
    "a missing class": [*DIGITS[:-1], DIGITS[-1][:-1] + "?"],
    "nothing": [],
}


@pytest.mark.parametrize("rows", ROW_FAULTS.values(), ids=ROW_FAULTS)
def test_a_file_with_other_digits_is_refused(
    cache: Path, monkeypatch: pytest.MonkeyPatch, rows: list[str]
):
    with serving(rows) as server:
        ask(server, monkeypatch)

        expect_failed_download(cache, "the answer cannot be used")


@pytest.mark.parametrize("place", ["/proc", "/sys", "/dev/null/cache"])
def test_a_cache_folder_that_cannot_be_written_is_told_before_anything_is_fetched(
    openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch, place: str
):
    monkeypatch.setenv("AECORE_CACHE", place)

    with pytest.raises(DataError, match=f"cannot be kept in {place}: .*set AECORE_CACHE"):
        download()

    assert openml.asked == []


@pytest.mark.parametrize("room", [2_000, 40_000], ids=["while fetching", "while saving"])
def test_a_full_disk_leaves_nothing_half_written(
    cache: Path, monkeypatch: pytest.MonkeyPatch, room: int
):
    rows = [openml_server.row(np.zeros(784, np.uint8), 0)] * 100  # 5 kB packed, 79 kB cached
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with serving(rows) as server:
        ask(server, monkeypatch, n_train=60, n_test=40)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))  # it binds root as well
        try:
            expect_failed_download(cache, "cannot be kept in .*: File too large")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_second_download_in_a_row_finds_the_cache(openml: OpenMLServer):
    download()

    assert download().kind == "cache"
    assert openml.downloads == 1


def test_waiting_for_another_download_is_told_and_bounded(
    cache: Path, openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch
):
    from filelock import FileLock

    monkeypatch.setattr(data_openml, "LOCK_SECONDS", 0.1)
    cache.mkdir()
    told: list[DownloadProgress] = []

    with (
        FileLock(cache / data_openml.LOCK_FILE),
        pytest.raises(DataError, match="Another process has been downloading"),
    ):
        download(progress=told.append)

    assert told == [DownloadProgress(phase="waiting")]
