"""Autoencoder Explorer: `streamlit run app.py`."""

import streamlit as st

from aecore.ui import navigation

st.set_page_config(page_icon=navigation.icon(), layout="wide")
navigation.pages().run()
