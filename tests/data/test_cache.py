"""The cache: the digits back, and damage passed over."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from aecore.data import sources
from aecore.data.cache import cache_dir, load_cache, save_cache
from tests.support.openml_server import OpenMLServer
from tests.support.ten_digits import left_in, same_digits, small_dataset

pytest_plugins = ["tests.support.ten_digits"]


def test_the_cache_keeps_the_digits_and_their_source(cache: Path):
    dataset = small_dataset()

    save_cache(dataset)
    cached = load_cache()

    assert same_digits(cached, dataset)
    assert cached.fingerprint == dataset.fingerprint
    assert (cached.kind, cached.source) == ("cache", "random digits (cached)")
    assert left_in(cache) == ["mnist.safetensors"]


def test_no_cache_is_none_and_no_reason_to_warn(caplog):
    assert load_cache() is None
    assert caplog.text == ""


def flip_last_pixel(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1])


CACHE_DAMAGE = {
    "empty": (lambda body: b"", "damaged"),
    "cut off": (lambda body: body[:-1], "damaged"),
    "another pixel": (flip_last_pixel, "not those that were saved"),
    "another version": (lambda body: body.replace(b"digits 1", b"digits 2"), "its format is"),
    "an array missing": (lambda body: body.replace(b"test_labels", b"rest_labels"), "damaged"),
}


@pytest.mark.parametrize(("damage", "message"), CACHE_DAMAGE.values(), ids=CACHE_DAMAGE)
def test_a_damaged_cache_is_reported_and_passed_over(
    cache: Path, caplog, damage: Callable[[bytes], bytes], message: str
):
    save_cache(small_dataset())
    path = cache / "mnist.safetensors"
    path.write_bytes(damage(path.read_bytes()))

    with caplog.at_level(logging.WARNING):
        assert load_cache() is None

    assert message in caplog.text


def test_a_cache_larger_than_any_digits_is_not_read(cache: Path, caplog):
    save_cache(small_dataset())
    os.truncate(cache / "mnist.safetensors", 2**40)

    assert load_cache() is None
    assert "larger than" in caplog.text


def test_a_download_replaces_a_damaged_cache(cache: Path, openml: OpenMLServer):
    cache.mkdir()
    (cache / "mnist.safetensors").write_bytes(b"damaged")

    sources.load()

    assert same_digits(load_cache(), small_dataset())


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"AECORE_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"AECORE_CACHE": "", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/aecore"),
        ({"AECORE_CACHE": "", "XDG_CACHE_HOME": "", "HOME": "/c"}, "/c/.cache/aecore"),
        ({"AECORE_CACHE": "~/d", "HOME": "/c"}, "/c/d"),
    ],
)
def test_the_cache_folder_follows_the_environment(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert cache_dir() == Path(expected)
