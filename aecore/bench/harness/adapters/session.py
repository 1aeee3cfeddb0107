"""A visitor of a Streamlit app without a browser: a client of the app's own websocket.

It says what Streamlit's page in a browser says, and counts what comes back. It draws nothing.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import urllib.request
import uuid
from collections.abc import Collection
from contextlib import suppress
from typing import Any, NamedTuple, Self

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileUploaderState, FileURLs, UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

# By name: in a message, the next field may begin with a letter.
_MEDIA = re.compile(rb"/media/[0-9a-f]+\.(?:csv|gif|html|jpe?g|npz|png|safetensors|svg|txt)")
_MOST_SECONDS = 60.0  # for one answer
_XSRF_COOKIE = "_streamlit_xsrf"
_EARLY_FOR_RERUN = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
_COMPILE_ERROR = ForwardMsg.ScriptFinishedStatus.FINISHED_WITH_COMPILE_ERROR


class _Widget(NamedTuple):
    """An element of the page that can be used."""

    kind: str
    element: Any
    fragment: str
    """The fragment that it lies in, which alone runs again when it is used."""


class Session:
    """A visit of an app, ended at the end of the `async with` block."""

    received: int
    """Bytes from the server, over the websocket and of the media that the pages name."""
    exceptions: list[str]
    """Exceptions that the pages show."""

    def __init__(self, address: str) -> None:
        """`address` is the server's, without a slash at its end."""
        self.received, self.exceptions = 0, []
        self._address = address
        self._id, self._query = "", ""
        self._pages: dict[str, str] = {}
        self._page = ""
        self._widgets: dict[str, _Widget] = {}
        self._states: dict[str, WidgetState] = {}
        self._cached: dict[str, tuple[int, ForwardMsg]] = {}
        self._most_age = 2
        self._fetched: set[bytes] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._repeats: dict[str, asyncio.Task[None]] = {}  # by their fragments
        self._files: asyncio.Future[list[FileURLs]] | None = None
        self._finished: asyncio.Future[None] | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        url = f"{self._address.replace('http', 'ws', 1)}/_stcore/stream"
        self._socket = await connect(
            url,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            compression=None,
            max_size=None,
            ping_interval=None,
            open_timeout=_MOST_SECONDS,
            proxy=None,
        )
        self._listener = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop_repeats(list(self._repeats))
        await self._socket.close()
        self._listener.cancel()
        with suppress(asyncio.CancelledError):
            await self._listener
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def arrive(self, path: str, query: str) -> float:
        """Open the app on a page, and return the seconds until all of it was there."""
        self._query = query
        return await self._run(ClientState(page_name=path, query_string=query))

    async def turn_to(self, path: str) -> float:
        """Open another page from the sidebar, and return the seconds."""
        self._page, self._query = self._pages[path], ""
        self._states.clear()
        return await self._run(ClientState(page_script_hash=self._page))

    def has(self, key: str) -> bool:
        """Return whether the page has a widget with this key."""
        return key in self._widgets

    def content(self, key: str) -> bytes:
        """Return the message of `aecore.viewer.message` that a component was sent last."""
        return self._widgets[key].element.bytes

    async def trigger(self, key: str, name: str, value: Any) -> float:
        """Let a component report something, and return the seconds until the answer."""
        identifier = f"$$STREAMLIT_INTERNAL_KEY_{self._widgets[key].element.id}__events"
        report = json.dumps([{"event": name, "value": value}])
        return await self._use(key, WidgetState(id=identifier, json_trigger_value=report))

    async def click(self, key: str) -> float:
        """Click a button, and return the seconds until the answer."""
        identifier = self._widgets[key].element.id
        return await self._use(key, WidgetState(id=identifier, trigger_value=True))

    async def change(self, key: str, rng: np.random.Generator) -> float:
        """Set a control to a value at random, and return the seconds until the answer."""
        state = _random_state(self._widgets[key], rng)
        self._states[state.id] = state
        return await self._use(key)

    def controls(self) -> list[str]:
        """Return the keys of the page's controls that `change` can set."""
        return [key for key, each in self._widgets.items() if each.kind in _VALUES]

    async def upload(self, key: str, name: str, content: bytes) -> float:
        """Hand a file to a file uploader, and return the seconds until the answer."""
        start = time.perf_counter()
        self._files = asyncio.get_running_loop().create_future()
        message = BackMsg()
        message.file_urls_request.request_id = str(uuid.uuid4())
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self._id
        await self._socket.send(message.SerializeToString())
        (urls,) = await asyncio.wait_for(self._files, _MOST_SECONDS)
        await asyncio.to_thread(self._put, urls.upload_url, name, content)
        info = UploadedFileInfo(name=name, size=len(content), file_id=urls.file_id, file_urls=urls)
        identifier = self._widgets[key].element.id
        state = WidgetState(
            id=identifier, file_uploader_state_value=FileUploaderState(uploaded_file_info=[info])
        )
        self._states[identifier] = state
        await self._use(key)
        return time.perf_counter() - start

    async def _use(self, key: str, *triggers: WidgetState) -> float:
        state = ClientState(
            query_string=self._query,
            page_script_hash=self._page,
            fragment_id=self._widgets[key].fragment,
        )
        state.widget_states.widgets.extend([*self._states.values(), *triggers])
        return await self._run(state)

    async def _run(self, state: ClientState) -> float:
        """Let the script run, one run after the other, and return the seconds until its end."""
        state.context_info.url = f"{self._address}/"
        state.context_info.timezone = "UTC"
        state.context_info.color_scheme = "light"
        start = time.perf_counter()
        async with self._turn:
            if state.is_auto_rerun and state.fragment_id not in self._repeats:
                return 0.0  # Streamlit would not answer for a fragment that is gone
            state.cached_message_hashes.extend(self._cached)  # as the run before has left them
            self._finished = asyncio.get_running_loop().create_future()
            message = BackMsg()
            message.rerun_script.CopyFrom(state)
            await self._socket.send(message.SerializeToString())
            await asyncio.wait_for(self._finished, _MOST_SECONDS)
        return time.perf_counter() - start

    async def _listen(self) -> None:
        try:
            async for content in self._socket:
                if isinstance(content, str):
                    continue  # Streamlit's messages are bytes
                self.received += len(content)
                message = ForwardMsg()
                message.ParseFromString(content)
                self._take(message)
                for url in set(_MEDIA.findall(content)) - self._fetched:
                    self._fetched.add(url)
                    self._start(asyncio.to_thread(self._get, url.decode()))
        except ConnectionClosed as error:
            self.exceptions.append(f"The connection was lost: {error}")
        finally:
            for waiting in (self._finished, self._files):
                if waiting and not waiting.done():
                    waiting.set_exception(ConnectionError("The server has closed the connection."))

    def _take(self, message: ForwardMsg) -> None:
        """Follow one message as the page in a browser does."""
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            metadata = message.metadata
            message = self._cached[message.ref_hash][1]
            self._cached[message.hash] = (0, message)
            message.metadata.CopyFrom(metadata)
            kind = message.WhichOneof("type")
        elif message.metadata.cacheable:
            self._cached[message.hash] = (0, message)
        if kind == "delta":
            self._take_delta(message.delta)
        elif kind == "new_session":
            self._begin(message.new_session, message.metadata.run.fragment_ids)
        elif kind == "navigation":
            self._pages = {
                page.url_pathname: page.page_script_hash for page in message.navigation.app_pages
            }
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._stop_repeats([message.auto_rerun.fragment_id])
            repeat = asyncio.create_task(self._repeat(message.auto_rerun))
            self._repeats[message.auto_rerun.fragment_id] = repeat
        elif kind == "stop_auto_rerun":
            self._stop_repeats(message.stop_auto_rerun.fragment_ids)
        elif kind == "file_urls_response" and self._files:
            self._files.set_result(list(message.file_urls_response.file_urls))
        elif kind == "script_finished":
            self._end(message.script_finished)

    def _take_delta(self, delta: Any) -> None:
        kind = delta.new_element.WhichOneof("type")
        if kind is None:
            return
        element = getattr(delta.new_element, kind)
        if kind == "exception":
            self.exceptions.append(f"{element.type}: {element.message}")
        identifier = getattr(element, "id", "")
        if isinstance(identifier, str) and identifier.count("-") >= 2:
            key = identifier.split("-", 2)[2]
            self._widgets[key] = _Widget(kind, element, delta.fragment_id)

    def _begin(self, session: Any, fragments: Collection[str]) -> None:
        self._id = session.initialize.session_id
        self._most_age = session.config.max_cached_message_age
        self._is_whole = not fragments
        if self._is_whole:
            self._widgets.clear()
            self._stop_repeats(list(self._repeats))

    def _end(self, status: Any) -> None:
        if status == _COMPILE_ERROR:
            self.exceptions.append("The script could not be compiled.")
        if status == _EARLY_FOR_RERUN:
            return  # the run that follows ends, too
        if self._is_whole:
            self._cached = {
                digest: (age + 1, message)
                for digest, (age, message) in self._cached.items()
                if age < self._most_age
            }
        if self._finished and not self._finished.done():
            self._finished.set_result(None)

    async def _repeat(self, asked: Any) -> None:
        """Run a fragment again at an interval, as it has asked for."""
        while True:
            await asyncio.sleep(asked.interval)
            state = ClientState(
                query_string=self._query,
                page_script_hash=self._page,
                fragment_id=asked.fragment_id,
                is_auto_rerun=True,
            )
            state.widget_states.widgets.extend(self._states.values())
            # What asks for a run of the whole page ends this task, but not the run.
            await asyncio.shield(self._start(self._run_quietly(state)))

    async def _run_quietly(self, state: ClientState) -> None:
        try:
            await self._run(state)
        except (OSError, TimeoutError) as error:  # ConnectionError too
            self.exceptions.append(f"A fragment did not run again: {error!r}")
        except ConnectionClosed:
            pass  # the visit has ended

    def _stop_repeats(self, fragments: Collection[str]) -> None:
        for fragment in fragments:
            if fragment in self._repeats:
                self._repeats.pop(fragment).cancel()

    def _start(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _get(self, path: str) -> None:
        try:
            with urllib.request.urlopen(self._address + path, timeout=_MOST_SECONDS) as answer:
                self.received += len(answer.read())
        except OSError as error:
            self.exceptions.append(f"{path}: {error}")

    def _put(self, path: str, name: str, content: bytes) -> None:
        """Upload a file as a form, with the token that guards against other sites' forms."""
        with urllib.request.urlopen(f"{self._address}/_stcore/health", timeout=_MOST_SECONDS) as it:
            cookies = it.headers.get_all("Set-Cookie", [])
        token = next(
            (each.split(";")[0].split("=", 1)[1] for each in cookies if _XSRF_COOKIE in each), ""
        )
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        body = head.encode() + b"\r\n" + content + f"\r\n--{edge}--\r\n".encode()
        request = urllib.request.Request(self._address + path, data=body, method="PUT")
        request.add_header("Content-Type", f"multipart/form-data; boundary={edge}")
        request.add_header("Cookie", f"{_XSRF_COOKIE}={token}")
        request.add_header("X-Xsrftoken", token)
        urllib.request.urlopen(request, timeout=_MOST_SECONDS).close()


def _slider(element: Any, rng: np.random.Generator) -> WidgetState:
    steps = int((element.max - element.min) / (element.step or 1))
    state = WidgetState(id=element.id)
    for _ in element.default:
        state.double_array_value.data.append(element.min + element.step * rng.integers(steps + 1))
    state.double_array_value.data.sort()
    return state


def _button_group(element: Any, rng: np.random.Generator) -> WidgetState:
    state = WidgetState(id=element.id)
    state.string_array_value.data.append(rng.choice([each.content for each in element.options]))
    return state


def _number_input(element: Any, rng: np.random.Generator) -> WidgetState:
    high = element.max if element.has_max else element.min + 10
    number = int(rng.integers(int(element.min), int(high) + 1))
    if element.data_type == element.INT:
        return WidgetState(id=element.id, int_value=number)
    return WidgetState(id=element.id, double_value=number)


def _checkbox(element: Any, rng: np.random.Generator) -> WidgetState:
    return WidgetState(id=element.id, bool_value=bool(rng.integers(2)))


_VALUES = {
    "slider": _slider,
    "button_group": _button_group,
    "number_input": _number_input,
    "checkbox": _checkbox,
}


def _random_state(widget: _Widget, rng: np.random.Generator) -> WidgetState:
    return _VALUES[widget.kind](widget.element, rng)
