"""What a notebook shows of a checkpoint."""

import base64
import html
import re
from dataclasses import replace

import numpy as np
import pytest

from aecore import Autoencoder, latent_space
from aecore.errors import CheckpointError
from aecore.export import notebook
from tests.export.test_payload import restored
from tests.support.checkpoint_files import small_checkpoint


def test_a_checkpoint_shows_its_explorer_in_a_frame():
    checkpoint = small_checkpoint()

    shown = checkpoint._repr_html_()

    assert shown.startswith('<iframe srcdoc="&lt;!DOCTYPE html&gt;')
    assert html.escape(checkpoint.to_html()) in shown


def test_a_large_one_shows_its_card_and_the_call_to_make(monkeypatch):
    monkeypatch.setattr(notebook, "MAX_BYTES", 1_000)

    shown = small_checkpoint()._repr_html_()

    assert shown.startswith("<table>")
    assert "checkpoint.explore()" in shown
    assert "iframe" not in shown


@pytest.mark.parametrize("shape", [(30,)])
def test_what_no_browser_computes_shows_its_card(shape):
    checkpoint = small_checkpoint()
    card = replace(checkpoint.card, model=replace(checkpoint.card.model, input_shape=shape))

    shown = replace(checkpoint, card=card)._repr_html_()

    assert shown.startswith("<table>")
    assert "cannot be exported" in shown


ROWS = np.random.default_rng(0).random((30, 784))
DIGITS = np.arange(30) % 10


@pytest.fixture(scope="module")
def estimator():
    return Autoencoder(epochs=1, hidden_dims=(4,), image_shape=(28, 28), random_state=0).fit(ROWS)


@pytest.mark.parametrize("as_pictures", [False, True])
def test_rows_are_shown_in_the_latent_space_of_a_model(estimator, as_pictures):
    rows = ROWS[:20].reshape(20, 28, 28) if as_pictures else ROWS[:20]

    explorer = latent_space(estimator, rows, DIGITS[:20], name="mine")

    (text,) = re.findall('data-model="mine"[^>]*>([^<]+)<', explorer.page)
    _, arrays = restored(base64.b85decode(text.translate(str.maketrans(":,.", "&<>"))))
    np.testing.assert_array_equal(arrays["labels"], DIGITS[:20])
    codes = estimator.transform(ROWS[:20])
    np.testing.assert_allclose(arrays["codes"], codes, atol=2e-3, rtol=2e-3)
    assert explorer._repr_html_().startswith("<iframe")


def test_a_checkpoint_shows_other_rows_too():
    explorer = latent_space(replace(small_checkpoint(), estimator=None), ROWS)

    assert 'data-model="model"' in explorer.page


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (DIGITS + 1, "labels of 0 to 9, not for 10"),
        (DIGITS[:3], "3 labels for 30 rows"),
        (DIGITS.astype(str), "whole numbers"),
        (DIGITS - 1, "whole numbers"),
    ],
)
def test_labels_that_cannot_be_used_are_named(estimator, labels, message):
    with pytest.raises(ValueError, match=message):
        latent_space(estimator, ROWS, labels)


def test_rows_that_are_no_pictures_are_refused():
    with pytest.raises(CheckpointError, match="draws pictures"):
        latent_space(Autoencoder(epochs=1, hidden_dims=(4,)).fit(ROWS[:, :9]), ROWS[:, :9])
