"""Lessons: steps that ask for a prediction before the app measures the answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from aecore.errors import AecoreError

Kind = Literal["choice", "number", "point", "outline", "curve"]
KINDS: tuple[Kind, ...] = get_args(Kind)
REQUIREMENTS = ("training",)
"""What a lesson may require of the server."""


class LessonError(AecoreError):
    """A lesson, a prediction or a hand-in cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What the visitor is asked to predict."""

    kind: Kind
    choices: Mapping[str, str] = field(default_factory=dict)
    """Of a choice: captions by key, as the answer names them."""
    minimum: float | None = None
    """Of a number, and of a curve's errors."""
    maximum: float | None = None
    unit: str = ""
    at: tuple[int, ...] = ()
    """Of a curve: the latent dimensions at which it is sketched."""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What the app measures when the prediction is in."""

    measure: str
    """Name of the function; see `aecore.lessons.registry`."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    expect: tuple[str, ...] = ()
    """Of a choice: what the explanation holds for; any where it is empty."""
    above: float | None = None
    """Of a number: what it must be larger than for the explanation to hold."""
    below: float | None = None

    def holds_for(self, value: Any) -> bool:
        """Return whether the explanation holds for a measured value."""
        if isinstance(value, str):
            return not self.expect or value in self.expect
        if isinstance(value, (int, float)):
            low = -math.inf if self.above is None else self.above
            return low < value < (math.inf if self.below is None else self.below)
        return True


@dataclass(frozen=True, kw_only=True)
class Step:
    """One question, on one page. Texts are Markdown without HTML."""

    title: str
    page: str
    """Path of the page; empty for the map."""
    question: str
    state: Mapping[str, str] = field(default_factory=dict)
    """Query parameters that the page is opened with."""
    hide: tuple[str, ...] = ()
    """Element keys that the step does not need."""
    release: tuple[str, ...] = ()
    """Element keys that show the answer: hidden until the prediction is in."""
    light: str = ""
    """Element key that is lit; empty for none."""
    reveal: str = ""
    """What to do with the control that is released once the prediction is in."""
    explanation: str = ""
    why: str = ""
    """Why it matters."""
    prediction: Prediction | None = None
    answer: Measurement | None = None
    done: Mapping[str, Any] | None = None
    """Event that ends a step without a prediction; its name is under `event`."""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson as its file holds it."""

    name: str
    """Of the file, without its ending; names the lesson in addresses."""
    title: str
    summary: str
    """One line of plain text."""
    minutes: int
    steps: tuple[Step, ...]
    order: int = 1000
    """Rank in the list of lessons, lowest first."""
    requires: tuple[str, ...] = ()
    """Of `REQUIREMENTS`; the lesson is closed where one is not met."""
