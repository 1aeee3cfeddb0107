"""Which model is the notebook's, and which its mended twin."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from aecore.checkpoints.twins import is_mended, twin_of
from aecore.presets import PRESETS

CARDS = {
    name: SimpleNamespace(model=preset.model, train=preset.train)
    for name, preset in PRESETS.items()
}


@pytest.mark.parametrize(("one", "other"), [("narrow-dropout", "narrow"), ("wide-dropout", "wide")])
def test_the_presets_pairs_find_each_other(one, other):
    assert twin_of(one, CARDS) == other
    assert twin_of(other, CARDS) == one
    assert not is_mended(CARDS[one].model)
    assert is_mended(CARDS[other].model)


@pytest.mark.parametrize("name", ["plane", "plain-32", "denoise-mask"])
def test_a_model_without_a_twin_has_none(name):
    assert twin_of(name, CARDS) is None


def test_another_task_is_no_twin():
    noisy = replace(CARDS["wide"].train, noise=CARDS["denoise-mask"].train.noise)
    cards = {
        "wide-dropout": CARDS["wide-dropout"],
        "noisy": SimpleNamespace(model=CARDS["wide"].model, train=noisy),
    }

    assert twin_of("wide-dropout", cards) is None
