"""What a notebook shows of a checkpoint."""

import html
from dataclasses import replace

import pytest

from aecore.export import notebook
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
    assert "Explorer(checkpoint)" in shown
    assert "iframe" not in shown


@pytest.mark.parametrize("shape", [(30,)])
def test_what_no_browser_computes_shows_its_card(shape):
    checkpoint = small_checkpoint()
    card = replace(checkpoint.card, model=replace(checkpoint.card.model, input_shape=shape))

    shown = replace(checkpoint, card=card)._repr_html_()

    assert shown.startswith("<table>")
    assert "cannot be exported" in shown
