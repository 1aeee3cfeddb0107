"""A model's arrays cross once a visit, whatever pages need them."""

from dataclasses import replace

import pytest
import streamlit as st

from aecore.ui.components import live_model
from aecore.viewer.message import unpack
from tests.support.checkpoint_files import small_checkpoint

CHECKPOINT = replace(small_checkpoint(), digest="d")


@pytest.fixture(autouse=True)
def visit(monkeypatch):
    """A visit of its own."""
    monkeypatch.setattr(st, "session_state", {})


def sent(*, encodes):
    header, arrays = unpack(live_model._message(CHECKPOINT, {}, encodes=encodes))
    assert (header["hash"], header["decoder"]) == ("d+encoder" if encodes else "d", "d")
    return set(arrays)


def test_the_encoder_follows_a_decoder_that_is_there():
    decoder, encoder, again = sent(encodes=False), sent(encodes=True), sent(encodes=True)

    assert {"codes", "columns0"} <= decoder
    assert "encoder_columns0" in encoder
    assert not decoder & encoder
    assert again == set()


def test_a_decoder_that_came_with_its_encoder_is_not_sent_again():
    whole, again = sent(encodes=True), sent(encodes=False)

    assert {"codes", "encoder_columns0"} <= whole
    assert again == set()


@pytest.mark.parametrize("missed", ["d", "d+encoder"])
def test_a_browser_that_has_lost_a_model_is_sent_all_of_it(missed):
    whole = sent(encodes=True)

    live_model._send_again(missed)

    assert sent(encodes=True) == whole
