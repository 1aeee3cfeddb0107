"""Training runs and saved models."""

TITLE = "Train"
ICON = ":material/model_training:"
PATH = "train"
GROUP = "Build"
ORDER = 80
