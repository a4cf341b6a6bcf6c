"""What the section `customers` names exists: interactions, channels, bundles and the period."""

from __future__ import annotations

from collections.abc import Mapping

from channelopt.instance.checks.context import Context
from channelopt.scenario.source import Path

_AT: Path = ("customers", "columns")


def check_customers(context: Context) -> None:
    """Check the ids under which columns of a customer file are named."""
    section = context.scenario.customers
    if section is None:
        return
    if section.period is not None and context.periods_are_known:
        at = ("customers", "period")
        context.require("period", str(section.period), context.axes.periods, at)
    columns, interactions = section.columns, context.axes.interactions
    ways = context.axes.labels["channel"]
    _one_for_all(context, columns.contacts)
    for name, given in (
        ("contacts", columns.contacts),
        ("current_channel", columns.current_channel),
    ):
        if isinstance(given, Mapping):
            _known(context, "interaction", given, interactions, (*_AT, name))
    _known(context, "channel or bundle", columns.eligible, ways, (*_AT, "eligible"))
    _grid(context, "channel", columns.satisfaction, context.axes.channels, "satisfaction")
    _grid(context, "channel or bundle", columns.contact_value, ways, "contact_value")


def _one_for_all(context: Context, contacts: object) -> None:
    """Check that one column of contacts stands for one interaction."""
    names = context.axes.interactions
    if isinstance(contacts, str) and len(names) != 1:
        message = f"one column cannot hold the contacts of {len(names)} interactions"
        hint = f"name one each: contacts: {{{names[0]}: {contacts}, ...}}"
        context.report("E219", (*_AT, "contacts"), message, hint)


def _known(
    context: Context, kind: str, given: Mapping[str, object], known: tuple[str, ...], at: Path
) -> None:
    for label in given:
        context.require(kind, label, known, (*at, label))


def _grid(
    context: Context, kind: str, given: Mapping[str, object], known: tuple[str, ...], name: str
) -> None:
    """Check columns by way, or by interaction and way."""
    for label, inner in given.items():
        at = (*_AT, name, label)
        if isinstance(inner, Mapping):
            if context.require("interaction", label, context.axes.interactions, at):
                _known(context, kind, inner, known, at)
        else:
            context.require(kind, label, known, at)
