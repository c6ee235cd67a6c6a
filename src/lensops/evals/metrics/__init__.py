"""Metrics: figures of a text against its references, one file each."""
