"""Why uploads cannot work in this visit, beside the inputs that take them."""

from __future__ import annotations

import streamlit as st

_COOKIE = "_streamlit_xsrf"


def draw() -> None:
    """Draw one line where the browser does not send the cookie that protects uploads."""
    if not _is_cookie_missing():
        return
    advice = "Open the explorer in a tab of its own, or ask for an address that begins with https."
    if (st.context.url or "").startswith("https:"):
        why = "Uploads do not work here: your browser blocks the cookie that protects them"
        advice = "Open the explorer in a tab of its own."
    else:
        why = (
            "Uploads do not work here: browsers send the cookie that protects them over HTTPS only"
        )
    st.warning(f"{why}. {advice}", icon=":material/lock:")


def _is_cookie_missing() -> bool:
    """Return whether a browser that must send the cookie did not when it connected."""
    is_browser = "Host" in st.context.headers
    is_protected = st.get_option("server.enableXsrfProtection")
    return is_browser and is_protected and _COOKIE not in st.context.cookies
