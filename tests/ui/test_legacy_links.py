"""Addresses that an earlier version wrote open what they opened then.

`tests/fixtures/legacy/links.json` holds the addresses and what that version showed, on the shipped
models and scikit-learn's digits.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aecore.analysis.sampling import typical
from aecore.checkpoints import file as checkpoint_file
from aecore.viewer import message
from tests.support.pages import component, open_page, picture_rows

FIXTURE = Path(__file__).parents[1] / "fixtures" / "legacy" / "links.json"
LINKS = json.loads(FIXTURE.read_text())["links"]
EXPERIMENTS = {
    # then: now
    "Error by label": "Error by class",
    "Galleries": "Worst and typical cases",
    "What each number counts": "Importance of each latent dimension",
    "Dropout left on": "Dropout at test time",
    "Noise on the code": "Noise in the code",
}
WIDGETS = {
    "filters": {name: f"filters_{name}" for name in ("layer", "sort", "scale", "show")},
    "reconstruct": {
        "which": "reconstruct_which",
        "label": "reconstruct_label",
        "put_first": "reconstruct_digit",
        "beside": "reconstruct_with",
        "laboratory": "reconstruct_lab",
    },
    "denoise": {name: f"noise_{name}" for name in ("kind", "level", "row", "column")},
    "train": {"preset": "train_preset", "shelf": "model"},
    "compare": {"beside": "compare_other"},
    "your-digit": {"way": "your_digit_way"},
}
"""Of each page: what it showed, and the key of the widget that shows it."""


def widgets(app):
    kinds = ("segmented_control", "selectbox", "number_input", "multiselect", "slider", "toggle")
    found = {}
    for kind in (*kinds, "pills"):
        found |= {each.key: each.value for each in getattr(app, kind, ()) or () if each.key}
    return found


def sent(app, key):
    return message.unpack(component(app, key).bytes)[0]


@pytest.mark.parametrize("link", LINKS, ids=[link["address"][:60] for link in LINKS])
def test_an_address_of_an_earlier_version_opens_what_it_opened(link):
    page = link["path"].strip("/") or "map"
    shown = link["shown"]

    app = open_page(page.replace("-", "_"), **link["query"])

    assert not app.exception
    assert (len(app.warning), len(app.error)) == (link["warnings"], link["errors"])
    values = widgets(app)
    assert values["model"] == link["model"]
    for name, key in WIDGETS.get(page, {}).items():
        wanted = EXPERIMENTS.get(shown[name], shown[name]) if name == "laboratory" else shown[name]
        assert values.get(key) == wanted, name
    if page in ("map", "generate"):
        told = sent(app, "live_decoder")["settings"]
        code = told["pin"]["z"] if page == "map" else told["z"]
        then = shown["pinned_code"] if page == "map" else shown["code"]
        if page == "generate" and ("z" not in link["query"] or link["warnings"]):
            found = checkpoint_file.load(link["model"])
            then = found.codes[typical(found.errors)]  # then the mean, a ghost
        assert code[: len(then)] == pytest.approx(then, rel=1e-6)
        assert page == "generate" or told["pin"]["number"] == shown["pinned_test_digit"]
    if page == "filters":
        assert app.session_state["filters_unit"].unit + 1 == shown["unit_counted_from_1"]
        beside = any(block.key == "filters_left" for block in app.get("bidi_component"))
        assert beside == shown["twin_beside"]
    if page == "reconstruct":
        numbers = [title.split(",")[0].split()[-1] for title in shown["digits_shown"]]
        titles = picture_rows(app)[0][0]["titles"][:10]
        assert [title.split(",")[0].split()[-1] for title in titles] == numbers
    if page == "compare":
        listed = [
            name for name in app.dataframe[0].value["model"] if name != "conv-32"
        ]  # a new one
        assert listed == shown["models_in_table"]
