"""Pages are found in their folders, and opened when their address is."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from aecore.ui import chart_code, pages
from tests.support.pages import TIMEOUT, open_page, texts

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def new_page(tmp_path, monkeypatch):
    """Add a page in a folder of its own, as a contributor would."""
    folder = tmp_path / "pages" / "greeting"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(
        'TITLE, ICON, PATH = "Greeting", ":material/waving_hand:", "greeting"\n'
        'GROUP, ORDER = "Understand", 25\n'
    )
    (folder / "page.py").write_text(
        'import streamlit as st\n\n\ndef render():\n    st.markdown("Hello from the new page.")\n'
    )
    monkeypatch.setattr(pages, "__path__", [*pages.__path__, str(folder.parent)])
    importlib.invalidate_caches()
    return "greeting"


def test_a_new_folder_is_a_page_of_the_navigation_in_its_order(new_page):
    names = [page.name for page in pages.find_pages()]

    assert names[:3] == ["map", "generate", new_page]
    assert len(set(names)) == 12


def test_the_server_does_not_watch_its_folder():
    """A virtual environment may lie there: each import from it then told the server of a change."""
    settings = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text())

    assert settings["server"]["fileWatcherType"] == "none"


def test_the_sidebar_goes_from_understanding_to_building():
    groups = {}
    for page in pages.find_pages():
        groups.setdefault(page.group, []).append(page.title)

    assert list(groups)[:3] == ["Understand", "Look inside", "Build"]
    assert groups["Understand"] == ["Latent space", "Generate", "Your digit"]
    assert groups["Look inside"] == ["Filters", "Reconstruct", "Denoise"]
    assert groups["Build"] == ["Data", "Train", "Sweeps", "Compare"]


def test_a_new_page_opens(new_page):
    app = open_page(new_page)

    assert not app.exception
    assert "Hello from the new page." in texts(app)


def test_the_app_runs_with_a_new_page_and_opens_on_the_latent_space(new_page):
    app = AppTest.from_file("../../app.py", default_timeout=TIMEOUT).run()

    assert not app.exception
    assert app.title[0].value == "The latent space"


def test_a_public_server_shows_no_traceback(monkeypatch):
    monkeypatch.setenv("AECORE_TRAINING", "off")
    before = st.get_option("client.showErrorDetails")

    try:
        AppTest.from_file("../../app.py", default_timeout=TIMEOUT).run()
        assert st.get_option("client.showErrorDetails") == "none"
    finally:
        st.set_option("client.showErrorDetails", before)


def test_addresses_are_what_links_rely_on():
    paths = {page.name: page.path for page in pages.find_pages()}

    assert paths == {
        "map": "",
        "generate": "generate",
        "filters": "filters",
        "reconstruct": "reconstruct",
        "denoise": "denoise",
        "train": "train",
        "compare": "compare",
        "your_digit": "your-digit",
        "sweeps": "sweeps",
        "data": "data",
        "lessons": "lessons",
    }


def test_the_app_opens_where_streamlit_keeps_the_code_of_charts_elsewhere(tmp_path, monkeypatch):
    assert "PlotlyChart." in chart_code._script()
    chart_code._script.cache_clear()
    monkeypatch.setattr(chart_code, "_SCRIPTS", tmp_path)

    app = AppTest.from_file("../../app.py", default_timeout=TIMEOUT).run()

    chart_code._script.cache_clear()
    assert not app.exception
    assert app.title[0].value == "The latent space"
