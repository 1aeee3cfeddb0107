"""The command line: every command, what it prints, and how it says that something is wrong."""

import dataclasses
import itertools
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecore import checkpoint, data, digits, experiment, train_command, training
from aecore.cli import main
from aecore.codes import parse_code
from aecore.evaluation import evaluate
from aecore.inference import build_model, decode, encode
from aecore.latent import MapDistance
from aecore.picture_file import open_picture
from aecore.presets import PRESETS, get_preset

pytestmark = pytest.mark.usefixtures("torch_threads")

REPOSITORY = Path(__file__).resolve().parents[1]
QUICK = ["--epochs", "1", "--hidden-dims", "8", "--batch-size", "200", "--device", "cpu"]


@pytest.fixture
def run(capsys):
    """Run a command in this process: its exit status, what it printed and what it said."""

    def run(*arguments):
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as exit:
            status = exit.code
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def run_json(run):
    """The same with --json: the exit status and the one object on stdout."""

    def run_json(*arguments):
        status, out, _ = run(*arguments, "--json")
        assert out.count("\n") == 1
        return status, json.loads(out)

    return run_json


@pytest.fixture
def models(tmp_path, monkeypatch, tiny_checkpoint, tiny_denoiser):
    """A models folder with the two tiny models and a file that is none."""
    folder = tmp_path / "models"
    folder.mkdir()
    for found in (tiny_checkpoint, tiny_denoiser):
        (folder / found.path.name).write_bytes(found.path.read_bytes())
    monkeypatch.setenv("AECORE_MODELS", str(folder))
    return folder


@pytest.fixture
def picture(tmp_path, unit_digits):
    """A picture file of a test digit, black on white."""
    path = tmp_path / "digit.png"
    ink = 1 - unit_digits[0].reshape(28, 28)
    Image.fromarray((ink * 255).astype(np.uint8)).resize((112, 112)).save(path)
    return path


def pixels(path):
    with Image.open(path) as opened:
        return np.array(opened)


def complaint(result):
    """The one line of a command that failed."""
    status, out, err = result
    assert out == ""
    lines = err.strip().splitlines()
    assert lines[-1].startswith("aecore: ")
    assert "Traceback" not in err
    assert all(line.startswith(("aecore: ", "Digits: ")) for line in lines)
    return status, lines[-1]


# --- data, models ---


def test_data_says_where_the_digits_come_from(run_json, digits):
    status, found = run_json("data")

    assert status == 0
    assert found == {
        "source": digits.source,
        "kind": "bundled",
        "train": 1297,
        "test": 500,
        "fingerprint": digits.fingerprint,
        "is_mnist": False,
    }


def test_data_without_json_is_a_line_for_people(run, digits):
    status, out, err = run("data")

    assert status == 0
    assert out.startswith(f"{digits.source}: 1,297 training and 500 test digits")
    assert err == f"Digits: {digits.source}\n"


def test_a_download_is_tried_unless_it_is_switched_off(run_json, monkeypatch):
    asked = []
    real = data.load_bundled
    monkeypatch.setattr(data, "download", lambda **_: asked.append(1) or real())

    for value in ("off", "0", "no", "FALSE", "on"):
        monkeypatch.setenv("AECORE_DOWNLOAD", value)
        assert asked == []
        run_json("data")

    assert asked == [1]


def test_models_lists_them_and_passes_over_what_is_none(run, models):
    (models / "broken.safetensors").write_bytes(b"broken")

    status, out, err = run("models", "--json")

    found = json.loads(out)
    assert status == 0
    assert [model["name"] for model in found] == ["tiny", "tiny-denoiser"]
    assert [model["latent_dim"] for model in found] == [2, 4]
    for model in found:
        stored = checkpoint.load(model["path"]).card
        assert model["preset"] is None
        assert model["hidden_dims"] == [16]
        assert model["test_mse"] == stored.metrics["test_mse"]
        assert model["pca_test_mse"] == stored.metrics["pca_test_mse"]
    assert err.startswith("aecore: broken.safetensors cannot be used")


def test_models_without_json_is_a_table(run, models):
    status, out, _ = run("models")

    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == ["model", "tiny", "tiny-denoiser"]


def test_an_empty_folder_has_no_models(run_json, tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path / "none"))

    assert run_json("models") == (0, [])


# --- train ---


def test_train_saves_a_model_that_can_be_loaded(run_json, tmp_path, digits):
    out = tmp_path / "my.safetensors"

    status, found = run_json("train", "plane", *QUICK, "--out", out)

    made = checkpoint.load(out)
    assert status == 0
    assert found == {
        "path": str(out),
        "epochs": 1,
        "seconds": made.card.seconds,
        "train_mse": made.card.metrics["train_mse"],
        "test_mse": made.card.metrics["test_mse"],
        "pca_test_mse": made.card.metrics["pca_test_mse"],
        "device": "cpu",
        "stopped": False,
    }
    assert made.card.preset == "plane"
    assert made.card.fingerprint == digits.fingerprint


def test_every_option_of_train_reaches_the_configuration(run_json, tmp_path):
    out = tmp_path / "my.safetensors"

    status, _ = run_json(
        *("train", "narrow-dropout", "--epochs", "2", "--batch-size", "300"),
        *("--learning-rate", "2e-3", "--optimizer", "adam", "--latent-dim", "3"),
        *("--hidden-dims", "9,7", "--latent-dropout", "0.25", "--noise", "gaussian:0.1"),
        *("--seed", "5", "--device", "auto", "--out", out),
    )

    card = checkpoint.load(out).card
    assert status == 0
    assert card.model.to_dict() == {
        "latent_dim": 3,
        "hidden_dims": (9, 7),
        "latent_dropout": 0.25,
        "weight_init": "zeros",
        "variational": False,
        "output": "linear",
    }
    assert card.train.to_dict() == {
        "gamma": 1e-2,
        "noise": {"kind": "gaussian", "level": 0.1},
        "epochs": 2,
        "batch_size": 300,
        "learning_rate": 2e-3,
        "optimizer": "adam",
        "schedule": "constant",
        "kl_weight": 0.0,
        "distortion": 0.0,
        "seed": 5,
    }


def test_adam_is_the_notebooks_recipe_and_muon_the_presets(run_json, tmp_path):
    cards = {}
    for optimizer in ("adam", "muon"):
        out = tmp_path / f"{optimizer}.safetensors"
        run_json("train", "plane", "--epochs", "1", "--optimizer", optimizer, "--out", out)
        cards[optimizer] = checkpoint.load(out).card

    preset = get_preset("plane")
    assert cards["adam"].train == preset.notebook_recipe(1)
    assert cards["muon"].train == dataclasses.replace(preset.train, epochs=1)


def test_noise_none_trains_a_denoiser_on_clean_digits(run_json, tmp_path):
    out = tmp_path / "my.safetensors"

    run_json("train", "denoise-mask", *QUICK, "--noise", "none", "--out", out)

    assert checkpoint.load(out).card.train.noise is None


def test_the_seed_decides_the_result(run_json, tmp_path):
    errors = [
        run_json("train", "plane", *QUICK, "--seed", seed, "--out", tmp_path)[1]["test_mse"]
        for seed in (1, 1, 2)
    ]

    assert errors[0] == errors[1] != errors[2]


def test_progress_goes_to_stderr_a_line_an_epoch(run, tmp_path):
    _, out, err = run("train", "plane", *QUICK, "--epochs", "3", "--out", tmp_path)

    bars = [line for line in err.splitlines() if line.startswith("[")]
    assert [bar.split("epoch ")[1].split()[0] for bar in bars] == ["1/3", "2/3", "3/3"]
    assert out.count("\n") == 1


def test_a_changed_preset_never_takes_the_shipped_ones_place_unasked(run_json, models):
    shipped = models / "plane.safetensors"
    shipped.write_bytes(b"shipped")

    paths = [Path(run_json("train", "plane", *QUICK)[1]["path"]).name for _ in range(2)]

    assert paths == ["plane-changed.safetensors", "plane-changed-2.safetensors"]
    assert shipped.read_bytes() == b"shipped"


def test_a_preset_trained_on_other_digits_than_mnist_counts_as_changed(
    run_json, models, monkeypatch, tiny_checkpoint
):
    """Offline, `train plane` once put a model of the bundled digits in the shipped one's place."""
    monkeypatch.setattr(experiment, "run", lambda *_, **__: tiny_checkpoint)

    _, found = run_json("train", "plane")

    assert Path(found["path"]).name == "plane-changed.safetensors"


def test_a_preset_as_it_is_keeps_its_name(run_json, models, monkeypatch, tiny_checkpoint, digits):
    monkeypatch.setattr(experiment, "run", lambda *_, **__: tiny_checkpoint)
    monkeypatch.setattr(type(digits), "is_mnist", True)

    _, found = run_json("train", "plane")

    assert Path(found["path"]) == models / "plane.safetensors"


@pytest.mark.parametrize(
    ("out", "name"),
    [("my.safetensors", "my.safetensors"), ("folder", "folder/plane-changed.safetensors")],
)
def test_out_is_a_file_or_a_folder(run_json, tmp_path, out, name):
    _, found = run_json("train", "plane", *QUICK, "--out", tmp_path / out)

    assert Path(found["path"]) == tmp_path / name
    assert (tmp_path / name).is_file()


@pytest.mark.parametrize("out", ["my model.safetensors", "taken/my.safetensors"])
def test_a_place_that_cannot_be_written_is_told_before_training(run, tmp_path, monkeypatch, out):
    """It was once told after training, and the trained model was lost."""
    (tmp_path / "taken").write_bytes(b"")
    monkeypatch.setattr(experiment, "run", lambda *_, **__: pytest.fail("it trained"))

    status, line = complaint(run("train", "plane", "--out", tmp_path / out))

    assert status == 1
    assert "cannot" in line


def test_what_was_learnt_before_the_loss_broke_is_kept(run, tmp_path, monkeypatch):
    real, steps = training.objective, itertools.count()

    def breaking(*args, **kwargs):
        loss, mse = real(*args, **kwargs)
        return (loss if next(steps) < 30 else loss * math.nan), mse

    monkeypatch.setattr(training, "objective", breaking)

    status, _, err = run("train", "plane", "--epochs", "9", "--batch-size", "64", "--out", tmp_path)

    (kept,) = tmp_path.glob("*.safetensors")
    assert status == 1
    assert kept.name in err.splitlines()[-1]
    assert len(checkpoint.load(kept).card.history) == 1


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [("adam", "stopped being finite"), ("muon", "more than a checkpoint can hold")],
)
def test_a_model_that_goes_astray_is_a_failure(run, tmp_path, optimizer, message):
    options = ["--learning-rate", "10", "--epochs", "50", "--hidden-dims", ",".join(["16"] * 6)]
    options += ["--batch-size", "60", "--optimizer", optimizer]

    status, _, err = run("train", "plane", *options, "--out", tmp_path)

    assert status == 1
    assert message in err.splitlines()[-1]
    assert "Try a smaller learning rate than 10." in err.splitlines()[-1]
    assert list(tmp_path.glob("*.safetensors")) == []


# --- evaluate ---


@pytest.mark.parametrize("name", ["tiny", "tiny-denoiser"])
def test_evaluate_measures_a_model_on_the_digits_at_hand(run_json, models, digits, name):
    found = checkpoint.load(name)
    model = build_model(found.card.model, found.weights)

    status, figures = run_json("evaluate", name)

    assert status == 0
    assert figures == evaluate(model, found.pca, found.card.train.noise, digits) | {
        "model": name,
        "n_test": 500,
        "source": digits.source,
        "fingerprint": digits.fingerprint,
    }
    wanted = {"test_mse", "sse_per_image", "pca_test_mse", "knn5_accuracy", "n_test", "source"}
    if name == "tiny-denoiser":
        wanted |= {"noisy_psnr", "denoised_psnr", "denoised_ssim", "denoised_mse"}
    assert wanted <= figures.keys()


def test_evaluate_takes_a_path_too(run_json, models):
    assert run_json("evaluate", models / "tiny.safetensors")[1]["model"] == "tiny"


# --- reconstruct ---


def test_reconstruct_draws_the_digit_beside_its_reconstruction(run_json, models, picture, tmp_path):
    found = checkpoint.load("tiny")
    model = build_model(found.card.model, found.weights)
    digit = digits_of(picture)
    code = encode(model, digit)
    output = decode(model, code)

    status, [row] = run_json("reconstruct", picture, "--model", "tiny", "--out", tmp_path / "out")

    assert status == 0
    assert (row["path"], row["error"]) == (str(picture), None)
    assert row["mse"] == pytest.approx(np.square(output - digit).mean(), rel=1e-5)
    assert row["code"] == pytest.approx(code[0].tolist())
    nearest = np.linalg.norm(found.codes.astype(float) - code, axis=1).argsort()[:10]
    votes = np.bincount(found.labels[nearest], minlength=10)
    assert votes[row["nearest_label"]] == votes.max()
    expected = np.hstack([digit.reshape(28, 28), output.reshape(28, 28)]).clip(0, 1) * 255
    np.testing.assert_array_equal(pixels(row["out"]), np.rint(expected))


def digits_of(picture):
    (found,) = digits.read(open_picture(picture.read_bytes())).digits
    return found.digit.reshape(1, -1)


def test_one_bad_picture_does_not_stop_the_others(run_json, models, picture, tmp_path):
    empty, page = tmp_path / "empty.png", tmp_path / "page.html"
    empty.write_bytes(b"")
    page.write_text("<html>")
    blank = tmp_path / "blank.png"
    Image.new("L", (50, 50), 255).save(blank)
    folder = tmp_path / "folder without pictures"
    folder.mkdir()
    bad = [empty, page, blank, tmp_path / "missing.png", folder]

    status, rows = run_json(
        "reconstruct", picture, *bad, picture, "--model", "tiny", "--out", tmp_path / "out"
    )

    assert status == 1
    assert [row["path"] for row in rows] == [str(path) for path in (picture, *bad, picture)]
    assert rows[0]["error"] is rows[-1]["error"] is None
    for row in rows[1:-1]:
        assert row["error"]
        assert "\n" not in row["error"]
        assert [row[key] for key in ("mse", "code", "nearest_label", "out")] == [None] * 4


def test_pictures_of_one_name_do_not_overwrite_each_other(run_json, models, picture, tmp_path):
    """Two folders' 1.png once became one file."""
    other = tmp_path / "other" / picture.name
    other.parent.mkdir()
    other.write_bytes(picture.read_bytes())

    _, rows = run_json("reconstruct", picture, other, "--model", "tiny", "--out", tmp_path / "out")

    names = [Path(row["out"]).name for row in rows]
    assert names == ["digit.png.png", "digit.png-2.png"]
    assert sorted(os.listdir(tmp_path / "out")) == sorted(names)


def test_reconstruct_without_json_is_a_line_a_picture(run, models, picture, tmp_path):
    status, out, _ = run(
        "reconstruct", picture, tmp_path / "missing.png", "--model", "tiny", "--out", tmp_path
    )

    good, bad = out.splitlines()
    assert status == 1
    assert good.startswith(f"{picture}, digit 0: ")
    assert "MSE" in good
    assert "No such file" in bad


def two_ones(path):
    picture = Image.new("L", (200, 120), 230)
    picture.paste(20, (50, 20, 58, 100))
    picture.paste(20, (140, 20, 148, 100))
    picture.save(path)


def test_a_folder_gives_a_row_for_every_digit_of_its_pictures(run_json, models, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    two_ones(folder / "b.png")
    (folder / "a.jpg").write_bytes(b"damaged")
    (folder / "notes.txt").write_text("no picture")

    status, rows = run_json("reconstruct", folder, "--model", "tiny", "--out", tmp_path / "out")

    assert status == 1
    assert [(Path(row["path"]).name, row["digit"]) for row in rows] == [
        ("a.jpg", None),
        ("b.png", 0),
        ("b.png", 1),
    ]
    for row in rows[1:]:
        assert row["error"] is None
        assert len(row["neighbours"]) == 10
        assert 0 <= row["error_percentile"] <= 100
        assert 0 <= row["map_distance_percentile"] <= 100
        assert row["looks_like_a_digit"] in (True, False)
        assert row["reason"]
        assert Path(row["out"]).exists()


def test_steps_are_written_and_told(run_json, models, picture, tmp_path):
    _, [row] = run_json(
        "reconstruct", picture, "--model", "tiny", "--out", tmp_path / "out", "--steps"
    )

    assert [step["name"] for step in row["steps"]][::6] == ["Grey", "Centred"]
    assert all(step["reason"] for step in row["steps"])
    np.testing.assert_array_equal(pixels(row["steps"][-1]["path"]), pixels(row["out"])[:, :28])


def test_corrections_by_hand_reach_the_reader(run_json, models, tmp_path):
    picture = tmp_path / "ones.png"
    two_ones(picture)
    options = ["reconstruct", picture, "--model", "tiny", "--out", tmp_path / "out"]

    _, every = run_json(*options)
    _, second = run_json(*options, "--pick", "1")
    _, together = run_json(*options, "--pick", "together")
    _, turned = run_json(*options, "--rotate", "90", "--pick", "0")

    assert (len(every), len(second), len(together)) == (2, 1, 1)
    assert second[0]["code"] == every[1]["code"]
    assert together[0]["code"] != every[0]["code"]
    assert turned[0]["code"] != every[0]["code"]


@pytest.mark.parametrize("option", ["--invert=maybe", "--threshold=2", "--rotate=45", "--pick=x"])
def test_corrections_out_of_range_are_wrong_use(run, models, picture, tmp_path, option):
    status, _, err = run(
        "reconstruct", picture, "--model", "tiny", "--out", tmp_path / "out", option
    )

    assert status == 2
    assert option[2:].partition("=")[0] in err
    assert not (tmp_path / "out").exists()


# --- decode ---


@pytest.mark.parametrize("z", ["0,-4", "1.5,1e3"])
def test_decode_draws_what_the_model_makes_of_the_code(run_json, models, tmp_path, z):
    found = checkpoint.load("tiny")
    code = parse_code(z, 2)[None]
    out = tmp_path / "new" / "digit.png"

    status, facts = run_json("decode", "--model", "tiny", f"--z={z}", "--out", out)

    output = decode(build_model(found.card.model, found.weights), code).reshape(28, 28)
    assert status == 0
    assert facts == {
        "path": str(out),
        "map_distance_percentile": MapDistance(found.codes).percentile(code)[0],
    }
    np.testing.assert_array_equal(pixels(out), np.rint(output.clip(0, 1) * 255))


def test_the_percentile_tells_the_thick_of_the_map_from_far_off(run_json, models, tmp_path):
    found = checkpoint.load("tiny")
    middle = ",".join(map(str, np.median(found.codes.astype(float), axis=0)))

    near, far = (
        run_json("decode", "--model", "tiny", f"--z={z}", "--out", tmp_path / "a.png")[1]
        for z in (middle, "1e5,1e5")
    )

    assert near["map_distance_percentile"] < 90
    assert far["map_distance_percentile"] == 100


# --- wrong use, and failure ---

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
    ["train", "plane", "--colour", "blue"],
    ["evaluate"],
    ["reconstruct", "--model", "tiny", "--out", "out"],
    ["reconstruct", "a.png", "--model", "tiny"],
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
    for command in ("data", "models", "train", "evaluate", "reconstruct", "decode"):
        assert command in out
    for preset in PRESETS:
        assert preset in train_help.replace("-\n", "-")


def test_an_interrupt_exits_130(run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(data, "load", interrupted)

    assert complaint(run("data")) == (130, "aecore: Stopped.")


def test_a_bug_is_not_dressed_up_as_wrong_use(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(data, "load", broken)

    with pytest.raises(ZeroDivisionError):
        main(["data"])


# --- as a program of its own ---


def start(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "aecore", *map(str, arguments)],
        cwd=REPOSITORY,
        text=True,
        stderr=subprocess.PIPE,
        **{"stdout": subprocess.PIPE} | options,
    )


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


def test_ctrl_c_while_training_keeps_what_was_learnt(tmp_path):
    process = start(
        *("train", "plane", "--epochs", "10000", "--hidden-dims", "8", "--device", "cpu"),
        *("--out", tmp_path / "kept.safetensors", "--json"),
    )
    while not process.stderr.readline().startswith("["):
        assert process.poll() is None

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)

    assert process.returncode == 130
    assert "Traceback" not in err
    assert "keeping what was learnt" in err
    facts = json.loads(out)
    card = checkpoint.load(tmp_path / "kept.safetensors").card
    assert facts["stopped"] is True
    assert 1 <= facts["epochs"] == len(card.history) < 10_000


class StoppedAtOnce(train_command._StopOnInterrupt):
    """Ctrl-C as soon as training has begun."""

    def __enter__(self):
        super().__enter__()
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_before_anything_was_learnt_exits_130_and_saves_nothing(run, tmp_path, monkeypatch):
    monkeypatch.setattr(train_command, "_StopOnInterrupt", StoppedAtOnce)
    before = signal.getsignal(signal.SIGINT)

    status, out, err = run("train", "plane", *QUICK, "--out", tmp_path)

    assert (status, out) == (130, "")
    assert err.splitlines()[-1] == (
        "aecore: Stopped before the first epoch was done; nothing was learnt or saved."
    )
    assert list(tmp_path.glob("*.safetensors")) == []
    assert signal.getsignal(signal.SIGINT) is before


def test_a_stopped_run_does_not_replace_a_finished_model(run_json, tmp_path, monkeypatch):
    out = tmp_path / "my.safetensors"
    out.write_bytes(b"finished")
    monkeypatch.setattr(
        train_command, "_ProgressBar", lambda _: lambda __: signal.raise_signal(signal.SIGINT)
    )

    status, facts = run_json("train", "plane", *QUICK, "--epochs", "5", "--out", out)

    assert (status, facts["epochs"]) == (130, 1)
    assert Path(facts["path"]) == tmp_path / "my-2.safetensors"
    assert out.read_bytes() == b"finished"


def test_a_second_ctrl_c_ends_at_once(run, tmp_path, monkeypatch):
    def twice(_):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(train_command, "_ProgressBar", lambda _: twice)

    status, out, err = run("train", "plane", *QUICK, "--epochs", "5", "--out", tmp_path)

    assert (status, out) == (130, "")
    assert err.splitlines()[-1] == "aecore: Stopped."
    assert list(tmp_path.glob("*.safetensors")) == []
