"""`reconstruct`: a row and a picture for every digit, whatever the files are."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from aecore.checkpoints import file as checkpoint_file
from aecore.digits import reader
from aecore.digits.image_file import open_picture
from aecore.latent.neighbors import NeighborIndex
from aecore.models.inference import build_model, decode, encode
from aecore.recognition.neighbor_vote import predict_labels
from aecore.recognition.shape_augmentation import predict_labels_augmented
from tests.support.command_line import pixels

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")


def test_reconstruct_draws_the_digit_beside_its_reconstruction(run_json, models, picture, tmp_path):
    found = checkpoint_file.load("tiny")
    model = build_model(found.card.model, found.weights)
    digit = digits_of(picture)
    code = encode(model, digit)
    output = decode(model, code)

    status, [row] = run_json("reconstruct", picture, "--model", "tiny", "--out", tmp_path / "out")

    assert status == 0
    assert (row["path"], row["error"]) == (str(picture), None)
    assert row["mse"] == pytest.approx(np.square(output - digit).mean(), rel=1e-5)
    assert row["code"] == pytest.approx(code[0].tolist())
    votes, nearest = predict_labels(NeighborIndex(found.codes), found.labels, code)
    assert (row["nearest_label"], row["neighbours"]) == (votes[0], nearest[0].tolist())
    expected = np.hstack([digit.reshape(28, 28), output.reshape(28, 28)]).clip(0, 1) * 255
    np.testing.assert_array_equal(pixels(row["out"]), np.rint(expected))


def test_reconstruct_tells_that_a_digit_of_few_pixels_was_tried_in_several_shapes(
    run, run_json, models, tmp_path
):
    tiny = tmp_path / "tiny.png"
    Image.fromarray((load_digits().images[0] * 15.9).astype(np.uint8)).save(tiny)
    found = checkpoint_file.load("tiny")
    model = build_model(found.card.model, found.weights)
    expected = predict_labels_augmented(
        model, found.neighbor_index(), found.labels, digits_of(tiny)
    )
    told = ("--model", "tiny", "--out", tmp_path / "out")

    _, [row] = run_json("reconstruct", tiny, *told)
    _, text, _ = run("reconstruct", tiny, *told)

    assert (row["shapes"], row["nearest_label"]) == (9, expected[0])
    assert "(few pixels: 9 variants compared)" in text


def digits_of(picture):
    (found,) = reader.read(open_picture(picture.read_bytes())).digits
    return found.image.reshape(1, -1)


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


def heic(path):
    path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(99))


def test_every_file_of_a_folder_has_a_row_or_is_said_to_be_skipped(run, models, picture, tmp_path):
    """Once an `IMG_2.HEIC` beside an `IMG_1.png` was passed over in silence."""
    folder = tmp_path / "pictures"
    (folder / "folder").mkdir(parents=True)
    heic(folder / "a.HEIC")
    heic(folder / "b")
    (folder / "c").write_bytes(picture.read_bytes())  # a picture all the same
    (folder / "d.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'></svg>")
    (folder / "notes.txt").write_text("no picture")
    (folder / "film.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(99))
    (folder / ".hidden.png").write_bytes(picture.read_bytes())
    (folder / "broken link.png").symlink_to(tmp_path / "nowhere.png")

    status, out, err = run(
        "reconstruct", folder, "--model", "tiny", "--out", tmp_path / "out", "--json"
    )

    rows = json.loads(out)
    assert status == 1
    names = ["a.HEIC", "b", "broken link.png", "c", "d.svg"]
    assert [Path(row["path"]).name for row in rows] == names
    for row, reason in zip(rows, ["HEIC", "HEIC", "No such file", None, "SVG"], strict=True):
        assert row["error"] is None if reason is None else reason in row["error"]
    (line,) = [line for line in err.splitlines() if line.startswith("Skipped")]
    for name in (".hidden.png", "film.mp4", "folder", "notes.txt"):
        assert name in line


def test_a_folder_that_cannot_be_read_has_a_row_with_the_reason(
    run_json, models, picture, tmp_path, monkeypatch
):
    folder = tmp_path / "locked"
    folder.mkdir()

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.listdir", refuse)
    status, rows = run_json(
        "reconstruct", folder, picture, "--model", "tiny", "--out", tmp_path / "out"
    )

    assert status == 1
    assert "Permission denied" in rows[0]["error"]
    assert rows[1]["error"] is None


def test_files_that_cannot_even_be_looked_at_have_their_rows(
    run_json, models, picture, tmp_path, monkeypatch
):
    """Once a folder that may be listed but not entered, or a long name, ended the run."""
    real = os.stat

    def stat(path, *args, **options):
        if str(path) == str(picture):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **options)

    monkeypatch.setattr("os.stat", stat)
    status, rows = run_json(
        "reconstruct", "a" * 300, picture.parent, "--model", "tiny", "--out", tmp_path / "out"
    )

    assert status == 1
    assert "File name too long" in rows[0]["error"]
    assert picture.name in [Path(row["path"]).name for row in rows]


def test_a_folder_with_nothing_but_other_files_has_a_row_that_says_so(run, models, tmp_path):
    folder = tmp_path / "folder"
    (folder / "pictures").mkdir(parents=True)
    (folder / "report.docx").write_bytes(b"PK\3\4" + bytes(99))
    (folder / "empty").touch()

    status, out, err = run("reconstruct", folder, "--model", "tiny", "--out", tmp_path / "out")

    assert status == 1
    assert "holds no picture files" in out
    assert "Skipped, no picture: empty, pictures, report.docx" in err


@pytest.mark.parametrize(
    "error", [OverflowError("too large"), RecursionError(), AssertionError(), MemoryError()]
)
def test_a_failure_of_any_kind_is_its_pictures_row_and_is_logged(
    run_json, models, picture, tmp_path, monkeypatch, caplog, error
):
    """Once a TIFF's odd offset ended the run over a whole folder."""
    real, fails = reader.read, [error]

    def read(*args):
        if fails:
            raise fails.pop()
        return real(*args)

    monkeypatch.setattr(reader, "read", read)
    status, rows = run_json(
        "reconstruct", picture, picture, "--model", "tiny", "--out", tmp_path / "out"
    )

    assert status == 1
    assert type(error).__name__ in rows[0]["error"]
    assert rows[1]["error"] is None
    assert caplog.records[-1].exc_info[1] is error


def test_a_crop_by_hand_reaches_the_reader(run_json, models, tmp_path):
    picture = tmp_path / "ones.png"
    two_ones(picture)
    options = ["reconstruct", picture, "--model", "tiny", "--out", tmp_path / "out"]

    _, every = run_json(*options)
    _, right = run_json(*options, "--crop", "0.5,0,1,1")

    assert (len(every), len(right)) == (2, 1)
    assert right[0]["code"] == pytest.approx(every[1]["code"], abs=0.05)


def test_steps_are_written_and_told(run_json, models, picture, tmp_path):
    _, [row] = run_json(
        "reconstruct", picture, "--model", "tiny", "--out", tmp_path / "out", "--steps"
    )

    assert [step["name"] for step in row["steps"]][::6] == ["Gray", "Centered"]
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


@pytest.mark.parametrize(
    "option",
    [
        "--invert=maybe",
        "--threshold=2",
        "--rotate=45",
        "--pick=x",
        "--crop=0,0,1",
        "--crop=1,0,0,1",
    ],
)
def test_corrections_out_of_range_are_wrong_use(run, models, picture, tmp_path, option):
    status, _, err = run(
        "reconstruct", picture, "--model", "tiny", "--out", tmp_path / "out", option
    )

    assert status == 2
    assert option[2:].partition("=")[0] in err
    assert not (tmp_path / "out").exists()
