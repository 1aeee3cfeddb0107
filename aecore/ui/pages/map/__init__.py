"""The codes of all test digits, with the digit under the pointer decoded in the browser."""

TITLE = "Latent space"
ICON = ":material/scatter_plot:"
PATH = ""
GROUP = "Understand"
ORDER = 10
