"""Files of the models folder that cannot be used: left out, named once, and no harm to the rest."""

import os
import socket
from pathlib import Path

import pytest

from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.comparison import read_entries
from aecore.errors import CheckpointError
from tests.support.pages import open_page

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")


def named(name):
    def make(folder, content):
        (folder / name).write_bytes(content)
        return name

    return make


def holding(content):
    def make(folder, whole):
        (folder / "bad.safetensors").write_bytes(content if content is not None else whole[:-9])
        return "bad.safetensors"

    return make


def link(target):
    def make(folder, content):
        (folder / "bad.safetensors").symlink_to(target)
        return "bad.safetensors"

    return make


def directory(folder, content):
    (folder / "bad.safetensors").mkdir()
    return "bad.safetensors"


def fifo(folder, content):
    os.mkfifo(folder / "bad.safetensors")
    return "bad.safetensors"


def unix_socket(folder, content):
    # The path of a socket may have 108 bytes: those of temporary folders can be longer.
    before = os.getcwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("bad.safetensors")
    finally:
        os.chdir(before)
    return "bad.safetensors"


def not_utf8(folder, content):
    name = os.fsdecode(b"mod\xe8le.safetensors")
    (folder / name).write_bytes(content)
    return "mod\\xe8le.safetensors"


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
BAD = {
    "a browser's second download": (named("tiny (1).safetensors"), "Rename it"),
    "a copy": (named("tiny copy.safetensors"), "Rename it"),
    "an accent": (named("modèle.safetensors"), "Rename it"),
    "a long name": (named(f"{'a' * 200}.safetensors"), "at most 64"),
    "a name with the ending twice": (named("tiny.safetensors.safetensors"), "Rename it"),
    "a name that is not UTF-8": (not_utf8, "Rename it"),
    "capitals in the ending": (named("tiny.SafeTensors"), "Rename it to end in .safetensors"),
    "a broken link": (link("nowhere"), "link to a file that does not exist"),
    "a link to itself": (link("bad.safetensors"), "link to a file that does not exist"),
    "a device": (link("/dev/zero"), "not a file"),
    "a folder": (directory, "not a file"),
    "a pipe": (fifo, "not a file"),
    "a socket": (unix_socket, "not a file"),
    "nothing": (holding(b""), "too short"),
    "a file cut short": (holding(None), "cut short"),
    "a Git LFS pointer": (holding(POINTER), "git lfs pull"),
    "a web page": (holding(b"<!DOCTYPE html>\n<html><body>404</body></html>"), "web page"),
}  # fmt: skip


@pytest.fixture(params=BAD.values(), ids=BAD)
def bad(request, models):
    """A models folder with a file that cannot be used: how it is shown, and the reason."""
    make, reason = request.param
    return make(models, (models / "tiny.safetensors").read_bytes()), reason


def test_a_bad_file_is_left_out_and_named_once_by_models(run, bad):
    name, reason = bad

    status, out, err = run("models")

    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == ["model", "tiny", "tiny-denoiser"]
    (line,) = err.splitlines()
    assert name in line
    assert reason in line


def test_a_bad_file_is_left_out_and_named_once_by_the_picker(bad):
    name, reason = bad

    app = open_page("map")

    assert not app.exception
    assert not app.error
    picker = app.selectbox(key="model")
    assert len(picker.options) == 2
    text = picker.proto.help.replace("\\", "")
    assert text.count(" cannot be used") == 1
    assert name.replace("\\", "") in text
    assert reason in text


def test_what_is_listed_is_found(bad):
    listed = catalog.listing()

    assert {"tiny", "tiny-denoiser"} <= set(listed.files)
    for name, path in listed.files.items():
        assert catalog.find(name) == path


def test_asking_for_a_bad_file_by_name_gives_the_reason(run, bad):
    name, reason = bad

    status, _, err = run("evaluate", name.removesuffix(".safetensors"))

    assert status == 1
    if name.startswith(("bad", "tiny (1)", "tiny copy", "modèle")):
        assert reason in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(5, "I/O")])
def test_a_file_that_cannot_be_read_costs_only_itself(run, models, monkeypatch, error):
    """Stands in for permissions, which do not hold for root."""
    refuse_to_open(monkeypatch, "tiny.safetensors", error)

    status, out, err = run("models")
    app = open_page("map")

    assert status == 0
    assert "tiny-denoiser" in out
    assert err == f"aecore: tiny.safetensors cannot be read: {error.strerror}.\n"
    assert len(app.selectbox(key="model").options) == 1
    assert error.strerror.split()[0] in app.selectbox(key="model").proto.help


def refuse_to_open(monkeypatch, name, error):
    real = Path.open

    def refuse(path, *arguments, **options):
        if path.name == name:
            raise error
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)


def test_a_file_that_vanishes_between_listing_and_reading_costs_only_itself(models):
    listed = catalog.listing()
    (models / "tiny.safetensors").unlink()

    entries, problems = read_entries(listed.files)

    assert list(entries) == ["tiny-denoiser"]
    assert "No such file" in problems["tiny.safetensors"]


def test_a_model_that_vanishes_before_it_is_loaded_is_an_error_in_one_line(models, monkeypatch):
    path = catalog.find("tiny")
    monkeypatch.setattr(checkpoint_file, "find", lambda _: path)
    path.unlink()

    with pytest.raises(CheckpointError, match="cannot be read: No such file"):
        checkpoint_file.load("tiny")


def test_where_all_are_pointers_the_pages_and_models_say_how_to_get_them(run, models):
    for path in models.glob("*.safetensors"):
        path.write_bytes(POINTER)

    status, out, err = run("models", "--json")
    app = open_page("map")

    assert (status, out) == (1, "[]\n")
    assert err.count("git lfs pull") == 2
    assert "no usable models" in app.error[0].value
    assert "git lfs pull" in app.error[0].value


def test_many_bad_files_are_told_in_a_few_lines(models):
    for number in range(30):
        (models / f"tiny ({number}).safetensors").write_bytes(b"")

    text = open_page("map").selectbox(key="model").proto.help

    assert "And 25 more" in text


def test_the_models_folder_may_begin_with_a_tilde(run_json, models, monkeypatch):
    monkeypatch.setenv("HOME", str(models.parent))
    monkeypatch.setenv("AECORE_MODELS", f"~/{models.name}")

    assert [model["name"] for model in run_json("models")[1]] == ["tiny", "tiny-denoiser"]


def test_a_models_folder_that_is_not_there_is_said(run, tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path / "nowhere"))

    _, _, err = run("models")
    app = open_page("map")

    assert "nowhere cannot be read: No such file or directory" in err
    assert "nowhere cannot be read" in app.error[0].value.replace("\\", "")


def test_a_models_folder_that_is_a_file_is_said(run, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path / "file"))

    _, _, err = run("models")

    assert "file cannot be read: Not a directory" in err
