"""Batches: many requests handed in at once at half the price, answered within a day."""
