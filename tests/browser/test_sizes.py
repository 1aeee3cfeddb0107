"""Every page fits a phone, a tablet, a laptop and a projector, and the wheel scrolls it."""

from __future__ import annotations

import pytest

from aecore.ui.pages import find_pages
from tests.support.browser import wait_for_script

pytest_plugins = ["tests.support.browser"]

SIZES = {"phone": (390, 844), "tablet": (820, 1180), "laptop": (1280, 720), "large": (1920, 1080)}
STILL = ("train",)
"""Pages that show no picture until a run has begun."""
MEASURE = """() => {
    const all = [], add = (root) => root.querySelectorAll("*").forEach((element) => {
        all.push(element);
        if (element.shadowRoot) add(element.shadowRoot);
    });
    const main = document.querySelector("[data-testid=stMain]");
    add(main);
    const box = (element) => element.getBoundingClientRect();
    const visible = (element) => box(element).width > 2 && box(element).height > 2
        && getComputedStyle(element).visibility === "visible";
    const pictures = all.filter((element) => visible(element) && box(element).width > 30
        && element.matches("canvas, img, .js-plotly-plot, .stDataFrame"));
    const targets = all.filter((element) => visible(element) && !element.closest("p, label")
        && element.matches("button, a, select, summary"));
    const name = (element) => element.ariaLabel ?? element.textContent.trim();
    return {
        overflow: main.scrollWidth - main.clientWidth,
        title: box(main.querySelector("h1")).top,
        picture: Math.min(...pictures.map((element) => box(element).top)),
        small: targets.filter((element) => Math.min(box(element).width, box(element).height) < 23.5)
            .map(name),
        sidebar: Boolean(document.querySelector(
            '[data-testid=stSidebarCollapseButton] button[aria-expanded="true"]')),
        columns: Math.min(...all.filter((element) => element.dataset.testid === "stColumn"
            && !element.parentElement.closest("[data-testid=stColumn]")
            && !element.parentElement.querySelector("h1"))
            .map((element) => box(element).width / box(element.parentElement).width)),
    };
}"""


@pytest.fixture(scope="module", params=SIZES)
def sized(request, chromium):
    """A tab of one size, which is a phone's if it is narrow."""
    width, height = SIZES[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        has_touch=width < 1000,
        is_mobile=width < 500,
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def opened(page, address: str) -> None:
    page.goto(address)
    page.locator("h1").wait_for()
    wait_for_script(page)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("entry", find_pages(), ids=lambda entry: entry.name)
def test_a_page_fits_its_window(app, sized, entry):
    width, height = sized.viewport_size.values()
    opened(sized, f"{app}/{entry.path}")
    narrow = width < 1100
    closed = "!document.querySelector('[data-testid=stSidebarCollapseButton] [aria-expanded=true]')"
    if narrow:
        sized.wait_for_function(closed)
    if entry.name not in STILL:
        sized.wait_for_function(f"({MEASURE})().picture < {height}")

    found = sized.evaluate(MEASURE)

    assert found["overflow"] <= 0
    assert found["title"] < 110
    assert found["small"] == []
    assert found["sidebar"] is not narrow
    if narrow and found["columns"] is not None:
        assert found["columns"] > 0.99


@pytest.mark.parametrize("place", ["filters", "compare", "reconstruct"])
def test_the_wheel_scrolls_the_page_over_every_chart(app, page, place):
    opened(page, f"{app}/{place}")
    chart = page.locator("[data-testid=stPlotlyChart], [data-testid=stBidiComponentRegular]").last
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    main = page.locator("[data-testid=stMain]")
    main.evaluate("(main) => { main.scrollTop -= 100; }")
    before = main.evaluate("(main) => main.scrollTop")

    page.mouse.move(box["x"] + box["width"] / 2, min(box["y"] + box["height"] / 2 + 100, 900))
    page.mouse.wheel(0, 60)

    page.wait_for_function(
        f"document.querySelector('[data-testid=stMain]').scrollTop > {before + 10}"
    )


def test_a_presentation_is_large_and_leaves_out_what_is_beside(app, page):
    opened(page, f"{app}/?present=1")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    switch = page.locator(".st-key-present_switch button").first

    page.wait_for_function(
        "!document.querySelector('[data-testid=stSidebarCollapseButton] [aria-expanded=true]')"
    )
    assert page.evaluate(size) == 20
    assert not page.locator("[data-testid=stCaptionContainer]").first.is_visible()

    switch.click()
    page.wait_for_function(f"{size} === 16")
    assert "present" not in page.url
    assert page.locator("[data-testid=stCaptionContainer]").first.is_visible()

    switch.click()
    page.wait_for_function(f"{size} === 20")
    page.wait_for_function("location.search.includes('present=1')")
