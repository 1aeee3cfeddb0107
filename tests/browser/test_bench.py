"""`bench decode` and `bench draw`: what they need and say, and that nothing is left running."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from aecore.bench import explorer, pages
from aecore.bench.decoding import bench_decode, bench_draw
from aecore.bench.harness import tab
from aecore.bench.harness.chromium import find_chromium, import_playwright
from aecore.bench.harness.server import serve
from aecore.errors import AecoreError

pytest_plugins = ["tests.support.browser"]

ROOT = Path(__file__).resolve().parents[2]
BRIEFLY = """
import sys
from aecore.bench.harness import tab
from aecore.cli.parser import main
tab._DRAG_SECONDS, tab._CLICKS = 1.0, 3
sys.exit(main(sys.argv[1:]))
"""
"""The command line, its browser benchmarks shorter: enough to see that they measure."""
PACE = {"frame_p50_ms", "frame_p95_ms", "updates_per_second", "websocket_messages_during_drag"}


def is_open(address: str) -> bool:
    place = urlsplit(address)
    with socket.socket() as probe:
        return probe.connect_ex((place.hostname, place.port)) == 0


def servers_of(pid: int) -> list[Path]:
    """What Linux knows of the Streamlit servers that a process has started."""
    started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = [Path(f"/proc/{each}/cmdline") for each in started]
    return [each for each in found if b"streamlit" in each.read_bytes()]


def test_the_server_is_stopped_when_its_block_ends():
    with serve("app.py") as address:
        assert is_open(address)

    assert not is_open(address)


def test_the_server_is_stopped_when_its_block_fails():
    places = []

    def fail() -> None:
        with serve("app.py") as address:
            places.append(address)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not is_open(places[0])


def test_a_script_that_is_not_there_is_a_clear_error():
    with pytest.raises(AecoreError, match=r"no_such_script\.py"), serve("no_such_script.py"):
        pass


def test_chrome_path_comes_first(monkeypatch):
    monkeypatch.setenv("CHROME_PATH", sys.executable)

    assert find_chromium() == sys.executable


def test_without_chromium_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.delenv("CHROME_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(AecoreError, match="apt install chromium"):
        find_chromium()


def test_a_wrong_chrome_path_is_named(monkeypatch):
    monkeypatch.setenv("CHROME_PATH", "/nowhere/chrome")

    with pytest.raises(AecoreError, match="CHROME_PATH names '/nowhere/chrome'"):
        find_chromium()


def test_without_playwright_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)

    with pytest.raises(AecoreError, match=r"pip install -r tests/requirements\.txt"):
        import_playwright()


def test_without_a_trained_preset_it_says_how_to_train_one(monkeypatch, tmp_path):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))

    with pytest.raises(AecoreError, match="python -m aecore train plane"):
        bench_decode()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="reads Linux's /proc")
@pytest.mark.usefixtures("chromium")
def test_a_bench_that_is_told_to_end_takes_its_servers_along(small_models):
    settings = {"AECORE_MODELS": str(small_models), "AECORE_DATA": ""}
    command = [sys.executable, "-m", "aecore", "bench", "decode"]
    bench = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True
    )
    assert "Measuring" in bench.stderr.readline()
    servers = servers_of(bench.pid)
    assert len(servers) == 2

    bench.terminate()

    assert bench.wait(30) == 143
    assert not any(server.exists() for server in servers)


@pytest.mark.usefixtures("chromium")
def test_it_measures_every_trained_preset(small_model, tmp_path):
    """Times depend on what else the machine does: only what no load can change is asserted."""
    shutil.copy(small_model, tmp_path)
    settings = {"AECORE_MODELS": str(tmp_path), "AECORE_CACHE": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", BRIEFLY, "bench", "decode", "--json"],
        cwd=ROOT,
        env={**os.environ, **settings, "AECORE_DATA": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    presets = json.loads(done.stdout)["presets"]
    assert list(presets) == [small_model.stem]
    for row in presets.values():
        assert row["max_abs_error"] <= 1e-5
        assert row["max_rounding_error"] < 1 / 255
        assert 0 < row["js_ms"] < row["server_slider_ms"]
        for pace in (row, row["map"]):
            assert pace.keys() >= PACE
            assert pace["websocket_messages_during_drag"] == 0
            assert 0 < pace["frame_p50_ms"] <= pace["frame_p95_ms"]
            assert pace["updates_per_second"] > 1


@pytest.mark.usefixtures("chromium")
def test_it_measures_how_closely_the_pen_is_followed(small_model, tmp_path, monkeypatch):
    shutil.copy(small_model, tmp_path)
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))
    monkeypatch.setattr(tab, "_DRAG_SECONDS", 1.0)

    with ThreadPoolExecutor(1) as pool:  # this thread has playwright's own loop
        presets = pool.submit(bench_draw).result()["presets"]

    assert list(presets) == [small_model.stem]
    for row in presets.values():
        assert row.keys() >= PACE
        assert row["websocket_messages_during_drag"] == 0
        assert 0 < row["frame_p50_ms"] <= row["frame_p95_ms"]
        assert row["updates_per_second"] > 1


@pytest.mark.usefixtures("chromium")
def test_it_measures_an_exported_file_and_one_with_more_dots_than_are_drawn_one_by_one(
    small_model, monkeypatch
):
    monkeypatch.setenv("AECORE_MODELS", str(small_model.parent))
    monkeypatch.setattr(explorer, "OPENINGS", 1)
    monkeypatch.setattr(tab, "_DRAG_SECONDS", 0.5)
    monkeypatch.setattr(tab, "_SETTLING_SECONDS", 0.1)

    with ThreadPoolExecutor(1) as pool:  # this thread has playwright's own loop
        measured = pool.submit(explorer.bench_explorer, "plane", points=60_000).result()

    assert measured["large"]["points"] == 60_000
    for row in (measured["file"], measured["large"]):
        assert row["first_picture_ms"] > 0
        for pace in (row["map"], row["pan"]):
            assert 0 < pace["frame_p50_ms"] <= pace["frame_p95_ms"]
            assert pace["updates_per_second"] > 1


def test_a_page_without_a_bench_is_a_clear_error():
    with pytest.raises(AecoreError, match="no bench of the page 'nowhere'"):
        pages.bench_pages(("nowhere",))


@pytest.mark.usefixtures("chromium")
def test_it_measures_how_quickly_a_page_answers(small_models, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(small_models))
    monkeypatch.setenv("AECORE_DATA", "")
    monkeypatch.setattr(pages, "EVENTS", 3)
    monkeypatch.setattr(pages, "_WARM", 1)

    with ThreadPoolExecutor(1) as pool:  # this thread has playwright's own loop
        measured = pool.submit(pages.bench_pages, ("reconstruct",)).result()

    controls = [row["control"] for row in measured["controls"]]
    assert controls == [control.name for control in pages.CONTROLS["reconstruct"]]
    for row in measured["controls"]:
        assert 0 < row["first_p50_ms"] <= row["p50_ms"] <= row["p95_ms"]
