"""Rule `whole_contacts`: first contacts are whole numbers where the scenario asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, cell, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO
from channelopt.terms.facts import Facts
from channelopt.terms.numbers import Numbers


class WholeContacts(Rule):
    """First contacts are whole numbers where the scenario asks for it."""

    slug: ClassVar[str] = "whole_contacts"
    title: ClassVar[str] = "First contacts are whole numbers where the scenario asks for it"
    formula: ClassVar[str] = r"e_{s,i,c,t} \in \mathbb{Z} \text{ if whole\_contacts}"

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rows of the rule."""
        yield from ()

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    if n.whole_contacts:
        for key, amount in f.first_contacts.items():
            yield cell(n, key), abs(amount - round(amount)), "<=", ZERO
