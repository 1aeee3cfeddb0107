"""Files that are whole or as they were, however the writing ends."""

import os

import pytest

from aecore.system import atomic_file


def full(*_):
    raise OSError(28, "No space left on device")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "status.json"
    path.write_bytes(b"old")
    return path


def test_a_file_is_replaced_and_nothing_else_is_left(path):
    atomic_file.write(path, b"new", durable=True)

    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(path, monkeypatch, step):
    monkeypatch.setattr(os, step, full)

    with pytest.raises(OSError, match="No space"):
        atomic_file.write(path, b"new", durable=True)

    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == [path.name]


def test_what_a_caller_refuses_does_not_take_the_place(path):
    def refuse():
        with atomic_file.staged(path, b"new") as temporary:
            assert (temporary.name, temporary.read_bytes()) == (path.name, b"new")
            raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        refuse()

    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == [path.name]


def test_two_writers_at_once_do_not_disturb_each_other(path):
    with (
        atomic_file.staged(path, b"first") as first,
        atomic_file.staged(path, b"second") as second,
    ):
        os.replace(second, path)
        os.replace(first, path)

    assert path.read_bytes() == b"first"


@pytest.mark.parametrize("links", [True, False])
def test_a_move_never_replaces_a_file(path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no")))
    new, free = path.with_name("new"), path.with_name("free")
    new.write_bytes(b"new")

    with pytest.raises(FileExistsError):
        atomic_file.move_to_free(new, path)
    atomic_file.move_to_free(new, free)

    assert (path.read_bytes(), free.read_bytes()) == (b"old", b"new")
    assert not new.exists()


def test_a_pipe_or_a_device_is_not_replaced(path):
    """Once `--out /dev/null` of an administrator made a file of it."""
    path.unlink()
    os.mkfifo(path)

    with pytest.raises(OSError, match="a device or a pipe"):
        atomic_file.write(path, b"new")

    assert path.is_fifo()


def test_only_leftovers_of_the_age_asked_for_are_removed(path):
    old, fresh = path.with_name(".saving-old"), path.with_name(f"{atomic_file.MARK}fresh")
    mine = path.with_name("scratch-old")
    old.write_bytes(b"half")
    for folder in (fresh, mine):
        folder.mkdir()
    for left in (old, mine, path):
        os.utime(left, (0, 0))

    atomic_file.remove_leftovers(path.parent, "scratch-", seconds=3600)

    assert sorted(os.listdir(path.parent)) == [fresh.name, path.name]
    atomic_file.remove_leftovers(path.parent)
    assert os.listdir(path.parent) == [path.name]
    atomic_file.remove_leftovers(path.parent / "missing")


def test_json_is_read_back_up_to_its_limit(path):
    atomic_file.write_json(path, {"epoch": 3})

    assert atomic_file.read_json(path, most=12) == {"epoch": 3}
    with pytest.raises(ValueError, match="larger than 11 bytes"):
        atomic_file.read_json(path, most=11)
    path.write_bytes(b"[" * 100_000)
    with pytest.raises(ValueError, match="nested too deeply"):
        atomic_file.read_json(path, most=100_000)
