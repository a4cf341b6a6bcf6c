"""Texts that runs have stored in English, in the language of a report."""

from __future__ import annotations

from channelopt.report.speech import _


def said(text: str) -> str:
    """Return a stored text in the language of now; as it is where it is not known."""
    return _(text)
