"""The latent space as the server sees it: the start card, and what is drawn first."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.checkpoints import catalog, file
from aecore.models import inference
from aecore.ui.pages.map import page
from aecore.viewer import message
from tests.support.pages import component, open_page
from tests.support.ten_digits import write_npz


def card(app) -> tuple[dict, dict]:
    """What the card is sent."""
    return message.unpack(component(app, "start_card").bytes)


@pytest.mark.parametrize(
    ("model", "numbers"), [("plane", "two numbers"), ("plain-32", "32 numbers")]
)
def test_the_card_asks_about_the_model_and_nothing_is_drawn_until_it_stands(model, numbers):
    app = open_page("map", model=model)

    header, arrays = card(app)
    assert header["question"] == f"Can 784 pixels fit into {numbers}?"
    assert arrays == {}
    assert not app.get("page_link")


@pytest.mark.parametrize("query", [{"z": "0,-4"}, {"present": "1"}, {"lesson": "tour"}])
def test_no_card_where_the_address_asks_for_more_than_a_model(query):
    app = open_page("map", model="plane", **query)

    assert "start_card" not in [block.key for block in app.get("bidi_component")]


def test_a_standing_card_is_sent_digits_in_use_with_their_codes(tmp_path, monkeypatch):
    """They are not those of the model's own test set: the server encodes them."""
    monkeypatch.setenv("AECORE_DATA", str(write_npz(tmp_path / "mnist.npz")))

    header, arrays = card(open_page("map", model="plane", state={"map_start": True}))

    checkpoint = file.load(catalog.find("plane"))
    model = inference.build_model(checkpoint.card.model, checkpoint.weights)
    np.testing.assert_allclose(
        arrays["codes"], inference.encode(model, arrays["pictures"]), atol=1e-5
    )
    assert len(set(header["labels"])) == len(arrays["pictures"]) == 3


def test_without_readable_data_the_card_has_no_digits(tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path / "missing"))

    app = open_page("map", model="plane", state={"map_start": True})

    assert card(app)[1] == {}
    assert "missing" in app.error[0].value


def test_nothing_delays_the_chart_of_a_page_that_opens_nor_the_panel_of_one_that_is_there(
    monkeypatch,
):
    drawn = []
    for name in ("_show_chart", "_show_panel"):
        monkeypatch.setattr(page, name, lambda *_, name=name: drawn.append(name))
    app = open_page("map", model="plane")

    app.selectbox(key="model").set_value("wide").run()

    assert not app.exception
    assert drawn == ["_show_chart", "_show_panel", "_show_panel", "_show_chart"]


def test_the_panel_keeps_its_place_where_a_model_has_one_view_alone():
    """Else a browser would build it and the chart anew."""

    def place(block, path=()):
        for number, child in getattr(block, "children", {}).items():
            if getattr(child, "key", None) == "map_number":
                return (*path, number)
            if found := place(child, (*path, number)):
                return found
        return None

    app = open_page("map", model="plane")
    before = place(app.main)
    app.selectbox(key="model").set_value("wide").run()

    assert app.segmented_control(key="map_view")
    assert place(app.main) == before is not None
