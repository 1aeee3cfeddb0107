"""Figures: named axes, a color for each digit that the color-blind can tell, their points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import deltaE_ciede2000, rgb2lab

from aecore.charts.latent_map import label_positions, latent_map
from aecore.charts.palette import POINT_OPACITY, digit_colors
from aecore.checkpoints import file as checkpoint_file

# Full color-blindness as matrices over linear RGB: Machado, Oliveira and Fernandes, "A
# Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), table of
# severity 1.0.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


BACKGROUNDS = {"light": "#ffffff", "dark": "#171614"}
"""Of Streamlit's page."""
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def srgb(colors):
    """Colors "#rrggbb" as (N, 3) in 0..1."""
    return np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in colors])


def to_linear(colors):
    return np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)


def as_seen(colors, vision):
    """sRGB colors (N, 3) in CIE Lab, (N, 3), as seen with one kind of vision."""
    seen = np.clip(to_linear(colors) @ np.transpose(VISION[vision]), 0, 1)
    back = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    return rgb2lab(back[None])[0]


def as_drawn(theme):
    """The digits' colors as points on a page, and the page, as sRGB in 0..1: (10, 3) and (3,)."""
    page = srgb([BACKGROUNDS[theme]])
    return POINT_OPACITY * srgb(digit_colors(theme)) + (1 - POINT_OPACITY) * page, page[0]


def least_distance(colors, vision):
    """Of any two of ten sRGB colors, by CIEDE2000."""
    lab = as_seen(colors, vision)
    first, second = np.triu_indices(10, k=1)
    return deltaE_ciede2000(lab[first], lab[second]).min()


@pytest.mark.parametrize("theme", BACKGROUNDS)
@pytest.mark.parametrize("vision", VISION)
def test_any_two_digits_have_colors_told_apart(vision, theme):
    # A difference of 2.3 is just noticeable side by side; Plotly's own ten come down to 2 to 4.
    assert least_distance(srgb(digit_colors(theme)), vision) > 10


@pytest.mark.parametrize("theme", BACKGROUNDS)
@pytest.mark.parametrize(("vision", "least"), [("normal", 15), ("deuteranopia", 10)])
def test_translucent_points_of_any_two_digits_are_told_apart(vision, least, theme):
    points, _ = as_drawn(theme)

    assert least_distance(points, vision) >= least


@pytest.mark.parametrize("theme", BACKGROUNDS)
def test_every_digit_stands_out_on_the_page(theme):
    points, page = (to_linear(colors) @ LUMINANCE for colors in as_drawn(theme))

    # WCAG 2.2, 1.4.11
    contrast = (np.maximum(points, page) + 0.05) / (np.minimum(points, page) + 0.05)

    assert contrast.min() >= 3


@pytest.fixture
def cloud():
    """Points (300, 3) and labels (300,): each digit about a center of its own."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 300)
    centers = 10 * rng.normal(size=(10, 3))
    return centers[labels] + rng.normal(size=(300, 3)), labels


@pytest.mark.parametrize("theme", BACKGROUNDS)
@pytest.mark.parametrize("dim", [2, 3])
def test_every_digit_has_one_legend_entry_and_its_own_color(cloud, dim, theme):
    points, labels = cloud

    figure = latent_map(points[:, :dim], labels, [f"z{i + 1}" for i in range(dim)], theme=theme)

    assert [trace.name for trace in figure.data] == [str(digit) for digit in range(10)]
    assert [trace.marker.color for trace in figure.data] == list(digit_colors(theme))
    assert all(trace.showlegend is not False for trace in figure.data)
    assert figure.layout.legend.title.text == "digit "


@pytest.mark.parametrize("dim", [2, 3])
def test_a_point_knows_the_number_of_its_test_digit(cloud, dim):
    points, labels = cloud

    figure = latent_map(points[:, :dim], labels, ["a", "b", "c"][:dim])

    seen = []
    for digit, trace in enumerate(figure.data):
        rows = np.asarray(trace.customdata)
        assert (labels[rows] == digit).all()
        for column, name in enumerate("xyz"[:dim]):
            np.testing.assert_allclose(trace[name], points[rows, column], rtol=1e-6)
        seen += rows.tolist()
    assert sorted(seen) == list(range(300))


def test_axes_are_named(cloud):
    points, labels = cloud

    flat = latent_map(points[:, :2], labels, ["one", "two"]).layout
    deep = latent_map(points, labels, ["one", "two", "three"]).layout.scene

    assert (flat.xaxis.title.text, flat.yaxis.title.text) == ("one", "two")
    names = (deep.xaxis.title.text, deep.yaxis.title.text, deep.zaxis.title.text)
    assert names == ("one", "two", "three")


@pytest.mark.parametrize("dim", [2, 3])
def test_a_pinned_point_is_ringed_beside_the_ten_digits(cloud, dim):
    points, labels = cloud

    figure = latent_map(
        points[:, :dim], labels, ["a"] * dim, pinned=points[5, :dim], pinned_label="this one"
    )

    *_, ring = figure.data
    assert len(figure.data) == 11
    assert ring.showlegend is False
    assert "this one" in ring.hovertemplate
    np.testing.assert_allclose([ring[name][0] for name in "xyz"[:dim]], points[5, :dim], rtol=1e-6)


def test_a_digit_without_codes_keeps_its_entry_and_gets_no_sign(cloud):
    points, labels = cloud
    some = labels < 7

    figure = latent_map(points[some, :2], labels[some], ["a", "b"])

    assert len(figure.data) == 10
    signs = [annotation.text for annotation in figure.layout.annotations]
    assert sorted(signs) == [f"<b>{digit}</b>" for digit in range(7)]


def test_signs_stand_among_their_own_digits(cloud):
    points, labels = cloud

    for digit, spot in label_positions(points[:, :2], labels).items():
        nearest = np.linalg.norm(points[:, :2] - spot, axis=1).argsort()[:3]
        assert digit in labels[nearest]


@given(st.integers(0, 1000), st.integers(1, 40), st.sampled_from([0.0, 1e-3, 1e4]))
def test_signs_lie_within_the_data_even_if_it_collapsed(seed, n, spread):
    rng = np.random.default_rng(seed)
    points, labels = 7 + spread * rng.standard_cauchy(size=(n, 2)), rng.integers(0, 10, n)

    spots = label_positions(points, labels)

    assert set(spots) == set(labels.tolist())
    low, high = points.min(axis=0) - 1e-9, points.max(axis=0) + 1e-9
    for spot in spots.values():
        assert (low <= spot).all()
        assert (spot <= high).all()


def test_a_digit_far_out_does_not_drive_signs_away_from_their_own(cloud):
    points, labels = cloud
    far = np.append(points[:, :2], [[5000.0, -5000.0]], axis=0)

    for digit, spot in label_positions(far, np.append(labels, 0)).items():
        nearest = np.linalg.norm(far - spot, axis=1).argsort()[:10]
        assert digit in np.append(labels, 0)[nearest]


@pytest.mark.parametrize("name", ["plane", "deep-plane", "variational-plane"])
def test_signs_on_a_map_with_long_arms_stand_near_their_own_digits(name):
    """Signs of digits in the thick of `deep-plane` were pushed out among other labels."""
    found = checkpoint_file.load(name)
    near = np.ptp(found.codes, axis=0) * 0.08

    for digit, spot in label_positions(found.codes, found.labels).items():
        own = found.codes[found.labels == digit]
        assert (np.abs(own - spot) < near).all(axis=1).mean() > 0.3
