"""Autoencoder Explorer: `streamlit run app.py`."""

import streamlit as st

from aecore.ui import pages

st.set_page_config(page_title="Autoencoder Explorer", page_icon=pages.icon(), layout="wide")
pages.navigation().run()
