"""The explorer as a widget: what Python can set of what is on show."""

import re
from dataclasses import replace

import numpy as np
import pytest

from aecore.errors import ConfigError
from aecore.export import notebook
from aecore.export.explorer import Explorer
from tests.support.checkpoint_files import small_checkpoint

pytest.importorskip("anywidget")


@pytest.fixture
def widget():
    plane = small_checkpoint()
    return notebook.explore(plane, replace(plane, name="other"))


def test_it_opens_on_the_first_model_with_nothing_pinned_or_selected(widget):
    assert widget.model == small_checkpoint().name
    assert widget.z.shape == widget.selection.shape == (0,)


def test_it_opens_on_the_model_that_the_address_names():
    plane = small_checkpoint()
    both = plane, replace(plane, name="other")

    assert notebook.explore(*both, address={"model": "other"}).model == "other"


def test_rows_and_masks_select(widget):
    widget.selection = [3, 1, 3]
    np.testing.assert_array_equal(widget.selection, [1, 3])
    assert widget.get_state("selection") == {"selection": [1, 3]}

    widget.selection = np.arange(len(small_checkpoint().codes)) == 2
    np.testing.assert_array_equal(widget.selection, [2])


def test_a_code_is_pinned_and_given_up_by_a_model_of_other_size(widget):
    dim = small_checkpoint().card.model.latent_dim
    z = np.linspace(-1, 1, dim)

    widget.z = z

    np.testing.assert_array_equal(widget.z, z)
    widget.model = "other"
    np.testing.assert_array_equal(widget.z, z)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("model", "lost", "no model 'lost'"),
        ("z", [1.0] * 7, "list of"),
        ("z", [float("nan")], "number"),
        ("selection", [-1], "whole numbers of 0 to"),
        ("selection", [10**6], "whole numbers of 0 to"),
        ("selection", [0.5], "whole numbers of 0 to"),
    ],
)
def test_what_no_model_has_is_refused(widget, name, value, message):
    with pytest.raises(ConfigError, match=message):
        setattr(widget, name, value)


def test_what_it_holds_cannot_be_changed_behind_its_back(widget):
    widget.selection = [1]

    with pytest.raises(ValueError, match="read-only"):
        widget.selection[0] = 2


def test_every_widget_has_a_frame_of_its_own(widget):
    other = notebook.explore(small_checkpoint())

    names = [re.search('name="([^"]+)" width', each._repr_html_())[1] for each in (widget, other)]

    assert names == [widget.frame, other.frame]
    assert names[0] != names[1]


def test_without_anywidget_there_is_the_frame_alone(monkeypatch):
    monkeypatch.setattr(notebook.importlib.util, "find_spec", lambda name: None)

    shown = notebook.explore(small_checkpoint())

    assert type(shown) is Explorer
    assert shown._repr_html_().startswith("<iframe")
