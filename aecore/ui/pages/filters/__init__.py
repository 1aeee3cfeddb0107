"""The weights of each unit, and what each unit contributes."""

TITLE = "Filters"
ICON = ":material/grid_view:"
PATH = "filters"
GROUP = "Look inside"
ORDER = 40
