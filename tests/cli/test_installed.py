"""The wheel, built and installed in an empty folder, brings all that the explorer needs."""

import json
import os
import shutil
import subprocess
import sys
from zipfile import ZipFile

import pytest

from aecore.lessons import catalog
from aecore.presets import PRESETS
from tests.support import strangers
from tests.support.command_line import REPOSITORY, answer, free_port

PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
SOURCES = ["aecore", "models", "tests", ".streamlit"]
FILES = ["app.py", "hatch_build.py", "pyproject.toml", "README.md", ".gitignore"]
OPEN_THE_MAP = """
from streamlit.testing.v1 import AppTest
from aecore.system.installation import HOME

page = AppTest.from_file(str(HOME / "app.py"), default_timeout=120).run()
print([each.message for each in page.exception], page.selectbox(key="model").options)
"""
SERVE_FOR_BENCHMARKS = """
import urllib.request
from aecore.bench import decoding
from aecore.bench.harness.server import serve

for server in (decoding.serve_app(), serve(decoding.BASELINE)):
    with server as address:
        print(urllib.request.urlopen(address).status)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of a copy of the checkout, in which somebody has kept a model."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in SOURCES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / name, copy / name, ignore=ignored)
    for name in FILES:
        shutil.copy(REPOSITORY / name, copy)
    shutil.copy(copy / "models" / "plane.safetensors", copy / "models" / "kept.safetensors")

    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*PIP, "wheel", *offline, "--wheel-dir", "dist", "."], cwd=copy, check=True)
    return next((copy / "dist").glob("aecore-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    target = ["--no-index", "--no-deps", "--no-compile", "--target", folder]
    subprocess.run([*PIP, "install", *target, wheel], check=True)
    return folder


@pytest.fixture
def start(installed, tmp_path):
    """Start a program in an empty folder that sees the installed package and no checkout."""
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = os.environ | {
        "PYTHONPATH": str(installed),
        "STREAMLIT_SERVER_HEADLESS": "true",
        "AECORE_RUNS": str(tmp_path / "runs"),
    }

    def start(*command):
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=empty, env=environment, stdout=pipe, stderr=pipe, text=True
        )

    return start


def output(process):
    """What a program printed, once it has ended well."""
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    return out


def test_the_wheel_holds_the_shipped_models_and_neither_kept_ones_nor_tests(wheel):
    with ZipFile(wheel) as archive:
        names = archive.namelist()

    models = {name for name in names if name.endswith(".safetensors")}
    assert models == {f"aecore/_explorer/models/{name}.safetensors" for name in PRESETS}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"aecore"}
    assert not [name for name in names if "tests/" in name or "__pycache__" in name]


def test_the_wheel_holds_the_lessons(wheel):
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())

    files = [path.name for path in catalog.SHIPPED.glob("*.toml")]
    assert {f"aecore/lessons/{name}" for name in [*files, "README.md"]} <= names


def test_the_command_lists_the_shipped_models_out_of_the_package(start, installed):
    listed = json.loads(output(start(installed / "bin" / "aecore", "models", "--json")))

    assert sorted(model["name"] for model in listed) == sorted(PRESETS)
    assert all(model["path"].startswith(str(installed)) for model in listed)


def test_the_digits_of_scikit_learn_stand_in_without_a_network(start):
    data = json.loads(output(start(sys.executable, "-m", "aecore", "data", "--json")))

    assert data["source"].startswith("scikit-learn")
    assert data["train"] + data["test"] == 1797


def test_the_explorer_answers_and_stops(start):
    port = free_port()
    process = start(sys.executable, "-m", "aecore", "app", "--port", str(port))
    try:
        assert b"<title>" in answer(f"http://127.0.0.1:{port}/")
    finally:
        process.terminate()
        _, err = process.communicate(timeout=30)

    assert "Traceback" not in err


def test_the_first_page_opens_on_the_shipped_models(start):
    printed = output(start(sys.executable, "-c", OPEN_THE_MAP))

    assert printed.startswith("[] ")
    assert all(name in printed for name in PRESETS)


def test_benchmarks_find_what_they_serve(start):
    """They once started their servers in a checkout that was not there."""
    printed = output(start(sys.executable, "-c", SERVE_FOR_BENCHMARKS))

    assert printed.split() == ["200", "200"]


def test_files_in_the_current_folder_are_not_imported(start, tmp_path):
    strangers.fill(tmp_path / "empty")

    listed = json.loads(output(start(sys.executable, "-m", "aecore", "models", "--json")))

    assert sorted(model["name"] for model in listed) == sorted(PRESETS)
    assert strangers.executed(tmp_path / "empty") == []
