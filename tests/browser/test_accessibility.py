"""axe-core, the accessibility checker, finds nothing serious on any page, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aecore.ui.pages import find_pages
from tests.support.browser import missing, wait_for_script

pytest_plugins = ["tests.support.browser"]

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
STREAMLIT = ("[data-testid=stSidebarNav]", "[data-testid=stFileUploader]", ".modebar")
"""What Streamlit and Plotly draw: lists whose items are wrapped, a section with two roles."""
CHECK = """async (exclude) => {
    const { violations } = await axe.run({ exclude }, { resultTypes: ["violations"] });
    return violations
        .filter(({ id, impact }) => /serious|critical/.test(impact) || id === "heading-order")
        .flatMap(({ id, nodes }) => nodes.map(({ target, any }) =>
            `${id}: ${target.flat().at(-1)} ${any[0]?.message ?? ""}`));
}"""


def hover(page) -> None:
    chart = page.locator(".js-plotly-plot .nsewdrag").bounding_box()
    page.mouse.click(chart["x"] + chart["width"] / 3, chart["y"] + chart["height"] / 2)


def press(name: str) -> Callable:
    return lambda page: page.get_by_role("button", name=name).first.click()


USES = {
    "map": hover,
    "generate": press("Sample a code"),
    "filters": lambda page: page.locator("button[data-unit]").nth(3).click(),
    "your_digit": press("Draw an 8"),
}
"""What a visitor does on a page; on the others, reading is all."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("entry", find_pages(), ids=lambda entry: entry.name)
def test_no_serious_violation(app, chromium, entry, scheme):
    if not AXE.is_file():
        missing("axe-core is not installed: npm ci")
    context = chromium.new_context(
        viewport={"width": 1400, "height": 1000}, color_scheme=scheme, reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        page.goto(f"{app}/{entry.path}")
        page.locator("h1").wait_for()
        wait_for_script(page)
        page.wait_for_load_state("networkidle")
        page.evaluate(AXE.read_text())
        assert page.evaluate(CHECK, STREAMLIT) == []
        if entry.name in USES:
            USES[entry.name](page)
            wait_for_script(page)
            page.wait_for_load_state("networkidle")
            assert page.evaluate(CHECK, STREAMLIT) == []
    finally:
        context.close()
