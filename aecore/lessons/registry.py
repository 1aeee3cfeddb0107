"""The measures that lessons name: functions that give the answer to a step.

A measure takes the context, the prediction and the arguments of the lesson's file, and returns
what it found. It is pure: the same model and data give the same answer, with a fixed seed where it
draws.
Register one with `@measure(kind)` in `aecore/lessons/measures/`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aecore.lessons.context import Context
from aecore.lessons.lesson import Kind


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a measure found."""

    value: Any
    """In the form of the predictions of its kind."""
    text: str
    """One sentence with the unit, and what it was measured on."""
    gap: tuple[float, str] | None = None
    """What `aecore.lessons.predictions.gap` returns; None to leave it to that function."""
    reference: Any = None
    """PCA's value, in the same form."""
    not_holding: str = ""
    """Why the lesson's point does not hold for the model in use; empty where it holds."""


Function = Callable[..., Finding]


@dataclass(frozen=True)
class Measure:
    """A registered measure."""

    name: str
    kind: Kind
    """Of the predictions that it answers."""
    function: Function
    outcomes: tuple[str, ...]
    """Of a choice: the keys that it may find; empty where the arguments say which."""

    @property
    def arguments(self) -> Mapping[str, inspect.Parameter]:
        """What a lesson's file may say, by name; required where there is no default."""
        parameters = inspect.signature(self.function).parameters
        return {name: each for name, each in parameters.items() if each.kind == each.KEYWORD_ONLY}


MEASURES: dict[str, Measure] = {}
"""All by name."""


def measure(kind: Kind, *outcomes: str) -> Callable[[Function], Function]:
    """Register a function `(context, prediction, *, arguments) -> Finding` under its own name."""

    def register(function: Function) -> Function:
        name = function.__name__
        MEASURES[name] = Measure(name, kind, function, outcomes)
        return function

    return register


def run(name: str, context: Context, prediction: Any, arguments: Mapping[str, Any]) -> Finding:
    """Measure an answer."""
    return MEASURES[name].function(context, prediction, **arguments)
