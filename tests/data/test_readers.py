"""Pictures of any size and kind, in every format that is read."""

import gzip
import zipfile

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from aecore.data import limits
from aecore.data.folder import load_folder
from aecore.data.readers.pictures import resized
from aecore.errors import DataError
from tests.support.own_data import faces, rgb_folder, shapes, write_pictures
from tests.support.ten_digits import idx

pytest_plugins = ["tests.support.own_data", "tests.support.command_line"]


def pictures_of(dataset, split="train"):
    return dataset.arrays[f"{split}_images"].reshape(-1, *dataset.spec.shape)


# --- IDX ------------------------------------------------------------------------------------------


def test_letters_without_a_train_split_get_one(notmnist, run_json, run):
    status, facts = run_json("data", "--data", notmnist)

    assert status == 0
    assert (facts["name"], facts["shape"]) == ("notmnist", [28, 28])
    assert facts["classes"] == list("0123456789")
    assert (facts["train"], facts["test"]) == (8_000, 2_000)
    assert facts["preparation"] == [
        "2,000 of 10,000 held out for testing, the same share of each class"
    ]
    dataset = load_folder(notmnist)
    assert np.bincount(dataset.test_labels).tolist() == [200] * 10
    assert dataset.fingerprint == facts["fingerprint"] == load_folder(notmnist).fingerprint
    assert "test pictures of 28 x 28 pixels, 10 classes" in run("data", "--data", notmnist)[1]


def test_pictures_without_labels_have_no_classes(tmp_path):
    pictures, _ = shapes(30, (20, 10))
    (tmp_path / "images-idx3-ubyte").write_bytes(idx(pictures))

    dataset = load_folder(tmp_path)

    assert dataset.spec.shape == (20, 10)
    assert dataset.spec.classes == ()
    assert (dataset.spec.noun, dataset.spec.nouns) == ("picture", "pictures")
    assert not dataset.train_labels.any()
    assert len(dataset.train_images) == 24


def emnist(folder, turn):
    """Bars, upright as 1s are, under the names of EMNIST's files."""
    rng = np.random.default_rng(0)
    pictures = np.zeros((40, 28, 28), np.uint8)
    for picture in pictures:
        left = rng.integers(8, 18)
        picture[4:24, left : left + 3] = 255
    stored = pictures.swapaxes(1, 2) if turn else pictures
    for split in ("train", "test"):
        name = f"emnist-balanced-{split}"
        images, labels = (
            folder / f"{name}-images-idx3-ubyte.gz",
            folder / f"{name}-labels-idx1-ubyte",
        )
        images.write_bytes(gzip.compress(idx(np.ascontiguousarray(stored))))
        labels.write_bytes(idx((np.arange(40) % 2 * 18 + 1).astype(np.uint8)))  # 1 and J
    return pictures


@pytest.mark.parametrize("turn", [True, False])
def test_pictures_of_emnist_that_lie_on_their_side_are_turned(tmp_path, turn):
    upright = emnist(tmp_path, turn)

    dataset = load_folder(tmp_path)

    np.testing.assert_array_equal(pictures_of(dataset), upright)
    assert dataset.spec.name == "emnist-balanced"
    assert len(dataset.spec.classes) == 47
    assert [dataset.spec.classes[label] for label in dataset.train_labels[:2]] == ["1", "J"]
    assert any("rows and columns swapped" in said for said in dataset.preparation) == turn


# --- NumPy's files --------------------------------------------------------------------------------

GRAY, LABELS = shapes(40, (9, 9))
RGB, _ = shapes(40, (9, 9, 3))
ARCHIVES = {
    "gray": ({"images": GRAY, "labels": LABELS}, GRAY),
    "a channel": ({"X": GRAY[..., None], "y": LABELS}, GRAY),
    "flat": ({"data": GRAY.reshape(40, 81), "target": LABELS}, GRAY),
    "RGB": ({"train_images": RGB, "train_labels": LABELS}, RGB),
    "channels first": ({"x": np.moveaxis(RGB, 3, 1), "y": LABELS}, RGB),
    "flat RGB": ({"x": RGB.reshape(40, 243), "y": LABELS}, RGB),
    "0..1": ({"x": (GRAY / 255).astype(np.float32), "y": LABELS}, GRAY),
    "one-hot": ({"x": GRAY, "y": np.eye(3)[LABELS]}, GRAY),
    "an array without a name": ({"arr_0": GRAY}, GRAY),
}


@pytest.mark.parametrize(("arrays", "expected"), ARCHIVES.values(), ids=ARCHIVES)
def test_archives_of_any_shape_are_read(tmp_path, arrays, expected):
    np.savez(tmp_path / "mine.npz", **arrays)

    dataset = load_folder(tmp_path)

    together = np.concatenate([pictures_of(dataset), pictures_of(dataset, "test")])
    assert dataset.spec.shape == expected.shape[1:]
    assert len(together) == 40
    assert sorted(map(bytes, together)) == sorted(map(bytes, expected))
    assert dataset.spec.classes == (() if len(arrays) == 1 else ("0", "1", "2"))
    assert load_folder(tmp_path / "mine.npz").fingerprint == dataset.fingerprint


def test_names_of_classes_are_taken_over(tmp_path):
    names = np.array(["owl", "cat", "emu"])
    np.savez(tmp_path / "words.npz", x=GRAY, y=names[LABELS])
    np.savez(tmp_path / "numbers.npz", x=GRAY, y=LABELS, class_names=names)

    words, numbers = (load_folder(tmp_path / f"{name}.npz") for name in ("words", "numbers"))

    assert words.spec.classes == ("cat", "emu", "owl")
    assert numbers.spec.classes == ("owl", "cat", "emu")


def test_npy_files_side_by_side_are_read(tmp_path):
    for name, array in {
        "X_train": GRAY,
        "Y_train": LABELS,
        "X_test": GRAY,
        "Y_test": LABELS,
    }.items():
        np.save(tmp_path / f"{name}.npy", array)

    dataset = load_folder(tmp_path)

    np.testing.assert_array_equal(pictures_of(dataset, "test"), GRAY)
    np.testing.assert_array_equal(dataset.train_labels, LABELS)
    assert dataset.preparation == ()


def test_scikit_learns_digits_become_bright(tmp_path):
    digits = load_digits()
    np.savez(tmp_path / "d.npz", data=digits.data, target=digits.target)

    dataset = load_folder(tmp_path)

    assert dataset.spec.shape == (8, 8)
    assert dataset.train_images.max() == 255
    assert dataset.note == ""


def test_many_classes_are_kept_in_order(tmp_path):
    pictures, labels = shapes(900, (4, 4), n_classes=300)
    np.savez(tmp_path / "many.npz", x=pictures, y=labels)

    dataset = load_folder(tmp_path)

    assert dataset.spec.classes == tuple(map(str, range(300)))
    assert dataset.test_labels.dtype == np.uint16
    assert len(dataset.test_labels) == 180


# --- pictures -------------------------------------------------------------------------------------


def test_a_folder_of_rgb_pictures_with_two_splits_is_read(tmp_path):
    dataset = load_folder(rgb_folder(tmp_path))

    assert dataset.spec.shape == (12, 16, 3)
    assert dataset.spec.classes == ("circle", "square", "star")
    assert (len(dataset.train_images), len(dataset.test_images)) == (40, 20)
    assert dataset.preparation == ()
    first = Image.open(sorted((tmp_path / "test" / "circle").iterdir())[0])
    np.testing.assert_array_equal(pictures_of(dataset, "test")[0], np.asarray(first))


def test_a_flat_folder_has_no_labels_and_an_archives_own_folder_is_entered(tmp_path):
    write_pictures(tmp_path / "unpacked" / "flat", shapes(20, (10, 10))[0])

    dataset = load_folder(tmp_path / "unpacked")

    assert dataset.spec.classes == ()
    assert dataset.spec.shape == (10, 10)
    assert dataset.preparation == ("4 of 20 held out for testing",)


def test_pictures_of_other_sizes_and_kinds_are_made_alike_and_it_is_said(tmp_path):
    write_pictures(tmp_path / "a", shapes(12, (150, 200, 3))[0])
    write_pictures(tmp_path / "b", shapes(8, (100, 90))[0])

    dataset = load_folder(tmp_path)

    assert dataset.spec.shape == (64, 64, 3)
    assert dataset.preparation[0].startswith(
        "cropped to the centered square and resized from 150 x 200 and 1 other sizes to 64 x 64"
    )
    assert dataset.preparation[1] == "8 gray pictures converted to RGB"


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_pictures_that_a_camera_has_noted_as_turned_stand_upright(tmp_path, kind):
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise makes it upright
    pixels = np.zeros((40, 60), np.uint8)
    pixels[:, :20] = 255
    for number in range(12):
        Image.fromarray(pixels).save(tmp_path / f"{number}.{kind}", exif=exif)

    found = load_folder(tmp_path)

    assert found.spec.shape == (60, 40)
    upright = found.train_images[0].reshape(60, 40)
    assert upright[:15].min() > 200 > 50 > upright[25:].max()


def test_a_damaged_picture_is_left_out_and_named(tmp_path):
    write_pictures(tmp_path, shapes(12, (10, 10))[0])
    (tmp_path / "0003.png").write_bytes(b"damaged")

    dataset = load_folder(tmp_path)

    assert len(dataset.train_images) + len(dataset.test_images) == 11
    assert "1 pictures cannot be read" in dataset.note
    assert "0003.png" in dataset.note


@pytest.mark.parametrize("shape", [(100, 29), (29, 100), (3, 1024)])
def test_long_pictures_are_cropped_within_their_sides(shape):
    """The crop began a rounding error before the picture."""
    assert resized(np.ones(shape, np.float32), (28, 28, 3)).shape == (28, 28, 3)


def test_a_member_of_an_archive_is_read_by_the_name_it_has(tmp_path):
    path = tmp_path / "own.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "hello")
        with archive.open("images.npy", "w") as file:
            np.save(file, shapes(20, (8, 8))[0])

    assert load_folder(path).spec.shape == (8, 8)


@pytest.mark.parametrize("order", ["<", ">"])
def test_labels_of_no_valid_characters_are_refused(tmp_path, order):
    """Python raised a SystemError when it made texts of them."""
    odd = np.full(20, 0x110000, f"{order}u4").view(f"{order}U1")
    np.savez(tmp_path / "own.npz", images=shapes(20, (8, 8))[0], labels=odd)

    with pytest.raises(DataError, match="no valid characters"):
        load_folder(tmp_path / "own.npz")
    np.savez(
        tmp_path / "own.npz", images=shapes(20, (8, 8))[0], labels=np.full(20, "é", f"{order}U1")
    )
    assert load_folder(tmp_path / "own.npz").note


def test_an_idx_file_of_three_bytes_is_refused(tmp_path):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08")

    with pytest.raises(DataError, match="begins with 000008"):
        load_folder(tmp_path)


# --- what is wrong --------------------------------------------------------------------------------


def npz(**arrays):
    return lambda folder: np.savez(folder / "x.npz", **arrays)


def csv(text):
    return lambda folder: (folder / "x.csv").write_text(text)


WIDE = np.zeros((20, 129, 10), np.uint8)
FAULTS = {
    "nothing": (lambda folder: (folder / "a.txt").write_text("x"), "no picture found"),
    "labels alone": (npz(y_train=LABELS), "train labels, but no train images"),
    "too few": (npz(x=GRAY[:9], y=LABELS[:9]), "only 9 pictures, and at least 10"),
    "a label too few": (npz(x=GRAY, y=LABELS[:39]), "40 train images, but 39 train labels"),
    "a NaN": (npz(x=np.where(GRAY[3, 3, 3] == GRAY, np.nan, GRAY)), "from nan to nan"),
    "infinite": (npz(x=np.where(GRAY > 200, np.inf, 0.5)), "to inf, not gray values"),
    "no square": (npz(x=GRAY.reshape(40, 81)[:, :80]), "40 x 80, which holds no pictures"),
    "too large": (npz(x=WIDE), "129 x 10 pixels; 2 x 2 to 128 x 128"),
    "too many classes": (npz(x=np.zeros((1001, 2, 2), np.uint8), y=np.arange(1001)), "1,001 diff"),
    "mixed sizes": (npz(x_train=GRAY, x_test=GRAY[:, 1:]), "is 40 x 9 x 9, not N x 8 x 9"),
    "mixed channels": (npz(x_train=RGB, x_test=GRAY), "is 40 x 9 x 9 x 3, not N x 9 x 9"),
    "objects": (npz(x=GRAY, y=np.array([{}] * 40, object)), "holds object, not"),
    "text in a table": (csv("label,a,b,c,d\n" + "1,2,3,4,x\n" * 12), "column d holds text"),
    "a line without an end": (csv("1," * 800_000), "its lines are too long for pictures"),
    "too many columns": (csv("1," * 60_000 + "\n"), "60,001 columns are more than a picture has"),
    "a hole in a table": (csv("label,a,b,c,d\n" + "1,2,3,,5\n" * 12), "row 1 has no number in col"),
    "no pixels in a table": (csv("label\n" + "1\n" * 12), "no column of pixels"),
    "an empty table": (csv("label,a,b,c,d\n"), "claims 0 items"),
}


@pytest.mark.parametrize(("write", "message"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_told_in_one_line(tmp_path, write, message):
    write(tmp_path)

    with pytest.raises(DataError, match=message) as caught:
        load_folder(tmp_path)

    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_too_large_is_refused_before_it_is_read(tmp_path):
    header = np.array([0x0804, 900_000, 128, 128, 3], ">u4").tobytes()
    (tmp_path / "train-images-idx3-ubyte").write_bytes(header)

    with pytest.raises(DataError, match=r"are 44\.2 GB; at most 4 GB"):
        load_folder(tmp_path)


def test_one_class_counts_as_none_and_it_is_said(tmp_path):
    np.savez(tmp_path / "x.npz", x=GRAY, y=np.full(40, "cat"))

    dataset = load_folder(tmp_path)

    assert dataset.spec.classes == ()
    assert "All pictures have the same label, cat" in dataset.note


def test_large_pictures_lie_in_a_file(tmp_path, monkeypatch):
    from aecore.data import large_arrays

    np.savez(tmp_path / "x.npz", x=GRAY, y=LABELS)
    small = load_folder(tmp_path)

    monkeypatch.setattr(large_arrays, "MAPPED_ABOVE", 100)
    monkeypatch.setattr(large_arrays, "CHUNK_BYTES", 1_000)
    large = load_folder(tmp_path)

    assert isinstance(large_arrays.new_array((200,)), np.memmap)
    assert large.fingerprint == small.fingerprint


def test_faces_of_64_pixels_are_read(tmp_path):
    np.savez(tmp_path / "faces.npz", data=faces())

    dataset = load_folder(tmp_path)

    assert dataset.spec.shape == (64, 64)
    assert limits.size_words(dataset.spec.shape) == "64 x 64"
