"""Digits decoded from codes of the visitor's choice."""

TITLE = "Generate"
ICON = ":material/tune:"
PATH = "generate"
GROUP = "Understand"
ORDER = 20
