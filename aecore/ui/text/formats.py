"""Numbers and names as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from aecore.analysis.perturbation import OUTSIDE
from aecore.checkpoints.card import Card
from aecore.system.file_content import printable
from aecore.ui import page_data
from aecore.ui.text.privacy import without_folders

_VALUES = 4  # of a code, in words
_MARKDOWN = "\\`*_{}[]()<>#+-.!|~$:&"


def escape(text: object) -> str:
    """Return text from outside such that Markdown shows it as it is; see `without_folders`."""
    shown = without_folders(printable(str(text)))
    return "".join(f"\\{letter}" if letter in _MARKDOWN else letter for letter in shown)


def dimensions(count: int) -> str:
    """Return a number of latent dimensions as `D = 2`, with thin spaces."""
    return f"D\u2009=\u2009{count}"


def pca_name(count: int) -> str:
    """Return the name of PCA with a number of components: `PCA, D = 2`."""
    return f"PCA, {dimensions(count)}"


def counted(count: int, noun: str) -> str:
    """Return so many of something: `1 unit`, `1,000 units`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def test_digits(numbers: Iterable[int], labels: Iterable[int]) -> list[str]:
    """Return the alternative texts of test digits."""
    noun, is_labeled = page_data.spec().noun, page_data.is_labeled()
    return [
        f"test {noun} no. {number}" + (f", {with_article(label)}" if is_labeled else "")
        for number, label in zip(numbers, labels, strict=True)
    ]


def with_article(label: object, *, mark: str = "") -> str:
    """Return a class with its indefinite article: `a 3`, `an 8`; `mark` goes around the class."""
    name = page_data.name(label)
    if not page_data.spec().shows_digits:
        return f"{mark}{name}{mark}"
    return f"{'an' if name == '8' else 'a'} {mark}{name}{mark}"


def value_range() -> str:
    """Say what the gray levels, or the colors, of the pictures on the page mean."""
    if len(page_data.spec().shape) == 2:
        return "Gray images range from 0 (black) to 1 (white); values are clipped to 0..1."
    return "Each channel ranges from 0 to 1; values are clipped to 0..1."


def code(values: np.ndarray) -> str:
    """Return a code (D,), or its first values, with a real minus."""
    text = ", ".join(f"{value:z.2f}".replace("-", "−") for value in values[:_VALUES])
    return f"code z = ({text}{', …' if len(values) > _VALUES else ''})"


def signed(value: float) -> str:
    """Return a number with its sign, a real minus."""
    return f"{value:+.2f}".replace("-", "−")


def decibels(psnr: float) -> str:
    """Return a peak signal-to-noise ratio, which is infinite where two images are identical."""
    return "identical" if np.isinf(psnr) else f"{psnr:.1f} dB"


def percent(share: float) -> str:
    """Return a share as a percentage, or a dash if it is undefined."""
    return "–" if np.isnan(share) else f"{share:.0%}"


def colors_text(names: Sequence[str], *, is_digits: bool) -> str:
    """Return what the colors of a map stand for."""
    if len(names) == 1:
        return "without labels"
    if is_digits:
        return "one color for each digit from 0 to 9"
    return f"one color for each class: {', '.join(names)}"


def isolation(percentile: float) -> str:
    """Return how isolated a code is from the codes of the test digits.

    Parameters
    ----------
    percentile : float
        Share of the test digits, in percent, that lie nearer to their neighbors.
    """
    if percentile >= OUTSIDE:
        text = f"outside the data (more isolated than {percentile:.1f}% of the test digits)"
    else:
        text = f"more isolated than {percentile:.0f}% of the test digits"
    return page_data.words(text)


def duration(seconds: float) -> str:
    """Return seconds as `4.2 s`, `12 min` or `2.5 h`."""
    if seconds < 99.5:
        return f"{seconds:.0f} s" if seconds >= 9.5 else f"{max(seconds, 0.1):.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{seconds / 3600:.1f} h"


def sentence(text: str) -> str:
    """Return a phrase with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def missing_data(card: Card, in_use: str) -> str:
    """Return whose test digits are not loaded, where a model knows others than those in use."""
    return (
        f"The test {card.data.nouns} of this model ({escape(card.source)}) are not loaded; the "
        f"data in use is {escape(in_use)}."
    )
