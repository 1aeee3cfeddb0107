"""What a public server's connections may ask of Streamlit, and what Streamlit tells them.

Whoever connects may send any message of Streamlit's protocol, as a page never does: messages clear
the caches of all visitors, write files, and ask for the names of files that git does not track. In
turn, the first answer names the script's folder and versions. Streamlit has no options for these.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from aecore.data.limits import PUBLIC_UPLOAD_MB

MAX_VISIT_FILES = 1_000
MAX_FILE_BYTES = PUBLIC_UPLOAD_MB * 2**20
MAX_VISIT_BYTES = 2 * MAX_FILE_BYTES
"""Of a visit's uploads; older ones make room."""
MAX_BYTES = 2**29
"""Of all visits' uploads; beyond that, new ones are refused."""
_MESSAGES = ("rerun_script", "stop_script", "app_heartbeat", "file_urls_request")
_OPERATIONS = ("deferred_file", "dataframe_chunk")
"""Requests for what the page has drawn: a download, more rows of a table."""
_UNNAMED = "app.py"


@functools.cache
def protect() -> None:
    """Bound, from now on, what the connections of this process can do and learn."""
    visit: Any = AppSession
    uploads: Any = MemoryUploadedFileManager
    handle, describe = visit.handle_backmsg, visit._create_new_session_message
    add = uploads.add_file

    def handle_backmsg(session: AppSession, message: BackMsg) -> None:
        if is_allowed(message):
            handle(session, message)

    def create_new_session_message(session: AppSession, *args: Any, **options: Any) -> ForwardMsg:
        return without_machine(describe(session, *args, **options))

    def add_file(
        manager: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec
    ) -> None:
        make_room(manager, session_id, len(file.data))
        add(manager, session_id, file)

    visit.handle_backmsg = handle_backmsg
    visit._create_new_session_message = create_new_session_message
    uploads.add_file = add_file


def is_allowed(message: BackMsg) -> bool:
    """Return whether a page would send a message."""
    kind = message.WhichOneof("type")
    if kind != "backend_operation_request":
        return kind in _MESSAGES
    return message.backend_operation_request.WhichOneof("payload") in _OPERATIONS


def without_machine(message: ForwardMsg) -> ForwardMsg:
    """Remove folders, versions and the machine's identity from the first message of a visit."""
    session = message.new_session
    session.main_script_path = _UNNAMED
    about = session.initialize
    for part in (about.environment_info, about.user_info):
        for field in part.DESCRIPTOR.fields:
            part.ClearField(field.name)
        part.SetInParent()  # the page expects it, if only empty
    return message


def make_room(manager: MemoryUploadedFileManager, session_id: str, size: int) -> None:
    """Remove a visit's oldest uploads until a new one fits.

    Raises
    ------
    HTTPException
        If it is too large, or the server holds too much of other visits already.
    """
    if size > MAX_FILE_BYTES:
        raise HTTPException(413, "The file is too large.")
    with manager._lock:
        everything = [dict(files) for files in manager.file_storage.values()]
        own = dict(manager.file_storage.get(session_id, {}))
    while own and (len(own) >= MAX_VISIT_FILES or _bytes(own) + size > MAX_VISIT_BYTES):
        oldest = next(iter(own))
        manager.remove_file(session_id, oldest)
        del own[oldest]
    if sum(map(_bytes, everything)) + size > MAX_BYTES:
        raise HTTPException(503, "This server holds as many uploads as it can. Try again later.")


def _bytes(files: Mapping[str, UploadedFileRec]) -> int:
    return sum(len(file.data) for file in files.values())


if __name__ == "__main__":  # `streamlit`, protected before its first message, and warm
    from streamlit.web.cli import main

    from aecore.ui import public_server, warm_up

    public_server.protect()
    warm_up.prepare()
    main(prog_name="streamlit")
