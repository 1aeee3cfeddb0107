"""The map forming: aligned from frame to frame, small, and read as far as it is new."""

import numpy as np
import pytest

from aecore.jobs import snapshots
from aecore.jobs.snapshots import Scene, Snapshot, align, place
from aecore.jobs.store import FRAMES, SPEC


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / SPEC).write_text("{}")
    return tmp_path


def turn(degrees, mirrored=False):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s], [s, c]]) @ np.diag([-1.0 if mirrored else 1.0, 1.0])


def make(epoch, rng, *, dim=2, before=None):
    codes = rng.normal(size=(50, dim))
    return Snapshot.of(epoch, codes, rng.random((10, 784)), rng.normal(size=(20, 784)), before)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_map_that_only_turned_mirrored_and_moved_stands_still(rng, mirrored):
    before = rng.normal(size=(200, 2)) @ np.diag([3.0, 1.0])
    moved = before @ turn(130, mirrored) + [5.0, -7.0]

    rotation, shift = align(moved, before)

    np.testing.assert_allclose(moved @ rotation + shift, before, atol=1e-12)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(2), atol=1e-12)


def test_no_other_turn_or_shift_brings_the_points_nearer(rng):
    points, before = rng.normal(size=(60, 2)), rng.normal(size=(60, 2))
    rotation, shift = align(points, before)
    found = np.square(points @ rotation + shift - before).sum()

    others = []
    for degrees in range(0, 360, 3):
        for mirrored in (False, True):
            turned = points @ turn(degrees, mirrored)
            best_shift = before.mean(axis=0) - turned.mean(axis=0)
            others.append(np.square(turned + best_shift - before).sum())

    assert found <= min(others) + 1e-9
    assert found == pytest.approx(min(others), rel=0.01)


def test_distances_between_points_are_those_of_the_code_plane(rng):
    codes = rng.normal(size=(50, 2))
    before = make(0, rng)

    frame = Snapshot.of(1, codes, np.zeros((1, 784)), np.zeros((1, 784)), before)

    gaps = np.linalg.norm(np.diff(codes, axis=0), axis=1)
    np.testing.assert_allclose(
        np.linalg.norm(np.diff(frame.points.astype(float), axis=0), axis=1), gaps, atol=0.01
    )
    np.testing.assert_allclose(codes @ frame.rotation + frame.shift, frame.points, atol=0.01)


def test_codes_of_any_size_have_a_place(rng):
    one, two, many = (rng.normal(size=(40, dim)) for dim in (1, 2, 5))
    many *= [1, 1, 9, 1, 4]

    assert np.array_equal(place(one)[:, 0], one[:, 0])
    assert not place(one)[:, 1].any()
    assert np.array_equal(place(two), two)
    strongest = np.linalg.svd(many - many.mean(axis=0))[1][:2] / np.sqrt(39)
    np.testing.assert_allclose(place(many).std(axis=0, ddof=1), strongest)


def test_codes_that_have_collapsed_to_one_point_make_a_frame(rng):
    frame = Snapshot.of(1, np.zeros((50, 3)), np.zeros((1, 784)), np.zeros((1, 784)), make(0, rng))

    assert np.isfinite(frame.points).all()


def test_values_beyond_float16_are_kept_finite(rng):
    frame = Snapshot.of(
        0, rng.normal(size=(50, 2)) * 1e9, np.full((1, 784), np.inf), np.ones((1, 784)), None
    )

    assert all(np.isfinite(array).all() for array in (frame.points, frame.outputs))


def test_frames_are_read_back(folder, rng):
    last = None
    for epoch in (0, 1, 2, 10):
        last = make(epoch, rng, before=last)
        snapshots.write(folder, last)

    found = snapshots.read(folder, 10)

    assert snapshots.epochs(folder) == (0, 1, 2, 10)
    assert found.epoch == 10
    for name in ("points", "rotation", "shift", "outputs", "filters"):
        assert np.array_equal(getattr(found, name), getattr(last, name))
    assert last.filters.shape == (snapshots.N_FILTERS, 784)


def test_a_frame_of_2000_points_takes_less_than_50_kilobytes(folder, rng):
    codes = rng.normal(size=(snapshots.N_POINTS, 2))
    snapshots.write(folder, Snapshot.of(0, codes, np.ones((10, 784)), np.ones((64, 784)), None))

    (file,) = (folder / FRAMES).iterdir()
    assert file.stat().st_size < 50_000


@pytest.mark.parametrize("planned", [1, 20, 100, 101, 250, 500])
def test_no_plan_makes_many_more_frames_than_100(folder, planned):
    rows = np.zeros((3, 784))
    for epoch in range(planned + 1):
        if epoch % snapshots.stride(planned) == 0:
            snapshots.write(folder, Snapshot.of(epoch, np.ones((3, 2)), rows, rows, None))

    assert min(planned, 50) <= len(snapshots.epochs(folder)) <= snapshots.MAX_SNAPSHOTS + 1


def test_a_longer_plan_thins_out_the_frames_of_a_shorter_one(folder, rng):
    for epoch in range(8):
        snapshots.write(folder, make(epoch, rng))

    snapshots.thin_out(folder, planned=200, after=5)

    assert snapshots.epochs(folder) == (0, 2, 4)


def test_damaged_frames_count_as_missing(folder, rng):
    for epoch in range(4):
        snapshots.write(folder, make(epoch, rng))
    files = sorted((folder / FRAMES).iterdir())
    files[0].write_bytes(files[0].read_bytes()[:500])
    files[1].write_bytes(b"")
    files[2].write_bytes(b"\x80\x04K\x01.")
    (folder / FRAMES / ".writing-00009.safetensors").write_bytes(b"half")

    assert [bool(snapshots.read(folder, epoch)) for epoch in range(4)] == [False] * 3 + [True]
    assert snapshots.read(folder, 77) is None


def test_the_scene_is_read_back_and_a_damaged_one_counts_as_missing(folder, rng):
    assert snapshots.read_scene(folder) is None
    half = rng.random((10, 784)).astype(np.float16)
    snapshots.write_scene(
        folder, Scene(labels=np.arange(10, dtype=np.uint8), inputs=half, targets=half)
    )

    found = snapshots.read_scene(folder)
    (folder / "scene.safetensors").write_bytes(b"half")

    assert np.array_equal(found.inputs, half)
    assert np.array_equal(found.labels, np.arange(10))
    assert snapshots.read_scene(folder) is None
