"""Lessons: questions to predict the answers of."""

TITLE = "Lessons"
ICON = ":material/school:"
PATH = "lessons"
GROUP = "Lessons"
ORDER = 110
