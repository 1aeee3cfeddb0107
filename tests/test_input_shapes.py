"""Pictures of other sizes and rows of features go the whole way, from training to a checkpoint."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from aecore import experiment
from aecore.checkpoints import file as checkpoint_file
from aecore.config import SHAPE, ModelConfig, NoiseConfig, TrainConfig
from aecore.data.dataset import MNIST, Dataset, DatasetSpec
from aecore.errors import ConfigError, TrainingError
from aecore.models.autoencoder import new_model
from aecore.models.inference import build_model, encode, reconstruct
from aecore.training.loop import train

pytestmark = pytest.mark.usefixtures("torch_threads")

CPU = torch.device("cpu")
RECIPE = TrainConfig(gamma=1e-4, epochs=3, batch_size=100, distortion=0.3)
SHAPES = [(8, 8), (12, 20), (16, 16, 3)]


def pictures_of(shape):
    """A data set of 300 random blobs, (200, P) to train on and (100, P) to test."""
    rng = np.random.default_rng(0)
    spec = DatasetSpec(name="blobs", title="Blobs", shape=shape, noun="blob", nouns="blobs")
    rows = np.repeat(rng.integers(0, 256, (300, 4)), -(-spec.n_pixels // 4), axis=1)
    images, labels = rows[:, : spec.n_pixels].astype(np.uint8), np.arange(300) % 10
    return Dataset(
        train_images=images[:200],
        train_labels=labels[:200].astype(np.uint8),
        test_images=images[200:],
        test_labels=labels[200:].astype(np.uint8),
        kind="blobs",
        source="a test",
        spec=spec,
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("noise", [None, NoiseConfig(kind="masking", level=0.3)])
def test_a_model_of_any_picture_is_trained_and_saved(shape, noise, tmp_path):
    config = ModelConfig(latent_dim=3, hidden_dims=(16,))
    dataset = pictures_of(shape)

    made = experiment.run(
        "blobs", None, config, dataclasses.replace(RECIPE, noise=noise), dataset, device=CPU
    )
    saved = checkpoint_file.save(made, tmp_path / "blobs.safetensors")

    assert saved.card.model.input_shape == shape
    model = build_model(saved.card.model, saved.weights)
    pixels = dataset.test_images.astype(np.float32) / 255
    assert reconstruct(model, pixels).shape == pixels.shape
    np.testing.assert_allclose(encode(model, pixels), saved.codes, atol=0.01)
    assert saved.pca.reconstruct(pixels).shape == pixels.shape


def test_digits_of_28_x_28_pixels_keep_their_format_and_others_have_their_own(tmp_path):
    usual, wide = (
        ModelConfig(latent_dim=2, hidden_dims=(8,), input_shape=s) for s in (SHAPE, (8, 9))
    )

    assert "input_shape" not in usual.to_dict()
    assert json.loads(json.dumps(wide.to_dict()))["input_shape"] == [8, 9]
    assert [ModelConfig.from_dict(each.to_dict()) for each in (usual, wide)] == [usual, wide]

    digits = dataclasses.replace(pictures_of(SHAPE), spec=MNIST)
    for dataset, version in (
        (digits, b'"aecore": "2"'),
        (pictures_of(SHAPE), b'"aecore": "3"'),  # of other names
        (pictures_of((8, 8)), b'"aecore": "3"'),
    ):
        made = experiment.run("x", None, usual, RECIPE, dataset, device=CPU)
        path = checkpoint_file.save(made, tmp_path / "x.safetensors").path
        assert version in path.read_bytes()


@pytest.mark.parametrize(
    "shape", [(), (0,), (8, 0), (8, 129), (8, 8, 2), (8, 8, 3, 1), 64, "8x8", (8.0, 8), (True, 8)]
)
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises(ConfigError):
        ModelConfig(latent_dim=2, hidden_dims=(8,), input_shape=shape)


def test_one_channel_is_a_gray_picture():
    config = ModelConfig(latent_dim=2, hidden_dims=(8,), input_shape=[8, 8, 1])

    assert config.input_shape == (8, 8)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("optimizer", ["adam", "muon"])
def test_rows_of_numbers_are_learned_in_their_own_precision(dtype, optimizer):
    rows = torch.tensor(load_digits().data[:500] / 16, dtype=dtype)[:, :63]  # an odd number
    config = ModelConfig(latent_dim=5, hidden_dims=(20,), input_shape=(63,))
    model = new_model(config, seed=0, device=CPU).to(dtype)
    recipe = TrainConfig(gamma=0.0, epochs=5, batch_size=64, optimizer=optimizer)

    records = list(train(model, rows[:400], rows[400:], recipe))

    assert records[-1].test_mse < records[0].test_mse
    assert encode(model, rows.numpy()).dtype == rows.numpy().dtype


def test_rows_of_features_cannot_be_augmented():
    rows = torch.rand(50, 6)
    model = new_model(
        ModelConfig(latent_dim=2, hidden_dims=(4,), input_shape=(6,)), seed=0, device=CPU
    )

    with pytest.raises(TrainingError, match="Only pictures can be augmented"):
        list(train(model, rows, rows, RECIPE))
