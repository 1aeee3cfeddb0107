"""A server trains in other processes, and does without PyTorch itself: that takes 200 MB."""

import base64
import subprocess
import sys

import pytest

from aecore.digits.canvas_input import pack_drawing
from aecore.ui.pages import find_pages
from tests.support.command_line import REPOSITORY
from tests.support.pages import EXPERIMENTS

OPEN = """
import importlib.abc, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name=name)

sys.meta_path.insert(0, Missing())

from aecore.ui import measurement
from tests.support.pages import open_page

measurement.PATIENCE = 60.0
for query in {queries!r}:
    app = open_page({page!r}, **query)
    assert not app.exception, (query, app.exception[0].value)
    assert not app.error, (query, app.error[0].value)
"""
CONV = {"model": "conv-32"}
PEN = [255 * (abs(i % 28 - 14) < 2 and 4 <= i // 28 < 24) for i in range(784)]
DRAWING = pack_drawing(base64.b64encode(bytes(PEN)).decode())
QUERIES = {
    "map": [{}, CONV],
    "filters": [{}, CONV],
    "denoise": [
        {"model": "denoise-gaussian", "noise": noise}
        for noise in ("masking", "gaussian", "salt_and_pepper", "occlusion")
    ],
    "reconstruct": [
        {"reconstruct_lab": experiment, "model": model}
        for experiment in EXPERIMENTS
        for model in ("plane", "conv-32")
    ],
    "your_digit": [{"drawing": DRAWING}, {"drawing": DRAWING} | CONV],
}


@pytest.mark.parametrize("page", [page.name for page in find_pages()])
def test_a_page_opens_without_pytorch(page):
    code = OPEN.format(page=page, queries=QUERIES.get(page, [{}]))

    run = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=180
    )

    assert run.returncode == 0, run.stderr
