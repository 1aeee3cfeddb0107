"""A drawn, photographed or uploaded digit."""

TITLE = "Your digit"
ICON = ":material/draw:"
PATH = "your-digit"
GROUP = "Understand"
ORDER = 30
