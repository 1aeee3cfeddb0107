"""The user's own checkpoints: nothing is lost, nothing taken over, nothing shipped is touched."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from aecore.checkpoints import catalog, library
from aecore.checkpoints import file as checkpoint_file
from aecore.config import NoiseConfig
from aecore.errors import CheckpointError
from aecore.presets import PRESETS

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def models(tmp_path, monkeypatch) -> Path:
    """An empty models folder, to be made."""
    folder = tmp_path / "models"
    monkeypatch.setenv("AECORE_MODELS", str(folder))
    return folder


@pytest.fixture
def learned(tiny_checkpoint) -> Path:
    """The file of a run."""
    return tiny_checkpoint.path


@pytest.fixture
def shelved(models, learned) -> Path:
    """A models folder with the shipped `plane` and one's own `mine`."""
    models.mkdir()
    shutil.copy(learned, models / "plane.safetensors")
    library.save_copy(learned, "mine")
    return models


def content(folder: Path) -> dict[str, bytes]:
    """All files below a folder, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_kept_is_there_byte_for_byte_and_nothing_else(models, learned):
    path = library.save_copy(learned, "mine")

    assert path == models / "mine.safetensors"
    assert content(models) == {"mine.safetensors": learned.read_bytes()}
    assert checkpoint_file.load("mine").digest == checkpoint_file.load(learned).digest
    assert [each.name for each in models.iterdir()] == ["mine.safetensors"]


@pytest.mark.parametrize(
    "name",
    ["", ".hidden", "../up", "a/b", "a\\b", "über", "a b", "x" * 65, "mine.safetensors", "-x\n"],
)
def test_a_name_that_is_no_plain_word_is_refused(models, learned, name):
    with pytest.raises(CheckpointError, match="cannot name a model"):
        library.save_copy(learned, name)

    assert not models.exists()


@pytest.mark.parametrize("name", ["plane", "Plane", "DEEP-30"])
def test_the_shipped_names_cannot_be_had_even_where_the_file_is_not_there(models, learned, name):
    with pytest.raises(CheckpointError, match="built-in model"):
        library.save_copy(learned, name)


@pytest.mark.parametrize("name", ["mine", "MINE"])
def test_a_name_that_is_taken_is_refused_whatever_its_capitals(shelved, learned, name):
    before = content(shelved)

    with pytest.raises(CheckpointError, match="called 'mine' already"):
        library.save_copy(learned, name)

    assert content(shelved) == before


@pytest.mark.parametrize(
    "change", [lambda: library.rename("plane", "b"), lambda: library.delete("plane")]
)
def test_shipped_models_can_be_neither_renamed_nor_deleted(shelved, change):
    before = content(shelved)

    with pytest.raises(CheckpointError, match="built-in model"):
        change()

    assert content(shelved) == before


@pytest.mark.parametrize("name", ["nothing", "../plane", "", ".deleted-x/mine"])
def test_only_models_of_the_folder_can_be_deleted(shelved, name):
    with pytest.raises(CheckpointError, match="There is no model"):
        library.delete(name)


def test_a_renamed_model_is_the_same_file_under_the_new_name(shelved, learned):
    library.rename("mine", "yours")

    assert library.own_names() == ["yours"]
    assert catalog.find("yours").read_bytes() == learned.read_bytes()


def test_a_rename_may_change_the_capitals_alone(shelved):
    library.rename("mine", "Mine")

    assert library.own_names() == ["Mine"]


def test_a_rename_takes_no_other_models_place(shelved, learned):
    library.save_copy(learned, "yours")
    before = content(shelved)

    with pytest.raises(CheckpointError, match="already"):
        library.rename("mine", "YOURS")

    assert content(shelved) == before


def test_a_deleted_model_is_out_of_sight_and_comes_back(shelved, learned):
    deleted = library.delete("mine")

    assert library.own_names() == []

    library.restore(deleted)

    assert catalog.find("mine").read_bytes() == learned.read_bytes()
    assert {path.name for path in shelved.iterdir()} == {"plane.safetensors", "mine.safetensors"}


def test_a_deleted_model_does_not_come_back_over_another(shelved, learned):
    deleted = library.delete("mine")
    library.save_copy(learned, "MINE")

    with pytest.raises(CheckpointError, match="already"):
        library.restore(deleted)

    assert deleted.path.read_bytes() == learned.read_bytes()  # and is not lost


def test_what_is_discarded_is_gone_and_cannot_be_restored(shelved):
    deleted = library.delete("mine")

    library.discard(deleted)
    library.discard(deleted)

    assert list(content(shelved)) == ["plane.safetensors"]
    with pytest.raises(CheckpointError, match="gone"):
        library.restore(deleted)


def test_leftovers_of_dead_sessions_are_removed_and_those_of_live_ones_stay(shelved):
    alive, dead = library.delete("mine").path.parent, shelved / ".deleted-old"
    broken = shelved / ".saving-old"
    for folder in (dead, broken):
        folder.mkdir()
        (folder / "x.safetensors").write_bytes(b"half")
        os.utime(folder, (0, 0))

    library.remove_leftovers()

    assert {path.name for path in shelved.iterdir()} == {"plane.safetensors", alive.name}


def test_an_upload_is_taken_in_whole(models, learned):
    library.import_upload(learned.read_bytes(), "sent")

    assert content(models) == {"sent.safetensors": learned.read_bytes()}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda whole: whole[:-5], "cut short"),
        (lambda whole: b"PK\x03\x04" + whole, "no safetensors"),
        (lambda whole: b"", "too short"),
        (lambda whole: whole.replace(b'"latent_dim\\": 2', b'"latent_dim\\": 3'), "cannot be used"),
    ],
    ids=["cut", "zip", "empty", "another D"],
)
def test_a_damaged_upload_is_refused_and_leaves_no_trace(models, learned, damage, message):
    whole = learned.read_bytes()
    content_sent = damage(whole)
    assert content_sent != whole

    with pytest.raises(CheckpointError, match=message):
        library.import_upload(content_sent, "sent")

    assert content(models) == {}
    assert list(models.iterdir()) == []


def test_an_upload_that_is_too_large_is_refused_before_it_is_written(models, monkeypatch):
    monkeypatch.setattr(library, "MAX_UPLOAD_BYTES", 1000)

    with pytest.raises(CheckpointError, match="at most"):
        library.import_upload(bytes(1001), "sent")

    assert not models.exists()


def test_a_full_shelf_takes_no_more(shelved, learned, monkeypatch):
    monkeypatch.setattr(library, "MAX_MODELS", 1)

    with pytest.raises(CheckpointError, match="Delete some first"):
        library.save_copy(learned, "another")

    assert library.own_names() == ["mine"]


def test_a_run_without_a_checkpoint_is_explained(models, tmp_path):
    with pytest.raises(CheckpointError, match="What was learned cannot be read"):
        library.save_copy(tmp_path / "nothing.safetensors", "mine")


@contextmanager
def full_disk():
    """No file can grow beyond a few bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_and_loses_nothing(shelved, learned):
    before = content(shelved)

    with full_disk(), pytest.raises(CheckpointError, match=r"disk is full.*Nothing was changed"):
        library.save_copy(learned, "another")

    assert content(shelved) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda learned: library.save_copy(learned, "another"),
        lambda learned: library.import_upload(learned.read_bytes(), "another"),
        lambda learned: library.rename("mine", "another"),
        lambda learned: library.delete("mine"),
    ],
    ids=["keep", "import", "rename", "delete"],
)
def test_a_read_only_folder_is_said_and_loses_nothing(shelved, learned, change, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    monkeypatch.setattr(os, "link", refuse)
    before = content(shelved)

    with pytest.raises(CheckpointError, match=r"cannot be written \(Read-only"):
        change(learned)

    assert content(shelved) == before


def test_a_disk_without_hard_links_serves_too(models, learned, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)

    library.save_copy(learned, "mine")
    library.rename("mine", "yours")

    assert content(models) == {"yours.safetensors": learned.read_bytes()}


def test_of_many_who_want_a_name_at_once_one_gets_it(models, learned):
    outcomes: list[str] = []
    start = threading.Barrier(8)

    def try_it() -> None:
        start.wait()
        try:
            library.save_copy(learned, "mine")
            outcomes.append("kept")
        except CheckpointError:
            outcomes.append("refused")

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["kept"] + 7 * ["refused"]
    assert content(models) == {"mine.safetensors": learned.read_bytes()}


def test_the_suggested_name_says_what_was_changed_and_is_free(models, learned):
    plane = PRESETS["plane"]
    model = replace(plane.model, latent_dim=3, hidden_dims=(256, 64))
    noisy = replace(plane.train, noise=NoiseConfig(kind="salt_and_pepper", level=0.25), seed=4)

    assert library.suggest(plane, plane.model, plane.train) == "my-plane"
    name = library.suggest(plane, model, noisy)
    assert name == "plane-d3-h256-64-saltandpepper0.25-s4"
    library.save_copy(learned, name)
    assert library.suggest(plane, model, noisy) == f"{name}-2"


def test_git_is_offered_the_shipped_models_and_none_of_ones_own():
    if not (REPOSITORY / ".git").exists():
        pytest.skip("no repository")
    names = [*PRESETS, "mine", "plane-2"]
    files = [f"models/{name}{catalog.SUFFIX}" for name in names]

    ignored = subprocess.run(
        ["git", "check-ignore", *files],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )

    assert (
        ignored.stdout.split() == files[len(PRESETS) :]
    )  # a new preset's file needs `git add --force`
