"""Wrong use and failure of every command, and the module as a program of its own."""

import json
import os
import subprocess
import sys

import pytest

from aecore.cli import parser
from aecore.cli.parser import main
from aecore.data import sources
from aecore.presets import PRESETS
from tests.support.command_line import REPOSITORY, complaint, start

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")


DECODE = ["decode", "--model", "tiny", "--out", "a.png"]
WRONG_USE = [
    [],
    ["fly"],
    ["train"],
    ["train", "plain"],
    ["train", "plane", "--epochs", "0"],
    ["train", "plane", "--epochs", "many"],
    ["train", "plane", "--hidden-dims", "a,b"],
    ["train", "plane", "--hidden-dims", ""],
    ["train", "plane", "--hidden-dims", "0"],
    ["train", "plane", "--noise", "masking:2"],
    ["train", "plane", "--noise", "masking:nan"],
    ["train", "plane", "--noise", "blur:0.5"],
    ["train", "plane", "--learning-rate", "nan"],
    ["train", "plane", "--latent-dropout", "1"],
    ["train", "plane", "--optimizer", "sgd"],
    ["train", "plane", "--batch-size", "-1"],
    ["train", "plane", "--seed", "-1"],
    ["train", "plane", "--color", "blue"],
    ["evaluate"],
    ["reconstruct", "--model", "tiny", "--out", "out"],
    ["reconstruct", "a.png", "--model", "tiny"],
    ["export", "tiny", "--out", "a.html", "--pictures", "-1"],
    ["bench", "explorer", "--points", "0"],
    [*DECODE, "--z", "1"],
    [*DECODE, "--z", "1,2,3"],
    [*DECODE, "--z="],
    [*DECODE, "--z=nan,0"],
    [*DECODE, "--z=0,inf"],
    [*DECODE, "--z=0,1e7"],
    [*DECODE, "--z=a,b"],
    DECODE,
]
FAILURES = [
    ["evaluate", "unknown"],
    ["evaluate", "a" * 5000],
    ["evaluate", "broken"],
    ["evaluate", "tiny", "--data", "missing"],
    ["data", "--data", "missing"],
    ["data", "--data", "."],
    ["train", "plane", "--data", "missing"],
    ["train", "plane", "--device", "abacus"],
    ["sweep", "plane", "--device", "abacus", "--out", "out"],
    ["decode", "--model", "unknown", "--z", "0,0", "--out", "a.png"],
    ["decode", "--model", "tiny", "--z", "0,0", "--out", "."],
    ["decode", "--model", "tiny", "--z", "0,0", "--out", "taken/a.png"],
    ["reconstruct", "a.png", "--model", "unknown", "--out", "out"],
]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(arguments, 2) for arguments in WRONG_USE] + [(arguments, 1) for arguments in FAILURES],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else None,
)
@pytest.mark.parametrize("as_json", [True, False], ids=["json", "text"])
def test_wrong_use_exits_2_and_failure_1_with_one_line_and_nothing_on_stdout(
    run, models, monkeypatch, arguments, expected, as_json
):
    monkeypatch.chdir(models)
    (models / "broken.safetensors").write_bytes(b"broken")
    (models / "taken").write_bytes(b"")
    before = sorted(os.listdir(models))

    status, _ = complaint(run(*arguments, *(["--json"] if as_json and arguments else [])))

    assert status == expected
    assert sorted(os.listdir(models)) == before


def test_help_tells_every_command_and_every_preset(run):
    status, out, _ = run("--help")
    _, train_help, _ = run("train", "--help")

    assert status == 0
    for command in ("data", "models", "train", "evaluate", "reconstruct", "decode", "export"):
        assert command in out
    for preset in PRESETS:
        assert preset in train_help.replace("-\n", "-")


def test_an_interrupt_exits_130(run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sources, "load", interrupted)

    assert complaint(run("data")) == (130, "aecore: Stopped.")


def test_a_bug_is_not_dressed_up_as_wrong_use(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(sources, "load", broken)

    with pytest.raises(ZeroDivisionError):
        main(["data"])


def test_the_module_runs_as_a_program(models):
    process = start("models", "--json")

    out, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (0, "")
    assert [model["name"] for model in json.loads(out)] == ["tiny", "tiny-denoiser"]


def test_wrong_use_of_the_program_is_one_line():
    process = start("train", "nothing-like-it", "--json")

    out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (2, "")
    assert err.count("\n") == 1


def test_a_reader_that_goes_away_is_no_reason_to_complain(models):
    """The flush at exit once failed with a message of Python's own, and status 120."""
    reader, writer = os.pipe()
    os.close(reader)
    process = start("models", "--json", stdout=writer)
    os.close(writer)

    _, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (1, "")


WITHOUT_PILLOW = """
import importlib.abc, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == "PIL":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from aecore.cli import parser
from aecore.cli.parser import main
sys.exit(main(["decode", "--model", "plane", "--z", "0,0", "--out", sys.argv[1]]))
"""


def test_a_command_that_lacks_a_package_of_the_app_says_what_to_install(tmp_path):
    out = tmp_path / "digit.png"

    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_PILLOW, out], cwd=REPOSITORY, capture_output=True, text=True
    )

    needs = "aecore: more packages are needed (PIL): pip install 'aecore[app]'\n"
    assert (run.returncode, run.stdout, run.stderr) == (1, "", needs)
    assert not out.exists()


def test_a_module_missing_from_the_code_itself_stays_visible(run, monkeypatch):
    def broken():
        raise ModuleNotFoundError("No module named 'aecore.gone'", name="aecore.gone")

    monkeypatch.setattr(parser, "_parser", broken)

    with pytest.raises(ModuleNotFoundError):
        run("models")
