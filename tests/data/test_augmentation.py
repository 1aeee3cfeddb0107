"""Digits turned, stretched and slanted: within bounds, repeatable, and the rest left alone."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from aecore.data import augmentation
from aecore.data.augmentation import augment
from aecore.imaging.levels import to_unit

pytestmark = pytest.mark.usefixtures("torch_threads")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def x(digits):
    return torch.tensor(to_unit(digits.test_images[:40]))


def test_no_share_gives_the_digits_themselves(x):
    assert augment(x, share=0.0, generator=seeded()) is x


def test_only_the_named_share_is_changed_and_the_input_is_left_alone(x):
    before = x.clone()

    found = augment(x, share=0.3, generator=seeded())

    assert torch.equal(x, before)
    assert torch.equal(found[12:], x[12:])
    assert ((found[:12] - x[:12]).abs().amax(dim=1) > 0.05).all()
    assert found.shape == x.shape
    assert 0 <= found.min() <= found.max() <= 1 + 1e-6


def test_the_same_seed_distorts_in_the_same_way(x):
    first, same, other = (augment(x, share=1.0, generator=seeded(s)) for s in (1, 1, 2))

    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_turn_alone_is_that_of_scipy(x, monkeypatch):
    monkeypatch.setattr(augmentation, "_SCALING", 0.0)
    monkeypatch.setattr(augmentation, "_SHEAR", 0.0)
    turn = 0.2 * (2 * torch.rand(4, 40, generator=seeded(3))[0, 0].item() - 1)

    found = augment(x, share=1.0, generator=seeded(3))[0].view(28, 28).numpy()

    expected = ndimage.rotate(
        x[0].view(28, 28).numpy(), np.degrees(turn), reshape=False, order=1, prefilter=False
    )
    assert abs(turn) > 0.02
    assert np.abs(found - expected).mean() < 0.01 < np.abs(found - x[0].view(28, 28).numpy()).mean()


@pytest.mark.parametrize("shape", [(28, 28), (16, 49), (49, 16)])
def test_a_turn_is_the_same_angle_in_pictures_of_any_sides(shape, monkeypatch):
    monkeypatch.setattr(augmentation, "_SCALING", 0.0)
    monkeypatch.setattr(augmentation, "_SHEAR", 0.0)
    turn = 0.2 * (2 * torch.rand(4, 1, generator=seeded(3))[0, 0].item() - 1)
    picture = torch.zeros(shape)
    picture[shape[0] // 2 - 6 : shape[0] // 2 + 6, shape[1] // 2 - 1 : shape[1] // 2 + 1] = 1

    turned = augment(picture.view(1, -1), share=1.0, generator=seeded(3), shape=shape)

    rows, columns = np.nonzero(turned.view(shape).numpy() > 0.4)
    slope = np.polyfit(rows, columns, 1)[0]
    assert np.arctan(slope) == pytest.approx(turn, abs=0.05)


def test_the_shape_of_a_digit_stays(x):
    found = augment(x, share=1.0, generator=seeded())

    mass, before = found.sum(dim=1), x.sum(dim=1)
    assert ((mass / before - 1).abs() < 0.35).all()
