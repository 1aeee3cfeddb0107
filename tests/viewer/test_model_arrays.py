"""A checkpoint travels to the browser with all that decoding and encoding need."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aecore.analysis import metrics
from aecore.config import ModelConfig
from aecore.latent.axes import principal_axes
from aecore.models import inference
from aecore.viewer import model_arrays
from tests.support.checkpoint_files import small_checkpoint


@pytest.mark.parametrize(("dim", "hidden"), [(2, (5,)), (20, (7, 6))])
def test_a_checkpoint_travels_with_its_decoder_and_where_it_is_asked_for_its_encoder(dim, hidden):
    found = small_checkpoint(ModelConfig(latent_dim=dim, hidden_dims=hidden))

    arrays = model_arrays.decoder_arrays(found)
    encoder = model_arrays.encoder_arrays(found)

    for part, prefix, sent in (("decoder", "", arrays), ("encoder", "encoder_", encoder)):
        for layer in range(len(hidden) + 1):
            name = f"{part}.layers.{2 * layer}"
            columns, bias = sent[f"{prefix}columns{layer}"], sent[f"{prefix}bias{layer}"]
            np.testing.assert_array_equal(columns, found.weights[f"{name}.weight"].T)
            np.testing.assert_array_equal(bias, found.weights[f"{name}.bias"])
        assert f"{prefix}columns{len(hidden) + 1}" not in sent
    assert not arrays.keys() & encoder.keys()
    np.testing.assert_array_equal(encoder["own_errors"], np.sort(found.errors))
    np.testing.assert_array_equal(arrays["codes"], found.codes)
    np.testing.assert_array_equal(arrays["labels"], found.labels)
    np.testing.assert_array_equal(arrays["own_distances"], found.distances)
    decoded = inference.decode(
        inference.build_model(found.card.model, found.weights), found.codes.astype(np.float32)
    )
    np.testing.assert_allclose(arrays["own_grays"], np.sort(metrics.grayness(decoded)), rtol=1e-5)
    assert arrays["axes"].shape == (min(dim, model_arrays.MOST_AXES), dim)
    np.testing.assert_array_equal(arrays["mean"], principal_axes(found.codes).mean)


@pytest.mark.parametrize(
    ("shape", "count"), [((28, 28), 1000), ((64, 64), 732), ((128, 128, 3), 200)]
)
def test_fewer_large_pictures_are_decoded_for_their_grayness_and_few_at_a_time(
    shape, count, monkeypatch
):
    config = ModelConfig(latent_dim=2, hidden_dims=(3,), input_shape=shape)
    codes = np.random.default_rng(0).normal(size=(2000, 2)).astype(np.float16)
    found = replace(small_checkpoint(config), codes=codes)
    sizes = []
    decode = inference.decode

    def note(model, batch):
        sizes.append(len(batch))
        return decode(model, batch)

    monkeypatch.setattr(model_arrays, "decode", note)

    grays = model_arrays._own_grays(found)

    assert grays.shape == (count,)
    assert (np.diff(grays) >= 0).all()
    assert sum(sizes) == count
    assert max(sizes) <= 100
