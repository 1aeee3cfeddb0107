"""Notebooks in a real Chromium: one executed and converted to HTML, one in JupyterLab."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aecore.bench.harness import server
from tests.support.browser import missing

pytest_plugins = ["tests.support.browser"]

ROOT = Path(__file__).resolve().parents[2]
PYTHONPATH = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
CELLS = (
    "import numpy as np\n"
    "from aecore import Autoencoder, latent_space, load\n"
    "checkpoint = load('plane')\n"
    "rows = np.random.default_rng(0).random((40, 784))",
    "checkpoint",
    "model = Autoencoder(epochs=1, hidden_dims=(4,), image_shape=(28, 28)).fit(rows)\n"
    "latent_space(model, rows, np.arange(40) % 10, name='mine')",
)


@pytest.fixture(scope="module")
def document(tmp_path_factory) -> Path:
    """The notebook as HTML, after its cells were executed by a kernel of its own."""
    try:
        import nbformat
        from nbconvert.exporters import HTMLExporter
        from nbconvert.preprocessors import ExecutePreprocessor
    except ImportError as error:
        missing(f"needs nbconvert: {error}")
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", PYTHONPATH)
        ExecutePreprocessor(timeout=120).preprocess(notebook, {"metadata": {"path": str(folder)}})
    text, _ = HTMLExporter().from_notebook_node(notebook)
    (folder / "notebook.html").write_text(text, "utf-8")
    return folder / "notebook.html"


def test_explorers_survive_the_conversion_to_html(chromium, document):
    context = chromium.new_context(viewport={"width": 1200, "height": 1000}, offline=True)
    context.set_default_timeout(20_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        page.goto(document.as_uri(), wait_until="domcontentloaded")
        for place, name in enumerate(("plane", "mine")):
            frame = page.frame_locator("iframe").nth(place)
            frame.locator("#probe canvas").wait_for()
            assert frame.locator("select").first.input_value() == name
            assert frame.locator("#status").inner_text() == ""
    finally:
        context.close()
    assert errors == []


@pytest.fixture
def lab(tmp_path) -> Iterator[str]:
    """Address of a JupyterLab whose folder holds `checkpoint.ipynb`, not yet executed."""
    if importlib.util.find_spec("jupyterlab") is None:
        missing("needs jupyterlab")
    import nbformat

    folder = tmp_path / "notebooks"
    folder.mkdir()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cell = nbformat.v4.new_code_cell("from aecore import load\nload('plane')")
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)
    nbformat.write(notebook, folder / "checkpoint.ipynb")
    port = server._free_port()
    own = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    options = ("--no-browser", "--allow-root", "--IdentityProvider.token=", "--LabApp.news_url=")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab",
            *options,
            f"--port={port}",
            f"--ServerApp.root_dir={folder}",
        ],
        env=os.environ | own | {"PYTHONPATH": PYTHONPATH},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        assert server._answers(f"{address}/api/status", process)
        yield address
    finally:
        server._stop(process)


def test_a_checkpoint_shows_its_explorer_in_jupyterlab(chromium, lab):
    context = chromium.new_context(viewport={"width": 1300, "height": 1000})
    context.set_default_timeout(60_000)
    page = context.new_page()
    try:
        page.goto(f"{lab}/doc/tree/checkpoint.ipynb")
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # cells run before are lost
        page.locator(".jp-Notebook .cm-content").first.click()
        page.keyboard.press("Shift+Enter")

        frame = page.frame_locator(".jp-OutputArea iframe")
        frame.locator("#probe canvas").wait_for()
        assert frame.locator("select").first.input_value() == "plane"
        frame.get_by_role("button", name="Generate").click()  # it is live
        frame.get_by_role("button", name="Sample a code").wait_for()
    finally:
        context.close()
