"""What a public server answers on its own connections; `tests/browser/test_proxy.py` runs one."""

from __future__ import annotations

import pytest
from starlette.exceptions import HTTPException
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from aecore.ui import public_server

REFUSED = {
    "clear_cache",
    "set_run_on_save",
    "load_git_info",
    "debug_disconnect_websocket",
    "debug_shutdown_runtime",
}


def message(kind: str) -> BackMsg:
    """One of Streamlit's messages from a browser, with nothing in it."""
    made = BackMsg()
    field = made.DESCRIPTOR.fields_by_name[kind]
    if field.message_type:
        getattr(made, kind).SetInParent()
    else:
        setattr(made, kind, True)
    return made


def test_messages_that_a_page_sends_are_allowed_and_others_are_not():
    kinds = [field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields]
    operations = BackMsg().backend_operation_request.DESCRIPTOR.oneofs_by_name["payload"].fields

    refused = {kind for kind in kinds if not public_server.is_allowed(message(kind))}
    allowed = set()
    for operation in operations:
        request = BackMsg()
        getattr(request.backend_operation_request, operation.name).SetInParent()
        allowed |= {operation.name} if public_server.is_allowed(request) else set()

    assert refused == REFUSED | {"backend_operation_request"}  # without an operation in it
    assert allowed == {"deferred_file", "dataframe_chunk"}


def test_the_first_message_names_neither_folders_nor_versions():
    sent = ForwardMsg()
    sent.new_session.main_script_path = "/srv/explorer/app.py"
    sent.new_session.main_script_hash = "kept"
    about = sent.new_session.initialize
    about.environment_info.streamlit_version = about.environment_info.python_version = "3.11"
    about.user_info.installation_id = "a machine"

    told = public_server.without_machine(sent)

    assert told.new_session.main_script_hash == "kept"
    assert told.new_session.initialize.HasField("environment_info")
    for text in (b"/srv", b"3.11", b"a machine"):
        assert text not in told.SerializeToString()


def add(manager: MemoryUploadedFileManager, visit: str, name: str, size: int) -> None:
    """Add a file as an upload does on a public server."""
    public_server.make_room(manager, visit, size)
    manager.add_file(visit, UploadedFileRec(file_id=name, name=name, type="", data=bytes(size)))


def names(manager: MemoryUploadedFileManager, visit: str) -> list[str]:
    return list(manager.file_storage[visit])


def test_the_oldest_uploads_of_a_visit_make_room(monkeypatch):
    monkeypatch.setattr(public_server, "MAX_VISIT_BYTES", 100)
    monkeypatch.setattr(public_server, "MAX_VISIT_FILES", 3)
    manager = MemoryUploadedFileManager("/upload")

    for name, size in (("a", 40), ("b", 40), ("c", 40), ("d", 1), ("e", 1)):
        add(manager, "mine", name, size)
    add(manager, "other", "a", 90)

    assert names(manager, "mine") == ["c", "d", "e"]
    assert names(manager, "other") == ["a"]


def test_uploads_of_all_visits_together_are_bounded(monkeypatch):
    monkeypatch.setattr(public_server, "MAX_BYTES", 100)
    manager = MemoryUploadedFileManager("/upload")
    add(manager, "first", "a", 60)

    with pytest.raises(HTTPException, match="too large"):
        public_server.make_room(manager, "first", public_server.MAX_FILE_BYTES + 1)
    with pytest.raises(HTTPException, match="as many uploads as it can"):
        add(manager, "second", "b", 60)
