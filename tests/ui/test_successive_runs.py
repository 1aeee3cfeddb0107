"""What waits to be sent while the run of another fragment starts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from aecore.ui import successive_runs


@pytest.fixture
def session(monkeypatch):
    """What is needed here of a visit; Streamlit has its own method back afterwards."""
    monkeypatch.setattr(AppSession, "_clear_queue", AppSession._clear_queue)
    successive_runs.send_all.__wrapped__()
    return SimpleNamespace(_browser_queue=ForwardMsgQueue())


def drawn(fragment: str, text: str) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend([0, 0])
    message.delta.fragment_id = fragment
    message.delta.new_element.markdown.body = text
    return message


def finished() -> ForwardMsg:
    status = ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
    return ForwardMsg(script_finished=status)


def test_all_that_a_run_has_drawn_is_sent_before_the_next_fragments(session):
    messages = [drawn("inner", "old"), drawn("outer", "kept"), finished()]
    messages[1].metadata.delta_path[1] = 1
    queue = session._browser_queue
    for each in messages:
        queue.enqueue(each)

    AppSession._clear_queue(session, ["inner"])
    queue.enqueue(drawn("inner", "new"))

    assert queue.flush() == [*messages, drawn("inner", "new")]


def test_before_a_run_of_the_whole_page_it_is_dropped(session):
    session._browser_queue.enqueue(drawn("inner", "old"))

    AppSession._clear_queue(session)

    assert session._browser_queue.is_empty()
