"""A corruption that is registered in one place works everywhere."""

import importlib
import sys

import numpy as np
import pytest
import torch

from aecore.config import NoiseConfig
from aecore.corruptions import CORRUPTIONS, NOISES, mask, mask_by_bits, salt_and_pepper
from aecore.data.noise import corrupt_fixed
from aecore.errors import ConfigError
from tests.support.command_line import QUICK
from tests.support.pages import open_page, picture_rows, texts

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")

BLUR = '''
"""Blur: the mean of each pixel's neighborhood, mixed into the picture."""

from torch.nn.functional import avg_pool2d

from aecore.corruptions import Corruption, register


def blur(x, *, level, generator):
    mean = avg_pool2d(x.view(-1, 1, 28, 28), 3, stride=1, padding=1).view(x.shape)
    return x + level / 2 * (mean - x)


register(
    Corruption(
        name="blur",
        label="Blur",
        level_meaning="twice the share of the neighborhood's mean",
        apply=blur,
        max_level=2.0,
        advice=lambda level, n_pixels: "Only the mean is left." if level == 2 else "",
    )
)
'''


@pytest.fixture
def blur(tmp_path, monkeypatch):
    """A corruption in a module of its own."""
    before = dict(CORRUPTIONS), dict(NOISES)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "blur_corruption.py").write_text(BLUR)
    monkeypatch.syspath_prepend(tmp_path / "plugins")
    yield importlib.import_module("blur_corruption").blur
    del sys.modules["blur_corruption"]
    for registry, entries in zip((CORRUPTIONS, NOISES), before, strict=True):
        registry.clear()
        registry.update(entries)


def test_a_registered_corruption_is_trained_on_and_measured(blur, run, run_json, tmp_path):
    out = tmp_path / "blurred.safetensors"

    status, _ = run_json("train", "plane", *QUICK, "--noise", "blur:1.5", "--out", out)
    figures = run_json("evaluate", out)[1]
    refused = run("train", "plane", *QUICK, "--noise", "blur:2.5")

    assert status == 0
    assert figures["noisy_psnr"] > 20
    assert figures["denoised_mse"] > 0
    assert "level must be a number from 0 to 2, not 2.5" in refused[2]


def test_a_registered_corruption_is_on_the_pages(blur, unit_digits):
    app = open_page("denoise", model="plane", noise="blur", level="1.0")
    train = open_page("train")
    train.selectbox(key="train_noise_plane").select("blur").run()
    train.number_input(key="train_level_plane").set_value(2.0).run()

    assert app.segmented_control(key="noise_kind").value == "blur"
    assert app.slider(key="noise_level").max == 2.0
    header, levels = picture_rows(app)[0]
    names = [row["name"].split(" · ")[0] for row in header["rows"]]
    assert (names[1], names[-1]) == ("noisy", "noisy minus clean")
    expected = blur(torch.tensor(levels[0] / 255), level=1.0, generator=None).numpy()
    np.testing.assert_allclose(levels[1] / 255, expected, atol=1 / 255)
    assert "Only the mean is left" in texts(train)
    train.selectbox(key="train_noise_plane").select("masking").run()
    assert train.number_input(key="train_level_plane").value == 1.0


def test_the_corruption_of_before_is_known_no_more():
    assert list(NOISES) == ["masking", "gaussian", "salt_and_pepper"]
    with pytest.raises(ConfigError, match="must be one of masking, gaussian, salt_and_pepper"):
        NoiseConfig(kind="blur", level=0.5)


# --- fast draws, held to readable ones ------------------------------------------------------------


def readable_mask(x, *, level, generator):
    return x * (torch.rand(x.shape, generator=generator) >= level)


def readable_salt_and_pepper(x, *, level, generator):
    drawn = torch.rand(x.shape, generator=generator)
    return torch.where(drawn < level / 2, 0.0, torch.where(drawn >= 1 - level / 2, 1.0, x))


@pytest.mark.parametrize(
    ("fast", "readable"),
    [
        (mask, readable_mask),
        (mask_by_bits, readable_mask),
        (salt_and_pepper, readable_salt_and_pepper),
    ],
)
@pytest.mark.parametrize("level", [0.0, 0.07, 0.5, 0.8, 1.0])
def test_fast_draws_corrupt_as_readable_ones_do(fast, readable, level):
    x = torch.full((1000, 784), 0.25)

    ours, theirs = (
        function(x, level=level, generator=torch.Generator().manual_seed(seed))
        for seed, function in enumerate((fast, readable))
    )

    for value in (0.0, 0.25, 1.0):
        hit, expected = ours == value, theirs == value
        share = expected.double().mean().item()
        assert hit.double().mean().item() == pytest.approx(share, abs=3e-3)
        for dim in (0, 1):
            spread = expected.sum(dim).double().std().item()
            assert hit.sum(dim).double().std().item() == pytest.approx(spread, rel=0.15, abs=1e-9)


def test_the_fixed_corruption_is_that_of_the_stored_figures():
    clean = np.full((2, 784), 0.5, np.float32)

    sums = {
        kind: float(corrupt_fixed(clean, NoiseConfig(kind=kind, level=0.3)).sum())
        for kind in NOISES
    }

    assert sums == pytest.approx(
        {"masking": 543.5, "gaussian": 787.29541, "salt_and_pepper": 778.5}, rel=1e-7
    )
