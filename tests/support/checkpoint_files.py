"""A small sound file, and the same with something changed.

A test module asks for these fixtures with `pytest_plugins = ["tests.support.checkpoint_files"]`.
"""

import dataclasses
import json
import struct

import numpy as np
import pytest
from safetensors.numpy import load as parse
from safetensors.numpy import save as serialize

from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.card import Card
from aecore.checkpoints.file import load, save
from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.errors import CheckpointError
from aecore.models.families import family_of
from aecore.models.pca import PCA
from aecore.training.history import EpochRecord

N_CODES = 20


SMALL = ModelConfig(latent_dim=2, hidden_dims=(3,), latent_dropout=0.5)


def small_checkpoint(config=SMALL, **changes):
    """A checkpoint of random weights."""
    rng = np.random.default_rng(0)
    dim = config.latent_dim
    card = Card(
        preset="plane",
        model=config,
        train=TrainConfig(gamma=0.1, noise=NoiseConfig(), epochs=2),
        source="MNIST",
        fingerprint="0123456789abcdef",
        device="cpu",
        seconds=1.5,
        versions={"torch": "2.0"},
        metrics={"test_mse": 0.04, "pca_test_mse": 0.05},
        history=tuple(
            EpochRecord(epoch=i, train_loss=0.2, train_mse=0.1, test_mse=0.1, seconds=i)
            for i in (1, 2)
        ),
    )
    made = checkpoint_file.Checkpoint(
        name="small",
        card=card,
        weights={
            name: rng.normal(size=shape).astype(np.float32)
            for name, shape in family_of(config).state_shapes(config).items()
        },
        pca=PCA(
            mean=rng.random(784).astype(np.float32),
            components=rng.normal(size=(dim, 784)).astype(np.float32),
        ),
        codes=rng.normal(size=(N_CODES, dim)).astype(np.float16),
        labels=(np.arange(N_CODES) % 10).astype(np.uint8),
        distances=np.sort(rng.random(N_CODES)).astype(np.float32),
        errors=rng.random(N_CODES).astype(np.float32),
    )
    return dataclasses.replace(made, **changes)


@pytest.fixture(scope="session")
def content(tmp_path_factory):
    """The bytes of a sound file."""
    path = tmp_path_factory.mktemp("sound") / "small.safetensors"
    save(small_checkpoint(), path)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path):
    """Where a test saves a file of that name."""
    return tmp_path / "small.safetensors"


def header_of(content):
    """The header of a file, and what comes behind it."""
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def with_header(header, body, *, length=None):
    """A file of this header and body; the header's length may be a lie."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def with_metadata(content, **changes):
    """The file with its metadata changed; without what is None."""
    header, body = header_of(content)
    metadata = header["__metadata__"] | changes
    header["__metadata__"] = {k: v for k, v in metadata.items() if v is not None}
    return with_header(header, body)


def with_card(content, change):
    """The file with its card changed in place."""
    header, body = header_of(content)
    card = json.loads(header["__metadata__"]["card"])
    change(card)
    header["__metadata__"]["card"] = json.dumps(card)
    return with_header(header, body)


def with_arrays(content, change):
    """The file with its arrays changed in place."""
    arrays = parse(content)
    change(arrays)
    return serialize(arrays, metadata=header_of(content)[0]["__metadata__"])


def expect_refusal(path, content, message=None):
    path.write_bytes(content)

    with pytest.raises(CheckpointError, match=message) as caught:
        load(path)

    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
