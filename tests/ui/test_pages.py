"""Every page, by Streamlit's own test runner, on the bundled digits and the shipped models."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from aecore.checkpoints import catalog
from aecore.data.cache import save_cache
from aecore.data.progress import DownloadProgress
from aecore.presets import PRESETS
from aecore.ui import url_state
from tests.support.pages import TIMEOUT, grid, open_page, picture_rows, texts
from tests.support.ten_digits import write_npz

PAGES = ("map", "generate", "filters", "reconstruct", "denoise", "train", "compare", "your_digit")


def structure(name: str) -> tuple:
    """What a page can tell models apart by: two of one structure take the same way through it."""
    model, noise = PRESETS[name].model, PRESETS[name].train.noise
    return (
        min(model.latent_dim, 3),  # a line, a plane or a space of codes
        len(model.hidden_dims) > 1,
        model.latent_dropout > 0,
        noise is not None,
        model.variational,
        model.output,
        model.family,
    )


ONE_OF_EACH = tuple({structure(name): name for name in reversed(PRESETS)}.values())[::-1]
"""The first preset of each structure: what their files hold is for `test_shipped.py`."""


@pytest.mark.parametrize("model", ONE_OF_EACH)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_every_kind_of_model_without_an_error(page, model):
    app = open_page(page, model=model)

    assert not app.exception
    assert not app.error
    assert not app.warning
    assert app.selectbox(key="model").value == model


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_which_digits_are_in_use(page):
    app = open_page(page)

    assert "bundled" in texts(app)


def test_errors_over_digits_that_are_not_at_hand_are_said_to_be(make_checkpoint, monkeypatch):
    elsewhere = open_page("reconstruct", model="plane")
    monkeypatch.setenv("AECORE_MODELS", str(make_checkpoint("at-hand").path.parent))

    here = open_page("reconstruct", model="at-hand")

    assert "own test digits (MNIST), which are not loaded" in texts(elsewhere).replace("\\", "")
    assert "are not loaded" not in texts(here)


@pytest.mark.parametrize("page", PAGES)
def test_an_unknown_model_in_the_address_is_named_and_another_is_shown(page):
    app = open_page(page, model="no*such*model")

    assert not app.exception
    assert "no\\*such\\*model" in app.warning[0].value
    assert app.selectbox(key="model").value in PRESETS


def test_a_damaged_model_in_the_address_is_explained(tmp_path, monkeypatch):
    whole = catalog.find("plane").read_bytes()
    (tmp_path / "plane.safetensors").write_bytes(whole)
    (tmp_path / "broken.safetensors").write_bytes(whole[:1000])
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))

    app = open_page("map", model="broken")

    assert not app.exception
    assert "cannot be used" in app.warning[0].value
    assert app.selectbox(key="model").value == "plane"


def test_without_any_model_the_page_says_how_to_train_one(tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))

    app = open_page("map")

    assert not app.exception
    assert "python -m aecore train plane" in app.error[0].value


def test_picking_a_model_changes_the_address_and_drops_the_old_code():
    app = open_page("generate", model="plane", z="0,-4")

    app.selectbox(key="model").select("wide").run()

    assert app.query_params["model"] == "wide"
    assert len(app.query_params["z"].split(",")) == PRESETS["wide"].model.latent_dim


def test_a_picked_model_is_remembered_without_an_address():
    app = open_page("map", model="narrow")

    app.query_params.clear()
    app.run()

    assert app.selectbox(key="model").value == "narrow"


def test_the_denoise_page_opens_on_a_denoiser():
    app = open_page("denoise")

    assert PRESETS[app.selectbox(key="model").value].train.noise is not None


def test_a_wrong_data_folder_is_explained_and_the_map_still_drawn(tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path / "nowhere"))

    app = open_page("map")

    assert not app.exception
    assert "nowhere" in app.error[0].value
    assert app.get("plotly_chart")


def test_noise_of_level_0_leaves_the_digits_identical():
    app = open_page("denoise", model="denoise-mask")

    app.slider(key="noise_level").set_value(0.0).run()

    assert not app.exception
    ((header, levels),) = picture_rows(app)
    assert header["rows"][1]["name"] == "noisy · identical"
    np.testing.assert_array_equal(levels[1], levels[0])


def test_more_noise_lowers_the_noisy_psnr():
    app = open_page("denoise", model="denoise-gaussian")

    shares = []
    for level in (0.1, 0.3, 0.6):
        app.slider(key="noise_level").set_value(level).run()
        shares.append(float(grid(app).split("noisy · ")[1].split(" dB")[0]))

    assert shares[0] > shares[1] > shares[2]


def test_reconstruct_shows_only_the_chosen_label():
    app = open_page("reconstruct")

    app.segmented_control(key="reconstruct_label").set_value("3").run()

    shown = grid(app)
    assert shown.count("input: test digit no.") == 10 * 3  # input and two errors
    assert shown.count(", a 3") == 10 * 5


class FakeDownloads:
    """Stands in for the server's one download, in a state that the test chooses."""

    def __init__(self, state: str, error: str | None = None) -> None:
        self.job = self
        self.state, self.error = state, error
        self.progress = DownloadProgress(
            phase="downloading", bytes_done=6_000_000, bytes_total=15_000_000
        )
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.state = "stopped"

    def restart(self) -> None:
        self.calls.append("restart")


@pytest.fixture
def fake_downloads(monkeypatch):
    def fake(state: str, error: str | None = None) -> FakeDownloads:
        from aecore.ui.cache import datasets

        downloads = FakeDownloads(state, error)
        monkeypatch.setenv("AECORE_DOWNLOAD", "on")
        monkeypatch.setattr(datasets, "downloads", lambda: downloads)
        return downloads

    return fake


def test_a_page_opens_on_the_bundled_digits_while_mnist_is_fetched(fake_downloads):
    downloads = fake_downloads("running")

    app = open_page("filters")

    bar = app.get("progress")[0].proto
    assert downloads.calls == ["start"]
    assert bar.value == 40
    assert "6 of 15 MB" in bar.text
    assert "bundled" in bar.text


def test_a_running_download_can_be_stopped_and_started_again(fake_downloads):
    downloads = fake_downloads("running")
    app = open_page("filters")

    app.button(key="download_stop").click().run()
    assert "was stopped" in texts(app)
    app.button(key="download_again").click().run()

    assert "restart" in downloads.calls


def test_a_failed_download_says_why(fake_downloads):
    fake_downloads("failed", error="The server is [down](http://x).")

    app = open_page("filters")

    assert "The server is \\[down" in texts(app)


def test_pages_switch_to_the_downloaded_digits_once_they_are_there(fake_downloads, digits):
    downloads = fake_downloads("running")
    app = open_page("filters")

    save_cache(digits)
    downloads.state = "done"
    app.run()

    assert "cached" in texts(app)


def test_a_download_that_cannot_be_read_ends_in_an_offer_to_try_again(fake_downloads):
    fake_downloads("done")

    app = open_page("filters")

    assert "cannot be read" in texts(app)
    assert app.button(key="download_again")


@pytest.mark.parametrize(("page", "sent"), [("map", True), ("filters", False)])
def test_what_a_run_cut_short_held_back_is_said_on_its_own_page_alone(page, sent):
    app = AppTest.from_file("../../app.py", default_timeout=TIMEOUT)
    app.session_state["address"] = url_state.Address(
        page=page, kept={page: {"unit": "5"}}, known=[{}]
    )

    app.run()

    assert not app.exception
    assert ("unit" in app.query_params) is sent


def test_a_public_server_keeps_its_folders_to_itself(tmp_path, monkeypatch):
    folder = tmp_path / "server"
    write_npz(folder)
    monkeypatch.setenv("AECORE_DATA", str(folder))
    at_home = open_page("map")
    monkeypatch.setenv("AECORE_TRAINING", "off")

    public = open_page("map")

    assert str(folder) in texts(at_home).replace("\\", "")
    assert str(folder) not in texts(public).replace("\\", "")
    assert "test digits" in texts(public)


def test_a_public_server_names_no_folder_in_its_errors(tmp_path, monkeypatch):
    folder = tmp_path / "my server" / "digits"
    monkeypatch.setenv("AECORE_DATA", str(folder))
    at_home = open_page("map")
    monkeypatch.setenv("AECORE_TRAINING", "off")

    public = open_page("map")

    assert str(folder) in at_home.error[0].value.replace("\\", "")
    assert str(tmp_path) not in (error := public.error[0].value.replace("\\", ""))
    assert error.startswith("digits: not a folder")
