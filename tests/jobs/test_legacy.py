"""Runs, models and a cache that an earlier version left behind: they open and train on as they did.

`tests/fixtures/legacy` holds what the commit of `expected.json` made: a finished, a stopped, a
killed and a queued run, a saved model, a cache, and what that commit read out of them.
"""

import dataclasses
import hashlib
import json
import platform
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load as parse_safetensors

from aecore.checkpoints import catalog, library
from aecore.checkpoints import file as checkpoint_file
from aecore.data import sources
from aecore.jobs import queue, snapshots, worker
from aecore.jobs import store as run_store
from aecore.training.resume_state import ResumeState
from tests.support.pages import open_page, texts

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads", "threads_put_back")

FIXTURE = Path(__file__).parents[1] / "fixtures" / "legacy"
EXPECTED = json.loads((FIXTURE / "expected.json").read_text())
IDS = EXPECTED["ids"]
RESUMED = EXPECTED["resumed"] | EXPECTED["extended"]


@pytest.fixture
def threads_put_back():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def legacy(tmp_path, monkeypatch):
    """A copy of the fixture, in use; nothing is started as a process."""
    copy = tmp_path / "legacy"
    shutil.copytree(FIXTURE, copy)
    for folder in ("runs", "models", "cache"):
        monkeypatch.setenv(f"AECORE_{folder.upper()}", str(copy / folder))
    for path in (copy / "runs").glob("*/spec.json"):  # the folder of digits has moved
        values = json.loads(path.read_text())
        if values["data"] is not None:
            path.write_text(json.dumps(values | {"data": str(copy / "digits")}))
    monkeypatch.setattr(queue, "_start", lambda path, alive: None)
    monkeypatch.setattr(worker, "give_way", lambda: None)
    return copy


def digest(arrays):
    """SHA-256 over name, type, shape and bytes of each array, in the order of their names."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        total.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        total.update(np.ascontiguousarray(arrays[name]).tobytes())
    return total.hexdigest()


def weights_digest(path):
    tensors = parse_safetensors(path.read_bytes())
    return digest({name: array for name, array in tensors.items() if name.startswith("model.")})


def plain(values):
    """As JSON holds them."""
    return json.loads(json.dumps(values))


def same_machine():
    """Whether float32 products give the bits that they gave where the fixture was made."""
    made_by = EXPECTED["made_by"]
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return False
    processor = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    here = (processor, platform.machine(), torch.__version__, np.__version__)
    return here == tuple(made_by[key] for key in ("processor", "machine", "torch", "numpy"))


def test_the_runs_are_listed_as_they_were():
    listing = queue.list_runs()

    assert [run.id for run in listing.runs] == EXPECTED["listing"]
    assert listing.damaged == ()


@pytest.mark.parametrize("which", IDS)
def test_all_that_a_run_holds_is_read_as_it_was(which):
    wanted = EXPECTED["runs"][which]

    run = queue.find(IDS[which])

    for name in (
        *("state", "ended", "resumable", "epoch", "progress", "message", "notes", "device"),
        *("source", "digits", "pca_test_mse", "has_checkpoint", "kept_as"),
    ):
        assert plain(getattr(run, name)) == wanted[name], name
    assert (run.spec.preset, run.spec.train.epochs) == (wanted["preset"], wanted["epochs_planned"])
    assert plain(run.spec.model.to_dict()) == wanted["model"]
    assert plain(run.spec.train.to_dict()) == wanted["train"]
    assert [record.to_dict() for record in run_store.read_history(run)] == wanted["history"]
    assert plain(snapshots.epochs(run)) == wanted["frames"]
    whole = [epoch for epoch in wanted["frames"] if snapshots.read(run, epoch)]
    assert len(whole) == wanted["frames_whole"]
    scene = snapshots.read_scene(run)
    assert (scene and scene.labels.tolist()) == (wanted["scene"] and wanted["scene"]["labels"])


@pytest.mark.parametrize("which", ["finished", "stopped", "killed"])
def test_the_state_to_continue_from_is_read_as_it_was(which):
    wanted = EXPECTED["runs"][which]["saved_state"]

    state = ResumeState.load(run_store.path_of(IDS[which]) / run_store.STATE_FILE)

    found = (state.epoch, state.device, state.fingerprint, sorted(state.tensors))
    assert found == tuple(wanted[key] for key in ("epoch", "device", "fingerprint", "tensors"))
    weights = {f"model.{name}": value.numpy() for name, value in state.weights().items()}
    assert digest(weights) == wanted["weights_sha256"]


@pytest.mark.parametrize("which", RESUMED)
def test_a_run_trains_on_to_the_weights_that_it_had_then(which):
    wanted = RESUMED[which]
    epochs = wanted["epoch"] if which == "finished" else None

    path = queue.resume(IDS[which], epochs=epochs).path
    assert worker.main([str(path)]) == 0
    run = run_store.read(path)

    assert (run.state, run.epoch, plain(run.notes)) == ("done", wanted["epoch"], wanted["notes"])
    assert plain(run.spec.train.to_dict()) == wanted["train"]
    assert plain(snapshots.epochs(run)) == wanted["frames"]
    history = [dataclasses.asdict(record) for record in run_store.read_history(run)]
    for record, then in zip(history, wanted["history"], strict=True):
        for error in ("train_loss", "train_mse", "test_mse"):
            assert record[error] == pytest.approx(then[error], rel=1e-3), error
    card = checkpoint_file.load(run.checkpoint_path).card
    for error in ("test_mse", "train_mse", "pca_test_mse"):
        assert card.metrics[error] == pytest.approx(wanted["checkpoint"][error], rel=1e-3)
    if same_machine():
        assert weights_digest(run.checkpoint_path) == wanted["checkpoint"]["weights_sha256"]


def test_a_saved_model_is_listed_and_loaded_as_it_was(run_json):
    status, listed = run_json("models")

    assert status == 0
    assert [model["name"] for model in listed] == library.own_names() == list(EXPECTED["models"])
    for name, wanted in EXPECTED["models"].items():
        card = checkpoint_file.load(name).card
        for error in ("test_mse", "train_mse", "pca_test_mse"):
            assert card.metrics[error] == wanted[error]
        assert (card.source, card.fingerprint) == (wanted["source"], wanted["fingerprint"])
        assert plain(card.train.restarts) == wanted["restarts"]
        assert weights_digest(catalog.find(name)) == wanted["weights_sha256"]


def test_the_cache_is_read_as_it_was(legacy):
    cached = sources.load(allow_download=False)
    folder = sources.load(legacy / "digits", allow_download=False)

    for dataset, wanted in ((cached, EXPECTED["cache"]), (folder, EXPECTED["folder"])):
        assert (dataset.kind, dataset.fingerprint) == (wanted["kind"], wanted["fingerprint"])
        assert digest(dataset.arrays) == wanted["arrays_sha256"]
    assert cached.source == EXPECTED["cache"]["source"]


def test_the_pages_open_on_what_was_left_behind():
    (name,) = EXPECTED["models"]

    train, latent = open_page("train", model=name), open_page("map", model=name)

    assert not train.exception
    assert not latent.exception
    assert latent.selectbox(key="model").value == name
    assert f"train_resume_{IDS['stopped']}" in {button.key for button in train.button} or (
        "train_resume" in {button.key for button in train.button}
    )
    assert "interrupted" in texts(train).lower()
