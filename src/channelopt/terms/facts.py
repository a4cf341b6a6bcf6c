"""Facts: every quantity of a written plan, recomputed in plain arithmetic."""

from __future__ import annotations


class Facts:
    """Placeholder until the verify layer lands."""
