"""Steps of the browser's history: a visit of a page is one, and Back and Forward restore it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from aecore.ui.pages import find_pages
from tests.support.browser import wait_for_script, watched

pytest_plugins = ["tests.support.browser"]

PAGES = find_pages()
BY_PATH = {entry.path: entry for entry in PAGES}
WITHOUT_MODEL = ("data", "sweeps", "lessons")
HAS_MODEL = "new URLSearchParams(location.search).has('model')"


def wait_for_page(page, path: str) -> str:
    """Wait until a page is drawn, and return its address without the server's."""
    is_ready = "true" if path in WITHOUT_MODEL else HAS_MODEL
    page.wait_for_function(f"path => location.pathname === '/' + path && {is_ready}", arg=path)
    page.wait_for_function("title => document.title.startsWith(title)", arg=BY_PATH[path].title)
    page.get_by_text(re.compile(r"Data: ")).locator("visible=true").first.wait_for()
    wait_for_script(page)
    return address(page)


def address(page) -> str:
    parts = urlsplit(page.url)
    return f"{parts.path}?{parts.query}"


def parameters(page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def follow(page, entry) -> str:
    """Follow a link of the sidebar."""
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name=entry.title, exact=True).click()
    return wait_for_page(page, entry.path)


def shown(page) -> tuple[str, str, str]:
    """The heading, the model if there is a picker, and the tab's title."""
    pickers = page.locator(".st-key-model input").all()
    model = pickers[0].input_value() if pickers else ""
    return page.locator("h1").first.inner_text(), model, page.title()


def test_back_and_forward_walk_all_pages_one_press_each(app, page):
    page.goto(f"{app}/?model=plain-32")
    visits = [(wait_for_page(page, ""), *shown(page))]
    steps = page.evaluate("history.length")
    for entry in PAGES[1:]:
        visits.append((follow(page, entry), *shown(page)))

    assert page.evaluate("history.length") == steps + len(PAGES) - 1
    titles = [title for *_, title in visits]
    assert titles[0] == "Latent space · plain-32 · Autoencoder Explorer"
    assert len(set(titles)) == len(PAGES)
    for index in reversed(range(len(PAGES) - 1)):
        page.go_back()
        page.get_by_role("heading", name=visits[index][1], exact=True).wait_for()
        page.wait_for_function("title => document.title === title", arg=titles[index])
        assert (wait_for_page(page, PAGES[index].path), *shown(page)) == visits[index]
    for index in range(1, len(PAGES)):
        page.go_forward()
        page.get_by_role("heading", name=visits[index][1], exact=True).wait_for()
        page.wait_for_function("title => document.title === title", arg=titles[index])
        assert (wait_for_page(page, PAGES[index].path), *shown(page)) == visits[index]
    assert page.evaluate("history.length") == steps + len(PAGES) - 1


@pytest.mark.parametrize("gap", [30, 60])  # ms
def test_back_pressed_in_quick_succession_leads_as_far(app, page, gap):
    page.goto(f"{app}/?model=plane&z=1.5,-0.5")
    visits = [wait_for_page(page, "")]
    steps = page.evaluate("history.length")
    for entry in PAGES[1:6]:
        visits.append(follow(page, entry))

    for _ in range(5):
        page.evaluate("history.back()")
        page.wait_for_timeout(gap)

    assert wait_for_page(page, "") == visits[0]
    assert page.evaluate("history.length") == steps + 5
    page.go_forward()
    assert wait_for_page(page, PAGES[1].path) == visits[1]


def test_an_address_without_parameters_is_one_step(app, page):
    page.goto("about:blank")
    steps = page.evaluate("history.length")

    page.goto(app)
    wait_for_page(page, "")

    assert page.evaluate("history.length") == steps + 1


def test_the_pin_and_the_code_stay_on_their_own_pages(app, page):
    page.goto(f"{app}/?model=plane&z=1.5,-0.5")
    pinned = wait_for_page(page, "")
    generate, filters = BY_PATH["generate"], BY_PATH["filters"]

    follow(page, generate)
    assert parameters(page)["z"] != ["1.5,-0.5"]
    follow(page, filters)
    assert "unit" in parameters(page)
    follow(page, generate)
    assert "unit" not in parameters(page)
    follow(page, PAGES[0])

    assert parameters(page) == {"model": ["plane"], "z": ["1.5,-0.5"]}
    for path in ("generate", "filters", "generate", ""):
        page.go_back()
        before = wait_for_page(page, path)
    assert before == pinned


@pytest.mark.parametrize("leave", [False, True], ids=["on the page", "from another page"])
def test_back_restores_the_controls_of_each_step(app, page, leave):
    page.goto(f"{app}/filters?model=plane&unit=3")
    wait_for_page(page, "filters")
    steps = page.evaluate("history.length")
    page.locator(".st-key-filters_sort").get_by_role("radio").last.click()
    page.wait_for_function("new URLSearchParams(location.search).has('sort')")
    wait_for_script(page)
    sort = parameters(page)["sort"]
    if leave:
        follow(page, PAGES[1])
        page.go_back()
        wait_for_page(page, "filters")
        assert parameters(page)["sort"] == sort

    page.go_back()
    page.wait_for_function("!new URLSearchParams(location.search).has('sort')")
    wait_for_page(page, "filters")

    first = page.locator(".st-key-filters_sort").get_by_role("radio").first
    first.and_(page.locator("[aria-checked=true]")).wait_for()
    assert page.evaluate("history.length") == steps + 1 + leave


def test_a_reload_shows_the_same_and_tabs_do_not_share(app, page, visitor):
    with watched(visitor) as other:
        page.goto(f"{app}/generate?model=plane&z=1,2")
        other.goto(f"{app}/generate?model=plain-32")
        before = wait_for_page(page, "generate")
        apart = wait_for_page(other, "generate")

        page.reload()

        assert wait_for_page(page, "generate") == before == "/generate?model=plane&z=1,2"
        assert address(other) == apart


def test_the_link_is_copied_however_the_browser_allows_it(app, page):
    page.goto(f"{app}/filters?model=plane&unit=3")
    wait_for_page(page, "filters")
    button = page.get_by_role("button", name="Copy link")
    status = page.locator(".copy-link [role=status]")
    field = page.locator(".copy-link input")

    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }; 0")
    button.press("Enter")
    status.get_by_text("Copied.").wait_for()
    assert page.evaluate("window.copied") == page.url

    page.evaluate("navigator.clipboard.writeText = undefined")  # as over plain HTTP
    page.evaluate("document.execCommand = (name) => { window.command = name; return true; }; 0")
    button.press("Enter")
    page.wait_for_function("window.command === 'copy'")
    assert field.input_value() == page.url
    assert not field.is_visible()

    page.evaluate("document.execCommand = () => false; 0")
    button.press("Enter")
    status.get_by_text("Press Ctrl+C").wait_for()
    assert field.is_visible()


def test_the_tab_names_another_model_once_it_is_picked(app, page):
    page.goto(f"{app}/filters?model=plane")
    wait_for_page(page, "filters")
    page.locator(".st-key-model input").click()

    page.get_by_role("option", name=re.compile("plain-32")).click()

    page.wait_for_function("document.title === 'Filters · plain-32 · Autoencoder Explorer'")
