"""Engines: where rows are counted."""
