"""Policies in words, and what a scenario says of its uncertainty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from channelopt.plan.plan import Plan
from channelopt.report.document import Column, Grid, Paragraph
from channelopt.report.figures import ABSENT, rate, sign
from channelopt.report.given import Entry, entries, number, scenario, sources
from channelopt.report.input_cells import WORDS, cell, title_of
from channelopt.report.places import places_below
from channelopt.report.speech import _, later
from channelopt.rules import POLICIES

TITLES = {policy.slug: policy.title for policy in POLICIES}
SHARES = frozenset({"share", "migration", "outage", "preferred_channel", "return_on_cost"})
"""Types of policies whose limits are shares."""
LIMITS = {
    "at_least": later("at least {amount}"),
    "at_most": later("at most {amount}"),
    "threshold": later("from {amount} on"),
    "recover": later("{amount} of its contacts"),
    "surge": later("others can do {amount} more"),
}
"""Limits of policies by key."""
FILTERS = ("segments", "interactions", "channels", "channel", "needs", "metric", "periods")
"""What policies are confined to, in the order of reading."""
KINDS = {
    "contact": later("contacts"),
    "staff": later("staff"),
    "fixed": later("fixed cost"),
    "opening": later("opening"),
    "closing": later("closing"),
    "investment": later("investment"),
    "running": later("running upgrades"),
    "hiring": later("hiring"),
    "release": later("release"),
}
"""Kinds of cost that a budget counts."""


def policies(plan: Plan) -> Iterator[Grid]:
    """Yield the policies: what each asks for, its limit, and what it is confined to."""
    found = [one for one in scenario(plan).get("policies", ()) if isinstance(one, Mapping)]
    if not found:
        return
    has_sources = bool(sources(plan))
    columns = (
        Column(_("Policy"), "left"),
        Column(_("What it asks for"), "left"),
        Column(_("Limit"), "left"),
        Column(_("Only for"), "left"),
        *((Column(_("Source"), "left"),) if has_sources else ()),
    )
    rows = tuple(
        (
            str(policy.get("name", "")),
            _(TITLES.get(str(policy.get("type")), str(policy.get("type")))),
            "; ".join(_limits(plan, policy)),
            "; ".join(_filters(plan, policy)),
            *((places_below(plan, f"policies.{policy.get('name')}"),) if has_sources else ()),
        )
        for policy in found
    )
    yield Grid(columns, rows, _("Policies"), "manifest.json")


def _limits(plan: Plan, policy: Entry) -> Iterator[str]:
    """Yield the limits of a policy in words."""
    for key, text in LIMITS.items():
        amount = policy.get(key)
        if amount is not None and not (key == "surge" and amount == 0):
            yield _(text).format(amount=_amount(plan, policy, key))
    if policy.get("scope") == "total" and policy.get("type") != "metric":
        yield _("all together")
    if policy.get("scope") == "mean":
        yield _("mean per first contact")
    if policy.get("measure") == "handled":
        yield _("handled contacts")
    if policy.get("negotiable") is False:
        yield _("not negotiable")


def _amount(plan: Plan, policy: Entry, key: str) -> str:
    is_share = policy.get("type") in SHARES or key == "surge"
    return str(cell(plan, "share" if is_share else "number", policy[key]))


def _filters(plan: Plan, policy: Entry) -> Iterator[str]:
    """Yield what a policy is confined to; nothing where it holds everywhere."""
    for key in FILTERS:
        found = policy.get(key)
        if found is not None:
            yield ", ".join(title_of(plan, str(one)) for one in _listed(found))
    for touch in _listed(policy.get("touch")):
        yield _("{level} touch").format(level=_(WORDS[str(touch)]))
    counts = _listed(policy.get("counts"))
    if counts and len(counts) < len(KINDS):
        yield ", ".join(_(KINDS.get(str(kind), str(kind))) for kind in counts)


def _listed(found: Any) -> list[Any]:
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def uncertainty(plan: Plan) -> Iterator[Grid | Paragraph]:
    """Yield how sure the numbers are, as the scenario says it."""
    groups = entries(plan, "uncertainty")
    if not groups:
        yield Paragraph(_("The scenario says nothing of how sure its numbers are."))
        return
    has_sources = bool(sources(plan))
    columns = (
        Column(_("Uncertain"), "left"),
        Column(_("Inputs"), "left"),
        Column(_("Lowest")),
        Column(_("Highest")),
        Column(_("Distribution"), "left"),
        Column(_("Move together")),
        *((Column(_("Source"), "left"),) if has_sources else ()),
    )
    rows = tuple(
        (
            str(group.get("title") or label),
            ", ".join(map(str, group.get("inputs", ()))),
            *_range(group),
            cell(plan, "words", group.get("distribution", "triangular")),
            cell(plan, "share", group.get("together", 1.0)),
            *((places_below(plan, f"uncertainty.{label}"),) if has_sources else ()),
        )
        for label, group in groups.items()
    )
    yield Grid(columns, rows, _("How sure the numbers are"), "manifest.json")


def _range(group: Entry) -> tuple[str, str]:
    """Return the lowest and the highest factor as changes of the numbers."""
    spread = number(group.get("spread"))
    low, high = number(group.get("low")), number(group.get("high"))
    if spread is not None:
        low, high = 1.0 - spread, 1.0 + spread
    return _change(low), _change(high)


def _change(factor: float | None) -> str:
    if factor is None:
        return ABSENT
    return rate(0.0) if factor == 1.0 else sign(rate(abs(factor - 1.0)), factor - 1.0)
