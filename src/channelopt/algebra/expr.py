"""Affine expressions over labelled rows."""

from __future__ import annotations


class Relation:
    """Placeholder until the algebra lands."""
