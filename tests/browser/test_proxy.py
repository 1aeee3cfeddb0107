"""A public server behind nginx, as `deploy` has it: a sub-path, TLS, and a page that embeds it."""

from __future__ import annotations

import functools
import http.server
import os
import re
import shlex
import shutil
import ssl
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from aecore.bench.harness.chromium import ARGUMENTS, RETURNING, find_chromium
from aecore.ui.pages import find_pages
from tests.support.browser import BASE_PATH_PROBE, SHOWN, digit_picture, missing, wait_for_script
from tests.support.command_line import REPOSITORY, answer, free_port, start

pytest_plugins = ["tests.support.browser"]

DEPLOY = REPOSITORY / "deploy"
PAGES = [page for page in find_pages() if page.name != "sweeps"]
GIVEN_UP = "net::ERR_TOO_MANY_RETRIES"
"""Of Chromium's own network, once in many runs; then the pages are opened once more."""
HOST, SCHOOL = "explorer.example.org", "school.example.com"
NGINX = """
daemon off; pid {folder}/pid; error_log stderr warn; user root;
events {{}}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/1; uwsgi_temp_path {folder}/2; scgi_temp_path {folder}/3;
    include {folder}/explorer.conf;
}}
"""


@pytest.fixture(scope="module")
def server(small_models, tmp_path_factory) -> Iterator[int]:
    """Port of the app, started as the unit of systemd says."""
    unit = (DEPLOY / "autoencoder-explorer@.service").read_text()
    told = dict(re.findall(r"^Environment=(\w+)=(.*)$", unit, re.MULTILINE))
    cache = str(tmp_path_factory.mktemp("cache"))
    told |= {"HOME": cache, "AECORE_CACHE": cache, "AECORE_DATA": "", "AECORE_DOWNLOAD": "off"}
    (command,) = re.findall(r"^ExecStart=\S+/python -m aecore (.*)$", unit, re.MULTILINE)
    port = free_port()
    with open(Path(cache, "log"), "wb") as log:
        process = start(
            *shlex.split(command.replace("%i", str(port))),
            env=os.environ | told | {"AECORE_MODELS": str(small_models)},
            stdout=log,
            stderr=log,
        )
        answer(f"http://127.0.0.1:{port}/explorer/_stcore/health")
        yield port
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A folder with a self-signed certificate and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        shlex.split(
            f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST} "
            f"-keyout {folder}/key.pem -out {folder}/chain.pem"
        ),
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def proxy(server, certificate, tmp_path_factory) -> Iterator[str]:
    """Address behind nginx, with the shipped file but for ports and certificate."""
    if (nginx := shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")) is None:
        missing("needs nginx: apt install nginx-light")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    places = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80": f"listen 127.0.0.1:{free_port()}",
        "127.0.0.1:8501": f"127.0.0.1:{server}",
        "    server 127.0.0.1:8502;\n": "",
        "/etc/letsencrypt/live/explorer.example.org/fullchain.pem": f"{certificate}/chain.pem",
        "/etc/letsencrypt/live/explorer.example.org/privkey.pem": f"{certificate}/key.pem",
    }
    text = (DEPLOY / "nginx.conf").read_text()
    for shipped, here in places.items():
        assert shipped in text
        text = text.replace(shipped, here)
    (folder / "explorer.conf").write_text(text)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder))
    process = subprocess.Popen([nginx, "-c", folder / "nginx.conf", "-e", folder / "log"])
    trusting = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
    urllib.request.install_opener(urllib.request.build_opener(trusting))
    try:
        answer(f"https://127.0.0.1:{port}/explorer/_stcore/health")
        yield f"https://{HOST}:{port}/explorer"
    finally:
        urllib.request.install_opener(None)
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def school(tmp_path_factory) -> Iterator:
    """Give a page of another site, over plain HTTP, that shows an address in a frame."""
    folder = tmp_path_factory.mktemp("school")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()

        def embed(address: str) -> str:
            (folder / "index.html").write_text(f'<iframe src="{address}" width=1200 height=900>')
            return f"http://{SCHOOL}:{site.server_port}/index.html"

        yield embed
        site.shutdown()


@pytest.fixture(scope="module")
def tab(chromium) -> Iterator:
    """A tab of a Chromium that finds the hosts on this machine, and trusts the certificate."""
    rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1,MAP {SCHOOL} 127.0.0.1"
    browser = chromium.browser_type.launch(
        executable_path=find_chromium(), args=[*ARGUMENTS, rules]
    )
    context = browser.new_context(ignore_https_errors=True, accept_downloads=True)
    context.set_default_timeout(60_000)
    context.add_init_script(RETURNING)
    tab = context.new_page()
    tab.errors = []
    tab.on("console", lambda line: tab.errors.append(line.text) if line.type == "error" else None)
    yield tab
    browser.close()


def upload(frame) -> None:
    """Choose a picture of a digit on `/your-digit`."""
    frame.locator(".st-key-digit_upload input[type=file]").set_input_files(
        {"name": "../../one.jpg", "mimeType": "image/jpeg", "buffer": digit_picture()}
    )


def errors_of_all_pages(proxy, tab) -> list[str]:
    tab.errors.clear()
    for page in PAGES:
        tab.goto(f"{proxy}/{page.path}")
        tab.get_by_role("heading", level=1).wait_for()
        wait_for_script(tab)
        assert tab.locator("[data-testid=stException]").count() == 0
    return [text for text in tab.errors if BASE_PATH_PROBE not in text]


def test_every_page_opens_below_the_path(proxy, tab):
    errors = errors_of_all_pages(proxy, tab)
    if any(GIVEN_UP in text for text in errors):
        errors = errors_of_all_pages(proxy, tab)

    assert errors == []


def test_the_browser_decodes_and_back_and_forward_lead_through_the_pages(proxy, tab):
    tab.goto(f"{proxy}/generate?model=plane&z=1,2")
    tab.wait_for_function(f"{SHOWN}?.lastZ")
    assert tab.evaluate(f"Array.from({SHOWN}.lastZ)") == [1, 2]

    tab.get_by_role("link", name="Filters").click()
    tab.wait_for_url("**/explorer/filters*")
    wait_for_script(tab)
    tab.go_back()
    tab.wait_for_url("**/explorer/generate*")
    tab.get_by_role("heading", name="Generate", level=1).wait_for()
    tab.go_forward()
    tab.wait_for_url("**/explorer/filters*")
    tab.get_by_role("heading", name="Filters", level=1).wait_for()


def test_a_download_and_an_upload_pass(proxy, tab):
    tab.goto(f"{proxy}/generate?model=plane")
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Digit as PNG").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"\x89PNG")

    tab.goto(f"{proxy}/your-digit?input=Upload")
    upload(tab)
    tab.locator(".st-key-digit_result").get_by_text("nearest test digits").first.wait_for()


def test_uploads_work_in_a_frame_of_another_site(proxy, school, tab):
    tab.goto(school(f"{proxy}/your-digit?embed=true&input=Upload"))
    frame = tab.frame_locator("iframe")

    upload(frame)

    frame.locator(".st-key-digit_result").get_by_text("nearest test digits").first.wait_for()
    assert frame.get_by_text("Uploads do not work here").count() == 0


def test_over_plain_http_one_line_says_why_they_do_not(server, school, tab):
    tab.goto(school(f"http://{HOST}:{server}/explorer/your-digit?embed=true&input=Upload"))

    tab.frame_locator("iframe").get_by_text("over HTTPS only").wait_for()


def test_what_no_page_needs_is_refused(proxy, server):
    folder = str(REPOSITORY).encode()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(proxy.replace(HOST, "127.0.0.1") + "/_stcore/metrics")

    address = f"ws://127.0.0.1:{server}/explorer/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], max_size=2**28) as socket:
        for change in ("load_git_info", "clear_cache", "rerun_script"):
            message = BackMsg()
            if change == "rerun_script":
                message.rerun_script.query_string = "model=../../../etc/passwd&lesson=/etc/passwd"
            else:
                setattr(message, change, True)
            socket.send(message.SerializeToString())
        said, kinds = b"", set()
        while "script_finished" not in kinds:
            said += (part := socket.recv(timeout=30))
            kinds.add(ForwardMsg.FromString(part).WhichOneof("type"))

    assert "git_info_changed" not in kinds
    assert folder not in said
    assert b"root:x:0" not in said
