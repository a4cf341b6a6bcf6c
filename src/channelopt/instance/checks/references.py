"""Every id that is named exists, every list has one value per period, nothing is named twice."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from channelopt.instance.checks.context import Context
from channelopt.instance.checks.customers import check_customers
from channelopt.instance.sentences import ID_LISTS
from channelopt.scenario.source import Path
from channelopt.terms.fields import RESERVED

_NEVER_ABSENT = frozenset({"customers", "hours_per_fte", "open_hours"})


def check_references(context: Context) -> None:
    """Check ids, periods, lists over time and names."""
    _periods(context)
    _shared_names(context)
    for section, check in _SECTIONS.items():
        for label, entry in sorted(getattr(context.scenario, section).items()):
            check(context, (section, label), entry)
            _lists(context, (section, label), entry)
    check_customers(context)
    for at, policy in zip(context.policy_at, context.scenario.policies, strict=True):
        _policy(context, ("policies", at), policy)
        _lists(context, ("policies", at), policy)


def _periods(context: Context) -> None:
    """Check the labels of the periods."""
    first: dict[str, int] = {}
    for at, raw in enumerate(context.scenario.periods):
        label = str(raw)
        if not label.strip():
            context.report("E215", ("periods", at), "the label is empty")
        if label in RESERVED:
            context.report("E215", ("periods", at), f"'{label}' is a reserved word")
        folded = unicodedata.normalize("NFC", label).strip().casefold()
        if folded in first:
            message = f"the period '{label}' is named twice, first at position {first[folded] + 1}"
            context.report("E215", ("periods", at), message, "labels are unique, compared as text")
        first.setdefault(folded, at)


def _shared_names(context: Context) -> None:
    """Check that no bundle is called like a channel."""
    for label in sorted(set(context.axes.channels) & set(context.axes.bundles)):
        place = context.source.place_of(("channels", label))
        message = f"there is a channel '{label}' already, at {place}"
        context.report(
            "E215", ("bundles", label), message, "channels and bundles share their names"
        )


def _ids(
    context: Context, kind: str, labels: Sequence[Any], known: Sequence[str], at: Path
) -> None:
    """Check a list of ids: all exist, none twice."""
    for position, label in enumerate(labels):
        context.require(kind, str(label), known, (*at, position))
        if label in labels[:position]:
            context.report("E217", (*at, position), f"{kind} '{label}' is listed twice")


def _window(context: Context, path: Path, entry: Any) -> None:
    """Check the labels of a window, where the periods are known."""
    if not context.periods_are_known:
        return
    for name in ("available_from", "available_until"):
        label = getattr(entry, name, None)
        if label is not None:
            context.require("period", str(label), context.axes.periods, (*path, name))


def _channel(context: Context, path: Path, entry: Any) -> None:
    _window(context, path, entry)
    for label in entry.unresolved:
        context.require("channel", label, context.axes.channels, (*path, "unresolved", label))


def _staff(context: Context, path: Path, entry: Any) -> None:
    _ids(context, "channel", entry.serves, context.axes.channels, (*path, "serves"))


def _upgrade(context: Context, path: Path, entry: Any) -> None:
    _window(context, path, entry)
    context.require("channel", entry.channel, context.axes.channels, (*path, "channel"))
    _ids(context, "upgrade", entry.requires, known(context, "upgrades"), (*path, "requires"))
    _interactions(context, path, entry)


def _bundle(context: Context, path: Path, entry: Any) -> None:
    for label in entry.uses:
        context.require("channel", label, context.axes.channels, (*path, "uses", label))
    _interactions(context, path, entry)


def _interactions(context: Context, path: Path, entry: Any) -> None:
    labels = entry.interactions or []
    _ids(context, "interaction", labels, context.axes.interactions, (*path, "interactions"))


def _metric(context: Context, path: Path, entry: Any) -> None:
    for label in entry.values:
        names = context.axes.labels["channel"]
        context.require("channel or bundle", label, names, (*path, "values", label))


def _nothing(context: Context, path: Path, entry: Any) -> None:
    """Sections without references."""


def _uncertain(context: Context, path: Path, entry: Any) -> None:
    for label in entry.correlation:
        names = known(context, "uncertainty")
        context.require("group", label, names, (*path, "correlation", label))


_SECTIONS: Mapping[str, Callable[[Context, Path, Any], None]] = {
    "segments": _nothing,
    "interactions": _nothing,
    "channels": _channel,
    "staff": _staff,
    "upgrades": _upgrade,
    "bundles": _bundle,
    "metrics": _metric,
    "uncertainty": _uncertain,
}


def known(context: Context, section: str) -> list[str]:
    """Return the ids of a section as written, those of faulty entries included."""
    written = context.source.tree.get(section)
    return [str(label) for label in written] if isinstance(written, Mapping) else []


def _policy(context: Context, path: Path, policy: Any) -> None:
    """Check what a policy names."""
    opens_only = policy.type in ("choice", "open_channels")
    channels = context.axes.channels if opens_only else context.axes.labels["channel"]
    kinds = {
        "segments": ("segment", context.axes.segments),
        "interactions": ("interaction", context.axes.interactions),
        "channels": ("channel" if opens_only else "channel or bundle", channels),
        "needs": ("channel", context.axes.channels),
    }
    if context.periods_are_known:
        kinds["periods"] = ("period", context.axes.periods)
    for name, (kind, labels) in kinds.items():
        value = getattr(policy, name, None)
        if isinstance(value, str):
            context.require(kind, value, labels, (*path, name))
        elif value is not None:
            _ids(context, kind, value, labels, (*path, name))
    if hasattr(policy, "channel"):
        context.require("channel", policy.channel, context.axes.channels, (*path, "channel"))
    if hasattr(policy, "metric"):
        context.require("metric", policy.metric, known(context, "metrics"), (*path, "metric"))


def _lists(context: Context, path: Path, entry: BaseModel) -> None:
    """Check that a list over time has one value per period."""
    periods = len(context.axes.periods)
    for name, value in _values(entry):
        if isinstance(value, BaseModel):
            _lists(context, (*path, name), value)
        elif isinstance(value, list) and name not in ID_LISTS:
            if len(value) != periods:
                message = f"expected one value for each of {periods} periods, found {len(value)}"
                context.report("E216", (*path, name), message)
            elif name in _NEVER_ABSENT and None in value:
                where = context.axes.periods[value.index(None)]
                context.report("E216", (*path, name), f"a number is required in period {where}")


def _values(entry: BaseModel) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a section."""
    for name in type(entry).model_fields:
        yield name, getattr(entry, name)
