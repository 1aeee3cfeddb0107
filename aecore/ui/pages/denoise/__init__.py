"""Corrupted digits and what denoising autoencoders make of them."""

TITLE = "Denoise"
ICON = ":material/blur_on:"
PATH = "denoise"
GROUP = "Look inside"
ORDER = 60
