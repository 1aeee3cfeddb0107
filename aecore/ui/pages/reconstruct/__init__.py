"""Test digits beside their reconstructions."""

TITLE = "Reconstruct"
ICON = ":material/compare:"
PATH = "reconstruct"
ORDER = 40
