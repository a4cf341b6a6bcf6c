"""Where contacts go that one channel does not end: the passing-on rule, solved exactly."""

from __future__ import annotations

from decimal import Decimal

from channelopt.errors import CheckFailedError
from channelopt.terms.exact import ONE, ZERO

Flow = list[dict[int, Decimal]]
"""By channel: share of the contacts it handles that goes on to each channel (itself included)."""


class Routes:
    """Contacts handled in each channel for given first contacts, loops included.

    Channels are removed one at a time: what entered a removed channel is spread over the channels
    that it passes on to, and added back in the opposite order. All sums are of amounts that are
    not negative, so nothing cancels.
    """

    def __init__(self, flow: Flow) -> None:
        """Prepare the removal of channels.

        Args:
            flow: shares passed on, by channel; closed channels must not be targets.

        Raises:
            CheckFailedError: in some loop no contact ever ends.
        """
        left = [dict(targets) for targets in flow]
        self._steps: list[tuple[int, Decimal, dict[int, Decimal], dict[int, Decimal]]] = []
        for channel, targets in enumerate(left):
            leaving = ONE - targets.pop(channel, ZERO)
            if leaving <= 0:
                raise CheckFailedError("contacts are passed on in a loop in which nothing ends")
            coming = {
                other: left[other].pop(channel) / leaving
                for other in range(channel + 1, len(left))
                if channel in left[other]
            }
            for other, share in coming.items():
                for target, onward in targets.items():
                    left[other][target] = left[other].get(target, ZERO) + share * onward
            if targets or coming or leaving != ONE:
                spread = {target: onward / leaving for target, onward in targets.items()}
                self._steps.append((channel, leaving, spread, coming))

    def handled(self, entering: dict[int, Decimal]) -> dict[int, Decimal]:
        """Return contacts handled by channel, first contacts included.

        Args:
            entering: first contacts by channel.
        """
        if not self._steps:
            return entering
        handled = dict(entering)
        for channel, _, spread, _ in self._steps:
            amount = handled.get(channel)
            if amount:
                for target, share in spread.items():
                    handled[target] = handled.get(target, ZERO) + share * amount
        for channel, leaving, _, coming in reversed(self._steps):
            amount = handled.get(channel, ZERO) / leaving
            for other, share in coming.items():
                amount += share * handled.get(other, ZERO)
            if amount:
                handled[channel] = amount
        return handled
