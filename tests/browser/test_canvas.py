"""The paper on `/your-digit`: its arithmetic beside Python's, and drawing as a person does."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import numpy as np
import pytest

from aecore.bench.harness.server import serve
from aecore.digits.normalization import normalize
from aecore.latent.neighbors import NeighborIndex
from aecore.models import inference
from aecore.recognition.neighbor_vote import predict_labels
from aecore.recognition.verdict import load_judge
from aecore.viewer.bundle import bundle
from tests.support.browser import (
    SHOWN,
    decoded,
    shown_code,
    shown_digit,
    wait_for_script,
    watched,
)
from tests.support.command_line import free_port

pytest_plugins = ["tests.support.browser"]

PAPER = 392
CANVAS = ".st-key-digit_canvas"
RESULT = ".st-key-digit_result"
NAMES = {"8": "an 8", "♥": "a heart, not a digit"}

NORMALIZATION = """
import { PAPER, isInTwo, noArea, stampSegment } from "./model/ink.js";
import { normalize } from "./model/normalization.js";
export { PAPER, isInTwo, noArea, normalize, stampSegment };
"""
VOTING = """
import { predictLabel } from "./model/neighbor_vote.js";
import { distanceToData } from "./model/neighbors.js";
export { distanceToData, predictLabel };
"""

# Lays each drawing's strokes on paper; gives the ink as bytes and the digit it becomes.
FRAME = """async ({script, drawings}) => {
  const address = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
  const {PAPER, stampSegment, noArea, normalize, isInTwo} = await import(address);
  return drawings.map((strokes) => {
    const ink = new Float32Array(PAPER * PAPER);
    for (const points of strokes) {
      points.forEach((point, i) => stampSegment(ink, points[Math.max(i - 1, 0)], point, noArea()));
    }
    const [bytes, texts] = [new Uint8Array(ink.buffer), []];
    for (let i = 0; i < bytes.length; i += 4096) {
      texts.push(String.fromCharCode(...bytes.subarray(i, i + 4096)));
    }
    const digit = Array.from(normalize(ink, PAPER, PAPER));
    return {ink: btoa(texts.join("")), digit, two: isInTwo(ink)};
  });
}"""


def drawings(count: int) -> list[list[list[list[float]]]]:
    """Strokes of pens from hair to marker, from a speck to all over the paper; lines among them."""
    rng = np.random.default_rng(0)
    made = [[[[100, 60, 15], [100, 300, 15]]], [[[60, 200, 9], [330, 200, 9]]]]
    while len(made) < count:
        spread, radius = rng.uniform(3, 50), rng.uniform(1, 30)
        strokes = []
        for _ in range(rng.integers(1, 4)):
            steps = rng.normal(0, spread, (rng.integers(1, 8), 2))
            places = np.clip(rng.uniform(40, 350, 2) + steps.cumsum(axis=0), 0, PAPER)
            pressed = radius * rng.uniform(0.7, 1.3, (len(places), 1))
            strokes.append(np.hstack([places, pressed]).tolist())
        made.append(strokes)
    return made


def test_the_browser_frames_drawings_as_python_does(visitor):
    tab = visitor.new_page()

    framed = tab.evaluate(
        FRAME, {"script": bundle(NORMALIZATION).script, "drawings": drawings(100)}
    )

    tab.close()
    for each in framed:
        ink = np.frombuffer(base64.b64decode(each["ink"]), np.float32).reshape(PAPER, PAPER)
        digit = normalize(ink).image.reshape(-1)
        assert np.abs(each["digit"] - digit).mean() < 0.5 / 255
        assert np.rint(255 * np.array(each["digit"])) == pytest.approx(255 * digit, abs=1)


def test_two_digits_side_by_side_are_noticed(visitor):
    one, two = [[[100, 60, 15], [150, 300, 15]]], [[[250, 60, 15], [300, 300, 15]]]
    tab = visitor.new_page()

    framed = tab.evaluate(
        FRAME, {"script": bundle(NORMALIZATION).script, "drawings": [one, one + two, [*one, *one]]}
    )

    tab.close()
    assert [each["two"] for each in framed] == [False, True, False]


# What the browser votes of each point among a map's codes.
VOTE = """async ({script, codes, labels, dim, points}) => {
  const address = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
  const {distanceToData, predictLabel} = await import(address);
  const count = labels.length;
  const model = {codes: Float32Array.from(codes), labels, dim, count, ownDistances: []};
  return points.map((z) => predictLabel(model, z, distanceToData(model, z).rows));
}"""


@pytest.mark.parametrize("dim", [2, 32])
def test_the_browser_votes_as_python_does(visitor, dim):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 1000)
    shapes = rng.normal(size=(5, dim, dim))
    codes = np.einsum("nij,nj->ni", shapes[labels], rng.normal(size=(1000, dim))).astype(np.float32)
    points = np.einsum("nij,nj->ni", shapes[rng.integers(0, 5, 80)], rng.normal(size=(80, dim)))
    told = {"codes": codes.ravel().tolist(), "labels": labels.tolist(), "points": points.tolist()}
    tab = visitor.new_page()

    votes = tab.evaluate(VOTE, {"script": bundle(VOTING).script, "dim": dim} | told)

    tab.close()
    expected, nearest = predict_labels(NeighborIndex(codes), labels, points)
    assert [each["label"] for each in votes] == expected.tolist()
    shares = (labels[nearest] == expected[:, None]).sum(axis=1)
    assert [dict(each["counts"])[each["label"]] for each in votes] == shares.tolist()
    assert {each["residual"] is not None for each in votes} == {False, True}


def open_paper(page, app: str, model: str) -> None:
    page.goto(f"{app}/your-digit?model={model}")
    page.locator(f"{CANVAS} canvas.paper").wait_for()
    page.wait_for_function("globalThis.__aecoreModels?.size")
    wait_until_idle(page)


@pytest.fixture(scope="module")
def paper(app, visitor):
    """The paper on `plane`, in a tab of its own; each test that uses it clears it first."""
    with watched(visitor) as tab:
        tab.emulate_media(reduced_motion="reduce")  # examples are there at once
        open_paper(tab, app, "plane")
        yield tab


def clear(page) -> None:
    page.bring_to_front()
    page.locator(f"{CANVAS} canvas.paper").focus()
    page.keyboard.press("Delete")
    frame(page)


def wait_until_idle(page) -> None:
    page.wait_for_selector("text=Data:")
    page.wait_for_timeout(300)
    wait_for_script(page)


def at(page, across: float, down: float) -> tuple[float, float]:
    box = page.locator(f"{CANVAS} canvas.paper").bounding_box()
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def press_and_move(page, shares: list[tuple[float, float]]) -> None:
    """A stroke without its end."""
    page.mouse.move(*at(page, *shares[0]))
    page.mouse.down()
    for share in shares[1:]:
        page.mouse.move(*at(page, *share), steps=5)
    frame(page)


def frame(page) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def drawn_digit(page) -> np.ndarray:
    return np.array(page.evaluate(f"Array.from({SHOWN}.lastDigit)"), dtype=np.float32)


def inked(page) -> int:
    """How many pixels of the paper are white."""
    return page.eval_on_selector(
        f"{CANVAS} canvas.paper",
        "paper => paper.getContext('2d').getImageData(0, 0, paper.width, paper.height)"
        ".data.filter((value, i) => i % 4 === 0 && value > 127).length",
    )


def assert_shows_what_torch_makes_of_it(page, found) -> None:
    digit = drawn_digit(page)[None]
    code = inference.encode(inference.build_model(found.card.model, found.weights), digit)
    np.testing.assert_allclose(shown_code(page), code[0], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(shown_digit(page), decoded(found, code)[0], atol=1e-4)
    (verdict,) = load_judge()(digit)
    signs = {"digit": str(verdict.label), "undecided": "?", "no digit": "–"}
    page.locator(f"{CANVAS} .numeral", has_text=signs[verdict.kind]).wait_for()


SHOWS = f"digit => {SHOWN}.lastDigit.every((value, i) => value === digit[i])"
SEVEN = [(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)]


@pytest.mark.parametrize(
    ("drawn", "numeral", "claim"),
    [
        ("8", "8", "This looks like an 8."),
        ("♥", "–", "This does not look like a digit."),
        (SEVEN, "7", "This looks like a 7."),
    ],
    ids=["8", "heart", "7"],
)
def test_what_is_drawn_is_judged_at_once_by_a_model_that_can_tell(
    app, paper, plane, drawn, numeral, claim
):
    """`plane` called its own example 8 a 5, a plain 7 a 9 and a heart a 0."""
    clear(paper)
    if isinstance(drawn, str):
        paper.get_by_role("button", name=f"Draw {NAMES[drawn]}").click()
    else:
        press_and_move(paper, drawn)

    paper.locator(f"{CANVAS} .numeral", has_text=numeral).wait_for()
    assert paper.locator(f"{CANVAS} .verdict b").inner_text() == claim
    assert "Judged by plain-32: " in paper.locator(f"{CANVAS} .verdict").inner_text()
    assert "plane: " in paper.locator(f"{CANVAS} .verdict .facts").inner_text()
    assert_shows_what_torch_makes_of_it(paper, plane)
    paper.mouse.up()


def test_a_drawing_is_followed_without_the_server_and_survives_everything(app, page, plane, many):
    messages = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: messages.append(1)))
    open_paper(page, app, "plane")
    assert page.locator(f"{CANVAS} .invitation").is_visible()

    # The pen moves: everything follows, and nobody is asked.
    messages.clear()
    press_and_move(page, SEVEN[:2])
    assert_shows_what_torch_makes_of_it(page, plane)
    half = shown_code(page)
    page.mouse.move(*at(page, *SEVEN[2]), steps=5)
    frame(page)
    assert_shows_what_torch_makes_of_it(page, plane)
    assert np.abs(shown_code(page) - half).max() > 1e-3
    assert not page.locator(f"{CANVAS} .invitation").is_visible()
    page.wait_for_timeout(600)
    assert messages == []

    # The pen is lifted: the server adds the rest, and the drawing stays.
    ink = inked(page)
    page.mouse.up()
    page.locator(RESULT).get_by_text("Denoise your digit").wait_for()
    wait_until_idle(page)
    assert inked(page) == ink
    with page.expect_download() as waiting:
        page.get_by_role("button", name="28 × 28 PNG").click()
    assert Path(waiting.value.path()).read_bytes()[:4] == b"\x89PNG"

    # Another model, and a reload.
    digit = drawn_digit(page)
    page.goto(f"{app}/your-digit?model=plain-32")
    page.wait_for_function(f"{SHOWN}?.lastZ?.length === 32")
    assert_shows_what_torch_makes_of_it(page, many)
    np.testing.assert_array_equal(drawn_digit(page), digit)
    page.locator(RESULT).get_by_text("Denoise your digit").wait_for()

    # Clear is undone, then done by the keyboard.
    page.get_by_role("button", name="Clear").click()
    frame(page)
    assert inked(page) == 0
    assert page.locator(f"{CANVAS} figcaption span, {CANVAS} .code").all_inner_texts() == [
        "784 pixels",
        "",
        "",
    ]
    page.locator(RESULT).wait_for(state="detached")
    page.get_by_role("button", name="Undo").click()
    frame(page)
    assert inked(page) == ink
    page.locator(f"{CANVAS} canvas.paper").focus()
    page.keyboard.press("Delete")
    frame(page)
    assert inked(page) == 0


def test_a_link_opens_the_drawing_and_back_restores_it(app, chromium, paper):
    clear(paper)
    paper.wait_for_function("!location.search.includes('drawing=')")
    paper.get_by_role("button", name="Draw an 8").click()
    paper.wait_for_function("location.search.includes('drawing=')")
    eight, link = drawn_digit(paper), paper.url

    press_and_move(paper, SEVEN)
    paper.mouse.up()
    paper.wait_for_function("link => location.href !== link", arg=link)
    paper.go_back()

    paper.wait_for_function("link => location.href === link", arg=link)
    paper.wait_for_function(SHOWS, arg=eight.tolist())
    assert len(link) < 2_000

    other = chromium.new_page()
    other.goto(link)
    other.locator(f"{CANVAS} .numeral", has_text="8").wait_for()
    other.wait_for_function(SHOWS, arg=eight.tolist())
    other.locator(RESULT).get_by_text("This looks like an 8").wait_for()
    clear(other)
    other.wait_for_function("!location.search.includes('drawing=')")
    other.context.close()


def test_a_finger_draws_and_the_page_stays_where_it_is(app, chromium):
    context = chromium.new_context(viewport={"width": 420, "height": 800}, has_touch=True)
    page = context.new_page()
    open_paper(page, app, "plane")
    page.locator(f"{CANVAS} canvas.paper").scroll_into_view_if_needed()
    finger = context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [dict(zip("xy", at(page, *place), strict=True)) for place in places]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = page.locator(f"{CANVAS} canvas.paper").bounding_box()
    touch("touchStart", (0.5, 0.15))
    for down in np.linspace(0.15, 0.85, 12):
        touch("touchMove", (0.5, down))
    touch("touchEnd")
    frame(page)

    after = page.locator(f"{CANVAS} canvas.paper").bounding_box()
    small = page.eval_on_selector_all(
        f"{CANVAS} button, {CANVAS} input",
        "all => all.filter((each) => each.getBoundingClientRect().height < 40).length",
    )
    ink = inked(page)
    context.close()
    assert after == before
    assert ink > 0.6 * PAPER * 20
    assert small == 0


def test_a_drawing_is_there_again_when_the_server_has_started_anew(
    chromium, small_models, tmp_path
):
    """The browser kept the drawing, and the page said nothing of it until the next stroke.

    Its URL holds the drawing now: nothing else has to be sent.
    """
    settings = {
        "AECORE_MODELS": str(small_models),
        "AECORE_CACHE": str(tmp_path),
        "AECORE_DOWNLOAD": "off",
        "AECORE_DATA": "",
    }
    page = chromium.new_page()
    page.set_default_timeout(60_000)  # two cold servers, one after the other
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    port = free_port()
    with serve("app.py", settings, port=port) as address:
        open_paper(page, address, "plane")
        press_and_move(page, SEVEN)
        page.mouse.up()
        page.locator(RESULT).wait_for()
        wait_for_script(page)
    sent.clear()

    with serve("app.py", settings, port=port):
        end = time.monotonic() + 60
        while not sent and time.monotonic() < end:
            page.wait_for_timeout(100)
        wait_until_idle(page)
        page.locator(RESULT).wait_for()
    page.close()

    assert sent
    assert not any(b"levels" in bytes(frame) for frame in sent)
