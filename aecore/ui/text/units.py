"""Texts of `/filters` about units, which are numbered from 1."""

from __future__ import annotations

from aecore.analysis.ablation import ErrorIncrease
from aecore.analysis.filters import ALWAYS_ACTIVE, Order, Scale, Units
from aecore.ui.cache.filters import Part
from aecore.ui.text.formats import counted, signed

PARTS: dict[Part, str] = {"hidden": "First hidden layer", "code": "Latent code"}
_ORDERS: dict[Order, str] = {
    "norm": "Norm",
    "activity": "Activity",
    "similarity": "Similarity",
    "number": "Index",
}
PREFIXES = {"hidden": "unit ", "code": "z"}
SHORT = {"hidden": "", "code": "z"}
SCALES: dict[Scale, str] = {"weights": "Raw weights", "length 1": "Unit norm"}
PAIR = "encoder | decoder"
"""Heading of the two pictures of each unit."""
COMPONENTS = {
    "hidden": "The linear baseline: PCA encodes and decodes with the same vector, here of unit "
    "norm. Same color scale as above; largest variance first.",
    "code": "Left: the component. Right: what moving along it by one standard deviation of the "
    "test digits adds. Same color scale as above; largest variance first.",
}


def orders(part: Part, *, has_relu: bool) -> dict[Order, str]:
    """Return in which orders a part's units can be shown: by activity ReLU units alone."""
    by_activity = part == "hidden" and has_relu
    return {key: word for key, word in _ORDERS.items() if by_activity or key != "activity"}


def name(part: str, unit: int) -> str:
    """Return the name of a unit."""
    return f"{PREFIXES[part]}{unit + 1}"


def title(part: str, count: int) -> str:
    """Return the title of a layer's gallery."""
    return counted(count, "encoder filter" if part == "hidden" else "latent dimension")


def scale_name(part: str, scale: str) -> str:
    """Return what the colors of the galleries stand for."""
    if scale != "weights":
        return "weight at unit norm"
    return "weight" if part == "hidden" else "derivative, or gray levels"


def explanation(part: str, units: Units, n_digits: int, *, logistic: bool) -> str:
    """Explain the two pictures of each unit and the counts.

    `logistic` says that the model has a logistic output.
    """
    if part == "hidden":
        picture = "image before the logistic output" if logistic else "image"
        cosine = signed(units.mean_cosine())
        text = (
            "Encoder: the **filter**, the unit's weights. Decoder: what the unit with the same "
            f"index in the decoder's last hidden layer adds to the {picture} per 1 of its output. "
            f"Their weights are not tied (mean cosine similarity {cosine})."
        )
        if units.activity is None:
            return text
        return (
            f"{text} **Active**: the share of the {n_digits:,} test digits for which the unit's "
            "ReLU output is above 0. **Dead**: active for none."
        )
    return (
        "Encoder: the **gradient** of the latent dimension with respect to each pixel, at the mean "
        "digit. Decoder: what moving it by one standard deviation from the mean code **adds** to "
        f"the image. **Dead**: no pixel changes by more than 1/255. Over {n_digits:,} test digits."
    )


def health(units: Units, part: str) -> str:
    """Return how many units are dead, and how many are always active; only a ReLU unit can be."""
    if part == "hidden" and units.activity is None:
        return ""
    what = "unit" if part == "hidden" else "dimension"
    text = f"Dead: {units.dead.sum()} of {counted(len(units), what)}"
    if units.activity is not None:
        text += f" · active for over {ALWAYS_ACTIVE:.0%} of the digits: {units.n_always_active}"
    return text


def cell(units: Units, prefix: str, short: str, i: int) -> tuple[str, str]:
    """Return a unit's caption and its alternative text."""
    number, strength = f"{short}{i + 1}", f"{prefix}{i + 1}: norm {units.norms[i]:.2f}"
    if units.dead[i]:
        return f"{number} · dead", f"{strength}, dead"
    if units.activity is None:
        return number, strength
    share = f"{units.activity[i]:.0%}"
    return f"{number} · {share}", f"{strength}, active for {share} of the test digits"


def loss(increase: ErrorIncrease, n_digits: int, part: str) -> str:
    """Describe the increase in error without a unit."""
    measured = f"{len(increase.labels):,} test digits"
    if len(increase.labels) < n_digits:
        measured = f"{len(increase.labels):,} of the {n_digits:,} test digits, evenly spaced,"
    off = "its output is set to 0" if part == "hidden" else "it is held at its mean"
    share = signed(100 * increase.share)
    return (
        f"Switched off means that {off} for every digit. The error (MSE) of {measured} goes from "
        f"{increase.before.mean():.5f} to {increase.after.mean():.5f}, **{share}%**."
    )


def top_activating(part: str, name: str) -> str:
    """Return the heading of the digits with the largest output of a unit."""
    return f"Top-activating test digits of {name}" if part == "hidden" else f"Highest {name}"
