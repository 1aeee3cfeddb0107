"""Test digits beside their reconstructions."""

TITLE = "Reconstruct"
ICON = ":material/compare:"
PATH = "reconstruct"
GROUP = "Look inside"
ORDER = 50
