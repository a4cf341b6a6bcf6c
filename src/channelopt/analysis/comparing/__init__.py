"""Comparisons: what differs between plans, and why."""
