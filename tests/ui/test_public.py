"""A public server: visitors look, try and upload; they change nothing, and learn nothing of it."""

from __future__ import annotations

from dataclasses import replace
from weakref import WeakSet

import pytest
import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

from aecore.checkpoints import catalog, library
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.library import Deleted
from aecore.data import upload
from aecore.errors import AecoreError
from aecore.jobs import queue
from aecore.jobs import store as run_store
from aecore.sweeps import launcher as sweep_launcher
from aecore.sweeps import store as sweep_store
from aecore.ui.cache import datasets
from aecore.ui.pages import find_pages
from tests.support import runs, sweeps
from tests.support.own_data import write_set
from tests.support.pages import open_page, texts

PAGES = [page.name for page in find_pages() if page.name != "sweeps"]
SECRET = "/srv/secret folder/digits"


@pytest.fixture
def own_model(tiny_checkpoint, tmp_path, monkeypatch):
    """A models folder with the teacher's own model, whose card names a folder of the machine."""
    folder = tmp_path / "models"
    folder.mkdir()
    made = checkpoint_file.load(tiny_checkpoint.path)
    card = replace(made.card, source=f"IDX files in {SECRET}")
    checkpoint_file.save(replace(made, card=card), folder / "tiny.safetensors")
    monkeypatch.setenv("AECORE_MODELS", str(folder))
    return folder


@pytest.fixture
def public(monkeypatch):
    """Make this process a public server; what it cached before is forgotten."""
    st.cache_resource.clear()
    monkeypatch.setenv("AECORE_PUBLIC", "on")
    yield monkeypatch
    st.cache_resource.clear()


@pytest.fixture
def no_processes(monkeypatch):
    """No training is started."""
    monkeypatch.setattr(queue, "_start", lambda *_: pytest.fail("a process was started"))


def listed(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_the_switch_is_off_unless_somebody_turns_it_on(monkeypatch):
    for text in ("", "off", "0", "no", "False"):
        monkeypatch.setenv("AECORE_PUBLIC", text)
        assert queue.training_allowed()
    for text in ("on", "1", "yes", "ON "):
        monkeypatch.setenv("AECORE_PUBLIC", text)
        assert not queue.training_allowed()


CHANGES = {
    "train": lambda run, sweep: queue.submit(runs.spec()),
    "resume": lambda run, sweep: queue.resume(run),
    "stop": lambda run, sweep: queue.stop(run),
    "delete a run": lambda run, sweep: queue.delete(run),
    "mark": lambda run, sweep: queue.mark_kept(run, "x"),
    "follow": lambda run, sweep: queue.follow_rename("tiny", "x"),
    "sweep": lambda run, sweep: sweep_launcher.submit(sweeps.spec()),
    "resume a sweep": lambda run, sweep: sweep_launcher.resume(sweep),
    "stop a sweep": lambda run, sweep: sweep_launcher.stop(sweep),
    "delete a sweep": lambda run, sweep: sweep_launcher.delete(sweep),
    "import": lambda run, sweep: library.import_upload(catalog.find("tiny").read_bytes(), "x"),
    "save": lambda run, sweep: library.save_copy(catalog.find("tiny"), "x"),
    "rename": lambda run, sweep: library.rename("tiny", "x"),
    "delete": lambda run, sweep: library.delete("tiny"),
    "restore": lambda run, sweep: library.restore(Deleted(name="x", path=catalog.find("tiny"))),
    "discard": lambda run, sweep: library.discard(Deleted(name="x", path=catalog.find("tiny"))),
    "keep": lambda run, sweep: upload.keep(None),
    "folder": lambda run, sweep: datasets.use_folder("/etc"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_the_machine_is_refused(change, own_model, tmp_path, monkeypatch, public):
    public.setenv("AECORE_PUBLIC", "off")
    monkeypatch.setattr("aecore.jobs.queue._start", lambda *_: None)
    run, sweep = queue.submit(runs.spec()), tmp_path / "cache" / "sweeps" / "one"
    sweep_store.prepare(sweep, sweeps.spec())
    before = listed(tmp_path)
    public.setenv("AECORE_PUBLIC", "on")

    with pytest.raises(AecoreError, match="This is a public server"):
        CHANGES[change](run, sweep_store.read(sweep))

    assert listed(tmp_path) == before


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_and_names_nothing_of_the_machine(page, own_model, tmp_path, public):
    public.setenv("AECORE_DATA", str(write_set(tmp_path / "hidden place", "digits8")))
    (own_model / "broken.safetensors").write_bytes(b"no checkpoint")

    app = open_page(page)

    shown = f"{texts(app)} {[each.value for each in (*app.error, *app.info)]}"
    shown += " ".join(str(block.proto) for block in app.get("bidi_component"))
    assert not app.exception
    assert app.title
    for word in ("secret folder", "hidden place", str(tmp_path), "/srv", "torch 2"):
        assert word not in shown.replace("\\", "")


def test_the_page_of_training_has_the_saved_models_and_no_button(own_model, public):
    app = open_page("train", model="tiny")

    assert not app.exception
    assert "disabled on this server" in app.info[0].value
    assert [each.key for each in app.button if each.key != "present_switch"] == []
    assert not app.get("file_uploader")
    assert not app.get("download_button")  # the file of an own model names the machine


def test_widget_states_that_are_forged_start_nothing(own_model, tmp_path, no_processes, public):
    public.setenv("AECORE_PUBLIC", "off")
    ids = [each.proto.id for page in ("train", "data") for each in open_page(page).button]
    before = listed(own_model)
    public.setenv("AECORE_PUBLIC", "on")
    assert len(ids) > 6

    for page in ("train", "data"):
        app = open_page(page)
        states = [WidgetState(id=each, trigger_value=True) for each in ids]
        app._run(WidgetStates(widgets=states))
        assert not app.exception

    assert listed(own_model) == before
    assert run_store.list_ids() == []


def test_buttons_drawn_before_the_server_was_public_are_refused(own_model, no_processes, public):
    public.setenv("AECORE_PUBLIC", "off")
    app = open_page("train")
    public.setenv("AECORE_PUBLIC", "on")

    app.button(key="train_challenge_third").click().run()

    assert not app.exception
    assert run_store.list_ids() == []


def test_an_upload_is_smaller_and_so_is_what_it_unpacks_to(tmp_path, public):
    write_set(tmp_path, "digits8")
    content = (tmp_path / "digits8.npz").read_bytes()
    public.setattr(upload, "PUBLIC_BYTES", 10_000)

    with pytest.raises(AecoreError, match=r"are 0.0 GB; at most 1e-05 GB can be used"):
        upload.load_upload({"digits8.npz": content})
    with pytest.raises(AecoreError, match=r"larger than 20 MB together. Use fewer"):
        upload.load_upload({"a.npz": bytes(20_000_001)})


def test_data_sets_of_all_visits_together_are_bounded(tmp_path, public):
    write_set(tmp_path, "digits8")
    public.setattr(datasets, "_MAX_UPLOADED", 10_000)
    public.setattr(datasets, "_uploads", WeakSet())
    files = {"digits8.npz": (tmp_path / "digits8.npz").read_bytes()}

    def use():
        page = open_page("data")
        page.file_uploader(key="data_add").set_value([("x.npz", files["digits8.npz"], "")])
        return page.run()

    first, second = use(), use()

    assert not first.error
    assert "as many data sets as it can" in second.error[0].value
