"""The paper on *Your picture*: drawn in a browser, resized and judged as Python does it."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np
import pytest

from aecore import experiment
from aecore.bench.harness.server import serve
from aecore.checkpoints import file as checkpoint_file
from aecore.config import ModelConfig, TrainConfig
from aecore.data.folder import load_folder
from aecore.data.readers.pictures import resized
from aecore.models import inference
from aecore.training.device import pick_device
from tests.support.browser import SHOWN, decoded, shown_code, shown_digit, wait_for_script, watched
from tests.support.own_data import write_set

pytest_plugins = ["tests.support.browser"]

CANVAS = ".st-key-digit_canvas"
RESULT = ".st-key-digit_result"
PAPER = f"{CANVAS} canvas.paper"
PIXELS = """paper => {
  const {width, height} = paper;
  const {data} = paper.getContext("2d").getImageData(0, 0, width, height);
  const texts = [];
  for (let i = 0; i < data.length; i += 4096) {
    texts.push(String.fromCharCode(...data.subarray(i, i + 4096)));
  }
  return {width, height, data: btoa(texts.join(""))};
}"""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A model of RGB pictures, whose folder is in use, and one of gray ones without labels."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "models").mkdir()
    for name in ("rgb", "plain"):
        made = experiment.run(
            name,
            None,
            ModelConfig(latent_dim=2, hidden_dims=(16,)),
            TrainConfig(epochs=3, gamma=0.0, batch_size=16),
            load_folder(write_set(folder, name)),
            device=pick_device("cpu"),
        )
        checkpoint_file.save(made, folder / "models" / f"{name}.safetensors")
    return folder


@pytest.fixture(scope="module")
def app(models, tmp_path_factory) -> Iterator[str]:
    settings = {
        "AECORE_MODELS": str(models / "models"),
        "AECORE_CACHE": str(tmp_path_factory.mktemp("cache")),
        "AECORE_DATA": str(models / "rgb"),
    }
    with serve("app.py", settings) as address:
        yield address


@pytest.fixture(scope="module")
def tab(visitor):
    with watched(visitor) as tab:
        yield tab


def open_paper(tab, app: str, model: str) -> None:
    tab.goto(f"{app}/your-digit?model={model}")
    tab.locator(f"{CANVAS} .draw.empty").wait_for()
    tab.wait_for_function("globalThis.__aecoreModels?.size")
    wait_for_script(tab)


def stroke(tab, *shares: tuple[float, float]) -> None:
    box = tab.locator(PAPER).bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares]
    tab.mouse.move(*places[0])
    tab.mouse.down()
    for place in places[1:]:
        tab.mouse.move(*place, steps=5)
    tab.mouse.up()
    tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def on_paper(tab) -> np.ndarray:
    """What is drawn, (H, W, 3) uint8."""
    told = tab.eval_on_selector(PAPER, PIXELS)
    pixels = np.frombuffer(base64.b64decode(told["data"]), np.uint8)
    return pixels.reshape(told["height"], told["width"], 4)[..., :3]


def assert_follows(tab, folder, name: str) -> None:
    """The picture is the paper, resized as a data set's pictures; torch reconstructs it alike."""
    model = checkpoint_file.load(folder / "models" / f"{name}.safetensors")
    paper = on_paper(tab) / 255
    shape = model.card.data.shape
    expected = resized(paper if len(shape) == 3 else paper[..., 0], shape)
    drawn = np.array(tab.evaluate(f"Array.from({SHOWN}.lastDigit)"), np.float32)
    np.testing.assert_allclose(255 * drawn.reshape(shape), expected.astype(float), atol=1.01)
    network = inference.build_model(model.card.model, model.weights)
    code = inference.encode(network, drawn[None])
    np.testing.assert_allclose(shown_code(tab), code[0], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(shown_digit(tab), decoded(model, code)[0], atol=1e-3)


def test_a_picture_in_color_is_drawn_judged_and_cleared(app, tab, models):
    open_paper(tab, app, "rgb")
    assert tab.title().startswith("Your picture")
    assert tab.locator(f"{CANVAS} button", has_text="8").is_hidden()

    tab.get_by_role("radio", name="red").check()
    stroke(tab, (0.2, 0.3), (0.8, 0.3))
    tab.get_by_role("radio", name="blue").check()
    stroke(tab, (0.5, 0.1), (0.5, 0.9))

    assert on_paper(tab).shape == (294, 392, 3)
    assert on_paper(tab)[88, 100].tolist() == [220, 40, 40]
    assert on_paper(tab)[88, 196].tolist() == [30, 100, 220]  # over the red
    assert_follows(tab, models, "rgb")
    tab.locator(f"{CANVAS} .verdict", has_text="Labels of the nearest test pictures").wait_for()
    tab.locator(RESULT).get_by_text("are labeled").wait_for()
    tab.wait_for_function("location.search.includes('drawing=')")

    drawn = on_paper(tab)
    tab.locator(PAPER).focus()
    tab.keyboard.press("Delete")
    tab.locator(RESULT).wait_for(state="detached")
    tab.wait_for_function("!location.search.includes('drawing=')")
    assert tab.locator(f"{CANVAS} .draw.empty").is_visible()
    assert not on_paper(tab).any()
    assert tab.locator(f"{CANVAS} .facts").inner_text() == ""

    tab.get_by_role("button", name="Undo").click()
    tab.wait_for_function("location.search.includes('drawing=')")
    np.testing.assert_array_equal(on_paper(tab), drawn)
    tab.get_by_role("button", name="Clear").click()  # the tab keeps what is drawn


def test_a_gray_picture_without_labels_is_drawn_white_on_black(app, tab, models):
    open_paper(tab, app, "plain")
    assert tab.locator(f"{CANVAS} .palette").is_hidden()

    stroke(tab, (0.2, 0.2), (0.8, 0.8))

    assert on_paper(tab).shape == (280, 392, 3)
    assert on_paper(tab)[140, 196].tolist() == [255, 255, 255]
    assert_follows(tab, models, "plain")
    tab.locator(RESULT).wait_for()
    assert "labeled" not in tab.locator(RESULT).inner_text()
    assert "label" not in tab.locator(f"{CANVAS} .verdict").inner_text()
