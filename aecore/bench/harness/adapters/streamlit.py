"""Selectors of Streamlit's own elements, which the benchmarks look for in a page."""

MAIN = "[data-testid=stMain]"
COLUMN = "[data-testid=stColumn]"
STATUS = "[data-testid=stStatusWidget]"
IMAGE = "[data-testid=stImage]"
SLIDER_HANDLES = "[data-testid=stSlider] [role=group]"
STEP_UP = "[data-testid=stNumberInputStepUp]"
