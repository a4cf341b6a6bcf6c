"""`channelopt show`."""

from __future__ import annotations


def command() -> None:
    """Show."""
