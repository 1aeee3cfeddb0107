"""The tour: every step ends with something that the pages tell of."""

import re

from aecore.lessons import catalog
from aecore.viewer.bundle import ROOT

TOLD = re.compile(r'tellMilestone\("(\w+)"')
BY_THE_PANEL = "control_used"


def tour():
    return catalog.listing().lessons[catalog.TOUR]


def test_widgets_tell_of_what_the_steps_wait_for():
    sources = [path.read_text("utf-8") for path in (ROOT / "widgets").rglob("*.js")]
    told = {event for text in sources for event in TOLD.findall(text)}

    waited_for = {step.done["event"] for step in tour().steps}

    assert waited_for - {BY_THE_PANEL} == told


def test_the_tour_has_seven_steps_and_comes_first():
    assert next(iter(catalog.listing().lessons)) == catalog.TOUR
    assert [step.page for step in tour().steps] == [
        *("your-digit", "your-digit", "", "", "your-digit", "your-digit", "train")
    ]
