"""A notebook that is executed, converted to HTML, and opened in a real Chromium."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.browser import missing

pytest_plugins = ["tests.support.browser"]

ROOT = Path(__file__).resolve().parents[2]
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
        path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        patch.setenv("PYTHONPATH", os.pathsep.join(path))
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
