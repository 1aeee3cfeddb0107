"""What lessons may name of a page is there in its sources."""

import ast
import re
from pathlib import Path

import pytest

import aecore.ui
from aecore.config import ModelConfig, TrainConfig
from aecore.lessons import catalog
from aecore.lessons.pages import PAGES, is_control
from aecore.settings import settings_of
from aecore.ui.pages import find_pages

UI = Path(aecore.ui.__file__).parent
SETTINGS = {*settings_of(ModelConfig), *settings_of(TrainConfig)}
"""Parameters of `/train`, which draws an input for each."""
BUILT = {
    **{f"filters_{name}": 'f"filters_{name}"' for name in ("layer", "scale", "sort", "show")},
    **{f"filters_{side}": 'f"filters_{side}"' for side in ("left", "right")},
    **{f"journey_{name}": 'f"journey_{name}"' for name in ("from", "to")},
}
"""Keys that the pages put together, with how they do it."""


def words_in(path):
    """All texts in double quotes in the sources of a page, and of what pages share."""
    (folder,) = (page.name for page in find_pages() if page.path == path)
    files = [*(UI / "pages" / folder).rglob("*.py"), *UI.glob("*.py"), *UI.glob("components/*.py")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return set(re.findall(r'"([\w-]+)"', text)) | SETTINGS


def test_every_page_can_be_named_and_no_other():
    assert {page.path for page in find_pages()} | {"lessons"} == set(PAGES)


@pytest.mark.parametrize("path", [path for path in PAGES if path != "lessons"])
def test_parameters_and_elements_are_those_of_the_page(path):
    page = PAGES[path]

    assert (page.parameters | page.keys) - set(BUILT) - words_in(path) == set()


def written_by(file):
    """Parameters that a source writes to the URL by itself, or that its inputs are kept under."""
    calls = [
        each for each in ast.walk(ast.parse(file.read_text("utf-8"))) if type(each) is ast.Call
    ]
    for call in calls:
        name = ast.unparse(call.func)
        if name in ("url_state.set", "url_state.store", "url_state.load"):
            yield call.args[0]
        elif name.startswith("inputs.") or name in ("_text", "_number"):
            yield from (each.value for each in call.keywords if each.arg == "name")


@pytest.mark.parametrize("path", [path for path in PAGES if path != "lessons"])
def test_every_parameter_that_a_page_writes_can_be_named(path):
    (folder,) = (page.name for page in find_pages() if page.path == path)
    written = [each for file in (UI / "pages" / folder).rglob("*.py") for each in written_by(file)]
    names = {each.value for each in written if type(each) is ast.Constant}

    assert names <= PAGES[path].parameters | SETTINGS


@pytest.mark.parametrize(("key", "source"), BUILT.items())
def test_built_keys_are_built_of_known_words(key, source):
    (path,) = (path for path, page in PAGES.items() if key in page.keys)

    files = [file.read_text(encoding="utf-8") for file in UI.glob("pages/*/page.py")]
    assert any(source in text and f'"{key.split("_")[1]}"' in text for text in files)
    assert key.split("_")[1] in words_in(path)


def test_results_are_no_controls():
    for page in PAGES.values():
        assert page.controls & page.results == frozenset()
    assert is_control("noise_kind")
    assert not is_control("denoise_grid")
    assert not is_control("lesson_panel")


def test_shipped_lessons_name_pages_that_can_be_opened():
    paths = {page.path for page in find_pages()}

    for lesson in catalog.listing().lessons.values():
        assert {step.page for step in lesson.steps} <= paths | {"train", "lessons"}
