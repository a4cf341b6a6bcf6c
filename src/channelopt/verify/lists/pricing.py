"""Limits, prices and bound of a list, against what its rows add up to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from channelopt.customers.people import Register
from channelopt.rules.base import bound as sides
from channelopt.terms.exact import exact_arithmetic
from channelopt.terms.money import COST_KINDS
from channelopt.terms.numbers import Floats
from channelopt.verify.lists.amounts import Amounts
from channelopt.verify.lists.bound import OTHER, PAID, Bound
from channelopt.verify.lists.choices import MOST, Choices, planned, planned_shares
from channelopt.verify.lists.coefficients import check_coefficients
from channelopt.verify.lists.folder import ListFolder
from channelopt.verify.lists.menu import Menu
from channelopt.verify.lists.prices import LimitCheck, Priced
from channelopt.verify.lists.quotas import Band
from channelopt.verify.lists.reading import Reading
from channelopt.verify.lists.restated import InPlan
from channelopt.verify.lists.result import Findings
from channelopt.verify.lists.stream import Rows
from channelopt.verify.lists.tally import Tally
from channelopt.verify.lists.totals import differs
from channelopt.verify.lists.worth import Worth
from channelopt.verify.read import number

EXACT = 1e-9
Bands = Mapping[tuple[str, str, str], Band]


@dataclass
class Pricing:
    """Checks limits.csv, and the bound that its prices prove.

    Attributes:
        found: the list.
        cells: figures of one contact.
        tally: of the list.
        placed: the list in its plan.
        findings: takes what is wrong.
        not_checked: what could not be recomputed, in words.
        set_by_hand: by rule, the name of its limit that was set for this list.
    """

    found: ListFolder
    cells: Worth
    tally: Tally
    placed: InPlan
    findings: Findings
    not_checked: list[str] = field(default_factory=list)
    set_by_hand: dict[str, str] = field(default_factory=dict)

    def check(
        self,
        reading: Reading,
        people: Register,
        bands: Bands,
        hours: Mapping[tuple[int, int], float],
        value: float,
    ) -> float | None:
        """Check limits and prices, and return the bound that these prove; None if unknown."""
        limits = self._limits(bands, hours)
        check_coefficients(self.found.path, limits.rows, self.findings)
        priced = {limit.name for limit in limits.rows if limit.price != 0.0}
        blind = sorted(priced & set(limits.unknown))
        for name in sorted(set(limits.unknown) - priced):
            self.not_checked.append(f"limits.csv, '{name}': what is used is as written")
        if blind or not reading.aligned:
            why = f"limit '{blind[0]}'" if blind else "rows that are not those of the customers"
            self.not_checked.append(f"bound, payments and runners-up: not recomputed, for {why}")
            return None
        bound = self._pass(reading, people, limits.rows)
        constant = value - float(self.tally.value.value)
        means = self._means("satisfaction" in people.columns)
        right = bound.total(limits.standing, self._most_hours(limits.rows), means) + constant
        self._claims(bound, right, constant)
        return right

    def _claims(self, bound: Bound, right: float, constant: float) -> None:
        """Compare what list.json says of the bound, and of the plan's shares."""
        self._compare("price_bound", self.found.claimed, right, bound.size)
        ladder = self.found.claimed.get("ladder")
        rungs = ladder if isinstance(ladder, Mapping) else {}
        if all(shares is not None for shares in bound.shares):
            even = math.fsum(bound.even) + constant
            self._compare("spread", rungs, even, bound.size)
        else:
            self.not_checked.append("list.json, ladder.spread: outbound contacts compete")
        claimed = self.found.claimed.get("bound")
        if isinstance(claimed, float | Decimal) and float(claimed) < right - EXACT * bound.size:
            self.not_checked.append("list.json, bound: the search that proved it is not repeated")
        if rungs.get("within") is not None:
            self.not_checked.append("list.json, ladder.within: it is another list's value")

    def _limits(self, bands: Bands, hours: Mapping[tuple[int, int], float]) -> _Limits:
        """Compare limits.csv with the sums."""
        n, t = self.placed.numbers, self.found.period
        fte = np.array([float(self.found.plan.fte.get((g, t), 0)) for g in range(len(n.groups))])
        amounts = Amounts(n, self.cells, self.tally, self.found.instance.policies, fte)
        by_hand = _by_hand(self.found)
        for row in self.found.tables["limits"].rows:
            if row[0] in by_hand and row[1] not in ("capacity", "hours"):
                self.set_by_hand[str(row[2])] = str(row[0])
        check = LimitCheck(
            self.cells,
            self.tally,
            amounts,
            hours,
            {**dict(self._spent()), **dict(self._earned())},
            None
            if self.found.joint
            else {key: (float(x.low), float(x.high)) for key, x in bands.items()},
            by_hand,
            self.findings,
        )
        rows = check.limits(self.found.tables["limits"])
        return _Limits(rows, check.unknown, check.standing)

    def _spent(self) -> Iterator[tuple[str, float]]:
        """Yield what every budget counts in all: its limit less the room that its check finds."""
        n, t = self.placed.numbers, self.found.period
        for policy in self.found.instance.policies:
            if policy.slug != "budget" or not policy.reach(n).periods[t]:
                continue
            each = getattr(policy, "scope", "each") == "each"
            here = policy.model_copy(update={"periods": [n.periods[t]]}) if each else policy
            verdict = here.check(n, self.placed.facts)
            limit = sides(getattr(policy, "at_most", None), n)
            most = float(limit[t] if each else np.nanmin(limit))
            if verdict.slack is not None and np.isfinite(most):
                with exact_arithmetic():
                    yield policy.name, most - float(verdict.slack) * max(1.0, abs(most))

    def _earned(self) -> Iterator[tuple[str, float]]:
        """Yield what every policy on the return on cost counts, in money of the list's period."""
        n, f, now = self.placed.numbers, self.placed.facts, self.found.period
        for policy in self.found.instance.policies:
            if policy.slug != "return_on_cost" or not policy.reach(n).periods[now]:
                continue
            factor = 1.0 + float(getattr(policy, "at_least", 0.0))
            worth = 0.0
            for t in np.flatnonzero(policy.reach(n).periods).tolist():
                cost = sum(float(f.by_period[f"{kind}_cost"][t]) for kind in COST_KINDS)
                earned = float(f.by_period["kept_margin"][t] + f.by_period["contact_value"][t])
                worth += float(f.discount[t] / f.discount[now]) * (earned - factor * cost)
            yield policy.name, worth

    def _pass(self, reading: Reading, people: Register, limits: tuple[Priced, ...]) -> Bound:
        """Go through customers and rows once more."""
        n = self.found.instance.numbers
        questions = reading.questions
        everywhere = np.ones(self.cells.may_enter.shape, dtype=bool)
        wider = self.found.mapping.get("quota_tolerance")
        free = self.found.joint or bool(wider) or "eligible" in people.columns
        choices = Choices(
            n,
            self.cells,
            everywhere if free else planned(n, self.found.plan, self.found.period, questions),
            self.tally.contacts.value > 0,
            self._most_treatments(reading),
        )
        plan, period = self.found.plan, self.found.period
        shares = [
            planned_shares(n, plan, period, asked, choices.options(asked)) for asked in questions
        ]
        bound = Bound(choices, questions, limits, self.findings, shares)
        self._options(bound)
        lines = Rows(self.found.path)
        self._columns(lines.columns, bound)
        reading.begin_again()
        for some in people.each():
            reading.again(some, lines, bound.check)
        return bound

    def _most_treatments(self, reading: Reading) -> int:
        """Return how many treatments the options of list.json have at most."""
        n = self.found.instance.numbers
        most = 1
        for asked, names in zip(reading.questions, self._named(), strict=False):
            if len(asked.interactions) > 1 and not n.inbound[asked.interactions[0]]:
                menu = Menu(n, asked)
                codes = np.array([menu.code(name) for name in names], dtype=np.intp)
                ways = np.stack(list(menu.ways(codes).values()))
                most = int((ways >= 0).sum(axis=0).max(initial=1))
        return most

    def _named(self) -> list[list[str]]:
        """Return the names of options of every decision in list.json."""
        written = self.found.claimed.get("decisions")
        records = written if isinstance(written, list) else []
        named = [one.get("options") for one in records if isinstance(one, dict)]
        return [
            [str(x) for x in names[:MOST]] if isinstance(names, list) else [] for names in named
        ]

    def _options(self, bound: Bound) -> None:
        """Check that list.json names the options that there are."""
        for asked, options, names in zip(
            bound.questions, bound.options, self._named(), strict=False
        ):
            for name in sorted(set(options) ^ set(names)):
                said = "is no option" if name in names else "is missing"
                line = f"list.json, decisions.{asked.name}: '{name[:40]}' {said}"
                self.findings.add("list.json", line)

    def _columns(self, columns: tuple[str, ...], bound: Bound) -> None:
        """Check that no payment stands there for a limit without a price."""
        for name in columns:
            if name.startswith(PAID) and name not in (*bound.tills, OTHER):
                self.findings.add("columns", f"assignment: the column {name} is of no limit")

    def _most_hours(self, limits: tuple[Priced, ...]) -> dict[int, float]:
        """Return by group the most hours that it may work."""
        n, t = self.placed.numbers, self.found.period
        most: dict[int, float] = {}
        for g, group in enumerate(n.groups):
            hours: Floats = n.hours_per_fte[g, t] * float(self.found.plan.fte.get((g, t), 0))
            named = [limit.upper for limit in limits if limit.name == f"hours:{group}"]
            most[g] = min(float(hours), *named) if g in n.service_levels else float(hours)
        return most

    def _means(self, own: bool) -> tuple[float, float]:
        """Return what no mean satisfaction is below or above; customers' own is from 0 to 1."""
        points = self.cells.felt - self.cells.lost
        more = 1.0 if own else 0.0
        return float(points.min(initial=0.0)) - more, float(points.max(initial=0.0)) + more

    def _compare(self, name: str, written: Mapping[str, Any], right: float, size: float) -> None:
        """Compare one figure of list.json.

        Args:
            name: of the figure.
            written: where it stands.
            right: what it must be.
            size: of what it was added up from.
        """
        try:
            claimed = number(written.get(name))
        except ValueError:
            return
        if claimed is None or abs(float(claimed) - right) > EXACT * max(1.0, size):
            self.findings.add("list.json", f"list.json, {name}: {differs(claimed, right)}")


@dataclass(frozen=True)
class _Limits:
    """Limits with prices, those that are not known, and what stands in some of them."""

    rows: tuple[Priced, ...]
    unknown: list[str]
    standing: Mapping[str, float]


def _by_hand(found: ListFolder) -> Mapping[str, Any]:
    """Return by name the sides of limits that were set for this list."""
    limits: Any = found.options.get("limits")
    return limits if isinstance(limits, Mapping) else {}
