"""Evals: cases and outputs in, scores and their evidence out; no screen, no network, no git."""
