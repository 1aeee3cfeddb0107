"""The experiments of Reconstruct: drawn on their own, they follow the grid where they show it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytest_plugins = ["tests.support.browser"]

LONG = 60_000  # ms
LABORATORY = ".st-key-reconstruct_laboratory"
NUMBERED = f"{LABORATORY} img[alt*='no. 42,'], {LABORATORY} p:has-text('Test digit no. 42,')"


def put_first(page: Page, number: int) -> None:
    page.get_by_label("Show test digit first").fill(str(number))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"reconstruct_digit={number}"), timeout=LONG)


@pytest.mark.parametrize("experiment", ["Dropout at test time", "Noise in the code"])
def test_an_experiment_shows_the_first_digit_of_the_grid(app, page, experiment):
    page.goto(f"{app}/reconstruct?model=plane&reconstruct_lab={experiment}")
    expect(page.locator(LABORATORY)).to_contain_text("PCA, D = 2", timeout=LONG)

    put_first(page, 42)

    expect(page.locator(NUMBERED).first).to_be_visible(timeout=LONG)


def test_an_experiment_chosen_later_shows_what_the_grid_shows_by_then(app, page):
    page.goto(f"{app}/reconstruct?model=plane")
    expect(page.locator(LABORATORY)).to_contain_text("plane 0.0", timeout=LONG)
    put_first(page, 42)

    page.locator(".st-key-reconstruct_lab button", has_text="Noise in the code").click()

    expect(page.locator(NUMBERED).first).to_be_visible(timeout=LONG)


def test_the_errors_by_class_follow_the_models_of_the_grid(app, page):
    page.goto(f"{app}/reconstruct?model=plane")
    expect(page.locator(LABORATORY)).to_contain_text("plane 0.0", timeout=LONG)

    page.get_by_label("Compare with").fill("plain-32")
    page.keyboard.press("Enter")

    expect(page.locator(LABORATORY)).to_contain_text("plain-32 · D = 32: 0.0", timeout=LONG)
