"""Large tables of a scenario in a line each: rows, range, mean by contacts, file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import product, repeat
from typing import cast

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Cell, Column, Grid, Paragraph, Value
from channelopt.report.figures import ABSENT, plain
from channelopt.report.given import Entry, number, rows, scenario, sources
from channelopt.report.places import place_of
from channelopt.report.speech import _, later

LABELS = {
    "contacts_per_customer": later("Contacts per customer and period"),
    "satisfaction": later("Satisfaction with a first contact, 0 to 1"),
    "satisfaction_shift": later("Satisfaction points added"),
    "unit_cost": later("Cost per handled contact"),
    "handle_minutes": later("Minutes per contact"),
    "resolution": later("Share of contacts that end the case"),
    "contact_value": later("Profit of a first contact"),
    "closure_loss": later("Lost per customer where a channel closes"),
    "preference": later("Customers who would pick the channel"),
    "baseline_share": later("Today's share of first contacts"),
    "min_share": later("Least share of the contacts"),
    "max_share": later("Largest share of the contacts"),
    "eligible": later("May a first contact enter here"),
}
"""What each table holds."""

BY_CUSTOMERS = frozenset({"contacts_per_customer", "closure_loss"})
"""Tables whose values go with customers, not with contacts."""
WITHOUT_MEAN = frozenset({"baseline_share", "max_share", "min_share", "preference"})
"""Tables of shares of contacts, of which a mean by contacts says nothing."""
KEYS = ("segment", "interaction", "channel", "period")

Keys = tuple[str, ...]
Weights = Mapping[Keys, float]
"""Weight by the ids of some keys, in the order of KEYS."""
WeightsOf = Callable[[Keys], Weights]
"""Weights by the keys that are told apart."""


def tables(plan: Plan) -> Iterator[Grid | Paragraph]:
    """Yield one line for each table of the scenario."""
    found = scenario(plan).get("tables")
    if not isinstance(found, Mapping) or not found:
        return
    weigh = cache(partial(_weights, plan))
    has_sources = bool(sources(plan))
    columns = (
        Column(_("Table"), "left"),
        *(Column(title) for title in (_("Rows"), _("Lowest"), _("Highest"), _("Mean"))),
        *((Column(_("Source"), "left"),) if has_sources else ()),
    )
    lines = tuple(
        (
            _label(plan, name),
            *_figures(name, rows(plan, name), weigh),
            *((place_of(plan, f"tables.{name}"),) if has_sources else ()),
        )
        for name in found
    )
    title = _("Tables, in a line each")
    yield Grid(columns, lines, title, "manifest.json, allocation.csv, segments.csv")
    yield Paragraph(
        _(
            "The mean is that of the plan: every value counts as often as first contacts of the "
            "plan meet it, values per customer as often as there are customers. Where several "
            "rows speak of a cell, the one that names most of its keys counts."
        )
    )


def _label(plan: Plan, name: str) -> str:
    metric = name.removeprefix("metric.")
    if metric != name:
        return plan.names.metrics.get(metric, metric)
    return _(LABELS.get(name, name))


def _weights(plan: Plan, by_customers: bool, keys: Keys) -> Weights:
    """Return first contacts, or customers for each interaction and channel, by some keys."""
    found: dict[Keys, float] = {}
    for ids, weight in _customers(plan, keys) if by_customers else _contacts(plan, keys):
        found[ids] = found.get(ids, 0.0) + weight
    return found


def _contacts(plan: Plan, keys: Keys) -> Iterable[tuple[Keys, float]]:
    table = plan.table("allocation")
    columns = [cast("tuple[str, ...]", table.column(key)) for key in keys]
    contacts = map(as_number, table.column("first_contacts"))
    return zip(zip(*columns, strict=True) if keys else repeat(()), contacts, strict=False)


def _customers(plan: Plan, keys: Keys) -> Iterator[tuple[Keys, float]]:
    given = scenario(plan)
    free = {"interaction": sorted(given["interactions"]), "channel": sorted(given["channels"])}
    for record in plan.table("segments").records():
        ids = ([str(record[key])] if key in record else free[key] for key in keys)
        for one in product(*ids):
            yield one, as_number(record["customers"])


def _figures(
    name: str, found: Sequence[Entry], weigh: Callable[[bool, Keys], Weights]
) -> tuple[Cell, ...]:
    amounts = [amount for row in found if (amount := number(row.get("value"))) is not None]
    if not amounts:  # a table of yes and no
        allowed = sum(bool(row.get("value")) for row in found)
        yes = _("{n} yes").format(n=plain(allowed))
        no = _("{n} no").format(n=plain(len(found) - allowed))
        return values.count(len(found)), no, yes, ABSENT
    mean = None
    if name not in WITHOUT_MEAN:
        mean = weighted_mean(found, partial(weigh, name in BY_CUSTOMERS))
    return values.count(len(found)), _shown(min(amounts)), _shown(max(amounts)), _mean(mean)


def _shown(amount: float) -> Value:
    return Value(plain(amount), amount)


def _mean(mean: float | None) -> Cell:
    return ABSENT if mean is None else Value(plain(mean, most=3), mean)


def weighted_mean(found: Sequence[Entry], weigh: WeightsOf) -> float | None:
    """Return the mean of a table over the cells of a plan that its rows speak of.

    Args:
        found: long rows with the keys they name and a value.
        weigh: weights of cells by the keys that any row names.

    Returns:
        None where no row speaks of a cell with weight.
    """
    lookups: dict[Keys, dict[Keys, float]] = {}
    for row in found:
        named = tuple(key for key in KEYS if key in row)
        amount = number(row.get("value"))
        if amount is not None:
            lookups.setdefault(named, {})[tuple(str(row[key]) for key in named)] = amount
    order = sorted(lookups, key=len, reverse=True)
    used = tuple(key for key in KEYS if any(key in named for named in order))
    places = [([used.index(key) for key in named], lookups[named]) for named in order]
    total = weight = 0.0
    for ids, heavy in weigh(used).items():
        for named_at, known in places:
            amount = known.get(tuple([ids[place] for place in named_at]))
            if amount is not None:
                total, weight = total + heavy * amount, weight + heavy
                break
    return total / weight if weight else None
