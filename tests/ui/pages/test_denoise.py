"""`/denoise`, by Streamlit's own test runner."""

from __future__ import annotations

import html
import json
import re
import shutil
import threading

import numpy as np
import pytest

from aecore.analysis.denoising import Denoisers, Score, median_3x3
from aecore.checkpoints import file as checkpoint_file
from aecore.config import NoiseConfig
from aecore.data.noise import FixedCorruption
from aecore.models.inference import build_model, decode, encode, reconstruct
from aecore.models.pca import PCA
from aecore.ui import measurement
from aecore.ui.pages.denoise import task
from aecore.viewer import message
from tests.support.pages import component, grid, open_page, picture_rows, texts


def table_of(app) -> dict[str, list[str]]:
    """The page's table: by the first cell of each row, the others."""
    (body,) = re.findall("<tbody>(.*?)</tbody>", html.unescape(grid(app)))
    rows = (re.findall("<td[^>]*>(.*?)</td>", row) for row in body.split("</tr>")[:-1])
    return {first: others for first, *others in rows}


def test_the_table_holds_brute_force_figures_of_every_way(unit_digits):
    app = open_page("denoise", model="denoise-gaussian")

    shown = table_of(app)

    noisy = FixedCorruption(kind="gaussian", level=0.2).apply(unit_digits)
    found = {name: checkpoint_file.load(name) for name in ("denoise-gaussian", "plain-32")}
    mended = {
        name: reconstruct(build_model(each.card.model, each.weights), noisy)
        for name, each in found.items()
    }
    pca: PCA = found["denoise-gaussian"].pca
    mended |= {"noisy": noisy, "PCA, same D": pca.reconstruct(noisy)}
    mended["3×3 median"] = median_3x3(noisy)
    assert set(shown) == set(mended)
    for name, images in mended.items():
        score = Score.of(unit_digits, images.clip(0, 1))
        assert shown[name][0] == f"{score.psnr.mean:.2f}"
        assert shown[name][2] == f"{score.ssim.mean:.4f}"
    assert f"first {len(unit_digits)} test digits" in texts(app)


@pytest.mark.parametrize("kind", ["masking", "occlusion"])
def test_the_verdict_is_that_of_the_table(kind):
    app = open_page("denoise", model="denoise-mask")
    app.segmented_control(key="noise_kind").set_value(kind)

    verdicts = []
    for level in (0.15, 0.5, 0.9):
        app.slider(key="noise_level").set_value(level).run()
        means = {name: float(values[0]) for name, values in table_of(app).items()}
        best = max(means, key=means.get)
        claim = "no method improves" if best == "noisy" else best.replace("-", "\\-")
        verdicts.append(f"At this level **{claim}**" in texts(app))

    assert verdicts == [True] * 3


def test_without_noise_there_is_nothing_to_mend():
    app = open_page("denoise", model="denoise-mask")

    app.slider(key="noise_level").set_value(0.0).run()

    assert "**nothing to denoise**" in texts(app)
    assert "noisy · identical" in grid(app)


def test_the_browser_is_sent_the_pictures_of_every_level_when_it_asks():
    app = open_page("denoise", model="denoise-gaussian")
    header, arrays = message.unpack(component(app, "denoise_pictures").bytes)
    ((_, first),) = picture_rows(app)
    assert "swept" not in arrays

    app.session_state["arrays_wanted"] = header["sweep"]["hash"]
    app.run()
    _, arrays = message.unpack(component(app, "denoise_pictures").bytes)
    swept = arrays["swept"].reshape(21, *first.shape)

    app.slider(key="noise_level").set_value(0.85).run()

    ((later, shown),) = picture_rows(app)
    np.testing.assert_array_equal(swept[header["sweep"]["values"].index(0.2)], first)
    np.testing.assert_array_equal(swept[17], shown)
    assert "swept" not in message.unpack(component(app, "denoise_pictures").bytes)[1]
    assert later["sweep"]["names"][17] == [row["name"] for row in later["rows"]]
    assert later["sweep"]["names"][4] == [row["name"] for row in header["rows"]]


def test_what_a_model_was_trained_at_is_said_at_this_level_only():
    app = open_page("denoise", model="denoise-mask")
    kept = checkpoint_file.load("denoise-mask").card.metrics

    assert f"denoised {kept['denoised_psnr']:.2f} dB" in texts(app)
    app.slider(key="noise_level").set_value(0.6).run()

    assert "mended" not in texts(app)


def test_a_square_can_be_placed(unit_digits):
    app = open_page("denoise", model="denoise-mask")

    app.segmented_control(key="noise_kind").set_value("occlusion").run()
    before = grid(app)
    app.slider(key="noise_row").set_value(3).run()
    app.slider(key="noise_level").set_value(0.2).run()

    assert not app.exception
    assert grid(app) != before
    assert "random numbers" not in texts(app)
    assert "of the first 500 test digits that this noise changes" in texts(app)
    app.segmented_control(key="noise_kind").set_value("masking").run()
    assert not [slider for slider in app.slider if slider.key == "noise_row"]
    assert "random numbers" in texts(app)


def test_a_model_that_was_trained_on_the_kind_of_noise_is_offered_at_the_same_level():
    app = open_page("denoise", model="plain-32", noise="masking", level="0.3")

    (link,) = [each.proto for each in app.get("page_link") if each.proto.page == "denoise"]
    assert "model=denoise-mask" in link.query_string
    assert {"noise=masking", "level=0.3"} <= set(link.query_string.split("&"))
    trained = open_page("denoise", model="denoise-mask", noise="masking", level="0.3")
    assert not trained.get("page_link")
    assert trained.slider(key="noise_level").value == 0.3


def test_the_address_holds_repeated_denoising():
    app = open_page("denoise", model="denoise-mask", view="Repeated denoising")

    assert app.segmented_control(key="denoise_view").value == "Repeated denoising"
    app.segmented_control(key="denoise_view").set_value("Metrics").run()
    assert "view" not in app.query_params


@pytest.mark.parametrize("model", ["denoise-mask", "plane"])
def test_again_and_again_says_where_the_digits_settle(model):
    app = open_page("denoise", model=model)

    app.segmented_control(key="denoise_view").set_value("Repeated denoising").run()

    assert not app.exception
    assert "of 10** digits converge" in texts(app)
    assert "after 64 iterations" in grid(app)
    change, _ = json.loads(component(app, "denoise_settling").json)["charts"]
    assert [len(each["values"]) for each in change["series"]] == [64] * 10


def test_the_ways_over_the_map_are_those_of_brute_force(digits, unit_digits):
    app = open_page("denoise", model="plane", noise="masking", level="0.0")

    app.segmented_control(key="denoise_view").set_value("Repeated denoising").run()

    _, shown = json.loads(component(app, "denoise_settling").json)["charts"]
    found = checkpoint_file.load("plane")
    model = build_model(found.card.model, found.weights)
    images = unit_digits[[list(digits.test_labels).index(label) for label in range(10)]]
    codes = []
    for _ in range(64):
        codes.append(encode(model, images))
        images = decode(model, codes[-1]).clip(0.0, 1.0)
    np.testing.assert_allclose(shown["paths"], codes, atol=2e-3)


def test_a_model_without_a_plain_twin_says_so(make_checkpoint, tmp_path, monkeypatch):
    alone = make_checkpoint("alone", noise=NoiseConfig())
    shutil.copy(alone.path, tmp_path / alone.path.name)
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))

    app = open_page("denoise", model="alone")

    assert "no plain autoencoder of the same size" in texts(app)


def test_a_plain_model_is_told_to_be_one():
    app = open_page("denoise", model="wide")

    assert "wide is a plain autoencoder itself" in texts(app)
    assert "trained on clean digits" in "".join(note.value for note in app.info)


def noise_of(app) -> list:
    """Kind, level and place of the square, as the controls say."""
    kind = app.segmented_control(key="noise_kind").value
    return [kind, *(slider.value for slider in app.slider)]


def test_the_address_names_the_noise_unless_it_is_as_the_model_was_trained():
    app = open_page("denoise", model="denoise-gaussian", noise="occlusion", level="0.55", row="3")
    assert noise_of(app) == ["occlusion", 0.55, 14, 3]

    app.segmented_control(key="noise_kind").set_value("gaussian")
    app.slider(key="noise_level").set_value(0.2).run()

    assert noise_of(app) == ["gaussian", 0.2]
    assert {"noise", "level"}.isdisjoint(app.query_params)


def test_noise_that_there_is_none_of_is_passed_over():
    app = open_page("denoise", model="denoise-mask", noise="hail", level="7", column="-4")

    assert noise_of(app) == ["masking", 0.5]


def levels_drawn(app) -> int:
    """How many levels the curve of the SSIM has values at."""
    _, curve = json.loads(component(app, "denoise_curve").json)["charts"]
    return sum(value is not None for value in curve["series"][0]["values"])


def test_curves_that_take_long_come_after_the_page(monkeypatch):
    measuring = threading.Event()
    score_all = Denoisers.score_all

    def score_later(*args):
        measuring.wait(60)
        return score_all(*args)

    monkeypatch.setattr(Denoisers, "score_all", score_later)
    monkeypatch.setattr(measurement, "PATIENCE", 0.0)
    app = open_page("denoise", model="denoise-gaussian", noise="salt_and_pepper")
    assert [bar.proto.text for bar in app.get("progress")] == ["Measuring all noise levels…"]
    assert levels_drawn(app) == 1  # that of the table

    measuring.set()
    monkeypatch.setattr(measurement, "PATIENCE", 60.0)
    app.run()

    assert not app.get("progress")
    assert levels_drawn(app) >= 11


def test_another_model_measures_only_what_depends_on_it(monkeypatch):
    asked = []
    score = Denoisers.score

    def listen(self, clean, corruption, methods=None):
        asked.append(sorted(methods))
        return score(self, clean, corruption, methods)

    monkeypatch.setattr(Denoisers, "score", listen)
    task._cache.clear()
    open_page("denoise", model="denoise-gaussian")
    asked.clear()

    app = open_page("denoise", model="denoise-mask", noise="gaussian", level="0.2")

    assert {tuple(each) for each in asked} == {("model",)}
    assert "denoise-mask" in table_of(app)
