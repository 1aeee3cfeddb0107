"""The page of sweeps, by Streamlit's own test runner."""

import pytest

from aecore.errors import ConfigError, TrainingError
from aecore.jobs import launcher as process_launcher
from aecore.sweeps import launcher, shipped, store
from aecore.sweeps.store import SweepStatus
from aecore.system.process_lock import ProcessLock
from aecore.ui import pages
from aecore.ui.text.formats import escape
from tests.support import sweeps
from tests.support.pages import open_page, texts

SPEC = sweeps.spec(seeds=2, latent_dim=("1", "2"), batch_size=("64", "128"))


@pytest.fixture
def started(monkeypatch):
    """Folders of sweeps whose process would have been started."""
    folders = []
    monkeypatch.setattr(process_launcher, "start", lambda path, *_, **__: folders.append(path))
    return folders


def make_sweep(name="first", spec=SPEC, *, done=None, **status):
    path = store.sweeps_dir() / name
    store.prepare(path, spec)
    store.write_status(path, SweepStatus(**{"state": "done", "fingerprint": "f"} | status))
    for result in sweeps.results(spec, fingerprint="f")[:done]:
        store.write_result(path, result)
    return path


def test_a_public_server_has_no_such_page(monkeypatch):
    assert "sweeps" in {page.name for page in pages.find_pages()}
    monkeypatch.setenv("AECORE_TRAINING", "off")
    assert "sweeps" not in {page.name for page in pages.find_pages()}


def test_a_sweep_is_started_with_what_the_form_says(started):
    app = open_page("sweeps")
    app.selectbox(key="sweeps_preset").set_value("plane").run()
    app.text_input(key="sweeps_dims").set_value("2,3")
    app.number_input(key="sweeps_seeds").set_value(2)
    app.number_input(key="sweeps_epochs_plane").set_value(4).run()
    assert "**4** trainings" in texts(app)

    app.button(key="sweeps_start").click().run()

    (path,) = started
    found = store.read(path)
    assert (found.spec.preset, found.spec.seeds) == ("plane", (0, 1))
    assert found.spec.values == {"latent_dim": ("2", "3"), "epochs": ("4",)}
    assert not app.exception
    assert app.selectbox(key="sweeps_shown").value == found.id


def test_the_address_holds_the_form():
    asked = {"preset": "plane", "dims": "2,5", "seeds": "2", "vary": "batch_size", "values": "64"}

    app = open_page("sweeps", **asked, epochs="7")

    assert not app.exception
    assert "**4** trainings" in texts(app)
    assert app.number_input(key="sweeps_epochs_plane").value == 7
    app.text_input(key="sweeps_values_batch_size").set_value("64,128").run()
    assert app.query_params["values"] == "64,128"
    app.selectbox(key="sweeps_preset").set_value("wide").run()
    app.selectbox(key="sweeps_setting").set_value("").run()
    assert "**4** trainings" in texts(app)
    assert not {"preset", "epochs", "vary", "values"} & set(app.query_params)


def test_what_no_form_holds_is_not_taken_from_the_address():
    app = open_page(
        "sweeps", preset="nobody", dims="x" * 900, seeds="-3", epochs="9" * 30, vary="a"
    )

    assert not app.exception
    assert app.selectbox(key="sweeps_preset").value == "wide"
    assert app.number_input(key="sweeps_seeds").value == 3


def test_wrong_values_are_told_and_nothing_is_started(started):
    app = open_page("sweeps")

    app.text_input(key="sweeps_dims").set_value("2,many").run()

    assert "must be a whole number from 1 to 784" in app.error[0].value
    assert not [button for button in app.button if button.key == "sweeps_start"]
    assert started == []


def test_results_are_drawn_with_answers_and_parallel_coordinates():
    make_sweep(done=6, state="stopped")

    app = open_page("sweeps")

    assert not app.exception
    assert len(app.get("plotly_chart")) == 2
    assert "Stopped: 6 of 8 done" in str(app.get("progress")[0].proto)
    table, answers = (frame.value for frame in app.dataframe)
    assert list(table["latent_dim"]) == [1, 1, 2, 2, 1, 1]
    assert len(answers) == 6
    assert [button.key for button in app.button if button.key.startswith("sweeps_re")] == [
        "sweeps_resume",
        "sweeps_remove",
    ]


def test_two_sweeps_are_compared_in_one_figure():
    make_sweep("first")
    make_sweep("second", sweeps.spec(latent_dim=("1", "3")))

    app = open_page("sweeps", sweep="second")
    before = app.get("plotly_chart")[0].proto.spec
    app.selectbox(key="sweeps_other").set_value("first").run()

    assert not app.exception
    after = app.get("plotly_chart")[0].proto.spec
    assert "first, Batch size 64" in after
    assert "first, Batch size 64" not in before


def test_a_running_sweep_is_stopped_and_a_stopped_one_resumed(started):
    path = make_sweep(done=2, state="running", running=("a",), workers=2)
    with ProcessLock(path / store.ALIVE) as alive:
        alive.acquire()
        app = open_page("sweeps")
        assert "1 running · 2 workers" in str(app.get("progress")[0].proto)
        app.button(key="sweeps_stop").click().run()
        assert (path / store.STOP).exists()
        assert "Stopping: 2 of 8 done" in str(app.get("progress")[0].proto)
        assert app.button(key="sweeps_stop").disabled
        with pytest.raises(TrainingError, match="Stop it first"):
            launcher.submit(SPEC)

    app = open_page("sweeps")
    assert "Interrupted: 2 of 8 done" in str(app.get("progress")[0].proto)
    app.button(key="sweeps_resume").click().run()

    assert started == [path]
    assert not (path / store.STOP).exists()
    assert store.read(path).status.fingerprint == "f"


def test_a_sweep_of_another_place_is_listed_and_only_its_entry_removed(tmp_path):
    path = tmp_path / "elsewhere"
    store.prepare(path, SPEC)
    store.write_status(path, SweepStatus(state="done", fingerprint="f"))
    store.make_known(path)

    app = open_page("sweeps")
    app.button(key="sweeps_remove").click().run()

    assert store.known() == []
    assert (path / store.SPEC).exists()


def test_a_kept_model_is_saved_and_opens_on_every_page(tiny_checkpoint, tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))
    path = make_sweep()
    key = sweeps.results(SPEC, fingerprint="f")[3].key
    store.checkpoint_path(path, key).write_bytes(tiny_checkpoint.path.read_bytes())

    app = open_page("sweeps")
    app.button(key="sweeps_save").click().run()

    assert not app.exception
    name = f"sweep-plane-{key[:8]}"
    assert (tmp_path / f"{name}.safetensors").is_file()
    assert f"Saved as **{escape(name)}**" in texts(app)


def test_a_sweep_beyond_the_limits_of_the_app_is_refused(started):
    many = sweeps.spec(seeds=201)
    wide = sweeps.spec(hidden_dims=("4096-4096",))

    for spec, message in ((many, "at most 200 are started here"), (wide, "idden layer")):
        with pytest.raises(ConfigError, match=message):
            launcher.submit(spec)
    assert started == []


def test_the_shipped_sweep_is_on_compare():
    results = shipped.load()
    app = open_page("compare")

    assert not app.exception
    assert {result.preset for result in results} == {"wide"}
    assert "What a larger code buys" in [header.value for header in app.header]
