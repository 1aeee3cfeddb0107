"""The app on a free port and a real browser: what the browser tests share.

A test module asks for these fixtures with `pytest_plugins = ["tests.support.browser"]`.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from aecore import experiment
from aecore.bench.harness.chromium import ARGUMENTS, RETURNING, find_chromium
from aecore.bench.harness.server import serve
from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.data import sources
from aecore.errors import AecoreError
from aecore.models import inference
from aecore.presets import PRESETS
from aecore.viewer.precision import sent_weights

EPOCHS = 3
SMALL = ("plane", "plain-32")
"""Presets that the small models take their names and sizes from: sliders over z, over axes."""
SHOWN = "globalThis.__aecoreLive"
"""What the live pages keep for tests."""
SCRIPT_STATE = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState"
LOADED_LATER = "document.querySelector('[data-testid=stSkeleton]')"
HOLD = """() => {
  const send = WebSocket.prototype.send;
  const held = [];
  WebSocket.prototype.send = function (data) { held.push([this, data]); };
  globalThis.letGo = async () => {
    WebSocket.prototype.send = send;
    for (const [socket, data] of held) {
      const answer = new Promise((resolve) => {
        socket.addEventListener("message", resolve, { once: true });
      });
      socket.send(data);
      await answer;
    }
  };
}"""
"""Keeps what the page sends until `letGo()`, which sends each once the one before is answered."""
BASE_PATH_PROBE = "Failed to load resource: the server responded with a status of 404"
"""Streamlit's own script looks for its server below the page's address first, and logs that."""


def missing(what: str) -> None:
    """In CI a failure, elsewhere a reason to skip."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


@pytest.fixture(scope="session")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with quickly trained models on scikit-learn's digits, in place of ours."""
    folder = tmp_path_factory.mktemp("models")
    digits = sources.load_bundled()
    for name in SMALL:
        preset = PRESETS[name]
        made = experiment.run(
            name,
            name,
            preset.model,
            replace(preset.train, epochs=EPOCHS),
            digits,
            device=torch.device("cpu"),
        )
        checkpoint_file.save(made, folder / f"{name}{catalog.SUFFIX}")
    return folder


@pytest.fixture(scope="session")
def small_model(small_models: Path) -> Path:
    """The file of a quickly trained model with D = 2."""
    return small_models / f"plane{catalog.SUFFIX}"


@pytest.fixture(scope="session")
def app(small_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app, over the small models and scikit-learn's digits."""
    settings = {
        "AECORE_MODELS": str(small_models),
        "AECORE_CACHE": str(tmp_path_factory.mktemp("cache")),
        "AECORE_DOWNLOAD": "off",
        "AECORE_DATA": "",
    }
    with serve("app.py", settings) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """A headless Chromium, driven by playwright."""
    try:
        from playwright.sync_api import sync_playwright

        executable = find_chromium()
    except (ImportError, AecoreError) as error:
        missing(f"needs playwright and Chromium: {error}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visitor(chromium) -> Iterator:
    """A browser profile for the whole session: its cache saves every tab from loading it all."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    context.set_default_timeout(60_000)
    context.add_init_script(RETURNING)
    yield context
    context.close()


@contextmanager
def watched(visitor) -> Iterator:
    """A fresh tab, 1400 by 1000; at its end its console must not have shown an error.

    Opening the map takes seconds. So a module whose tests do not mind what was done to the page
    before them has a tab of its own, with scope="module": one visit serves them all. Several such
    tabs need `bring_to_front`: one behind another hardly draws.
    """
    tab = visitor.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    try:
        yield tab
    finally:
        tab.close()
    assert [error for error in errors if BASE_PATH_PROBE not in error] == []


@pytest.fixture
def page(visitor) -> Iterator:
    """A tab that no other test has used; the test fails if its console shows an error."""
    with watched(visitor) as tab:
        yield tab


@pytest.fixture
def plane(small_models):
    return checkpoint_file.load(small_models / f"plane{catalog.SUFFIX}")


@pytest.fixture
def many(small_models):
    """A model with more dimensions than sliders fit on a screen."""
    return checkpoint_file.load(small_models / f"plain-32{catalog.SUFFIX}")


def wait_for_script(page) -> None:
    """Wait while the page's script runs, and while the code of elements that it drew is loaded.

    The sign of a run that visitors see comes later.
    """
    page.wait_for_function(f"{SCRIPT_STATE} === 'notRunning' && !{LOADED_LATER}")


def digit_picture() -> bytes:
    """A dark one on light paper, as a phone would take it."""
    paper = np.full((400, 300), 215, dtype=np.uint8)
    paper[80:320, 135:160] = 40
    file = io.BytesIO()
    Image.fromarray(paper).save(file, format="JPEG")
    return file.getvalue()


def visit(page, app: str, query: str) -> None:
    """Open the page and wait until it has drawn a digit."""
    page.goto(f"{app}/generate?{query}")
    page.locator(".live canvas").first.wait_for()
    page.wait_for_function(f"{SHOWN}?.lastZ")


def shown_code(page) -> np.ndarray:
    return np.array(page.evaluate(f"{SHOWN}.lastZ"), dtype=np.float32)


def shown_digit(page) -> np.ndarray:
    return np.array(page.evaluate(f"Array.from({SHOWN}.lastPixels)"))


def decoded(found, codes: np.ndarray, *, weights=None) -> np.ndarray:
    """What PyTorch decodes, by default with the weights that a browser is sent."""
    model = inference.build_model(found.card.model, weights or sent_weights(found))
    return inference.decode(model, np.atleast_2d(codes).astype(np.float32))


def download(page, name: str) -> bytes:
    page.wait_for_function(f"{SCRIPT_STATE} !== 'running'")  # which renews the button
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    return Path(waiting.value.path()).read_bytes()
