"""Advice on settings: what is unusual about them."""

import dataclasses

import pytest

from aecore.config import NoiseConfig
from aecore.jobs.advice import advise
from aecore.presets import get_preset

PLANE = get_preset("plane")


@pytest.mark.parametrize(
    ("model", "train", "sentence"),
    [
        ({"latent_dropout": 0.8}, {}, "drops both dimensions of a digit's code in 64% of steps."),
        (
            {"latent_dim": 1, "latent_dropout": 0.5},
            {},
            "the only dimension of a digit's code in 50%",
        ),
        (
            {"latent_dim": 3, "latent_dropout": 0.5},
            {},
            "drops all 3 dimensions of a digit's code in 12%",
        ),
        ({"latent_dim": 64, "latent_dropout": 0.8}, {}, "leaves 12.8 of 64 dimensions of a code"),
        ({"latent_dim": 784}, {}, "room for every pixel"),
        ({"latent_dim": 200}, {}, "no more than 128 of the code's dimensions"),
        ({"latent_dim": 128}, {}, "as many units as the code has dimensions (128)"),
        ({"weight_init": "zeros"}, {}, "All weight matrices are initialized to zero"),
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
        ({"variational": True}, {}, "nothing keeps the codes near N(0, I)"),
        ({}, {"gamma": 0.5}, "decay of γ = 0.5 is strong"),
        ({}, {"learning_rate": 0.25}, "0.25 is 10 times that of plane (0.025)"),
        ({}, {"learning_rate": 0.0025}, "0.0025 is 1/10 of that of plane (0.025)"),
        ({}, {"batch_size": 8192}, "Batches of 8,192 instead of 1,024: far fewer steps"),
        ({}, {"batch_size": 16}, "Batches of 16 instead of 1,024: far more, and slower, steps"),
        ({}, {"epochs": 2}, "Only 2 epochs; the preset uses 15."),
    ],
)
def test_what_is_unusual_is_said_with_its_figures(model, train, sentence):
    found = advise(
        dataclasses.replace(PLANE.model, **model),
        dataclasses.replace(PLANE.train, **train),
        preset=PLANE,
    )

    assert sum(sentence in each for each in found) == 1, found


def test_the_presets_without_a_trap_have_nothing_advise():
    for name in ("plane", "wide", "denoise-mask", "denoise-gaussian", "deep-30"):
        preset = get_preset(name)
        assert advise(preset.model, preset.train, preset=preset) == ()


def test_the_notebooks_recipe_is_compared_with_itself():
    assert advise(PLANE.model, PLANE.notebook_recipe(), preset=PLANE) == ()
