"""Pages on inputs: the resolved scenario, one value to a row, and where each was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from channelopt.plan.plan import Plan
from channelopt.plan.table import neutral
from channelopt.report import given
from channelopt.report.book.cells import Cell
from channelopt.report.book.paper import Column, Paper
from channelopt.report.book.tables import titles_of
from channelopt.report.book.titles import IDS, titled
from channelopt.report.figures import count
from channelopt.report.speech import _, plural_of

SECTIONS = ("segments", "interactions", "channels", "staff", "upgrades", "bundles", "metrics")
KEYS = ("segment", "interaction", "channel", "period")
MOST = 150_000
"""Rows of tables that are written; more make the workbook slow, and the manifest has them."""


def input_pages(paper: Paper, plan: Plan) -> None:
    """Write the scenario; nothing where the run does not carry it."""
    scenario = given.scenario(plan)
    if not scenario:
        return
    page = paper.page(
        _("Inputs"),
        _("The scenario as it was solved, one value to a row; inputs are named as in its files."),
        "manifest.json",
    )
    columns = [
        Column(_("Section")),
        Column(_("Id")),
        Column(_("Title"), widest=44),
        Column(_("Input")),
        Column(_("Period")),
        Column(_("Value"), "plain", "input"),
        Column(_("Where it was written"), widest=52),
    ]
    page.table(columns, list(_rows(plan, scenario)), frozen=4)
    _write_tables(paper, plan, scenario)


def _rows(plan: Plan, scenario: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    sources = given.sources(plan)
    for name, value in scenario.items():
        if name not in (*SECTIONS, "tables", "policies"):
            for path, period, one in _values(value, plan.periods, name):
                yield "", "", None, path, period, one, sources.get(path, "")
    policies = {str(one.get("name")): one for one in scenario.get("policies", ())}
    for section in SECTIONS:
        yield from _entries(plan, section, given.entries(plan, section))
    yield from _entries(plan, "policies", policies)


def _entries(
    plan: Plan, section: str, entries: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[Cell, ...]]:
    sources = given.sources(plan)
    for label, entry in entries.items():
        title = str(entry.get("title", ""))
        for name in sorted({*entry} - {"title", "name"}):
            where = sources.get(f"{section}.{label}.{name}", "")
            for path, period, one in _values(entry[name], plan.periods, name):
                yield section, label, title, path, period, one, where


def _joined(*parts: str) -> str:
    return ".".join(part for part in parts if part)


def _values(value: Any, periods: Sequence[str], path: str) -> Iterator[tuple[str, Cell, Cell]]:
    """Yield the name, the period and the number, text or flag of everything in a value."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _values(part, periods, _joined(path, str(name)))
    elif isinstance(value, list) and _is_over_time(value, periods):
        for period, part in zip(periods, value, strict=True):
            yield path, period, _plain(part)
    elif isinstance(value, list):
        yield path, None, ", ".join(map(str, value))
    else:
        yield path, None, _plain(value)


def _is_over_time(value: Sequence[Any], periods: Sequence[str]) -> bool:
    numbers = all(one is None or given.number(one) is not None for one in value)
    return len(value) == len(periods) and numbers


def _plain(value: Any) -> Cell:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    number = given.number(value)
    if number is not None:
        return neutral(number)
    return None if value is None else str(value)


def _write_tables(paper: Paper, plan: Plan, scenario: Mapping[str, Any]) -> None:
    tables = scenario.get("tables", {})
    rows = sum(map(len, tables.values()))
    if not rows:
        return
    about = _("Tables of the scenario; an empty key stands for all. ")
    if rows > MOST:
        about = plural_of(
            "The first {n} row of the scenario's tables; manifest.json has all.",
            "The first {n} rows of the scenario's tables; manifest.json has all.",
            MOST,
        ).format(n=count(MOST))
    page = paper.page(_("Input tables"), about.strip(), "manifest.json")
    columns = [Column(_("Table"))]
    for key in KEYS:
        columns.append(Column(titled(key)[0], widest=38))
        if key in IDS:
            columns.append(Column(_(IDS[key]), "text", "id"))
    columns += [Column(_("Value"), "plain", "input"), Column(_("Where it was written"), widest=52)]
    page.table(columns, list(_table_rows(plan, tables))[:MOST], frozen=1)


def _table_rows(plan: Plan, tables: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    titles, sources = titles_of(plan.names), given.sources(plan)
    for name in sorted(tables):
        where = sources.get(f"tables.{name}", "")
        for row in tables[name]:
            keys: list[Cell] = []
            for key in KEYS:
                label = row.get(key)
                if key in IDS:
                    keys.append(titles[key].get(str(label)) if label else None)
                keys.append(str(label) if label else None)
            yield name, *keys, _plain(row.get("value")), where
