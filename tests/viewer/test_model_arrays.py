"""A checkpoint travels to the browser with all that decoding and encoding need."""

from __future__ import annotations

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
