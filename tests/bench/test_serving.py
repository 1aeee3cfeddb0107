"""`bench serve`: what viewers do, and a short load."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil
import pytest

from aecore.bench import serving
from aecore.bench.harness.adapters import session

KEYS = {
    *("viewers", "pages", "p50_s", "p95_s", "max_s", "first_page_p95_s"),
    *("exceptions", "exception_texts", "rss_mb", "sent_mb_per_viewer"),
}


@pytest.fixture(scope="module")
def plans():
    return serving._plan(800, ["plane", "wide"], 1.0, np.random.default_rng(0))


def test_everybody_arrives_in_time_and_opens_four_different_pages(plans):
    assert all(0 <= plan.arrival <= 150 for plan in plans)
    assert max(plan.arrival for plan in plans) > 140
    assert all(len(set(plan.pages)) == len(plan.stays) == 4 for plan in plans)
    assert all(20 <= stay <= 40 for plan in plans for stay in plan.stays)


def test_one_in_eight_has_each_role_and_opens_its_page(plans):
    assert Counter(plan.role for plan in plans) == {
        **dict.fromkeys(["draw", "drag", "upload", "watch"], 100),
        None: 400,
    }
    assert all(serving._ROLES[plan.role] in plan.pages for plan in plans if plan.role)


def test_models_are_drawn_evenly(plans):
    assert 340 < Counter(plan.model for plan in plans)["wide"] < 460


@pytest.mark.parametrize("public", [False, True])
def test_a_load_counts_pages_answers_and_bytes(public):
    load = {"viewers": 4, "minutes": 0.05, "public": public}
    with ThreadPoolExecutor(1) as own:  # this thread may have a browser's event loop
        measured = own.submit(serving.bench_serve, **load).result()

    assert set(measured) == KEYS
    assert measured["exception_texts"] == []
    assert (measured["viewers"], measured["pages"]) == (4, 16)
    assert 0 < measured["p50_s"] <= measured["p95_s"] <= measured["max_s"] < 60
    assert measured["sent_mb_per_viewer"] > 1
    left = [each for each in psutil.process_iter(["cmdline"]) if _is_training(each)]
    assert psutil.wait_procs(left, timeout=30)[1] == []  # it is told to stop, and ends


def _is_training(process):
    return any("aecore-load-" in part for part in process.info["cmdline"] or ())


def test_media_are_found_whatever_follows_in_a_message():
    assert session._MEDIA.findall(b"*\x28/media/3155ab.csvJ\x01/media/0a.png") == [
        *(b"/media/3155ab.csv", b"/media/0a.png")
    ]
