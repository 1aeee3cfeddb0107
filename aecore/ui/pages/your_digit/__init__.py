"""A drawn, photographed or uploaded digit."""

TITLE = "Your digit"
ICON = ":material/draw:"
PATH = "your-digit"
ORDER = 80
