"""Names of well-known data sets, of their classes, and of their pictures."""

from __future__ import annotations

import string

TEN_DIGITS = tuple(string.digits)
DIGIT_SETS = ("mnist", "qmnist", "emnist-digits", "emnist-mnist", "usps", "digits")
"""Sets whose pictures are digits."""
FASHION = (
    *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
BALANCED = (*string.digits, *string.ascii_uppercase, *"abdefghnqrt")
"""EMNIST's 47 classes: small letters that look like their capitals are counted with these."""
CLASSES = {
    **dict.fromkeys(DIGIT_SETS, TEN_DIGITS),
    **dict.fromkeys(("fashion-mnist", "fashionmnist"), FASHION),
    "kmnist": ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    **dict.fromkeys(("emnist-balanced", "emnist-bymerge"), BALANCED),
    "emnist-byclass": (*string.digits, *string.ascii_letters[26:], *string.ascii_lowercase),
    "emnist-letters": ("N/A", *string.ascii_uppercase),  # its labels begin with 1
}
"""Names of the classes by label, of sets by the names of their folders and files."""
UPRIGHT = ("1", "I", "i", "l")
"""Characters that stand upright, and lie on their side where pictures are transposed."""
