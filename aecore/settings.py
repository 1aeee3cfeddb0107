"""Definitions of settings: what each may be, and what it is called.

A field of a configuration is annotated with its `Setting` and its help. From them derive the check
of the configuration, the option of the command line, the input on `/train`, the limits of the app
and the list of what was changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, get_type_hints

from aecore.errors import ConfigError

Range = tuple[float, float]


@dataclass(frozen=True)
class Setting:
    """A field of a configuration; subclasses say which values it may have."""

    label: str
    """Of its input on a form, and in messages about the limits of the app."""
    change: str = field(default="", kw_only=True)
    """How a changed value reads, as in `D = {}`; by default after the label."""
    tag: str = field(default="{}", kw_only=True)
    """The same in the name of a file, as in `d{}`."""
    help: str = field(default="", kw_only=True)
    """What it does, in a sentence."""

    def check(self, name: str, value: Any) -> Any:
        """Return a value as the configuration holds it.

        Raises
        ------
        ConfigError
            If it is of another kind or out of range; the message begins with `name`.
        """
        return value

    def check_limit(self, value: Any) -> None:
        """Check a value against the limits of the app, which may be tighter.

        Raises
        ------
        ConfigError
            If it is out of bounds; the message begins with the label.
        """

    def read(self, text: str) -> Any:
        """Read what a person typed; what cannot be read is left for `check` to refuse."""
        return text

    def words(self, value: Any) -> str:
        """Return a value as people read it."""
        return str(value)

    def text(self, value: Any) -> str:
        """Return the label and a value, within a sentence."""
        label = self.label[0].lower() + self.label[1:] if self.label[1:2].islower() else self.label
        return f"{label} {'none' if value is None else self.words(value)}"

    def change_text(self, value: Any) -> str:
        """Return how a changed value reads in a title."""
        return self.change.format(self.words(value)) if self.change else self.text(value)

    def change_tag(self, value: Any) -> str:
        """Return how a changed value reads in the name of a file."""
        return self.tag.format(self.words(value).lower().replace(" ", ""))

    def describe(self) -> str:
        """Return the help, and the range where there is one."""
        return self.help


@dataclass(frozen=True)
class Number(Setting):
    """A number within a range, both ends included."""

    low: float
    high: float
    limits: Range | None = None
    """In the app; None for the range itself."""
    step: float = 0.1
    """Of the buttons beside its input."""
    unit: str = ""
    whole: bool = False

    def check(self, name: str, value: Any) -> Any:
        return self._check(name, value, (self.low, self.high))

    def check_limit(self, value: Any) -> None:
        self._check(self.label, value, self.bounds)

    @property
    def bounds(self) -> Range:
        """The lowest and the highest value in the app."""
        return self.limits or (self.low, self.high)

    def read(self, text: str) -> Any:
        try:
            return int(text) if self.whole else float(text)
        except ValueError:
            return text

    def words(self, value: Any) -> str:
        return str(value) if self.whole else f"{value:g}"

    def describe(self) -> str:
        return f"{self.help} {self._range((self.low, self.high))} {self.unit}".strip() + "."

    def _check(self, name: str, value: Any, bounds: Range) -> Any:
        fits = isinstance(value, int if self.whole else (int, float))
        if isinstance(value, bool) or not fits or not bounds[0] <= value <= bounds[1]:  # NaN too
            kind = "a whole number" if self.whole else "a number"
            raise ConfigError(f"{name} must be {kind} from {self._range(bounds)}, not {value!r}.")
        return value

    def _range(self, bounds: Range) -> str:
        return " to ".join(f"{end:,}" if self.whole else f"{end:g}" for end in bounds)


def whole(label: str, low: int, high: int, *, step: int = 1, **more: Any) -> Number:
    """Return the setting of a whole number."""
    return Number(label, low, high, step=step, whole=True, **more)


@dataclass(frozen=True)
class Choice(Setting):
    """One of a few words."""

    options: Collection[str]

    def check(self, name: str, value: Any) -> Any:
        if not isinstance(value, str) or value not in self.options:
            raise ConfigError(f"{name} must be one of {', '.join(self.options)}, not {value!r}.")
        return value

    def words(self, value: Any) -> str:
        return value.replace("_", " ")

    def describe(self) -> str:
        return f"{self.help} One of {', '.join(self.options)}."


@dataclass(frozen=True)
class Name(Setting):
    """The name of something that is registered elsewhere."""

    def check(self, name: str, value: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", value):
            raise ConfigError(f"{name} must be a name in small letters, not {value!r}.")
        return value


@dataclass(frozen=True)
class Switch(Setting):
    """True or false."""

    def check(self, name: str, value: Any) -> Any:
        if not isinstance(value, bool):
            raise ConfigError(f"{name} must be true or false, not {value!r}.")
        return value

    def read(self, text: str) -> Any:
        return {"true": True, "false": False}.get(text, text)

    def words(self, value: Any) -> str:
        return "yes" if value else "no"

    def change_text(self, value: Any) -> str:
        return self.label.lower() if value else f"not {self.label.lower()}"

    def change_tag(self, value: Any) -> str:
        return self.change_text(value).replace(" ", "")


@dataclass(frozen=True)
class Widths(Setting):
    """The widths of some layers, one after the other."""

    width: Number
    """Each of them."""
    count: Number
    """How many there are."""

    def check(self, name: str, value: Any) -> Any:
        if not isinstance(value, (tuple, list)):
            raise ConfigError(f"{name} must be a list of widths, not {value!r}.")
        self.count.check("the number of hidden layers", len(value))
        return tuple(self.width.check(f"each of {name}", width) for width in value)

    def check_limit(self, value: Any) -> None:
        self.count.check_limit(len(value))
        for width in value:
            self.width.check_limit(width)

    def read(self, text: str) -> tuple[int, ...]:
        """Read whole numbers as in `256,128`, `256 128` or `256-128`.

        Raises
        ------
        ConfigError
            If there is anything else.
        """
        try:
            return tuple(map(int, re.split(r"[\s,;]+|(?<=\d)-", text.strip(" ,;"))))
        except ValueError:
            raise ConfigError(
                f"{self.label} must be whole numbers, as in 256, 128, not {text[:40]!r}."
            ) from None

    def words(self, value: Any) -> str:
        return "-".join(map(str, value))


def settings_of(config: type) -> dict[str, Setting]:
    """Return the settings of a configuration's class by field, in their order."""
    return _settings_of(config)


@cache
def _settings_of(config: type) -> dict[str, Setting]:
    hints = get_type_hints(config, include_extras=True)
    parts = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
    return {name: replace(part[0], help=part[1]) for name, part in parts.items() if part}
