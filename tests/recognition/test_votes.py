"""Pictures as people send them get the label vote of the digit that is in them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from aecore.checkpoints import file as checkpoint_file
from aecore.digits.image_file import open_picture
from aecore.digits.normalization import frame
from aecore.digits.reader import read
from aecore.errors import PictureError
from aecore.imaging.levels import to_unit
from aecore.latent.neighbors import NeighborIndex, nearest_label_vote
from aecore.models import inference
from aecore.recognition.neighbor_vote import predict_labels
from tests.support import renderings, screenshots

ORIENTATION = 0x0112
TURNS = {
    1: None,
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def vote():
    """The label vote (B,) of digits (B, 28, 28), by the shipped model with D=32 and no noise."""
    found = checkpoint_file.load("plain-32")
    model = inference.build_model(found.card.model, found.weights)
    index = found.neighbor_index()

    def votes(digits: np.ndarray) -> np.ndarray:
        codes = inference.encode(model, np.asarray(digits, np.float32).reshape(-1, 784))
        return predict_labels(index, found.labels, codes)[0]

    return votes


def sample(mnist, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Test digits (count, 28, 28) in 0..1 and their labels."""
    chosen = np.random.default_rng(0).choice(len(mnist.test_images), count, replace=False)
    return to_unit(mnist.test_images[chosen]).reshape(-1, 28, 28), mnist.test_labels[chosen]


def largest(picture: np.ndarray) -> np.ndarray:
    """The largest digit found, black where the picture is refused."""
    try:
        found = read(picture).digits
    except PictureError:
        return np.zeros((28, 28), dtype=np.float32)
    return max(found, key=lambda each: np.ptp(each.box[::2]) * np.ptp(each.box[1::2])).image


def sent(digit: np.ndarray, rng: np.random.Generator) -> bytes:
    """A file: scaled 0.3 to 8 times, shifted, on gray, mostly lit from a side, turned by EXIF."""
    ink = renderings.resized(digit, round(28 * np.exp(rng.uniform(np.log(0.3), np.log(8)))))
    top, bottom, left, right = rng.integers(0, len(ink), 4)
    ink = np.pad(ink, ((top, bottom), (left, right)))
    paper, contrast = rng.uniform(0.6, 0.7), rng.uniform(0.3, 0.4)
    light = renderings.light(max(ink.shape), rng, rng.choice((0, 0.1, 0.2)))
    gray = paper - contrast * ink - light[: ink.shape[0], : ink.shape[1]]
    picture = Image.fromarray(renderings.levels(gray if rng.random() < 0.5 else 1 - gray))
    orientation = int(rng.choice(list(TURNS)))
    if TURNS[orientation] is not None:
        picture = picture.transpose(TURNS[orientation])
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    file = io.BytesIO()
    picture.save(file, "PNG", exif=exif)
    return file.getvalue()


def test_500_digits_sent_in_many_ways_keep_their_vote(mnist, vote):
    digits, _ = sample(mnist, 500)
    rng = np.random.default_rng(1)

    read_again = [largest(open_picture(sent(digit, rng))) for digit in digits]

    assert (vote(read_again) == vote(digits)).mean() >= 0.97


def test_normalizing_all_test_digits_keeps_the_accuracy_of_the_vote(mnist, vote):
    images = to_unit(mnist.test_images).reshape(-1, 28, 28)

    normalized = [largest(image) for image in images]

    before = (vote(images) == mnist.test_labels).mean()
    assert (vote(normalized) == mnist.test_labels).mean() == pytest.approx(before, abs=0.005)


def test_photographs_and_scans_of_pens_on_paper_are_voted_right(mnist, vote):
    digits, labels = sample(mnist, 12 * len(renderings.PAPERS))
    rng = np.random.default_rng(2)
    makers = [renderings.PAPERS[at % len(renderings.PAPERS)] for at in range(len(digits))]

    found = [
        largest(np.float32(make(digit, rng)) / 255)
        for make, digit in zip(makers, digits, strict=True)
    ]

    assert (vote(found) == labels).mean() >= 0.9


def test_drawings_within_their_surroundings_get_the_label_that_they_get_alone(mnist, vote):
    """Once the edge of the canvas counted as ink: 18% did."""
    digits, _ = sample(mnist, 20 * len(screenshots.MAKERS))
    rng = np.random.default_rng(4)
    makers = [screenshots.MAKERS[at % len(screenshots.MAKERS)] for at in range(len(digits))]

    pairs = [make(digit, rng) for make, digit in zip(makers, digits, strict=True)]

    within, alone = (
        np.stack([largest(np.float32(each) / 255) for each in pictures])
        for pictures in zip(*pairs, strict=True)
    )
    same = (vote(within) == vote(alone)) & within.any(axis=(1, 2))
    assert same.mean() >= 0.9


@pytest.fixture(scope="module")
def tiny() -> tuple[np.ndarray, np.ndarray]:
    """Digits of 8x8 pixels in 0..1, of other hands than MNIST's, and their labels.

    The reader's choices for tiny digits were made on the first 900.
    """
    bundled = load_digits()
    return (bundled.images[900:1200] / 16).astype(np.float32), bundled.target[900:1200]


def test_tiny_pictures_of_other_peoples_digits_are_read_in_either_polarity(tiny, vote):
    """Framed alone, 77% of them are voted right."""
    images, labels = tiny

    light, dark = (vote([largest(each) for each in pictures]) for pictures in (images, 1 - images))

    assert (light == dark).mean() >= 0.99
    assert (light == labels).mean() >= 0.87
    assert (vote([frame(image) for image in images]) == labels).mean() <= 0.8


@pytest.mark.parametrize("name", ["plain-32", "narrow", "wide", "denoise-mask"])
def test_divided_neighbors_are_settled_better_than_by_their_number(tiny, name):
    found = checkpoint_file.load(name)
    model = inference.build_model(found.card.model, found.weights)
    images, labels = tiny
    theirs = inference.encode(model, np.stack([largest(each) for each in images]).reshape(-1, 784))
    known, left_out = (each.astype(np.float64) for each in np.split(found.codes, [8000]))

    for codes, map_labels, points, wanted, least in (
        (found.codes, found.labels, theirs, labels, 0.87),
        (known, found.labels[:8000], left_out, found.labels[8000:], 0.97),
    ):
        votes, nearest = predict_labels(NeighborIndex(codes), map_labels, points)

        by_number = (nearest_label_vote(map_labels[nearest]) == wanted).mean()
        assert (votes == wanted).mean() >= max(least, by_number + 0.01)


@pytest.mark.parametrize("margin", [1, 4, 12])
def test_the_paper_around_a_tiny_digit_does_not_matter(tiny, margin):
    """Once, a margin made its edges look sharp, and its spread strokes were left thick."""
    images = tiny[0][:60]

    around = [largest(np.pad(image, margin)) for image in images]

    same = [np.abs(a - largest(b)).max() < 0.01 for a, b in zip(around, images, strict=True)]
    assert np.mean(same) >= 0.95


@pytest.mark.parametrize("kernel", [Image.Resampling.NEAREST, Image.Resampling.BILINEAR])
def test_tiny_pictures_are_read_enlarged_as_well(tiny, vote, kernel):
    images, labels = (each[:150] for each in tiny)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))

    large = [Image.fromarray(image).resize((100, 100), kernel) for image in padded]

    found = vote([largest(np.asarray(each)) for each in large])
    assert (found == labels).mean() >= 0.75


@pytest.mark.parametrize("side", [24, 64, 150])
def test_tiny_pictures_enlarged_with_ringing_keep_their_polarity(tiny, vote, side):
    """Once, the waves beside the strokes were taken for a photo's noise: 33% were voted right."""
    images, labels = (each[:100] for each in tiny)

    waves = [
        np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.LANCZOS))
        for image in images
    ]

    light = vote([largest(np.clip(each, 0, 1)) for each in waves])
    dark = vote([largest(0.85 - 0.6 * each) for each in waves])  # nothing is cut off
    assert (light == labels).mean() >= 0.75
    assert (dark == labels).mean() >= 0.75


def test_bundled_digits_enlarged_on_lit_paper_keep_their_vote(unit_digits, vote):
    """What can be said without MNIST."""
    digits = unit_digits[:60].reshape(-1, 28, 28)
    rng = np.random.default_rng(3)

    found = [largest(np.float32(renderings.lit_from_a_side(d, rng)) / 255) for d in digits]

    plain = [largest(digit) for digit in digits]
    assert (vote(found) == vote(plain)).mean() >= 0.85
