"""The ladder: a plan held, carried on, re-allocated and made anew under another scenario."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from channelopt.analysis.futures.held import titles
from channelopt.instance.instance import Instance
from channelopt.plan.kpis import key_figures_of
from channelopt.plan.plan import Plan
from channelopt.plan.records import Known
from channelopt.plan.table import Cell, Table
from channelopt.verify.result import Verification

RungName = Literal[
    "own", "held", "staff_follows", "contacts_move", "contacts_and_staff", "reoptimised"
]
TITLES: dict[RungName, str] = {
    "own": "In its own scenario",
    "held": "Held in every detail",
    "staff_follows": "Held, FTE follow the work",
    "contacts_move": "Contacts re-allocated, FTE held",
    "contacts_and_staff": "Contacts and FTE chosen anew",
    "reoptimised": "Everything re-optimised",
}
"""The rungs in their order; all but the first are under the new scenario."""

LADDER = (
    *("rung", "title", "profit", "known", "over_held"),
    *("rules_broken", "places", "fte", "channels_open"),
)
BREACHES = ("rung", "rule", "title", "where", "found", "sense", "required", "excess")


@dataclass(frozen=True)
class Broken:
    """One place where a rule is broken.

    Attributes:
        rule: slug, or name of a policy.
        where: the place, as the independent check names it.
        found: what the plan comes to there.
        sense: `<=`, `>=` or `=`.
        required: the bound.
    """

    rule: str
    where: str
    found: float
    sense: str
    required: float

    @property
    def excess(self) -> float:
        """By how much the bound is missed, >= 0, in its unit."""
        return abs(float(Decimal(repr(self.found)) - Decimal(repr(self.required))))


@dataclass(frozen=True)
class Rung:
    """One way to go on with the plan.

    Attributes:
        name: which.
        known: `no meaning` for plans that are only worked out, else as a re-solve is known.
        plan: None where there is none, or none was found.
        broken: every place where a rule is broken; empty for plans that obey all rules.
        faults: what the independent check says beyond that, in words.
    """

    name: RungName
    known: Known
    plan: Plan | None = None
    broken: tuple[Broken, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """In reports."""
        return TITLES[self.name]

    @property
    def profit(self) -> float | None:
        """Satisfaction-weighted profit, discounted; None without a plan."""
        return None if self.plan is None else self.plan.objective

    @property
    def obeys(self) -> bool:
        """Whether there is a plan that obeys every rule."""
        return self.plan is not None and not self.broken and not self.faults

    @property
    def rules(self) -> dict[str, tuple[Broken, ...]]:
        """Broken places by rule, in the order of the check."""
        found: dict[str, list[Broken]] = {}
        for one in self.broken:
            found.setdefault(one.rule, []).append(one)
        return {rule: tuple(places) for rule, places in found.items()}


@dataclass(frozen=True)
class Ladder:
    """A plan under another scenario.

    Attributes:
        instance: that scenario.
        own: the plan in the scenario that it was made for.
        rungs: from held in every detail to made anew, always the five of them.
        notes: what could not simply be taken over, in words.
    """

    instance: Instance
    own: Plan
    rungs: tuple[Rung, ...]
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: RungName) -> Rung:
        """Return a rung by name."""
        return next(rung for rung in self.rungs if rung.name == name)

    @property
    def cost_of_change(self) -> float | None:
        """What holding the plan loses against its own scenario, negative where it gains."""
        return _less(self.own.objective, self["held"].profit)

    @property
    def least_change(self) -> Rung | None:
        """The first rung whose plan obeys every rule: what is kept of the plan as far as it can."""
        return next((rung for rung in self.rungs if rung.obeys), None)

    @property
    def recovered(self) -> float | None:
        """What re-optimising everything is worth more than `least_change`; None without a plan."""
        least = self.least_change
        return None if least is None else _less(self["reoptimised"].profit, least.profit)

    def titles(self) -> dict[str, str]:
        """Return rules in words, by slug or name."""
        return titles(self.instance)


def broken(found: Verification) -> tuple[Broken, ...]:
    """Return the places where rules are broken, as the independent check found them."""
    return tuple(
        Broken(verdict.rule, one.where, float(one.found), one.sense, float(one.required))
        for verdict in found.rules
        for one in verdict.breaches
    )


def tables(ladder: Ladder) -> tuple[Table, ...]:
    """Return ladder, breaches, key figures and the allocation of the held plan as tables."""
    held = ladder["held"].plan
    found = [
        Table("ladder", LADDER, tuple(_ladder(ladder))),
        Table("breaches", BREACHES, tuple(_breaches(ladder))),
        _kpis(ladder),
    ]
    return (*found, held.table("allocation")) if held is not None else tuple(found)


def _ladder(ladder: Ladder) -> Iterator[tuple[Cell, ...]]:
    base = ladder["held"].profit
    for rung in (Rung("own", "no meaning", ladder.own), *ladder.rungs):
        figures = {} if rung.plan is None else rung.plan.kpis
        over = None if rung.name == "own" else _less(rung.profit, base)
        known = "" if rung.known == "no meaning" else rung.known
        yield (
            *(rung.name, rung.title, rung.profit, known, over),
            *(len(rung.rules), len(rung.broken)),
            *(figures.get("fte"), figures.get("channels_open")),
        )


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _breaches(ladder: Ladder) -> Iterator[tuple[Cell, ...]]:
    words = ladder.titles()
    for rung in ladder.rungs:
        for one in rung.broken:
            yield (
                *(rung.name, one.rule, words.get(one.rule, one.rule), one.where),
                *(one.found, one.sense, one.required, one.excess),
            )


def _kpis(ladder: Ladder) -> Table:
    plans = [ladder.own, *(rung.plan for rung in ladder.rungs)]
    rows: list[tuple[Cell, ...]] = []
    for kpi in key_figures_of(ladder.instance.names):
        values = (None if plan is None else plan.kpis.get(kpi.name) for plan in plans)
        rows.append((kpi.name, kpi.label, kpi.unit, *values))
    return Table("kpis", ("figure", "title", "unit", *TITLES), tuple(rows))
