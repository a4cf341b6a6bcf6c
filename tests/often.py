"""How often the tests of much chance try: less in every run, more before a release."""

import os

SHARE = float(os.environ.get("CHANNELOPT_CHANCES", "0.2"))
"""Of the numbers that stand in the tests; CONTRIBUTING.md says when to set it to 1."""


def often(times: int) -> int:
    """How many examples of so many are tried."""
    return max(2, round(times * SHARE))
