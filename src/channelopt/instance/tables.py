"""Tables of a scenario: cells with their defaults, and the overrides that act on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.errors import Problems, nearest
from channelopt.instance.axes import Axes
from channelopt.instance.cells import NOBODY, Cells, resolve_rows
from channelopt.instance.rows import ALL, FEW, Codes, Rows, read_rows
from channelopt.instance.sentences import percent_hint
from channelopt.instance.specs import METRIC, SPECS, TableSpec, metric_of
from channelopt.scenario.schema import Scenario
from channelopt.scenario.source import KEYS, RawTable, Source, TableOperation
from channelopt.terms.combine import combine
from channelopt.terms.fields import over_time
from channelopt.terms.numbers import Floats

CHANNEL_ATTRIBUTES = ("satisfaction", "unit_cost", "handle_minutes", "resolution")
"""Tables whose least specific value is the channel's own attribute."""


@dataclass(frozen=True)
class Table:
    """One resolved table.

    Attributes:
        spec: its keys and range.
        base: value where neither a row nor an override speaks; broadcasts against `values`.
        values: the final value of every cell, nan where there is none; axes (segment,
            interaction, channel or bundle, period), of size 1 where nothing varies.
        cells: what the rows say, None where the table has none.
        touched: by cell, the last override that changed it, NOBODY where none did; same axes.
        operations: the overrides.
    """

    spec: TableSpec
    base: Floats
    values: Floats
    cells: Cells | None
    touched: Codes
    operations: tuple[TableOperation, ...]

    @property
    def named(self) -> tuple[bool, ...]:
        """Whether each key has an axis of its own, by rows, defaults or overrides."""
        rows = self.cells.named if self.cells is not None else (False,) * len(KEYS)
        return tuple(
            used or size > 1 or any(key in operation.keys for operation in self.operations)
            for key, used, size in zip(KEYS, rows, self.values.shape, strict=True)
        )


def read_tables(
    source: Source, scenario: Scenario, axes: Axes, problems: Problems
) -> dict[str, Table]:
    """Read and resolve every table, those that the scenario does not have included.

    Args:
        source: the raw tables and the overrides of their cells.
        scenario: the channels' own attributes, the least specific values.
        axes: the ids of the scenario.
        problems: takes every fault of rows, cells and overrides.

    Returns:
        By name, every table of the format and those of the metrics.
    """
    written = source.tree.get("metrics")
    metrics = sorted(str(label) for label in written) if isinstance(written, Mapping) else []
    known = {**SPECS, **{f"metric.{name}": METRIC for name in metrics}}
    for name in sorted({*source.tables, *(operation.table for operation in source.operations)}):
        if name not in known:
            _unknown_table(name, source, known, problems)
    tables = {}
    for name, spec in known.items():
        raw = source.tables.get(name)
        operations = tuple(op for op in source.operations if op.table == name)
        base = _base(name, spec, scenario, axes)
        tables[name] = _read(name, raw, (spec, base, operations), axes, problems)
    return tables


def _unknown_table(
    name: str, source: Source, known: Mapping[str, TableSpec], problems: Problems
) -> None:
    """Report a table that the format or the scenario does not have."""
    operation = next((op for op in source.operations if op.table == name), None)
    place = source.place_of(("tables", name))
    if operation is not None and name not in source.tables:
        place = operation.place
    metric = metric_of(name)
    message = f"unknown table '{name}'"
    if metric is not None:
        message = f"table {name}: metric '{metric}' does not exist"
    hint = nearest(name, known) or "known: " + ", ".join(sorted(known))
    problems.add("E220", message, place, hint)


def _read(
    name: str,
    raw: RawTable | None,
    rest: tuple[TableSpec, Floats, tuple[TableOperation, ...]],
    axes: Axes,
    problems: Problems,
) -> Table:
    """Resolve one table."""
    spec, base, operations = rest
    cells = None
    values = base
    if raw is not None:
        rows = read_rows(name, raw, spec, axes, problems)
        if not operations:
            rows = _within_range(name, rows, spec, problems)
        cells = resolve_rows(name, rows, axes, problems)
        values = np.where(cells.owner == NOBODY, base, cells.values)
    touched = np.full(values.shape, NOBODY, dtype=np.int64)
    for number, operation in enumerate(operations):
        values, touched = _operate(number, operation, (spec, axes), (values, touched), problems)
    if operations:
        _check_touched(name, spec, values, (touched, operations), problems)
    return Table(spec, base, values, cells, touched, operations)


def recomputed(
    name: str,
    table: Table,
    operations: tuple[TableOperation, ...],
    scenario: Scenario,
    axes: Axes,
) -> Table:
    """Return a table with other attributes of channels below it, and with overrides.

    Args:
        name: its name.
        table: the table as it was read.
        operations: the overrides; what leaves the range of the table is clipped to it.
        scenario: the channels' own attributes.
        axes: the ids of the scenario.

    Raises:
        InputError: an override names nothing.
    """
    problems, spec = Problems(), table.spec
    base = _base(name, spec, scenario, axes)
    values = base
    if table.cells is not None:
        values = np.where(table.cells.owner == NOBODY, base, table.cells.values)
    touched = np.full(values.shape, NOBODY, dtype=np.int64)
    for number, operation in enumerate(operations):
        values, touched = _operate(number, operation, (spec, axes), (values, touched), problems)
    problems.stop()
    return Table(spec, base, np.clip(values, spec.low, spec.high), table.cells, touched, operations)


def _within_range(name: str, rows: Rows, spec: TableSpec, problems: Problems) -> Rows:
    """Report values out of range; return the rows with values clipped to it."""
    outside = np.flatnonzero((rows.values < spec.low) | (rows.values > spec.high))
    for at in outside[:FEW]:
        value = float(rows.values[at])
        problems.add("E225", _range_message(name, spec, value), rows.place(at), _hint(spec, value))
    if len(outside) > FEW:
        message = f"table {name}: {len(outside) - FEW} more values are out of range"
        problems.add("E225", message, rows.place(int(outside[FEW])))
    clipped = np.clip(rows.values, spec.low, spec.high)
    return Rows(rows.codes, clipped, rows.row, rows.column, rows.columns, rows.raw)


def _range_message(name: str, spec: TableSpec, value: float) -> str:
    low, high = f"{spec.low:.12g}", f"{spec.high:.12g}"
    return f"table {name}: must be from {low} to {high}, found {value:.12g}"


def _hint(spec: TableSpec, value: float) -> str:
    return percent_hint(value) if spec.high == 1.0 else ""


def _operate(
    number: int,
    operation: TableOperation,
    context: tuple[TableSpec, Axes],
    state: tuple[Floats, Codes],
    problems: Problems,
) -> tuple[Floats, Codes]:
    """Apply one override to the cells that its keys name."""
    spec, axes = context
    at = _cells_of(operation, spec, axes, problems)
    if at is None:
        return state
    values, touched = (_widen(array, operation, axes) for array in state)
    index = tuple(
        slice(None) if position == ALL else slice(position, position + 1) for position in at
    )
    before = values[index]
    after = np.full_like(before, float(operation.value))
    if operation.kind != "set":
        after = combine(operation.kind, before, np.array(float(operation.value)))
    if np.isnan(after).all():
        message = f"there is nothing to change in table {operation.table}: no cell has a value"
        problems.add("E226", message, operation.place)
    values[index] = after
    touched[index] = np.where(np.isnan(after), touched[index], number)
    return values, touched


def _cells_of(
    operation: TableOperation, spec: TableSpec, axes: Axes, problems: Problems
) -> list[int] | None:
    """Return the position an override names on each axis, ALL where it names none."""
    for key, label in operation.keys.items():
        if key not in spec.keys:
            message = f"table {operation.table} has no key '{key}'"
            problems.add("E221", message, operation.place, nearest(key, spec.keys))
            return None
        if label not in axes.position[key]:
            message = f"table {operation.table}: {key} '{label}' does not exist"
            problems.add("E214", message, operation.place, nearest(label, axes.labels[key]))
            return None
    position = {key: axes.position[key][label] for key, label in operation.keys.items()}
    return [position.get(key, ALL) for key in KEYS]


def _widen(array: NDArray[Any], operation: TableOperation, axes: Axes) -> NDArray[Any]:
    """Return a copy with full axes for the keys of an override."""
    shape = tuple(
        full if key in operation.keys else size
        for key, full, size in zip(KEYS, axes.shape, array.shape, strict=True)
    )
    return np.broadcast_to(array, shape).copy()


def _check_touched(
    name: str,
    spec: TableSpec,
    values: Floats,
    rest: tuple[Codes, Sequence[TableOperation]],
    problems: Problems,
) -> None:
    """Report cells that are out of range after the overrides."""
    touched, operations = rest
    outside = (values < spec.low) | (values > spec.high)
    for number in np.unique(touched[outside]):
        value = float(values[outside & (touched == number)][0])
        place = operations[number].place if number != NOBODY else None
        problems.add("E225", _range_message(name, spec, value), place, _hint(spec, value))


def _base(name: str, spec: TableSpec, scenario: Scenario, axes: Axes) -> Floats:
    """Return the values where no row speaks."""
    if name in CHANNEL_ATTRIBUTES:
        return _attribute(name, scenario, axes)
    if name == "eligible":
        return _eligible(scenario, axes)
    metric = metric_of(name)
    if metric is not None:
        given = scenario.metrics[metric].values if metric in scenario.metrics else {}
        values = np.array([given.get(label, 0.0) for label in axes.labels["channel"]])
        return values.reshape(1, 1, -1, 1)
    return np.full((1, 1, 1, 1), spec.default)


def _attribute(name: str, scenario: Scenario, axes: Axes) -> Floats:
    """Return a channel's own attribute; bundles have none. A period axis only where it varies."""
    absent = {"unit_cost": 0.0, "resolution": 1.0}.get(name, np.nan)
    channels = [scenario.channels.get(label) for label in axes.channels]
    given = [getattr(channel, name, None) for channel in channels] + [None] * len(axes.bundles)
    given = [None if isinstance(v, list) and len(v) != axes.shape[3] else v for v in given]
    periods = len(axes.periods) if any(isinstance(value, list) for value in given) else 1
    values = np.stack([over_time(value, periods) for value in given])
    return np.where(np.isnan(values), absent, values).reshape(1, 1, len(given), periods)


def _eligible(scenario: Scenario, axes: Axes) -> Floats:
    """Return where first contacts may enter: channels everywhere, bundles where they are for."""
    allowed = np.ones((1, len(axes.interactions), axes.shape[2], 1))
    outbound = [
        label for label, entry in scenario.interactions.items() if entry.direction == "outbound"
    ]
    for at, label in enumerate(axes.bundles, start=len(axes.channels)):
        bundle = scenario.bundles.get(label)
        chosen = outbound if bundle is None or bundle.interactions is None else bundle.interactions
        for row, interaction in enumerate(axes.interactions):
            allowed[0, row, at, 0] = interaction in outbound and interaction in chosen
    return allowed if axes.bundles else np.ones((1, 1, 1, 1))
