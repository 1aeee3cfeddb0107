"""What `/filters` says of units; they are counted from 1."""

from __future__ import annotations

import numpy as np

from aecore.analysis.ablation import ErrorIncrease
from aecore.analysis.filters import ALWAYS_ACTIVE, Units
from aecore.checkpoints.card import Card
from aecore.ui import scaffold

PARTS = {"hidden": "First hidden layer", "code": "Code"}
_ORDERS = {"norm": "Norm", "activity": "Activity", "similarity": "Similarity", "number": "Number"}
ORDERS = {
    "hidden": _ORDERS,
    "code": {key: word for key, word in _ORDERS.items() if key != "activity"},
}
PREFIXES = {"hidden": "unit ", "code": "z"}
SHORT = {"hidden": "", "code": "z"}
SCALES = {"weights": "As they are", "length 1": "Each at length 1"}
COMPONENTS = {
    "hidden": "The same idea for the best linear code: PCA reads and writes with one and the "
    "same picture, here of length 1. Same color scale as above; strongest first.",
    "code": "Left the component, right what moving its number by one standard deviation of the "
    "test digits adds. Same color scale as above; strongest first.",
}


def name(part: str, unit: int) -> str:
    """What a unit is called."""
    return f"{PREFIXES[part]}{unit + 1}"


def title(part: str, count: int) -> str:
    """What a layer's gallery is called."""
    what = "encoder filter" if part == "hidden" else "number"
    return scaffold.counted(count, what) + ("" if part == "hidden" else " of the code")


def scale_name(part: str, scale: str) -> str:
    """What the colors of the galleries stand for."""
    if scale != "weights":
        return "share of length 1"
    return "weight" if part == "hidden" else "derivative, or gray levels"


def explanation(part: str, units: Units, n_digits: int, *, logistic: bool) -> str:
    """What the two pictures of each unit are, and what is counted.

    `logistic` says that the model's pixels are squeezed between 0 and 1.
    """
    if part == "hidden":
        picture = "picture before it is squeezed between 0 and 1" if logistic else "picture"
        cosine = _signed(units.mean_cosine(), ".2f")
        return (
            "Left the **filter**: by how much each pixel raises the sum that goes into the unit. "
            "Right what the **mirrored** unit, at the same place in the decoder's last hidden "
            f"layer, adds to the {picture}, per 1 of its output. Only the place is the same: "
            f"training ties the two in no way (here their mean cosine is {cosine})."
            f" **Active**: for which share of the {n_digits:,} test digits the unit's ReLU output "
            "is above 0. **Dead**: for none."
        )
    return (
        "Left what the number **reads**: by how much each pixel raises it, at the mean digit. "
        "Right what moving it by one standard deviation, from the mean code, **adds** to the "
        f"picture. **Dead**: no pixel changes by more than 1/255. Over {n_digits:,} test digits."
    )


def health(units: Units, part: str) -> str:
    """How many units do anything."""
    what = "unit" if part == "hidden" else "number"
    text = f"Dead: {units.dead.sum()} of {scaffold.counted(len(units), what)}"
    if units.activity is not None:
        text += f" · active for over {ALWAYS_ACTIVE:.0%} of the digits: {units.n_always_active}"
    return text


def training(name: str, card: Card) -> str:
    """A model, and in which way it was trained; Markdown, the name escaped before."""
    ways = []
    if card.model.latent_dropout:
        ways.append(f"code dropout {card.model.latent_dropout:g}")
    if card.model.weight_init == "zeros":
        ways.append("weights from zero")
    how = " and ".join(ways) or "no code dropout, no zero start"
    return f"**{name}**: {how}"


def cell(units: Units, prefix: str, short: str, i: int) -> tuple[str, str]:
    """A unit in a few letters, and in full: caption and alternative text."""
    number, strength = f"{short}{i + 1}", f"{prefix}{i + 1}: norm {units.norms[i]:.2f}"
    if units.dead[i]:
        return f"{number} · dead", f"{strength}, dead"
    if units.activity is None:
        return number, strength
    share = f"{units.activity[i]:.0%}"
    return f"{number} · {share}", f"{strength}, active for {share} of the test digits"


def loss(found: ErrorIncrease, n_digits: int, part: str) -> str:
    """What switching a unit off costs; what matters between two asterisks."""
    measured = f"{len(found.labels):,} test digits"
    if len(found.labels) < n_digits:
        measured = f"{len(found.labels):,} of the {n_digits:,} test digits, evenly spread,"
    off = "its output is set to 0" if part == "hidden" else "it is held at its mean"
    rise = _signed(100 * found.share, ".2f")
    return (
        f"Switched off: {off}, for every digit. The error (MSE) of {measured} goes from "
        f"{found.before.mean():.5f} to {found.after.mean():.5f}, **{rise}%**."
    )


def _signed(value: float, form: str) -> str:
    """A number with its sign, a real minus."""
    return f"{value:+{form}}".replace("-", "−")


def share(value: float) -> str:
    """A share in per cent, or a dash where there is none."""
    return "–" if np.isnan(value) else f"{value:.0%}"


def excited(part: str, name: str) -> str:
    """What the nine digits are."""
    if part == "hidden":
        return f"The test digits that excite {name} most"
    return f"The test digits with the highest {name}"
