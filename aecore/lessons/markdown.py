"""What the texts of a lesson may hold: Markdown without HTML, pictures or odd links.

Pages render the texts safely whatever they hold; this says early what will not be shown. A picture
from elsewhere would tell its server who reads the lesson.
"""

from __future__ import annotations

import re

_HTML = re.compile(r"<(?:[A-Za-z][\w-]*[\s/>]|[/!?])")
_LINK = re.compile(r"(?:\]\(|\]:|<)\s*<?([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEMES = ("http", "https", "mailto")


def fault_in(text: str) -> str:
    """Return what is wrong with a text; empty where nothing is."""
    if found := _HTML.search(text):
        return f"holds HTML ({text[found.start() :][:20]!r}): write Markdown alone"
    if "![" in text:
        return "holds a picture: texts are words and links alone"
    schemes = {scheme.lower() for scheme in _LINK.findall(text)} - set(_SCHEMES)
    if schemes:
        return f"holds a link to {min(schemes)}: only https, http and mailto are allowed"
    return ""
