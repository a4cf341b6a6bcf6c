"""RawTable -> Rows: long and wide tables as columns of codes and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.errors import Place, Problems, nearest
from channelopt.instance.axes import Axes
from channelopt.instance.sentences import number_hint, show
from channelopt.instance.specs import TableSpec
from channelopt.scenario.source import KEYS, RawTable
from channelopt.terms.numbers import Floats

Codes = NDArray[np.int64]

ALL = -1
"""Code of a key that a row does not name."""
FEW = 5
"""How many places of one kind of finding are named before the rest is counted."""
_YES = {1: 1.0, 0: 0.0, "yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0}


@dataclass(frozen=True)
class Rows:
    """The rows of one table, wide columns unfolded.

    Attributes:
        codes: (R, 4) position of each key's label, ALL where a row does not name it.
        values: (R,) numbers.
        row: (R,) row in the raw table, from 0.
        column: (R,) position in `columns` of the cell that holds the value.
        columns: names of the value columns.
        raw: where it came from.
    """

    codes: Codes
    values: Floats
    row: Codes
    column: Codes
    columns: tuple[str, ...]
    raw: RawTable

    def place(self, at: int) -> Place:
        """Return where the value of row `at` was written."""
        return self.raw.place(int(self.row[at]), self.columns[int(self.column[at])])

    def take(self, chosen: NDArray[Any]) -> Rows:
        """Return some of the rows."""
        return Rows(
            self.codes[chosen],
            self.values[chosen],
            self.row[chosen],
            self.column[chosen],
            self.columns,
            self.raw,
        )


def read_rows(name: str, raw: RawTable, spec: TableSpec, axes: Axes, problems: Problems) -> Rows:
    """Read the columns of a table.

    Args:
        name: name of the table.
        raw: its columns as read.
        spec: the keys the table may have and the kind of its values.
        axes: the ids of the scenario.
        problems: takes unknown columns, ids and values that are no numbers.

    Returns:
        The rows that could be read; rows with a fault are left out.
    """
    value_columns, wide = _layout(name, raw, spec, axes, problems)
    keys = [key for key in spec.keys if key in raw.columns and key != wide]
    codes = np.full((raw.num_rows, len(KEYS)), ALL, dtype=np.int64)
    good = np.ones(raw.num_rows, dtype=bool)
    for key in keys:
        column = _codes(name, key, raw, axes, problems)
        codes[:, KEYS.index(key)] = column
        good &= column > ALL - 1
    return _unfold(name, raw, (codes, good), (value_columns, wide), (spec, axes, problems))


def _unfold(
    name: str,
    raw: RawTable,
    keyed: tuple[Codes, NDArray[np.bool_]],
    layout: tuple[tuple[str, ...], str | None],
    context: tuple[TableSpec, Axes, Problems],
) -> Rows:
    """Put the value columns below each other and drop blanks and faulty rows."""
    (codes, good), (columns, wide), (spec, axes, problems) = keyed, layout, context
    blocks, values = [], []
    for column in columns:
        block = codes.copy() if wide else codes
        if wide:
            block[:, KEYS.index(wide)] = axes.position[wide][column]
        blocks.append(block)
        values.append(_values(name, column, raw, spec, problems))
    count = len(columns)
    stacked = np.concatenate(values) if count else np.zeros(0)
    keep = np.tile(good, count) & ~np.isnan(stacked)
    return Rows(
        codes=(np.concatenate(blocks) if count else codes[:0])[keep],
        values=stacked[keep],
        row=np.tile(np.arange(raw.num_rows), count)[keep],
        column=np.repeat(np.arange(count), raw.num_rows)[keep],
        columns=columns,
        raw=raw,
    )


def _layout(
    name: str, raw: RawTable, spec: TableSpec, axes: Axes, problems: Problems
) -> tuple[tuple[str, ...], str | None]:
    """Return the value columns and the key they unfold, None for a long table."""
    others = tuple(column for column in raw.columns if column not in KEYS)
    for key in raw.columns:
        if key in KEYS and key not in spec.keys:
            known = ", ".join(spec.keys)
            message = f"table {name} has no key '{key}'; its keys are {known}"
            problems.add("E221", message, raw.place(-1, key))
    if "value" in others:
        _refuse(name, raw, [column for column in others if column != "value"], axes, problems)
        return ("value",), None
    if not others:
        if raw.num_rows:
            problems.add("E222", f"table {name} has no column of values", raw.place(-1, ""))
        return (), None
    fitting = [key for key in spec.keys if all(c in axes.position[key] for c in others)]
    fitting = [key for key in fitting if key not in raw.columns] or fitting
    if len(fitting) == 1 and fitting[0] not in raw.columns:
        return others, fitting[0]
    _explain_columns(name, raw, others, (fitting, spec, axes), problems)
    return (), None


def _explain_columns(
    name: str,
    raw: RawTable,
    others: Sequence[str],
    context: tuple[list[str], TableSpec, Axes],
    problems: Problems,
) -> None:
    """Say why a table is not wide in exactly one key."""
    fitting, spec, axes = context
    if len(fitting) > 1:
        message = f"table {name}: the columns are ids of {' and of '.join(fitting)} alike"
        problems.add(
            "E222", message, raw.place(-1, others[0]), "write it long, with a column value"
        )
    elif fitting:
        message = f"table {name} has a column '{fitting[0]}' and a column for each of them too"
        problems.add("E222", message, raw.place(-1, others[0]))
    else:
        _mixed_or_unknown(name, raw, others, spec, axes, problems)


def _mixed_or_unknown(
    name: str,
    raw: RawTable,
    others: Sequence[str],
    spec: TableSpec,
    axes: Axes,
    problems: Problems,
) -> None:
    """Report columns that are no label of any key, else the mix of keys."""
    kinds = {c: [key for key in spec.keys if c in axes.position[key]] for c in others}
    unknown = [column for column, kind in kinds.items() if not kind]
    if unknown:
        _refuse(name, raw, unknown, axes, problems)
        return
    first = others[0]
    other = next(c for c in others if not set(kinds[c]) & set(kinds[first]))
    message = (
        f"table {name} mixes columns: '{first}' is {_one(kinds[first][0])}, "
        f"'{other}' is {_one(kinds[other][0])}; a wide table has one kind"
    )
    problems.add("E222", message, raw.place(-1, other))


def _refuse(
    name: str, raw: RawTable, columns: Iterable[str], axes: Axes, problems: Problems
) -> None:
    """Report columns that a table cannot have."""
    known = [*KEYS, "value", *(label for key in KEYS for label in axes.labels[key])]
    for column in columns:
        if column in known:
            message = f"table {name} has a column 'value' and a column '{column}' of values too"
            hint = "write it long with 'value', or wide without"
            problems.add("E222", message, raw.place(-1, column), hint)
            continue
        message = f"table {name}: column '{column}' is neither a key, nor 'value', nor a known id"
        problems.add("E221", message, raw.place(-1, column), nearest(column, known))


def _codes(name: str, key: str, raw: RawTable, axes: Axes, problems: Problems) -> Codes:
    """Return the position of each row's label, ALL where blank, ALL - 1 where unknown."""
    position: Mapping[Any, int] = {**axes.position[key], None: ALL, "": ALL}
    column = raw.values[key]
    try:
        return np.array([position[label] for label in column], dtype=np.int64).reshape(-1)
    except (KeyError, TypeError):
        texts = [None if label is None else str(label) for label in column]
    codes = np.array([position.get(label, ALL - 1) for label in texts], dtype=np.int64)
    unknown: dict[str, list[int]] = {}
    for row in np.flatnonzero(codes == ALL - 1):
        unknown.setdefault(str(texts[row]), []).append(int(row))
    for label, rows in unknown.items():
        more = f" (in {len(rows)} rows)" if len(rows) > 1 else ""
        message = f"table {name}: {key} '{label}' does not exist{more}"
        hint = nearest(label, axes.labels[key]) or "known: " + ", ".join(axes.labels[key][:12])
        problems.add("E214", message, raw.place(rows[0], key), hint)
    return codes


def _values(name: str, column: str, raw: RawTable, spec: TableSpec, problems: Problems) -> Floats:
    """Return the numbers of a column, nan where blank or not a number."""
    cells = raw.values[column]
    kinds = set(map(type, cells))
    if not spec.yes_or_no and kinds <= {float, int}:
        return np.array(cells, dtype=np.float64)
    read = _yes_or_no if spec.yes_or_no else _number
    numbers = [read(cell) for cell in cells]
    bad = [row for row, number in enumerate(numbers) if number is None]
    expected = "true or false" if spec.yes_or_no else "a number"
    for row in bad[:FEW]:
        message = f"table {name}: expected {expected}, found {show(cells[row])}"
        hint = number_hint(cells[row]) if isinstance(cells[row], str) else ""
        problems.add("E223", message, raw.place(row, column), hint)
    if len(bad) > FEW:
        message = f"table {name}: {len(bad) - FEW} more cells of '{column}' are not {expected}"
        problems.add("E223", message, raw.place(bad[FEW], column))
    return np.array([np.nan if number is None else number for number in numbers])


def _number(cell: Any) -> float | None:
    """Return a number, nan for a blank, None for anything else."""
    if cell is None:
        return float("nan")
    usable = isinstance(cell, float | int) and not isinstance(cell, bool)
    return float(cell) if usable and np.isfinite(float(cell)) else None


def _yes_or_no(cell: Any) -> float | None:
    """Return 1 or 0, nan for a blank, None for anything else."""
    if cell is None:
        return float("nan")
    key = cell.strip().casefold() if isinstance(cell, str) else cell
    return _YES.get(key) if isinstance(key, str | int | float) else None


def _one(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
