"""What the commands on the run store do and show."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from channelopt.cli import console
from channelopt.cli.folders import RUNS
from channelopt.cli.numbers import counted, figure, percent
from channelopt.errors import AbortedError, ChannelOptError, UsageError

if TYPE_CHECKING:
    from channelopt.store.finding import Run
    from channelopt.store.listing import Listing
    from channelopt.store.query import Query
    from channelopt.store.record import Damage, Record

FIGURES = ("profit", "cost", "satisfaction")
"""Key figures that are shown unless others are wanted."""
SHORT = 7
"""Digits of an input hash that are shown."""
HEADERS = {
    "satisfaction": "Satisf.",
    "margin_kept": "Kept",
    "first_contacts": "Contacts",
    "cost_per_first_contact": "Per contact",
    "contacts_per_case": "Per case",
    "fte": "FTE",
    "channels_open": "Channels",
}
"""Key figures in a column where their name would be long."""
MANY = 100
"""From so many rows on a list is written without frills."""
MUCH = 500
"""From so many folders on, reading them is announced."""


@dataclass(frozen=True)
class Way:
    """How a list is made and shown: as JSON, from the folders alone, with these figures."""

    as_json: bool
    rebuild: bool
    figures: Sequence[str]


def query(
    conditions: tuple[Sequence[str], Sequence[str], str, Sequence[str], str],
    order: tuple[str, bool, int | None],
) -> Query:
    """Return what a list was asked for.

    Args:
        conditions: on figures, statuses, input hash, tags, text.
        order: what to sort by, whether the other way round, how many at most.

    Raises:
        UsageError: a condition is not written as one.
    """
    from channelopt.store.query import Query, condition

    where, statuses, digest, tags, text = conditions
    sort, reverse, limit = order
    return Query(
        tuple(map(condition, where)),
        tuple(statuses),
        digest,
        tuple(tag.strip() for tag in tags),
        text,
        sort,
        reverse,
        limit,
    )


def show_list(store: Path, wanted: Query, way: Way) -> None:
    """Write the runs that are wanted to stdout, and what is damaged to stderr."""
    from channelopt.store.query import figures_of, known_figure

    found = _listing(store, rebuild=way.rebuild)
    known = figures_of(found.records)
    wanted.check(found.records)
    for name in way.figures:
        known_figure("--figure", name, known)
    records = wanted.answer(found.records)
    tell_damage(store, found.damaged)
    for one in found.records:
        for text in one.notes:
            console.note(f"{store / one.name}: {text}", style="yellow")
    if way.as_json:
        damaged = [one.as_data() for one in found.damaged]
        runs = [_with_folder(store, one) for one in records]
        console.emit_records({"runs": runs, "damaged": damaged})
        return
    _show_table(records, _figures(way.figures, wanted))
    total = counted(len(found.records), "runs")
    console.note(total if len(records) == len(found.records) else f"{len(records)} of {total}")


def _listing(store: Path, *, rebuild: bool) -> Listing:
    from channelopt.store.listing import Listing, listing

    check_store(store)
    if not store.exists():
        return Listing((), ())
    gc.disable()  # all that is read is kept: looking for rubbish would only take long
    try:
        return listing(store, rebuild=rebuild, news=announce)
    finally:
        gc.enable()


def check_store(store: Path) -> None:
    """Make sure that a folder can be a store; the default one need not exist yet.

    Raises:
        UsageError: it cannot.
    """
    from channelopt.plan.run_files import is_run

    if not store.is_dir() and (store != RUNS or store.exists()):
        raise UsageError(f"there is no folder '{store}'")
    if is_run(store):
        raise UsageError(f"{store} is a run itself; the store is the folder that holds it")


def announce(folders: int) -> None:
    """Say that reading takes a while."""
    if folders >= MUCH:
        console.note(f"Reading {folders} folders; the next list is quick.")


def tell_damage(store: Path, damaged: Sequence[Damage]) -> None:
    """Say which folders are skipped and why."""
    for one in damaged:
        why = "; ".join(one.reasons)
        console.note(f"{store / one.name} is damaged and skipped: {why}", style="yellow")


def _with_folder(store: Path, record: Record) -> dict[str, Any]:
    return {"name": record.name, "folder": str(store / record.name)} | record.as_data()


def _figures(chosen: Sequence[str], wanted: Query) -> tuple[str, ...]:
    """Return the figures to show, each once."""
    from channelopt.store.query import NEWEST, TEXTS

    asked = [one.figure for one in wanted.where]
    asked += [wanted.sort] if wanted.sort not in (NEWEST, *TEXTS) else []
    return tuple(dict.fromkeys(chosen or (*FIGURES, *asked)))


def _show_table(records: Sequence[Record], figures: Sequence[str]) -> None:
    if not records:
        return
    columns = {"Run": "left", "Input": "left", "Status": "left"}
    columns |= dict.fromkeys((_header(name) for name in figures), "right")
    columns |= {"Tags": "left"}
    units = _units()
    rows = [
        (
            one.name,
            one.digest[:SHORT],
            one.status + (", edited" if one.edited else ""),
            *(_cell(one, name, units) for name in figures),
            ", ".join(one.tags),
        )
        for one in records
    ]
    if len(rows) > MANY:
        console.columns(columns, rows)
    else:
        console.table("", columns, rows)


def _header(name: str) -> str:
    """Return how a figure is called in a column; a metric keeps its name."""
    words = name if name.startswith("metric.") else name.replace("_", " ").capitalize()
    return HEADERS.get(name, words)


def _units() -> dict[str, str]:
    """Return the unit of each figure that is no metric."""
    from channelopt.plan.key_figures import KPIS

    return {kpi.name: kpi.unit for kpi in KPIS} | {"objective": "money", "bound": "money"}


def _cell(record: Record, name: str, units: dict[str, str]) -> str:
    value = record.figure(name)
    if name == "gap":
        return percent(value, 4)
    return figure(value, units.get(name, "ratio" if name.endswith(".mean") else "number"))


def find(store: Path, named: str) -> Run:
    """Return the run that is meant.

    Raises:
        UsageError: there is no such run, or several.
    """
    from channelopt.store.finding import find as found

    return found(store, named, news=announce)


def show_run(run: Run, *, as_json: bool) -> None:
    """Write what is known of one run to stdout."""
    record = run.record
    for text in record.notes:
        console.note(f"{run.path}: {text}", style="yellow")
    if as_json:
        console.emit_json({"name": record.name, "folder": str(run.path)} | record.as_data())
        return
    columns = {"": "left", "Plan": "right"}
    console.table(record.title, columns, _figure_rows(record))
    width = max(len(label) for label, _ in _facts(run))
    for label, text in _facts(run):
        console.emit(f"{label:<{width}}  {text}")


def _figure_rows(record: Record) -> list[tuple[str, str]]:
    from channelopt.plan.key_figures import KPIS

    units = _units()
    rows = [(kpi.label, _cell(record, kpi.name, units)) for kpi in KPIS if kpi.name in record.kpis]
    for metric, label in record.labels.items():
        pairs = ((f"metric.{metric}", label), (f"metric.{metric}.mean", f"{label}, per contact"))
        rows += [(text, _cell(record, name, units)) for name, text in pairs]
    return rows


def _facts(run: Run) -> list[tuple[str, str]]:
    record = run.record
    options = [f"{name} {value}" for name, value in record.options.items() if value is not None]
    solver = f"{record.solver} {record.version or ''}".strip() if record.solver else "none"
    return [
        ("Folder", str(run.path)),
        ("Status", record.status + ("" if record.is_checked else ", check failed")),
        ("Gap", percent(record.gap, 4)),
        ("Currency", record.currency or "-"),
        ("Input hash", record.digest),
        ("Applied", "; ".join(record.applied) or "nothing"),
        ("Solver", solver),
        ("Options", ", ".join(options) or "-"),
        ("Tags", ", ".join(record.tags) or "none"),
        ("Edited since", ", ".join(record.edited) or "nothing"),
        ("Beside it", ", ".join((*record.beside, *record.strange)) or "nothing"),
    ]


def change_tags(run: Run, tags: Sequence[str], *, remove: bool, as_json: bool) -> None:
    """Add tags to a run or remove them, and say which it has now."""
    from channelopt.store import tags as tagging

    now = tagging.change(run.path, tags, remove=remove)
    if as_json:
        console.emit_json({"folder": str(run.path), "tags": list(now)})
    else:
        console.emit(f"{run.path}: {', '.join(now) or 'no tags'}")


def remove_runs(store: Path, named: Sequence[str], *, yes: bool, as_json: bool) -> None:
    """Remove runs for good; all that are named, or none where one of them may not be."""
    from channelopt.store import removing

    found, wrong = {}, []
    for name in dict.fromkeys(named):
        try:
            run = find(store, name)
            found[run.path.absolute()] = removing.check(store, run)
        except ChannelOptError as error:
            wrong.append(str(error))
    if wrong:
        raise UsageError("\n".join((*wrong, "nothing is removed")))
    if not yes:
        _ask([str(path) for path in found])
    for path, stamp in found.items():
        removing.remove(path, stamp)
        if not as_json:
            console.emit(f"{path.name} removed")
    if as_json:
        console.emit_json({"removed": [path.name for path in found]})


def _ask(paths: Sequence[str]) -> None:
    if not sys.stdin.isatty():
        raise UsageError(f"{counted(len(paths), 'runs')} would be removed; --yes removes them")
    for path in paths:
        console.note(path)
    if not typer.confirm(f"Remove {counted(len(paths), 'runs')} for good?", err=True):
        raise AbortedError("nothing is removed")
