"""What is said about a model: only where it is so, and with the model's own figures."""

import dataclasses

import pytest

from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.description import remarks
from aecore.config import ModelConfig, TrainConfig


@pytest.fixture
def card(tiny_checkpoint):
    """Of a model with D=2, hidden 16."""
    return checkpoint_file.read_card(tiny_checkpoint.path)


def changed(card, *, metrics=None, train=None, **model):
    return dataclasses.replace(
        card,
        model=dataclasses.replace(card.model, **model),
        train=train or card.train,
        metrics=card.metrics | (metrics or {}),
    )


def test_a_model_with_a_wide_hidden_layer_needs_no_remark(card):
    assert remarks(card) == []


@pytest.mark.parametrize(
    ("test_mse", "hidden", "dropout", "said"),
    [
        (0.02, 64, 0.0, True),
        (0.005, 64, 0.0, False),
        (0.02, 65, 0.0, False),
        (0.02, 64, 0.8, False),
    ],
)
def test_a_narrow_model_behind_pca_says_why(card, test_mse, hidden, dropout, said):
    narrow = changed(
        card,
        metrics={"test_mse": test_mse, "pca_test_mse": 0.01},
        latent_dim=64,
        hidden_dims=(hidden,),
        latent_dropout=dropout,
    )

    found = remarks(narrow)

    assert ["64 ReLU units" in text for text in found] == [True] * said


def test_a_variational_model_states_its_loss_its_sampling_and_what_its_errors_mean(card):
    model = ModelConfig(latent_dim=2, hidden_dims=(16,), variational=True)
    train = TrainConfig(gamma=0.0, kl_weight=1e-4)
    figures = {"sampled_mse": 0.0456, "kl_divergence": 6.54}

    (text,) = remarks(
        dataclasses.replace(card, model=model, train=train, metrics=figures | card.metrics)
    )

    assert "0.0001 × the distribution's KL divergence from N(0, I)" in text
    assert "standard deviation 0.20" in text  # 2 * 0.2**2 / 784 = 1.02e-4
    assert "**0.0456**" in text
    assert "6.5 nats" in text
