"""Interpolation between two digits, on `/generate`, in a real browser."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from aecore.imaging.levels import to_levels
from aecore.latent import interpolation
from aecore.latent.neighbors import NeighborIndex
from tests.support.browser import decoded, download, shown_code, visit, wait_for_script, watched
from tests.support.code_tables import both_paths

pytest_plugins = ["tests.support.browser"]


@pytest.fixture(scope="module")
def journey(app, visitor) -> Iterator:
    """The page with the paths between test digits 0 and 1; the last test chooses others."""
    with watched(visitor) as page:
        visit(page, app, "model=plane")
        page.get_by_text("Interpolate").click()
        page.locator(".journey .strip").nth(1).wait_for()  # found behind the page
        wait_for_script(page)
        yield page


def test_both_paths_start_and_end_at_the_chosen_digits(journey, plane):
    scrub = journey.get_by_label("Frame of both paths")

    for key, number in [("End", 1), ("Home", 0)]:
        scrub.press(key)
        for _ in range(50):  # a busy machine draws it later
            journey.wait_for_timeout(100)
            if np.allclose(shown_code(journey), plane.codes[number], atol=1e-4):
                break
        np.testing.assert_allclose(shown_code(journey), plane.codes[number], atol=1e-4)
    assert journey.locator(".journey .strip").count() == 2
    assert journey.locator(".journey .strip canvas").count() == 22


def test_the_slider_is_on_the_first_screen_of_a_phone(journey):
    before = journey.viewport_size
    journey.set_viewport_size({"width": 390, "height": 844})
    is_in_sight = "node => node.getBoundingClientRect().bottom <= innerHeight"
    scrub = journey.get_by_label("Frame of both paths").element_handle()
    journey.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 0)")

    journey.wait_for_function(is_in_sight, arg=scrub)

    journey.set_viewport_size(before)


def test_playing_ends_on_the_last_frame(journey):
    journey.get_by_role("button", name="Play").click()
    journey.get_by_role("button", name="Pause").wait_for()
    journey.get_by_role("button", name="Play").wait_for(timeout=20_000)

    assert journey.locator(".journey .bar output").inner_text() == "61 of 61"


def test_the_plot_has_the_percentiles_of_both_paths(journey, plane):
    paths = both_paths(NeighborIndex(plane.codes), 0, 1)

    for path, kind in zip(paths, ["straight-line", "along-the-data"], strict=True):
        points = journey.locator(f".plot .curve.{kind}").get_attribute("points")
        heights = np.array([point.split(",") for point in points.split()], dtype=float)[:, 1]
        # The axis is linear: 0% and 100% lie where the grid has its outer lines.
        grid = journey.locator(".plot .grid").evaluate_all(
            "all => all.map((line) => line.y1.baseVal.value)"
        )
        shares = 100 * (grid[0] - heights) / (grid[0] - grid[-1])
        np.testing.assert_allclose(shares, path.percentiles, atol=0.01)


def test_both_paths_lie_on_the_map_and_the_scrub_follows_it(journey, plane):
    scrub = journey.get_by_label("Frame of both paths")
    points = "line => Array.from(line.points, ({x, y}) => [x, y])"
    routes = [
        np.array(journey.locator(f".minimap .curve.{kind}").evaluate(points))
        for kind in ("straight-line", "along-the-data")
    ]
    marks = journey.locator(".minimap .mark")

    across, up = plane.codes[1].astype(float) - plane.codes[0]
    np.testing.assert_allclose(routes[0][[0, -1]], routes[1][[0, -1]])  # the same two digits
    moved = routes[0][-1] - routes[0][0]
    np.testing.assert_array_equal(np.sign(moved), np.sign([across, -up]))
    box = journey.locator(".minimap svg").bounding_box()
    for step in (15, 42):
        journey.mouse.click(*(np.array([box["x"], box["y"]]) + routes[1][step]))
        journey.wait_for_function(
            "([scrub, step]) => Math.abs(scrub.value - step) <= 1",
            arg=[scrub.element_handle(), step],
        )
        journey.evaluate("new Promise((done) => requestAnimationFrame(done))")  # it is drawn
        shown = marks.nth(1).evaluate(
            "({transform: {baseVal: [{matrix}]}}) => [matrix.e, matrix.f]"
        )
        np.testing.assert_allclose(shown, routes[1][int(scrub.input_value())], rtol=1e-5)


def test_each_path_says_how_far_from_the_data_and_how_gray_its_digit_is(journey, plane):
    scrub = journey.get_by_label("Frame of both paths")
    scrub.press("Home")
    text = journey.locator(".journey .lane p").first
    journey.wait_for_timeout(100)
    said = text.inner_text()

    codes = plane.codes.astype(np.float32)
    decoded_digits = decoded(plane, codes).clip(0, 1)
    gray = (decoded_digits * (1 - decoded_digits)).sum(axis=1) / decoded_digits.sum(axis=1)
    assert f"grayer than {100 * (gray < gray[0]).mean():.0f}% of the decoded test digits" in said


def test_the_gif_holds_every_frame_of_the_path(journey, plane):
    paths = both_paths(NeighborIndex(plane.codes), 0, 1)
    journey.wait_for_function("!location.search.includes('frame=')")  # the page's last run, then
    wait_for_script(journey)

    for path, name in zip(paths, ["Straight line as GIF", "Along the data as GIF"], strict=True):
        with Image.open(io.BytesIO(download(journey, name))) as picture:
            assert picture.n_frames == interpolation.STEPS
            scale = picture.width // 28
            wanted = to_levels(decoded(plane, path.codes, weights=plane.weights))
            for number, levels in enumerate(wanted.reshape(-1, 28, 28)):
                picture.seek(number)
                frame = np.array(picture.convert("L"))
                np.testing.assert_array_equal(frame[::scale, ::scale], levels)


def test_another_digit_of_a_label_can_be_chosen(journey, plane):
    journey.get_by_label("Label").first.click()
    journey.get_by_role("option", name="8").click()
    number = journey.get_by_label("From test digit no.")
    chosen = "document.querySelector('input[type=number]').value"
    journey.wait_for_function(f"{chosen} !== '0'")  # without a press of the button
    first = number.input_value()
    assert plane.labels[int(first)] == 8

    journey.get_by_role("button", name="Random").first.click()
    journey.wait_for_function(f"{chosen} !== '{first}'")
    assert plane.labels[int(number.input_value())] == 8


def test_a_link_opens_on_the_same_ends_and_frame(journey):
    wait_for_script(journey)  # the paths between the ends chosen before
    journey.get_by_label("Frame of both paths").press("End")
    journey.get_by_label("Frame of both paths").press("ArrowLeft")
    journey.wait_for_function("location.search.includes('frame=59')")
    ends = [journey.get_by_label(f"{end} test digit no.") for end in ("From", "To")]
    numbers = [each.input_value() for each in ends]

    journey.reload()

    journey.locator(".bar output").get_by_text("60 of 61").wait_for()
    assert [each.input_value() for each in ends] == numbers
    ends[1].fill("7")
    ends[1].press("Enter")
    journey.locator(".bar output").get_by_text("1 of 61").wait_for()
    assert "frame" not in journey.url
