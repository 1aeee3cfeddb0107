"""Notebooks in a real Chromium: one executed and converted to HTML, one in JupyterLab."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import Delaunay

from aecore.bench.harness import server
from aecore.checkpoints import file as checkpoint_file
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


NOTEBOOKS = {
    "checkpoint": ["from aecore import load\nload('plane')"],
    "widget": [
        "from aecore.export.notebook import explore\n"
        "from aecore import load\n"
        "widget = explore(load('plane'), load('plain-32'))\n"
        "widget",
        "print('selected', *widget.selection)",
        "print('pinned', *widget.z)",
        "widget.z = [0.5, -1]\nwidget.selection = [3, 5]",
        "widget.model = 'plain-32'\nwidget.z = load('plain-32').codes[7]",
    ],
}
"""Their cells, by the name of the notebook."""


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
    context.set_default_timeout(60_000)
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


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[str]:
    """Address of a JupyterLab whose folder holds `NOTEBOOKS`, not yet executed."""
    if importlib.util.find_spec("jupyterlab") is None:
        missing("needs jupyterlab")
    import nbformat

    folder = tmp_path_factory.mktemp("notebooks")
    settings = tmp_path_factory.mktemp("jupyter")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    for name, cells in NOTEBOOKS.items():
        made = [nbformat.v4.new_code_cell(cell) for cell in cells]
        notebook = nbformat.v4.new_notebook(cells=made, metadata=kernel)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    port = server._free_port()
    own = {f"JUPYTER_{kind}_DIR": str(settings / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
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


@contextmanager
def opened(visitor, lab: str, name: str) -> Iterator:
    """A notebook in JupyterLab, whose kernel is ready and whose first cell has the focus."""
    page = visitor.new_page()
    page.set_default_timeout(60_000)
    try:
        page.goto(f"{lab}/doc/tree/{name}.ipynb")
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # cells run before are lost
        page.locator(".jp-Notebook .cm-content").first.click()
        yield page
    finally:
        page.close()


def test_a_checkpoint_shows_its_explorer_in_jupyterlab(visitor, lab):
    with opened(visitor, lab, "checkpoint") as page:
        page.keyboard.press("Shift+Enter")

        frame = page.frame_locator(".jp-OutputArea iframe")
        frame.locator("#probe canvas").wait_for()
        assert frame.locator("select").first.input_value() == "plane"
        frame.get_by_role("button", name="Generate").click()  # it is live
        frame.get_by_role("button", name="Sample a code").wait_for()


def test_a_widget_and_python_share_what_is_on_show(visitor, lab):
    codes = checkpoint_file.load("plane").codes.astype(np.float64)
    with opened(visitor, lab, "widget") as page:
        page.keyboard.press("Shift+Enter")
        frame = page.frame_locator(".jp-OutputArea iframe")
        frame.locator("#probe canvas").wait_for()

        def run_next() -> None:
            page.locator(".jp-Cell.jp-mod-selected .cm-content").click()
            page.keyboard.press("Shift+Enter")

        def printed(word: str) -> np.ndarray:
            """The numbers that the next cell prints after a word."""
            run_next()
            line = page.locator(".jp-OutputArea-output pre", has_text=word)
            line.wait_for()
            return np.array(line.inner_text().split()[1:], float)

        frame.get_by_role("button", name="Lasso").click()
        plot = frame.locator(".aecore-layer").bounding_box()
        corners = [(0.4, 0.45), (0.5, 0.38), (0.6, 0.45), (0.5, 0.52), (0.4, 0.45)]
        left, top, width, height = (plot[side] for side in ("x", "y", "width", "height"))
        places = [(left + x * width, top + y * height) for x, y in corners]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=5)
        page.mouse.up()
        frame.get_by_role("button", name="Lasso").click()
        page.mouse.click(left + 0.02 * width, top + 0.02 * height)
        heading = frame.locator("[data-key=map_selection] h3")
        count = int(heading.inner_text().split()[1].replace(",", ""))

        rows = printed("selected").astype(int)
        assert len(rows) == count > 0
        hull = Delaunay(codes[rows])  # the outline is convex
        held = hull.find_simplex(codes, tol=1e-9) >= 0
        np.testing.assert_array_equal(rows, np.flatnonzero(held))
        z = printed("pinned")
        assert z[0] < np.quantile(codes[:, 0], 0.05)
        assert z[1] > np.quantile(codes[:, 1], 0.95)

        run_next()
        heading.get_by_text("Selected: 2 of 10,000 test digits").wait_for()
        frame.locator("#pin").get_by_text("0.5").wait_for()

        run_next()
        frame.locator("#pin").get_by_text("test digit no. 7,").wait_for()
