"""All models in one table, and two latent spaces side by side."""

TITLE = "Compare"
ICON = ":material/balance:"
PATH = "compare"
GROUP = "Build"
ORDER = 100
