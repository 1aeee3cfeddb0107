"""The Streamlit front end, the only place that imports streamlit."""
