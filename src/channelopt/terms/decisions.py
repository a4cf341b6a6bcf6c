"""Decisions: every variable and derived expression of the program."""

from __future__ import annotations


class Decisions:
    """Placeholder until the model layer lands."""
