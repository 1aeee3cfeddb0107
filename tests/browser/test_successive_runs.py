"""Two controls of different fragments, the second used while the server still answers the first."""

from __future__ import annotations

from tests.support.browser import HOLD, wait_for_script

pytest_plugins = ["tests.support.browser"]


def test_what_the_first_control_removes_is_gone(app, page):
    page.goto(f"{app}/denoise?model=plane&noise=occlusion&level=0")
    sliders = page.get_by_text("pixels from the")
    sliders.first.wait_for()
    page.get_by_text("noise levels…").wait_for(state="hidden")
    wait_for_script(page)

    page.evaluate(HOLD)
    page.get_by_role("radio", name="Masking").click()
    page.get_by_role("radio", name="Repeated denoising").click()
    page.evaluate("letGo()")
    page.wait_for_url("**view=Repeated+denoising**")
    wait_for_script(page)

    assert sliders.count() == 0
