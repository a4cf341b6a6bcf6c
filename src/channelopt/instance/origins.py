"""Where every value of a scenario comes from, for `channelopt show`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from channelopt.instance.axes import Axes
from channelopt.instance.cells import NOBODY
from channelopt.instance.load import Step
from channelopt.instance.sentences import dotted
from channelopt.instance.tables import CHANNEL_ATTRIBUTES, Table
from channelopt.instance.understand import Understood, understand
from channelopt.scenario import compose
from channelopt.scenario.source import KEYS, Source
from channelopt.scenario.source import Path as TreePath

DEFAULT = "default"


@dataclass(frozen=True)
class Origin:
    """One value and where it comes from.

    Attributes:
        path: the value's name as overrides write it, `channels.phone.unit_cost`.
        value: the value; None where there is none.
        origin: place of the value or of the override that set it, else `default`.
    """

    path: str
    value: Any
    origin: str


def load_origins(
    path: Path | str, *, root: Path | str | None = None, steps: Sequence[Step] = ()
) -> tuple[Origin, ...]:
    """Load a scenario and tell where each of its values comes from.

    Args:
        path: folder, single file or workbook.
        root: folder that nothing may lead out of.
        steps: variations and overrides, applied left to right.

    Raises:
        InputError: the scenario is not valid.
    """
    return origins(compose.read(path, root=root, steps=steps))


def origins(source: Source) -> tuple[Origin, ...]:
    """Tell where each value of a scenario comes from: sections first, then the cells of tables.

    Raises:
        InputError: the scenario is not valid.
    """
    known = understand(source)
    found = list(_sections(known))
    for name in sorted(known.tables):
        found.extend(_cells(name, known.tables[name], known))
    return tuple(found)


def _sections(known: Understood) -> Iterator[Origin]:
    """Yield the values of the sections."""
    scenario = known.parsed.scenario
    for name in type(scenario).model_fields:
        if name != "policies":
            yield from _values(known, (name,), getattr(scenario, name))
    pairs = zip(known.parsed.policy_at, scenario.policies, strict=True)
    for at, policy in sorted(pairs, key=lambda pair: pair[1].name):
        yield from _values(known, ("policies", at), policy)


def _values(known: Understood, path: TreePath, value: Any) -> Iterator[Origin]:
    """Yield the values below a path."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _values(known, (*path, name), getattr(value, name))
    elif isinstance(value, Mapping) and value:
        for name in sorted(value):
            yield from _values(known, (*path, name), value[name])
    else:
        yield _value(known, path, value)


def _value(known: Understood, path: TreePath, value: Any) -> Origin:
    """Return one value with its origin; what follows from other values says so."""
    name = dotted(path, known.source.tree)
    place = _place(known.source, path, value)
    if place is not None:
        return Origin(name, value, place)
    if path[-1] == "title":
        return Origin(name, path[-2] if len(path) > 1 else known.source.name, DEFAULT)
    if path[-1] == "initially_open":
        at = known.axes.channels.index(str(path[1]))
        return Origin(name, bool(known.instance.numbers.initially_open[at]), DEFAULT)
    if path[-1] == "steering" and len(path) > 1:
        whole = known.source.places.get(("steering",))
        return Origin(name, known.parsed.scenario.steering, str(whole or DEFAULT))
    return Origin(name, value, DEFAULT)


def _place(source: Source, path: TreePath, value: Any) -> str | None:
    """Return where a value was written; of a list also what was overridden in it."""
    key = next((k for k in _spellings(path) if k in source.places), None)
    if key is None:
        return None
    own = source.places[key]
    items = range(len(value)) if isinstance(value, list) else ()
    others = {str(place) for at in items if (place := source.places.get((*key, at))) is not None}
    changed = sorted(text for text in others if text.startswith("--") or own.file not in text)
    return "; ".join([str(own), *changed])


def _spellings(path: TreePath) -> Iterator[TreePath]:
    """Yield the ways in which a path may be noted; the keys of curves are numbers or text."""
    yield path
    last = path[-1]
    if isinstance(last, float):
        yield from ((*path[:-1], f"{last:g}"), (*path[:-1], repr(last)))


def _cells(name: str, table: Table, known: Understood) -> Iterator[Origin]:
    """Yield the cells of a table that rows or overrides speak of."""
    if table.cells is None and not table.operations:
        return
    owner = np.full(table.values.shape, NOBODY, dtype=np.int64)
    if table.cells is not None:
        owner = np.broadcast_to(table.cells.owner, table.values.shape)
    for flat, value in enumerate(table.values.reshape(-1).tolist()):
        at = tuple(int(i) for i in np.unravel_index(flat, table.values.shape))
        shown: Any = bool(value) if table.spec.yes_or_no else value
        where = _cell_name(name, at, table, known.axes)
        yield Origin(
            where, None if np.isnan(value) else shown, _cell(name, table, at, owner, known)
        )


def _cell(
    name: str,
    table: Table,
    at: tuple[int, ...],
    owner: np.ndarray[Any, np.dtype[np.int64]],
    known: Understood,
) -> str:
    """Return where a cell comes from."""
    if table.touched[at] != NOBODY:
        return str(table.operations[int(table.touched[at])].place)
    if owner[at] != NOBODY and table.cells is not None:
        return str(table.cells.rows.place(int(owner[at])))
    channel = at[KEYS.index("channel")]
    if name in CHANNEL_ATTRIBUTES and channel < len(known.axes.channels):
        path: TreePath = ("channels", known.axes.channels[channel], name)
        return str(known.source.places.get(path, DEFAULT))
    return DEFAULT


def _cell_name(name: str, at: tuple[int, ...], table: Table, axes: Axes) -> str:
    """Name a cell as overrides do: `tables.satisfaction[channel=phone]`."""
    keys = [
        f"{key}={axes.labels[key][position]}"
        for key, position, used in zip(KEYS, at, table.named, strict=True)
        if used
    ]
    return f"tables.{name}[{','.join(keys)}]" if keys else f"tables.{name}"
