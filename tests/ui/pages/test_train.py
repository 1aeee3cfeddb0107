"""`/train` by Streamlit's own test runner: the form, what runs look like, keeping, challenges."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import numpy as np
import pytest

from aecore.checkpoints import file as checkpoint_file
from aecore.config import NoiseConfig
from aecore.errors import TrainingError
from aecore.jobs import queue, snapshots
from aecore.jobs import store as run_store
from aecore.jobs.snapshots import Scene, Snapshot
from aecore.jobs.store import ALIVE, CHECKPOINT, Run, RunSpec, Status
from aecore.models.families import family_of
from aecore.presets import PRESETS
from aecore.system.process_lock import ProcessLock
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import runs as run_cache
from aecore.ui.pages.train import challenges
from aecore.viewer import snapshot_arrays
from tests.support import runs
from tests.support.pages import buttons, open_page, texts

pytest_plugins = ["tests.support.models_folder"]
pytestmark = pytest.mark.usefixtures("folders")

PLANE = PRESETS["plane"]


@pytest.fixture
def submitted(monkeypatch) -> list[RunSpec]:
    """What was submitted; nothing is trained."""
    specs: list[RunSpec] = []

    def submit(spec: RunSpec) -> Run:
        specs.append(spec)
        raise TrainingError("Not *today*.")

    monkeypatch.setattr(queue, "submit", submit)
    return specs


@pytest.fixture
def make_run(tiny_checkpoint) -> Iterator[Callable[..., Run]]:
    """Runs on disk in any state, without a process."""
    numbers = iter(range(1, 100))
    with ExitStack() as held:

        def make(
            state: str, *, epoch: int = 0, checkpoint: bool = False, dim: int = 2, **status
        ) -> Run:
            number = next(numbers)
            path = run_store.runs_dir() / f"20260101-000000-{number:06d}-abcd"
            path.mkdir(parents=True)
            model = dataclasses.replace(PLANE.model, latent_dim=dim)
            spec = RunSpec(preset="plane", model=model, train=PLANE.train)
            run_store.write_spec(path, spec)
            run_store.write_status(
                path, Status(state=state, queued=float(number), epoch=epoch, **status)
            )
            if checkpoint:
                shutil.copy(tiny_checkpoint.path, path / CHECKPOINT)
            alive = held.enter_context(ProcessLock(path / ALIVE))
            if state in ("queued", "running"):
                assert alive.acquire()
            run_cache.refresh()
            return run_store.read(path)

        yield make


# --- the form -------------------------------------------------------------------------------------


def test_the_form_begins_as_the_preset_and_starts_what_it_says(submitted):
    app = open_page("train")
    app.selectbox(key="train_preset").select("denoise-mask").run()

    app.button(key="train_start").click().run()

    preset = PRESETS["denoise-mask"]
    assert submitted == [RunSpec(preset="denoise-mask", model=preset.model, train=preset.train)]
    assert "Not \\*today\\*\\." in app.error[0].value


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_comes_through_the_form_unchanged(submitted, name):
    app = open_page("train")
    app.selectbox(key="train_preset").select(name).run()

    assert "as the preset" in texts(app)
    app.button(key="train_start").click().run()

    assert (submitted[0].model, submitted[0].train) == (PRESETS[name].model, PRESETS[name].train)


def test_everything_can_be_changed(submitted):
    app = open_page("train")
    for key, value in {
        "latent_dim": 3,
        "latent_dropout": 0.25,
        "epochs": 7,
        "seed": 5,
        "batch_size": 128,
        "gamma": 0.001,
        "distortion": 0.5,
    }.items():
        app.number_input(key=f"train_{key}_plane").set_value(value)
    app.text_input(key="train_hidden_dims_plane").set_value("256 64")
    app.selectbox(key="train_noise_plane").select("gaussian")
    app.selectbox(key="train_output_plane").select("logistic")
    app.selectbox(key="train_weight_init_plane").select("zeros")
    app.selectbox(key="train_activation_plane").select("tanh")
    app.toggle(key="train_variational_plane").set_value(True)
    app.run()
    app.number_input(key="train_level_plane").set_value(0.3)
    app.number_input(key="train_kl_weight_plane").set_value(0.002)
    app.run()

    app.button(key="train_start").click().run()

    assert submitted[0].model == dataclasses.replace(
        PLANE.model,
        latent_dim=3,
        hidden_dims=(256, 64),
        latent_dropout=0.25,
        output="logistic",
        weight_init="zeros",
        activation="tanh",
        variational=True,
    )
    assert submitted[0].train == dataclasses.replace(
        PLANE.train,
        noise=NoiseConfig(kind="gaussian", level=0.3),
        kl_weight=0.002,
        epochs=7,
        seed=5,
        batch_size=128,
        gamma=0.001,
        distortion=0.5,
    )


def test_the_count_of_weights_and_what_is_unusual_follow_the_settings():
    app = open_page("train")
    assert f"{family_of(PLANE.model).count_weights(PLANE.model):,}" in texts(app)

    app.text_input(key="train_hidden_dims_plane").set_value("512")
    app.number_input(key="train_latent_dropout_plane").set_value(0.8)
    app.run()

    larger = dataclasses.replace(PLANE.model, hidden_dims=(512,))
    assert f"{family_of(larger).count_weights(larger):,}" in texts(app)
    assert "drops both dimensions" in texts(app)
    assert "64%" in texts(app)


@pytest.mark.parametrize(
    "widths", ["many", "128,,x", "", "4000", "8,8,8,8,8,8,8", "2048,2048,2048"]
)
def test_hidden_layers_that_cannot_be_are_explained_and_nothing_can_be_started(widths):
    app = open_page("train")

    app.text_input(key="train_hidden_dims_plane").set_value(widths).run()

    assert app.error
    assert "train_start" not in buttons(app)


def test_choosing_adam_takes_its_step_size_too_and_the_preset_can_be_had_back(submitted):
    app = open_page("train")

    app.selectbox(key="train_optimizer_plane").select("adam").run()
    app.button(key="train_start").click().run()
    app.button(key="train_reset").click().run()
    app.button(key="train_start").click().run()

    recipe = PLANE.notebook_recipe(PLANE.train.epochs)
    assert submitted[0].train == recipe
    assert submitted[1].train == PLANE.train


def test_the_address_holds_the_settings_that_differ_from_the_presets():
    app = open_page("train")
    app.number_input(key="train_latent_dim_plane").set_value(3)
    app.selectbox(key="train_noise_plane").select("masking")
    app.toggle(key="train_variational_plane").set_value(True)
    app.run()
    query = {name: "".join(app.query_params[name]) for name in app.query_params}
    assert {"latent_dim": "3", "noise": "masking", "variational": "on"}.items() <= query.items()
    assert not {"preset", "epochs", "optimizer"} & set(query)

    again = open_page("train", **query)
    assert again.number_input(key="train_latent_dim_plane").value == 3
    assert again.selectbox(key="train_noise_plane").value == "masking"
    assert again.toggle(key="train_variational_plane").value

    again.selectbox(key="train_preset").select("wide").run()
    assert again.number_input(key="train_latent_dim_wide").value == 128
    assert "latent_dim" not in again.query_params
    again.selectbox(key="train_preset").select("plane").run()
    assert again.number_input(key="train_latent_dim_plane").value == 3


def test_settings_of_the_address_that_cannot_be_are_those_of_the_preset():
    asked = {"latent_dim": "many", "epochs": "9999", "optimizer": "x", "variational": "?"}

    app = open_page("train", **asked)

    assert not app.exception
    assert app.number_input(key="train_latent_dim_plane").value == 2
    assert app.number_input(key="train_epochs_plane").value == 500
    assert app.selectbox(key="train_optimizer_plane").value == PLANE.train.optimizer
    assert not app.toggle(key="train_variational_plane").value


def test_a_server_may_switch_training_off(monkeypatch, make_run):
    monkeypatch.setenv("AECORE_TRAINING", "off")
    make_run("interrupted", epoch=3)

    app = open_page("train", model="mine")

    assert "AECORE_TRAINING=off" in app.info[0].value
    assert {"train_start", "train_resume", "shelf_delete"}.isdisjoint(buttons(app))
    assert not app.get("file_uploader")


# --- runs -----------------------------------------------------------------------------------------


def test_two_visitors_see_the_run_at_work_and_can_stop_it(make_run, monkeypatch):
    run = make_run("running", epoch=4, phase="training")
    make_run("queued")
    stopped = []
    monkeypatch.setattr(queue, "stop", lambda run: stopped.append(run.id))

    for _ in range(2):
        app = open_page("train")
        assert app.header[0].value == "plane"
        app.button(key="train_stop").click().run()

    assert stopped == [run.id, run.id]
    assert "position 1" in texts(app)
    assert buttons(app)["train_start"] == "Add to queue"


def test_of_three_tabs_that_press_train_one_trains_and_all_see_the_line():
    tabs = [open_page("train") for _ in range(3)]
    try:
        for tab in tabs:
            tab.number_input(key="train_epochs_plane").set_value(500)
            tab.button(key="train_start").click().run()
        first, *_ = in_line = sorted(queue.list_runs().runs, key=lambda run: run.id)
        runs.wait(first, lambda run: run.epoch >= 1)
        run_cache.refresh()
        for tab in tabs:
            tab.run()
        places = [(run.state, run.place) for run in map(queue.find, [run.id for run in in_line])]
    finally:
        for run in queue.list_runs().runs[::-1]:
            queue.stop(run)
        for run in queue.list_runs().runs:
            runs.wait_for_end(run)

    assert places == [("running", 0), ("queued", 1), ("queued", 2)]
    labels = [buttons(tab)["train_stop"] for tab in tabs]
    assert labels == ["Stop", "Remove from queue", "Remove from queue"]
    assert "position 1" in texts(tabs[2])
    assert "position 2" in texts(tabs[1])


def test_ten_visitors_cost_one_computation_a_frame(make_run, monkeypatch):
    run = make_run("running", epoch=2, phase="training")
    random = np.random.default_rng(0)
    pictures = random.random((10, 784)).astype(np.float16)
    labels = np.arange(10, dtype=np.uint8)
    snapshots.write_scene(run.path, Scene(labels=labels, inputs=pictures, targets=pictures))
    for epoch in range(3):
        codes = random.normal(size=(10, 2))
        snapshots.write(run.path, Snapshot.of(epoch, codes, pictures, np.eye(784), None))
    calls = []
    draw = snapshot_arrays.frame_arrays
    monkeypatch.setattr(
        snapshot_arrays,
        "frame_arrays",
        lambda *args, **kw: calls.append(args[0].epoch) or draw(*args, **kw),
    )

    for _ in range(10):
        assert not open_page("train").exception

    assert calls == [0, 1, 2]


def test_the_run_at_work_is_told_to_other_pages(make_run):
    make_run("done", epoch=20)
    assert run_cache.running() is None

    run = make_run("running", epoch=4, phase="training")

    assert run_cache.running().id == run.id


@pytest.mark.parametrize("state", ["interrupted", "stopped", "failed"])
def test_a_run_that_did_not_reach_its_plan_can_be_resumed(make_run, monkeypatch, state):
    run = make_run(state, epoch=4, message="The disk is [full](x).")
    resumed = []
    monkeypatch.setattr(queue, "resume", lambda run: resumed.append(run.id))

    app = open_page("train")
    app.button(key="train_resume").click().run()

    assert resumed == [run.id]


def test_what_goes_wrong_with_a_run_is_said(make_run, monkeypatch):
    make_run("interrupted", epoch=4)

    def refuse(run):
        raise TrainingError("This run is *gone*.")

    monkeypatch.setattr(queue, "resume", refuse)
    app = open_page("train")

    app.button(key="train_resume").click().run()

    assert "This run is \\*gone\\*\\." in app.error[0].value


def test_earlier_runs_can_be_shown_and_removed(make_run):
    first, second = make_run("done", epoch=20), make_run("failed", epoch=2)
    app = open_page("train")

    app.button(key=f"train_show_{first.id}").click().run()
    assert f"train_show_{second.id}" in buttons(app)
    app.button(key=f"train_remove_{second.id}").click().run()

    assert [run.id for run in queue.list_runs().runs] == [first.id]


def test_a_damaged_run_is_listed_and_disturbs_nothing(make_run):
    run = make_run("done", epoch=20)
    (run.path / "status.json").write_text("{")
    run_cache.refresh()

    app = open_page("train")

    assert not app.exception
    assert "status" in texts(app)


def test_a_run_is_kept_under_the_suggested_name_and_opens_everywhere(make_run, folders):
    run = make_run("done", epoch=20, checkpoint=True)
    app = open_page("train")
    assert app.text_input(key=f"train_name_{run.id}").value == "my-plane"

    app.button(key="train_keep").click().run()

    assert (folders / "my-plane.safetensors").read_bytes() == run.checkpoint_path.read_bytes()
    assert "my\\-plane" in app.success[0].value
    links = {link.proto.page: link.proto.query_string for link in app.get("page_link")}
    assert {"generate", "your-digit", "compare"} <= set(links)
    assert "model=my-plane" in links["generate"]
    for page in ("map", "generate"):
        assert open_page(page, model="my-plane").selectbox(key="model").value == "my-plane"


def test_the_form_shows_the_settings_of_the_run_below_it(make_run):
    first, _ = make_run("done", epoch=20, dim=5), make_run("done", epoch=20, dim=3)

    app = open_page("train")
    assert app.number_input(key="train_latent_dim_plane").value == 3
    app.button(key=f"train_show_{first.id}").click().run()
    assert app.number_input(key="train_latent_dim_plane").value == 5


def test_a_run_stays_saved_where_its_model_is_renamed(make_run, folders):
    run = make_run("done", epoch=20, checkpoint=True)
    app = open_page("train")
    app.button(key="train_keep").click().run()
    assert app.selectbox(key="model").value == "my-plane"  # the one just saved

    app.text_input(key="shelf_new_name_my-plane").set_value("yours")
    app.button(key="shelf_rename").click().run()

    assert "yours" in app.success[0].value
    assert f"train_name_{run.id}" not in {field.key for field in app.text_input}
    assert queue.find(run.id).kept_as == ("yours",)


@pytest.mark.parametrize("name", ["plane", "../up", "MINE"])
def test_a_name_that_cannot_be_had_is_explained_and_nothing_is_kept(make_run, folders, name):
    run = make_run("done", epoch=20, checkpoint=True)
    before = sorted(folders.iterdir())
    app = open_page("train")

    app.text_input(key=f"train_name_{run.id}").set_value(name)
    app.button(key="train_keep").click().run()

    assert app.error
    assert sorted(folders.iterdir()) == before


def test_the_figures_stand_beside_those_of_the_preset(make_run, tiny_checkpoint):
    make_run("done", epoch=20, checkpoint=True)

    app = open_page("train")

    error = f"{tiny_checkpoint.card.metrics['test_mse']:.4f}".replace(".", "\\.")
    table = next(block.value for block in app.markdown if "| test MSE" in block.value)
    assert table.splitlines()[0] == "| | this run | plane |"
    assert table.count(error) == 2


def test_more_epochs_than_planned_can_be_asked_for(make_run, monkeypatch):
    run = make_run("done", epoch=15, checkpoint=True)
    asked = []
    monkeypatch.setattr(queue, "resume", lambda run, epochs: asked.append((run.id, epochs)))
    app = open_page("train")

    app.number_input(key=f"train_more_{run.id}").set_value(10)
    app.button(key="train_extend").click().run()

    assert asked == [(run.id, 25)]


# --- challenges -----------------------------------------------------------------------------------


@pytest.mark.parametrize("challenge", challenges.CHALLENGES, ids=lambda each: each.name)
def test_a_challenge_starts_its_run_and_the_form_shows_the_settings(submitted, challenge):
    app = open_page("train")

    app.button(key=f"train_challenge_{challenge.name}").click().run()
    assert "Not \\*today\\*\\." in app.error[0].value
    app.button(key="train_start").click().run()

    assert submitted == [challenge.spec, challenge.spec]


@pytest.mark.parametrize(("change", "said"), [(0.9, "reached.** test MSE"), (1.0, "not reached")])
def test_a_run_is_told_whether_it_reached_the_challenge(make_run, monkeypatch, change, said):
    run = make_run("done", epoch=20, checkpoint=True, dim=8)
    card = checkpoint_file.read_card(run.checkpoint_path)
    error = card.metrics["pca_test_mse"]
    card = dataclasses.replace(
        card,
        model=dataclasses.replace(card.model, latent_dim=8),
        metrics={**card.metrics, "test_mse": change * error},
    )
    monkeypatch.setattr(checkpoint_cache, "read_card", lambda path: card)

    app = open_page("train")

    (shown,) = [each.value for each in (*app.success, *app.info) if "Beat PCA" in each.value]
    assert said in shown
    assert f"{change * error:.4f}" in shown
    assert f"{error:.4f}" in shown


def test_a_third_number_is_to_beat_two_where_both_models_know_the_same_digits(tiny_checkpoint):
    third, card = challenges.CHALLENGES[0], tiny_checkpoint.card
    ours = dataclasses.replace(card, model=dataclasses.replace(card.model, latent_dim=3))
    other = dataclasses.replace(card, fingerprint="of other digits")

    assert third.judges(ours)
    assert not third.judges(card)
    assert third.rival(ours, {"plane": card})[1] == card.metrics["test_mse"]
    assert third.rival(ours, {"plane": other})[1] == card.metrics["pca_test_mse"]


def test_without_any_model_the_page_still_offers_to_train(folders):
    for path in folders.iterdir():
        path.unlink()

    app = open_page("train")

    assert not app.exception
    assert not app.error
    assert "train_start" in buttons(app)
