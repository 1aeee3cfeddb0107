"""`/your-digit` on the server: what a drawing or a picture becomes, and whatever else is sent."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits
from streamlit.testing.v1 import AppTest

from aecore.bench.drawings import demos
from aecore.checkpoints import file as checkpoint_file
from aecore.digits import reader
from aecore.digits.canvas_input import pack_drawing, parse_drawing
from aecore.models import inference
from aecore.presets import PRESETS
from aecore.recognition import verdict
from aecore.recognition.assessment import Assessment, assess
from aecore.viewer import message
from tests.support import pages
from tests.support.pages import component, grid, texts


def open_page(**state: object) -> AppTest:
    """The page with this in the visit's memory."""
    return pages.open_page("your_digit", state=state)


@pytest.fixture(scope="module")
def levels(unit_digits) -> str:
    """A test digit as the browser would send it."""
    return base64.b64encode(np.rint(unit_digits[0] * 255).astype(np.uint8).tobytes()).decode()


def photo(*numerals: str) -> bytes:
    """Numerals on paper, side by side."""
    paper = Image.new("L", (60 + 240 * len(numerals), 320), 225)
    pen = ImageDraw.Draw(paper)
    for i, numeral in enumerate(numerals):
        pen.text((60 + 240 * i, 30), numeral, fill=40, font_size=240)
    file = io.BytesIO()
    paper.save(file, format="PNG")
    return file.getvalue()


def upload(content: bytes, name: str = "digit.png") -> AppTest:
    app = open_page(your_digit_way="Upload")
    app.file_uploader(key="digit_upload").set_value((name, content, "image/png"))
    return app.run()


def verdicts_on(levels: str) -> list[Assessment]:
    """Every shipped model's verdict on a drawing."""
    digit = parse_drawing(levels)
    shipped = [checkpoint_file.load(name) for name in PRESETS]
    models = [inference.build_model(each.card.model, each.weights) for each in shipped]
    return [
        assess(each, model, digit[None])[0] for each, model in zip(shipped, models, strict=True)
    ]


def test_an_empty_paper_is_no_error_and_judges_nothing():
    app = open_page()

    assert not app.exception
    assert "nearest test digits" not in texts(app)


@pytest.mark.parametrize("way", ["Upload", "Camera"])
def test_no_picture_yet_is_no_error(way):
    app = open_page(your_digit_way=way)

    assert not app.exception
    assert "kept in memory" in texts(app)


def test_a_picture_dropped_beside_the_paper_is_turned_to(levels):
    app = open_page(your_digit_levels=levels)

    app.file_uploader(key="digit_upload").set_value(("digit.png", photo("7"), "image/png")).run()

    assert not app.exception
    assert app.session_state["your_digit_way"] == "Upload"
    assert "White on black" in grid(app)


def test_a_drawing_is_judged_by_every_model_with_pca_beside_it(levels):
    app = open_page(your_digit_levels=levels)

    assert not app.exception
    for name in PRESETS:
        assert f"your digit reconstructed by {name}" in grid(app)
    by_pca = "your digit reconstructed by PCA with"
    assert grid(app).count(by_pca) == 2 * len(PRESETS)  # alt and title
    assert grid(app).count("test digit no. ") == 2 * 10
    assert re.findall(r"(?:label (\d)|no digit) · MSE", grid(app)) == [
        str(each.vote) if each.looks_like_a_digit else "" for each in verdicts_on(levels)
    ]
    assert "of the test digits" in texts(app)


def test_noise_that_mends_nothing_is_told_as_identical(levels):
    app = open_page(your_digit_levels=levels)

    app.slider(key="your_digit_level").set_value(0.0).run()

    assert not app.exception
    assert "identical" in grid(app)


def test_scribble_is_not_taken_for_a_digit():
    noise = np.random.default_rng(0).integers(0, 256, 784, dtype=np.uint8)

    app = open_page(your_digit_levels=base64.b64encode(noise.tobytes()).decode())

    assert not app.exception
    assert "does not look like a digit" in app.warning[0].value
    assert grid(app).count("no digit · MSE") == len(PRESETS)


def test_an_upload_is_read_step_by_step_and_judged():
    app = upload(photo("7"))

    assert not app.exception
    assert not app.error
    assert "White on black" in grid(app)
    assert "nearest test digits" in "".join(each.value for each in app.header)


def test_a_digit_of_few_pixels_is_said_to_be_tried_in_several_shapes():
    tiny = io.BytesIO()
    Image.fromarray((load_digits().images[0] * 15.9).astype(np.uint8)).save(tiny, "PNG")

    few, many = (texts(upload(content)) for content in (tiny.getvalue(), photo("7")))

    assert "9 variants" in few
    assert "variants" not in many


def test_two_digits_in_one_picture_become_two_rows():
    app = upload(photo("1", "7"))

    assert not app.exception
    assert "digit 2 reconstructed by plane" in grid(app)
    assert app.header[1].value.startswith("2 digits")


def test_a_correction_by_hand_changes_the_digit():
    app = upload(photo("7"))
    before = grid(app)

    file_id = app.session_state["your_digit_opened"][0]
    app.segmented_control(key=f"your_digit_rotate_{file_id}").set_value(180).run()

    assert not app.exception
    assert grid(app) != before


def test_a_picture_that_is_taken_away_is_forgotten():
    app = upload(photo("7"))

    app.file_uploader(key="digit_upload").set_value(None).run()

    assert not app.exception
    assert "your_digit_opened" not in app.session_state
    assert "your_digit_reading" not in app.session_state


@pytest.mark.parametrize("content", [b"", b"no picture", photo("7")[:60]], ids=len)
def test_a_bad_file_gets_one_message_and_the_page_goes_on(content):
    app = upload(content, "bad.png")

    assert not app.exception
    assert len(app.error) == 1
    assert "bad\\.png" in app.error[0].value


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        (b"\0\0\0\x18ftypheic" + bytes(99), "IMG_1.HEIC", "JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "digit.svg", "SVG"),
        (b"%PDF-1.7\n", "digit.pdf", "PDF"),
        (b"plain words", "notes.txt", "not a PNG"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_of_any_kind_is_taken_and_explained_and_replaces_the_last(content, name, word):
    """Once the uploader refused it without a reason, and the last picture's result stayed."""
    app = upload(photo("7"))
    assert app.file_uploader(key="digit_upload").proto.type == []

    app.file_uploader(key="digit_upload").set_value((name, content, "")).run()

    assert not app.exception
    assert word in app.error[0].value
    assert grid(app) == ""
    assert "your_digit_reading" not in app.session_state


def test_a_crop_by_hand_leaves_the_rest_out():
    app = upload(photo("1", "7"))
    file_id = app.session_state["your_digit_opened"][0]

    app.toggle(key=f"your_digit_crop_{file_id}").set_value(True).run()
    app.slider(key=f"your_digit_crop_across_{file_id}").set_value((50, 100)).run()

    assert not app.exception
    assert "2 digits" not in "".join(each.value for each in app.subheader)
    assert "Cropped as you set" in grid(app)

    app.slider(key=f"your_digit_crop_down_{file_id}").set_value((100, 100)).run()
    assert "crop" in app.error[0].value
    assert app.slider(key=f"your_digit_crop_down_{file_id}").value == (100, 100)


def test_a_picture_without_ink_can_still_be_corrected():
    file = io.BytesIO()
    Image.new("L", (90, 90), 255).save(file, format="PNG")

    app = upload(file.getvalue())

    assert not app.exception
    assert "No digit found" in app.error[0].value
    assert app.expander


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("8", "success", "This looks like an **8**."),
        ("2", "success", "This looks like a **2**."),
        ("♥", "warning", "This does not look like a digit"),
    ],
)
def test_the_verdict_is_of_a_model_that_can_tell(name, kind, said):
    """On `plane`, whose own neighbors call the example 8 a 5."""
    digit = reader.read(demos()[name], reader.Settings(pick="together")).digits[0].image
    levels = np.round(255 * digit).astype(np.uint8)

    app = open_page(your_digit_levels=base64.b64encode(levels.tobytes()).decode())

    assert not app.exception
    (verdict,) = getattr(app, kind)
    assert verdict.value.startswith(said)
    assert "Judged by the model plain-32" in verdict.value
    assert "plane alone predicts the label" in texts(app)


def settings(app: AppTest) -> dict:
    """What the canvas is told."""
    return message.unpack(component(app, "digit_canvas").bytes)[0]["settings"]


def test_a_link_with_a_drawing_opens_it_with_its_result(levels):
    app = pages.open_page("your_digit", model="plane", drawing=pack_drawing(levels))

    assert not app.exception
    assert (settings(app)["levels"], settings(app)["asked"]) == (levels, 1)
    assert grid(app).count("test digit no. ") == 2 * 10
    assert app.query_params["drawing"] == pack_drawing(levels)


@pytest.mark.parametrize("query", [{}, {"lesson": "tour", "step": "5"}])
def test_a_step_of_a_lesson_goes_on_with_the_drawing(levels, query):
    left = {"your_digit_levels": levels, "your_digit_shared": pack_drawing(levels)}

    app = pages.open_page("your_digit", model="plane", state=left, **query)

    assert settings(app)["levels"] == (levels if query else None)
    assert ("drawing" in app.query_params) == bool(query)


@pytest.mark.parametrize("text", ["x", "é", "AAAA", "_" * 3000, pack_drawing("AAAA" * 262)])
def test_a_damaged_drawing_in_a_link_is_said_and_the_paper_stays_empty(text):
    app = pages.open_page("your_digit", drawing=text)

    assert not app.exception
    assert len(app.warning) == 1
    assert settings(app)["levels"] is None
    assert "drawing" not in app.query_params


def test_a_link_holds_the_input_and_a_drawing_only_where_that_is_shown(levels):
    app = pages.open_page("your_digit", drawing=pack_drawing(levels))

    app.segmented_control(key="your_digit_way").set_value("Upload").run()

    assert app.query_params["input"] == "Upload"
    assert "drawing" not in app.query_params
    assert "does not hold an uploaded picture" in component(app, "copy_link").json
    app.segmented_control(key="your_digit_way").set_value("Draw").run()
    assert "input" not in app.query_params
    assert app.query_params["drawing"] == pack_drawing(levels)
    assert settings(app)["levels"] == levels


def test_without_the_model_that_can_tell_the_canvas_names_no_judge(levels, tmp_path, monkeypatch):
    monkeypatch.setattr(verdict, "JUDGE_FILE", tmp_path / "gone.safetensors")

    app = open_page(your_digit_levels=levels)

    assert not app.exception
    assert settings(app)["judge"] is None
    assert not app.success
