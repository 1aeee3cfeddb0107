"""The data set in use, and choosing another one."""

TITLE = "Data"
ICON = ":material/database:"
PATH = "data"
GROUP = "Build"
ORDER = 70
