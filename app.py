"""Autoencoder Explorer: `streamlit run app.py`."""

import streamlit as st

from aecore.ui import chart_code

chart_code.fetch()  # the browser is at work while this imports the pages

from aecore.ui import navigation  # noqa: E402

st.set_page_config(page_icon=navigation.icon(), layout="wide")
navigation.pages().run()
