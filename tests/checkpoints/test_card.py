"""A card in a file: every field that makes no sense is one clear error."""

import dataclasses
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aecore.checkpoints.card import Card
from aecore.checkpoints.file import read_card
from aecore.errors import CheckpointError
from tests.support.checkpoint_files import expect_refusal, with_card, with_metadata

pytest_plugins = ["tests.support.checkpoint_files"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"aecore": "1"}, "its format is '1', this program reads '2'"),
        ({"aecore": "one\nline"}, "its format is"),
        ({"aecore": None}, "no autoencoder"),
        ({"card": None}, "card cannot be read"),
        ({"card": ""}, "card cannot be read"),
        ({"card": "[" * 100_000}, "card cannot be read"),
        ({"card": "9" * 5_000}, "card cannot be read"),
        ({"card": "null"}, "card cannot be read"),
        ({"card": "{}"}, "other fields"),
        ({"card": 7}, "card cannot be read"),
    ],
)
def test_a_header_of_another_version_or_without_a_card_is_refused(path, content, changes, message):
    expect_refusal(path, with_metadata(content, **changes), message)


ODD_VALUES = {
    "nothing": None,
    "true": True,
    "minus one": -1,
    "a number": 1.5,
    "text": "text",
    "lines": "a\nb",
    "half a character": "\ud800",
    "a list": [],
    "a list in a list": [[]],
    "a mapping": {},
    "a mapping to nothing": {"a": None},
    "not a number": float("nan"),
    "huge": 10**400,
}
AS_GOOD_AS_ANY = {
    "preset": {"nothing", "text"},
    "source": {"text"},
    "fingerprint": {"text"},
    "device": {"text"},
    "seconds": {"minus one", "a number"},
    "versions": {"a mapping", "a mapping to nothing"},
    "history": {"a list"},
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (field.name, value)
        for field in dataclasses.fields(Card)
        for name, value in ODD_VALUES.items()
        if name not in AS_GOOD_AS_ANY.get(field.name, ())
    ],
)
def test_a_card_with_a_field_of_another_kind_is_refused(path, content, field, value):
    odd = with_card(content, lambda card: card.update({field: value}))

    expect_refusal(path, odd, "card cannot be read")


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card.pop("history"),
        lambda card: card.update(color="blue"),
        lambda card: card["model"].pop("latent_dim"),
        lambda card: card["model"].update(latent_dim=10**6),
        lambda card: card["model"].update(hidden_dims="128"),
        lambda card: card["train"].update(optimizer="sgd"),
        lambda card: card["train"]["noise"].update(kind=["masking"]),
        lambda card: card["train"]["noise"].update(level=10**400),
        lambda card: card["metrics"].pop("test_mse"),
        lambda card: card["metrics"].update(test_mse=10**400),
        lambda card: card["metrics"].update({str(i): 0 for i in range(101)}),
        lambda card: card["history"][0].update(train_mse=float("inf")),
        lambda card: card["history"][0].update(seconds=10**400),
        lambda card: card["history"].append([]),
        lambda card: card["history"].clear(),
        lambda card: card.update(source="x" * 501),
    ],
)
def test_a_card_that_does_not_make_sense_is_refused(path, content, change):
    expect_refusal(path, with_card(content, change), "card cannot be read")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_the_card_is_refused_or_makes_sense(path, content, data):
    def change(card):
        part = card
        while isinstance(part, dict | list) and part:
            keys = list(part) if isinstance(part, dict) else list(range(len(part)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(part[key], dict | list) or data.draw(st.booleans()):
                part[key] = data.draw(json_values)
                return
            part = part[key]

    path.write_bytes(with_card(content, change))

    try:
        card = read_card(path)
    except CheckpointError:
        return
    assert Card.from_dict(json.loads(json.dumps(card.to_dict(), allow_nan=False))) == card
