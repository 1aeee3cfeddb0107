"""`/train` by Streamlit's own test runner: what runs look like, keeping them, challenges."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from aecore.checkpoints import file as checkpoint_file
from aecore.errors import TrainingError
from aecore.jobs import queue, snapshots
from aecore.jobs.snapshots import Scene, Snapshot
from aecore.presets import PRESETS
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import runs as run_cache
from aecore.ui.pages.train import challenges
from aecore.viewer import snapshot_arrays
from tests.support import runs
from tests.support.pages import buttons, open_page, texts

pytest_plugins = ["tests.support.models_folder", "tests.support.train_page"]
pytestmark = pytest.mark.usefixtures("folders")

PLANE = PRESETS["plane"]


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
