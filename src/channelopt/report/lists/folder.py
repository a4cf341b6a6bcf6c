"""The folder of a list as it is read again: figures, tables, how things are called, who is sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from channelopt.errors import InputError, Place, Problem
from channelopt.instance.instance import Names
from channelopt.lists.folder import read_list
from channelopt.lists.result import CustomerList
from channelopt.plan import results_folder
from channelopt.report.lists.customers import Told, told
from channelopt.report.speech import _

FIGURES = "list.json"
TOGETHER = frozenset({"inbound", "outbound"})
"""Decisions on several interactions at once."""
NONE = "none"
"""Option of those who are not contacted, or who have nothing to decide."""
_LADDER = ("plan", "spread", "split", "list", "disaggregation_loss", "rounding")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Listed:
    """A list that was written before.

    Attributes:
        found: the list without its customers.
        manifest: what it was made from.
        names: titles of the scenario's ids, no two of them alike.
        told: what all customers' rows say together.
        edited: files that are no longer as they were written.
    """

    found: CustomerList
    manifest: Mapping[str, Any]
    names: Names
    told: Told
    edited: tuple[str, ...] = ()

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table; none where the list does not have it."""
        found = self.found.tables.get(table)
        return [] if found is None else list(found.records())

    @property
    def currency(self) -> str | None:
        """Return the currency of the scenario, None where it names none."""
        return self.found.currency

    @property
    def is_joint(self) -> bool:
        """Whether the plan's quotas were left out."""
        return bool(self.found.data["joint"])

    @property
    def ladder(self) -> Mapping[str, float | None]:
        """Return the rungs from the plan to the list, as `list.json` has them."""
        rungs: Mapping[str, float | None] = self.found.data["ladder"]
        return rungs

    @property
    def missing(self) -> float:
        """Return what the list may be worth less than the best one."""
        return max(self.found.bound - self.found.value, 0.0)

    @property
    def period(self) -> str:
        """Return the period of the list; empty where the scenario has but one."""
        periods = self.manifest["scenario"].get("periods") or ()
        return str(self.found.data["period"]) if len(periods) > 1 else ""

    @cached_property
    def decisions(self) -> tuple[str, ...]:
        """Return what is decided for each customer."""
        return tuple(str(one["name"]) for one in self.found.data["decisions"])

    def is_inbound(self, decision: str) -> bool:
        """Whether customers contact the company in a decision, so that each is served somehow."""
        kinds = self.manifest["scenario"].get("interactions", {})
        about = kinds.get(decision, {"direction": decision})
        return bool(about.get("direction") != "outbound")

    def moved(self, basis: str) -> tuple[int, int] | None:
        """Return how many customers moved and of how many it is known, `earlier` or `today`."""
        one = self.found.data["moves"][basis]
        return None if one is None else (int(one["moved"]), int(one["compared"]))


def listed_of(folder: Path) -> Listed:
    """Read a list for its report; nothing is recomputed.

    Raises:
        InputError: a file is missing or damaged.
        UsageError: pyarrow is not installed.
    """
    found = read_list(folder)
    manifest = results_folder.manifest_of(folder)
    _check(found, manifest, folder)
    decisions = tuple(str(one["name"]) for one in found.data["decisions"])
    scarce = [str(row["limit"]) for row in found.tables["limits"].records() if row["price"]]
    return Listed(
        found=found,
        manifest=manifest,
        names=_names(manifest["scenario"], found),
        told=told(folder, decisions, scarce),
        edited=results_folder.edited(folder),
    )


def _check(found: CustomerList, manifest: Mapping[str, Any], folder: Path) -> None:
    """Refuse a list that lacks what its report needs."""
    data = found.data
    try:
        whole = (
            isinstance(manifest["scenario"], dict)
            and all(isinstance(data["ladder"][name], int | float) for name in _LADDER)
            and all(one["name"] for one in data["decisions"])
            and {"earlier", "today", "by_option"} <= {*data["moves"]}
            and {"period", "joint", "scenario"} <= {*data}
        )
    except (KeyError, TypeError):
        whole = False
    if not whole:
        message = "damaged: it lacks what a report needs; assign again"
        raise InputError([Problem("E906", message, Place(str(folder / FIGURES)))])


def _names(scenario: Mapping[str, Any], found: CustomerList) -> Names:
    """Return titles by id; what two things share is followed by their ids."""
    names = Names(
        scenario=str(found.data["scenario"]),
        currency=found.currency,
        segments=_titles(scenario, "segments"),
        interactions=_titles(scenario, "interactions"),
        channels=_titles(scenario, "channels"),
        groups=_titles(scenario, "staff"),
        bundles=_titles(scenario, "bundles"),
    )
    together = {"inbound": _("All inbound contacts"), "outbound": _("All outbound contacts")}
    decisions = {name: together[name] for name in TOGETHER - {*names.interactions}}
    named = replace(names, interactions={**decisions, **names.interactions})
    options = {str(row["channel"]) for row in found.tables["totals"].records()}
    several = {one: _option(named, one) for one in sorted(options) if ":" in one}
    return replace(named, bundles={NONE: _("No contact"), **several, **names.bundles})


def _titles(scenario: Mapping[str, Any], section: str) -> dict[str, str]:
    found = scenario.get(section) or {}
    titles = {key: str((found[key] or {}).get("title") or key) for key in sorted(found)}
    shared = list(titles.values())
    return {key: t if shared.count(t) == 1 else f"{t} ({key})" for key, t in titles.items()}


def _option(names: Names, option: str) -> str:
    """Return the title of an option of several treatments, `interaction:channel;...`."""
    ways = {**names.channels, **names.bundles}
    parts = [part.partition(":") for part in option.split(";")]
    text = _("{interaction}: {channel}")
    said = [
        text.format(interaction=names.interactions.get(kind, kind), channel=ways.get(way, way))
        for kind, _colon, way in parts
    ]
    return "; ".join(said)


def records(rows: Sequence[Row], **wanted: object) -> list[Row]:
    """Return the rows that have these values."""
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]
