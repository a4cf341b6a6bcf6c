"""The independent check of a list: its customers, limits and bound, from its files alone."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from channelopt.customers.people import Register
from channelopt.errors import CheckFailedError
from channelopt.rules.base import Verdict
from channelopt.terms.exact import exact_arithmetic, total
from channelopt.terms.facts import facts
from channelopt.terms.money import LEDGER
from channelopt.verify.lists.beside import check_beside
from channelopt.verify.lists.claims import Known, check_claims
from channelopt.verify.lists.folder import ListFolder, changed_files, read_list
from channelopt.verify.lists.people import open_customers, source
from channelopt.verify.lists.pricing import Pricing
from channelopt.verify.lists.quotas import Quotas, judge_quotas
from channelopt.verify.lists.reading import Reading
from channelopt.verify.lists.restated import (
    Brought,
    in_plan,
    judge_rules,
    not_judged,
    profit,
    with_limits,
)
from channelopt.verify.lists.result import Findings, ListVerification
from channelopt.verify.lists.stream import Rows
from channelopt.verify.lists.tally import Tally
from channelopt.verify.lists.totals import TotalsCheck, as_floats, read_hours
from channelopt.verify.lists.worth import Worth, worth


def verify_list(
    folder: Path | str, customers: Any = None, mapping: Path | None = None
) -> ListVerification:
    """Check the folder of a list against its customers; they are streamed, never held.

    Args:
        folder: of the list.
        customers: their file or table; default the one that the manifest names.
        mapping: YAML that says which column holds what; default as the manifest says.

    Returns:
        The verdict on every rule, every figure that is wrong, value and bound recomputed.

    Raises:
        InputError: a file is missing or damaged, or the scenario is not valid.
        UsageError: nobody says where the customers are.
    """
    found = read_list(Path(folder))
    given = source(found, customers, mapping)
    findings = Findings()
    for line in changed_files(found):
        findings.add("files", line)
    try:
        cells = worth(found.instance.numbers, found.plan, found.period)
        beside = found.path.absolute().parent
        room = beside if os.access(beside, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix=".channelopt-", dir=room) as scratch:
            people = open_customers(found, given, cells, Path(scratch), findings)
            return _Check(found, cells, findings).run(people)
    except CheckFailedError as fault:
        return ListVerification(mismatches=(*findings.lines(), str(fault)))


@dataclass(frozen=True)
class _Check:
    """One check of a list whose files can be read.

    Attributes:
        found: the list.
        cells: figures of one contact.
        findings: takes what is wrong.
    """

    found: ListFolder
    cells: Worth
    findings: Findings

    def run(self, people: Register) -> ListVerification:
        """Read all rows, add them up, and compare everything that is written with it."""
        n = self.found.instance.numbers
        tally = Tally(n)
        reading = self._read(people, tally)
        hours = read_hours(self.found.tables["hours"], n, self.findings)
        placed = in_plan(n, self.found.plan, self.found.period, tally, hours)
        placed = with_limits(placed, self.found)
        quotas = Quotas(n, self.found.plan, self.cells, tally, self._number("quota_tolerance"))
        bands = {} if self.found.joint else quotas.bands(reading.questions)
        pricing = Pricing(self.found, self.cells, tally, placed, self.findings)
        with exact_arithmetic():
            value = float(profit(placed))
        bound = pricing.check(reading, people, bands, as_floats(hours), value)
        self._compare(reading, tally, people, value)
        beside = check_beside(self.found, self.findings, decisions=reading.rows)
        rules = [
            *judge_rules(self.found.instance, placed, self._brought(people, tally)),
            *([] if self.found.joint else [judge_quotas(bands, n.periods[self.found.period])]),
        ]
        kept, left_out = _without(rules, pricing.set_by_hand)
        return ListVerification(
            rules=tuple(kept),
            mismatches=self.findings.lines(),
            not_checked=(
                *not_judged(self.found.instance, self.found.period),
                *left_out,
                *pricing.not_checked,
                *beside,
            ),
            customers=people.customers,
            rows=reading.rows,
            value=value,
            bound=bound,
        )

    def _read(self, people: Register, tally: Tally) -> Reading:
        """Go through the rows and their customers side by side."""
        most = self.found.mapping.get("outbound_at_most")
        reading = Reading(
            self.found.instance.numbers,
            self.cells,
            tally,
            self.findings,
            int(most) if isinstance(most, int | float) else None,
        )
        lines = Rows(self.found.path)
        reading.begin(_decisions(self.found), lines.columns)
        for some in people.each():
            reading.check(some, lines)
        more = lines.rest()
        if more and reading.aligned:
            self.findings.add("rows", f"assignment: {more} rows more than there are customers")
        return reading

    def _brought(self, people: Register, tally: Tally) -> Brought:
        current: set[int] = set()
        first = next(iter(people.each()), None)
        if first is not None:
            current = set(first.current)
        return Brought(self.cells, tally, "preferred" in people.columns, frozenset(current))

    def _number(self, key: str) -> float:
        value = self.found.mapping.get(key)
        return float(value) if isinstance(value, int | float) else 0.0

    def _compare(self, reading: Reading, tally: Tally, people: Register, value: float) -> None:
        """Compare totals.csv and list.json with the sums."""
        found = self.found
        asked = reading.questions
        totals = TotalsCheck(
            found.instance.numbers,
            found.plan,
            found.period,
            tally,
            asked,
            reading.menus,
            self.findings,
        )
        totals.check(found.tables["totals"])
        known = Known(
            customers=people.customers,
            rejected=getattr(people, "rows", people.customers) - people.customers,
            value=value,
            own_value=float(tally.value.value),
            plan=_plan_profit(found),
            moves=reading.moves,
        )
        check_claims(found, known, tuple(zip(asked, reading.menus, strict=True)), self.findings)


def _decisions(found: ListFolder) -> list[str]:
    """Return the names of the decisions that list.json says the rows are about."""
    written = found.claimed.get("decisions")
    records = written if isinstance(written, list) else []
    return [str(one.get("name")) for one in records if isinstance(one, dict)]


def _plan_profit(found: ListFolder) -> float:
    """Return the profit of the plan in the period, in its own numbers, undiscounted."""
    plan = facts(found.instance.numbers, found.plan)
    with exact_arithmetic():
        terms = (term.sign * plan.by_period[term.name][found.period] for term in LEDGER)
        return float(total(terms))


def _without(rules: list[Verdict], by_hand: dict[str, str]) -> tuple[list[Verdict], list[str]]:
    """Leave out rules whose limits were set by hand for this list, and say so."""
    kept = [verdict for verdict in rules if verdict.rule not in by_hand]
    said = [
        f"rule {rule}: the limit '{name}' was set by hand; its row in limits.csv was checked"
        for rule, name in by_hand.items()
    ]
    return kept, said
