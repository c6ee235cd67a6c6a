"""Dashboard: Streamlit draws what the flows return; it writes nothing."""
