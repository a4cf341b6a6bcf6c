"""Findings that do not stop a run: what is probably not meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import numpy as np

from channelopt.instance.checks.context import Context, first_few
from channelopt.instance.checks.routing import Traffic
from channelopt.instance.sentences import ENTRIES, percent_hint
from channelopt.instance.tables import Table
from channelopt.rules.preferred_channel import PreferredChannel
from channelopt.scenario.source import KEYS
from channelopt.terms.fields import LARGEST, over_time
from channelopt.terms.numbers import Flags, Numbers

FAR = 20.0
"""A value this many times the median of its column is probably in another unit."""
WIDE = 1e6
"""Largest ratio of two numbers of contacts that solvers handle well."""
_COLUMN_OF = {
    "contacts_per_customer": "interaction",
    "unit_cost": "channel",
    "handle_minutes": "channel",
}
_NOT_OF_CONTACTS = frozenset({"budget", "open_channels", "requires", "return_on_cost"})
"""Types of policies that bind where there are no contacts too."""
_FEWEST = 4
"""A column with fewer values has no typical value."""


def give_hints(
    context: Context, numbers: Numbers, tables: Mapping[str, Table], reach: Traffic
) -> None:
    """Record warnings on a scenario without errors."""
    _volumes(context, numbers)
    if (numbers.contacts > 0).any():
        _unused(context, numbers, reach)
        _idle_policies(context, numbers)
    _counted_twice(context, numbers)
    _negative_costs(context)
    _titles(context)
    _shifts(context, tables["satisfaction_shift"])
    for name in sorted(_COLUMN_OF):
        _far_from_median(context, name, tables[name])


def _volumes(context: Context, numbers: Numbers) -> None:
    """Warn of no contacts at all, and of numbers too far apart."""
    positive = numbers.contacts[numbers.contacts > 0]
    if not len(positive):
        message = "there are no contacts at all: every contacts_per_customer is 0"
        context.problems.add("W260", message, context.source.place_of(()))
        return
    if positive.max() > LARGEST:
        message = (
            f"customers times contacts_per_customer give {positive.max():.3g} contacts; "
            f"numbers go up to {LARGEST:.0e}"
        )
        hint = "count in thousands, or look for a slip"
        context.problems.add("E261", message, context.source.place_of(("segments",)), hint)
        return
    ratio = float(positive.max() / positive.min())
    if ratio > WIDE:
        message = (
            f"contacts range from {positive.min():.6g} to {positive.max():.6g}, a ratio of "
            f"{ratio:.2g}; above {WIDE:.0e} solvers lose precision"
        )
        context.problems.add("W261", message, context.source.place_of(("segments",)))


def _unused(context: Context, numbers: Numbers, reach: Traffic) -> None:
    """Warn of ids that play no part."""
    asked = numbers.contacts > 0
    idle = {
        ("segments", "has no contacts in any period"): _idle(
            numbers.segments, np.any(asked, axis=(1, 2))
        ),
        ("interactions", "has no contacts in any period"): _idle(
            numbers.interactions, np.any(asked, axis=(0, 2))
        ),
        ("channels", "can get no contact: nothing is eligible and nobody passes on to it"): _idle(
            numbers.channels, np.any(reach.carries, axis=(0, 1, 3))
        ),
    }
    for (section, message), labels in idle.items():
        for label in labels:
            context.report("W262", (section, label), message)


def _idle(labels: tuple[str, ...], used: Flags) -> list[str]:
    """Return the labels that are not used."""
    return [label for label, flag in zip(labels, used.tolist(), strict=True) if not flag]


def _counted_twice(context: Context, numbers: Numbers) -> None:
    """Warn where satisfaction earns a price and keeps a margin too."""
    if numbers.satisfaction_price <= 0:
        return
    earning: Flags = np.any(numbers.margin > 0, axis=1)
    by_curve = [at for at, curve in numbers.curves.items() if np.ptp(curve.keeps) > 0]
    weighted = [] if not numbers.satisfaction_weight > 0 else range(len(numbers.segments))
    both = {*by_curve, *(at for at in weighted if at not in numbers.curves)}
    names = [numbers.segments[at] for at in sorted(both) if earning[at]]
    if names:
        message = (
            "satisfaction counts twice, by its price and by the margin it keeps, for "
            + first_few(names)
        )
        context.report("W263", ("objective", "satisfaction_price"), message)


def _negative_costs(context: Context) -> None:
    """Warn of costs that are gains."""
    fields = {"channels": ("opening_cost", "closing_cost"), "staff": ("fte_cost",)}
    fields["upgrades"] = ("investment", "running_cost")
    for section, names in fields.items():
        for label, entry in sorted(getattr(context.scenario, section).items()):
            for name in names:
                value = getattr(entry, name)
                values = value if isinstance(value, list) else [value]
                if any(number is not None and number < 0 for number in values):
                    message = "is negative: it counts as a gain"
                    context.report("W264", (section, label, name), message)


def _titles(context: Context) -> None:
    """Warn of titles that readers cannot tell apart."""
    for section in ENTRIES:
        seen: dict[str, str] = {}
        for label, entry in sorted(getattr(context.scenario, section).items()):
            title = entry.title or label
            shown = "".join(c for c in title if unicodedata.category(c) != "Cf")
            folded = unicodedata.normalize("NFKC", shown).strip().casefold()
            if folded in seen:
                message = f"the title '{title}' reads like that of '{seen[folded]}'"
                context.report("W265", (section, label, "title"), message)
            seen.setdefault(folded, label)


def _idle_policies(context: Context, numbers: Numbers) -> None:
    """Warn of policies that speak of no contacts, or of nobody's preference."""
    for at, policy in zip(context.policy_at, context.scenario.policies, strict=True):
        reach = policy.reach(numbers)
        block = np.ix_(reach.segments, reach.interactions, reach.periods)
        if not (numbers.contacts[block] > 0).any():
            if policy.type not in _NOT_OF_CONTACTS:
                floor = over_time(getattr(policy, "at_least", None), len(numbers.periods))
                never = policy.type == "volume" and (floor[reach.periods] > 0).any()
                outcome = "no plan can obey it" if never else "it always holds"
                context.report(
                    "W267", ("policies", at), f"its filters reach no contacts: {outcome}"
                )
        elif isinstance(policy, PreferredChannel):
            preference = numbers.preference[
                np.ix_(reach.segments, reach.interactions, reach.channels[: len(numbers.channels)])
            ]
            if not (preference >= policy.threshold).any():
                message = f"no preference reaches {policy.threshold:.12g}: it always holds"
                context.report("W267", ("policies", at, "threshold"), message)


def _shifts(context: Context, table: Table) -> None:
    """Warn of shifts so large that satisfaction is 0 or 1 whatever it was."""
    values = table.values[np.abs(table.values) > 1]
    if values.size:
        place = context.source.place_of(("tables", "satisfaction_shift"))
        if table.cells is not None:
            place = table.cells.rows.place(int(np.argmax(np.abs(table.cells.rows.values) > 1)))
        message = (
            f"table satisfaction_shift: a shift of {values[0]:.12g} makes satisfaction 0 or 1 "
            "whatever it was"
        )
        hint = percent_hint(abs(float(values[0])))
        context.problems.add("W268", message, place, hint)


def _far_from_median(context: Context, name: str, table: Table) -> None:
    """Warn of a cell that is far above the typical value of its column."""
    if table.cells is None:
        return
    rows = table.cells.rows
    column = rows.codes[:, KEYS.index(_COLUMN_OF[name])]
    for code in np.unique(column):
        members = np.flatnonzero((column == code) & (rows.values > 0))
        if len(members) < _FEWEST:
            continue
        median = float(np.median(rows.values[members]))
        far = members[rows.values[members] > FAR * median]
        if len(far):
            worst = int(far[np.argmax(rows.values[far])])
            value = rows.values[worst]
            message = (
                f"table {name}: {value:.6g} is {value / median:.3g} times the median of its "
                f"column ({median:.6g}); is it in another unit?"
            )
            context.problems.add("W266", message, rows.place(worst))
