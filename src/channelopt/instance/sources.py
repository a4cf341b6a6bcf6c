"""Where the values of a scenario were written, in short: what a run keeps of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from channelopt.errors import Place
from channelopt.scenario.source import Path, RawTable, Source

SEPARATOR = "; "
"""Between the place of a value and the changes that touched a part of it."""


def sources(source: Source) -> dict[str, str]:
    """Return where each value that is written down comes from.

    Args:
        source: the composed scenario, overrides applied.

    Returns:
        By path as overrides write it, `channels.phone.unit_cost`, `policies.cap.at_most`; a table
        is one value, `tables.satisfaction`. Places are relative to the scenario's folder, as
        `scenario.yaml:23`, `plan.xlsx:Channels!C7`, `variation strike: scenario.yaml:80` or
        `--set channels.phone.unit_cost`, `scenario` in memory; a table's is its file. What is not
        there has its default.
    """
    found = {
        name: _place_of(source.places, path, value)
        for name, path, value in _values(source.tree)
        if path in source.places
    }
    for name, raw in source.tables.items():
        found[f"tables.{name}"] = _file(raw, source.places.get(("tables", name)))
    for operation in source.operations:
        name = f"tables.{operation.table}"
        found[name] = _joined(found.get(name, ""), str(operation.place))
    return dict(sorted(found.items()))


def _values(tree: Mapping[str, Any]) -> Iterator[tuple[str, Path, Any]]:
    """Yield the name, the path and the value of everything that is no section."""
    for key, value in tree.items():
        if key == "policies" and isinstance(value, list):
            for at, policy in enumerate(value):
                yield from _below(f"policies.{policy.get('name', at)}", (key, at), policy)
        else:
            yield from _below(key, (key,), value)


def _below(name: str, path: Path, value: Any) -> Iterator[tuple[str, Path, Any]]:
    if isinstance(value, Mapping) and path[-1] != "retention":  # a curve is one value
        for key, part in value.items():
            yield from _below(f"{name}.{key}", (*path, key), part)
    else:
        yield name, path, value


def _place_of(places: Mapping[Path, Place], path: Path, value: Any) -> str:
    """Return the place of a value; of a list or curve also the changes of its parts."""
    text = _short(places[path])
    parts: list[Any] = []
    if isinstance(value, list):
        parts = list(range(len(value)))
    elif isinstance(value, Mapping):
        parts = [key if isinstance(key, str) else repr(key) for key in value]
    for part in parts:
        place = places.get((*path, part))
        if place is not None and place.file != places[path].file:
            text = _joined(text, _short(place))
    return text


def _short(place: Place) -> str:
    """Return a place without the column of a line, which no reader of a report needs."""
    if place.cell is not None:
        return str(place)
    return place.file if place.line is None else f"{place.file}:{place.line}"


def _file(raw: RawTable, named: Place | None) -> str:
    """Return the file of a table; of rows in place where they stand."""
    if named is None or raw.file != named.file:
        return raw.file
    return _short(named)


def _joined(text: str, more: str) -> str:
    parts = [*filter(None, text.split(SEPARATOR)), more]
    return SEPARATOR.join(dict.fromkeys(parts))
