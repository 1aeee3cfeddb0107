"""What a run will cost, what is unusual about it, and what is refused."""

import dataclasses
from pathlib import Path

import pytest

from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.errors import ConfigError
from aecore.jobs import limits
from aecore.jobs.estimate import epoch_work, estimate, unusual
from aecore.jobs.store import Run
from aecore.presets import PRESETS, get_preset
from tests.support import runs

PLANE = get_preset("plane")


def finished(preset, *, seconds_per_epoch, queued=0.0, device="cpu", digits=60_000):
    return Run(
        id="20260101-000000-000000-0000",
        path=Path("/nowhere"),
        spec=runs.RunSpec(preset=preset.name, model=preset.model, train=preset.train),
        state="done",
        queued=queued,
        phase="",
        epoch=20,
        progress=1.0,
        seconds_left=0.0,
        seconds_per_epoch=seconds_per_epoch,
        pca_test_mse=None,
        source="MNIST",
        digits=digits,
        device=device,
        message="",
        notes=(),
        has_checkpoint=True,
        kept_as=(),
    )


def test_weights_are_counted():
    found = estimate(PLANE.model, PLANE.train, n_train=60_000)

    matrices, biases = 2 * (784 * 128 + 128 * 2), 128 + 2 + 128 + 784
    assert found.weights == matrices + biases


def test_without_a_run_the_time_is_that_of_a_matrix_product():
    found = estimate(PLANE.model, PLANE.train, n_train=60_000)
    twice = dataclasses.replace(PLANE.train, epochs=2 * PLANE.train.epochs)

    assert "from a matrix product measured here" in found.basis
    assert 0.1 < found.seconds < 1_000
    assert estimate(PLANE.model, twice, n_train=60_000).seconds == pytest.approx(2 * found.seconds)


def test_the_latest_run_on_the_device_tells_the_time():
    wide = get_preset("wide")
    measured = [
        finished(PLANE, seconds_per_epoch=9.0, queued=1.0),
        finished(PLANE, seconds_per_epoch=0.5, queued=2.0),
        finished(PLANE, seconds_per_epoch=0.01, queued=3.0, device="cuda"),
        finished(PLANE, seconds_per_epoch=0.02, queued=3.5, digits=1_297),
        dataclasses.replace(
            finished(PLANE, seconds_per_epoch=7.0, queued=4.0), seconds_per_epoch=None
        ),
    ]

    same = estimate(PLANE.model, PLANE.train, n_train=60_000, device="cpu", runs=measured)
    other = estimate(wide.model, wide.train, n_train=60_000, device="cpu", runs=measured)

    assert same.seconds == pytest.approx(0.5 * PLANE.train.epochs)
    assert same.basis == "from the latest run here: 0.5 s an epoch of plane"
    share = epoch_work(wide.model, wide.train, 60_000) / epoch_work(
        PLANE.model, PLANE.train, 60_000
    )
    assert other.seconds == pytest.approx(0.5 * share * wide.train.epochs)


def test_more_of_anything_is_more_work():
    base = epoch_work(PLANE.model, PLANE.train, 60_000)

    assert epoch_work(PLANE.model, PLANE.train, 30_000) < base
    assert (
        epoch_work(dataclasses.replace(PLANE.model, hidden_dims=(256,)), PLANE.train, 60_000) > base
    )
    for changes in ({"noise": NoiseConfig()}, {"distortion": 0.5}, {"batch_size": 64}):
        train = dataclasses.replace(PLANE.train, **changes)
        assert epoch_work(PLANE.model, train, 60_000) > base


@pytest.mark.parametrize(
    ("model", "train", "sentence"),
    [
        ({"latent_dropout": 0.8}, {}, "drops both numbers of a digit's code in 64% of steps."),
        ({"latent_dim": 1, "latent_dropout": 0.5}, {}, "the only number of a digit's code in 50%"),
        (
            {"latent_dim": 3, "latent_dropout": 0.5},
            {},
            "drops all 3 numbers of a digit's code in 12%",
        ),
        ({"latent_dim": 64, "latent_dropout": 0.8}, {}, "leaves 12.8 of 64 numbers of a code"),
        ({"latent_dim": 784}, {}, "room for every pixel"),
        ({"latent_dim": 200}, {}, "no more than 128 of the code's directions"),
        ({"latent_dim": 128}, {}, "as many units as the code has numbers (128)"),
        ({"weight_init": "zeros"}, {}, "All weight matrices start at zero"),
        ({"hidden_dims": (64, 128)}, {}, "of 128 units follows a narrower one of 64."),
        ({}, {"noise": NoiseConfig(level=0.95)}, "Masking 0.95 leaves 39 of 784 pixels"),
        ({}, {"noise": NoiseConfig(kind="gaussian", level=0.95)}, "is as strong as the difference"),
        (
            {},
            {"noise": NoiseConfig(kind="gaussian", level=0.7)},
            "more than half of the difference",
        ),
        ({}, {"noise": NoiseConfig(kind="salt_and_pepper", level=0.75)}, "overwrites 588 of 784"),
        ({}, {"noise": NoiseConfig(level=0.0)}, "the input is left as it is"),
        ({"variational": True}, {}, "nothing holds the codes near N(0, I)"),
        ({}, {"gamma": 0.5}, "gamma 0.5 is a strong penalty"),
        ({}, {"learning_rate": 0.25}, "0.25 is 10 times that of plane (0.025)"),
        ({}, {"learning_rate": 0.0025}, "0.0025 is 1/10 of that of plane (0.025)"),
        ({}, {"batch_size": 8192}, "Batches of 8,192 instead of 1,024: far fewer steps"),
        ({}, {"batch_size": 16}, "Batches of 16 instead of 1,024: far more steps"),
        ({}, {"epochs": 2}, "2 epochs are few beside the 15 of plane."),
    ],
)
def test_what_is_unusual_is_said_with_its_figures(model, train, sentence):
    found = unusual(
        dataclasses.replace(PLANE.model, **model),
        dataclasses.replace(PLANE.train, **train),
        preset=PLANE,
    )

    assert sum(sentence in each for each in found) == 1, found


def test_the_presets_without_a_trap_have_nothing_unusual():
    for name in ("plane", "wide", "denoise-mask", "denoise-gaussian", "deep-30"):
        preset = get_preset(name)
        assert unusual(preset.model, preset.train, preset=preset) == ()


def test_the_notebooks_recipe_is_compared_with_itself():
    assert unusual(PLANE.model, PLANE.notebook_recipe(), preset=PLANE) == ()


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_every_preset_is_within_the_limits(preset):
    limits.check(preset.model, preset.train)
    limits.check(preset.model, preset.notebook_recipe())

    assert preset.model.n_weights < limits.MAX_WEIGHTS


@pytest.mark.parametrize(
    ("model", "train", "message"),
    [
        (
            {"hidden_dims": (4096,)},
            {},
            "The width of a hidden layer must be a whole number from 1 to 2,048",
        ),
        ({"hidden_dims": (2048, 2048)}, {}, r"would have 11,\d+,\d+ weights; at most 8,000,000"),
        ({"latent_dropout": 0.99}, {}, "Code dropout must be a number from"),
        ({}, {"epochs": 501}, "Epochs must be a whole number from 1 to 500, not 501"),
        ({}, {"batch_size": 8}, "Batch size must be a whole number from 16 to 8,192"),
        ({}, {"learning_rate": 5.0}, "Learning rate must be a number from"),
        ({}, {"gamma": 2.0}, "Weight decay \\(γ\\) must be a number from"),
        ({"variational": True}, {"kl_weight": 2.0}, "KL weight must be a number from"),
        ({}, {"kl_weight": 0.1}, "Leave its weight at 0"),
    ],
)
def test_what_is_beyond_the_limits_is_refused_with_its_bounds(model, train, message):
    with pytest.raises(ConfigError, match=message):
        limits.check(
            dataclasses.replace(PLANE.model, **model), dataclasses.replace(PLANE.train, **train)
        )


def test_the_largest_that_is_allowed_passes():
    model = ModelConfig(latent_dim=784, hidden_dims=(1024,) * 3, latent_dropout=0.95)
    train = TrainConfig(gamma=1.0, epochs=500, batch_size=16, learning_rate=1.0)

    assert limits.check(model, train) is None
