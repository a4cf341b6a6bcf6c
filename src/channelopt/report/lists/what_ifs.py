"""What if: the list beside others within changed limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from channelopt.report.document import Block, Bullets, Chart, Grid, Section
from channelopt.report.figures import count, enumerate_words, headed, worth
from channelopt.report.lists import words
from channelopt.report.lists.changed import beside, grid
from channelopt.report.lists.folder import Listed, Row
from channelopt.report.shapes import Axis, Bars, Series
from channelopt.report.speech import _, plural_of

NAME = "what_ifs"
SOURCE = "what_ifs.csv"
MOST_BARS = 40
MOST_LIMITS = 8
"""Limits of a conflict that are named; of more, how many."""


def what_ifs(listed: Listed) -> Section | None:
    """Return what the list would be worth within changed limits; None where nobody asked."""
    rows = listed.rows(NAME)
    if not rows:
        return None
    found: list[Block] = [*beside(listed), *_chart(listed, rows), _table(listed, rows)]
    conflicts = tuple(_conflicts(listed, rows))
    return Section(_("What if"), (*found, *([Bullets(conflicts)] if conflicts else [])))


def _chart(listed: Listed, rows: list[dict[str, Any]]) -> Iterator[Chart]:
    others = [row for row in rows if row.get("difference") is not None and not _is_base(row)]
    if not others:
        return
    best = max(others, key=lambda row: row["difference"])
    text = _("The best of {n}: {name} with {value}, {more} more than the list.")
    if best["difference"] < 0:
        text = _("The best of {n}: {name} with {value}, {more} less than the list.")
    insight = text.format(
        n=count(len(others)),
        name=best["name"],
        value=worth(best["value"], listed.currency),
        more=worth(abs(best["difference"]), listed.currency),
    )
    shown = others[:MOST_BARS]
    title = _("Difference to the list")
    yield Chart(
        "what-ifs",
        title,
        insight,
        _("Bars of what each what-if is worth more or less than the list."),
        Bars(
            [str(row["name"]) for row in shown],
            [Series(title, [float(row["difference"]) for row in shown], "plan")],
            Axis(headed(title, listed.currency), "money"),
        ),
        SOURCE,
    )


def _table(listed: Listed, rows: list[dict[str, Any]]) -> Grid:
    """Return the table with limits in words; why there is no list stands below it."""
    known = listed.found.data.get(NAME) or []
    told = [_told(listed, row, one) for row, one in zip(rows, _matched(rows, known), strict=True)]
    shown = [name for name in listed.found.tables[NAME].columns if name != "conflict"]
    return grid(listed, NAME, shown, told)


def _is_base(row: Row) -> bool:
    """Whether a row is the list itself: it changes no limit."""
    return not row.get("change")


def _matched(rows: list[dict[str, Any]], known: Any) -> list[Mapping[str, Any]]:
    """Return what `list.json` says of each row; nothing where it speaks of others."""
    names = [one.get("name") for one in known]
    return list(known) if names == [row["name"] for row in rows] else [{}] * len(rows)


def _told(listed: Listed, row: Row, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with names as people know them."""
    told = dict(row)
    if _is_base(row):
        told["name"] = _("as it is")
    if about.get("limits"):
        changes = [_change(listed, name, at) for name, at in about["limits"].items()]
        told["change"] = enumerate_words(changes, len(changes))
    if row.get("costly"):
        pairs = [part.rpartition(" ") for part in str(row["costly"]).split("; ")]
        told["costly"] = "; ".join(words.named(listed, name) for name, _space, _price in pairs)
    return told


def _change(listed: Listed, name: str, at: float | None) -> str:
    text = _("no limit: {limit}") if at is None else _("{limit} = {at}")
    return text.format(limit=words.named(listed, name), at=count(at))


def _conflicts(listed: Listed, rows: list[dict[str, Any]]) -> Iterator[str]:
    for row, about in zip(rows, _matched(rows, listed.found.data.get(NAME) or []), strict=True):
        if about.get("clash"):
            yield f"{row['name']}: {_clash(listed, about['clash'])}"
        elif row.get("conflict"):
            yield f"{row['name']}: {row['conflict']}"


def _clash(listed: Listed, clash: Mapping[str, Any]) -> str:
    """Return why there is no list: limits that contradict each other, and what they miss."""
    names = [words.named(listed, one["limit"]) for one in clash["limits"]]
    shown = enumerate_words(names, MOST_LIMITS)
    text = plural_of(
        "No list keeps this limit: {limits}.",
        "No list keeps these {n} limits together: {limits}.",
        len(names),
    )
    if clash["whole_customers"]:
        text = plural_of(
            "No list of whole customers keeps this limit: {limits}.",
            "No list of whole customers keeps these {n} limits together: {limits}.",
            len(names),
        )
    said = [text.format(n=count(len(names)), limits=shown)]
    missed = [
        _("{limit} by {amount}").format(limit=name, amount=count(one["missed"]))
        for name, one in zip(names, clash["limits"], strict=True)
        if one["missed"]
    ]
    if missed:
        least = _("The list that misses least misses {limits}.")
        said.append(least.format(limits=enumerate_words(missed, MOST_LIMITS)))
    return " ".join(said)
