"""Reasons: why a channel was chosen, and what would flip it."""
