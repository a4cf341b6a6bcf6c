"""Cells as they stand in a file -> codes, numbers and flags, with what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.faults import Fault
from channelopt.customers.reading import Field
from channelopt.customers.types import is_text, plain_type
from channelopt.scenario.decimals import Decimals

Column = NDArray[Any]
NONE = -1
"""Code of a cell that names nothing."""
LONGEST_ID = 1_000
"""Characters of an id."""
_TRUE = {"true": 1, "yes": 1, "1": 1, "1.0": 1, "t": 1, "y": 1}
_FALSE = {"false": 0, "no": 0, "0": 0, "0.0": 0, "f": 0, "n": 0}
_NUMBER = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"


def understand(field: Field, column: Any, decimals: Decimals) -> tuple[Column, list[Fault]]:
    """Read one column of a batch.

    Args:
        field: what it is.
        column: (n,) pyarrow array.
        decimals: how numbers are written where they are text.

    Returns:
        (n,) codes (int16, NONE for none), numbers (float64, nan where blank) or flags (uint8, 1
        where blank), and what is wrong; a bad cell reads as a blank one.
    """
    if field.kind != "code":
        column = plain(column)
    return _READERS[field.kind](field, column, decimals)


def plain(column: Any) -> Any:
    """Return an array without dictionary, runs, bytes and views; the values are the same.

    Raises:
        pyarrow.ArrowInvalid: it holds text that is no UTF-8.
    """
    import pyarrow as pa

    kind = plain_type(column.type)
    if kind != column.type:
        column = column.cast(kind) if pa.types.is_dictionary(column.type) else _unrolled(column)
    if is_text(kind):
        return _texts(column)
    if pa.types.is_decimal(kind):
        return column.cast(pa.int64()) if kind.scale == 0 and kind.precision <= 18 else column
    return column


def _texts(column: Any) -> Any:
    """Return an array of text, which is UTF-8."""
    import pyarrow as pa

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        wide = pa.types.is_large_binary(column.type)
        return column.cast(pa.large_string() if wide else pa.string())
    column.validate(full=True)
    return column


def _unrolled(column: Any) -> Any:
    import pyarrow.compute as pc

    return pc.run_end_decode(column)


def read_ids(field: Field, column: Any) -> tuple[Any, list[Fault]]:
    """Return ids as text or whole numbers, and what is wrong with them.

    Args:
        field: what the column is.
        column: (n,) pyarrow array.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = plain(column)
    if pa.types.is_null(ids.type) or pa.types.is_decimal(ids.type):
        ids = ids.cast(pa.string())
    faults = _missing(field, ids, "missing id", "an id")
    if is_text(ids.type):
        long = _true(pc.greater(pc.utf8_length(ids), LONGEST_ID))
        if len(long):
            expected = f"an id of at most {LONGEST_ID:,} characters"
            found = ids.take(pa.array(long)).to_pylist()
            faults.append(Fault("id too long", field.column, long, found, expected))
    return ids, faults


def _missing(field: Field, column: Any, kind: str, expected: str) -> list[Fault]:
    if not column.null_count:
        return []
    at = _true(column.is_null())
    return [Fault(kind, field.column, at, [None] * len(at), f"expected {expected}")]


def _true(mask: Any) -> NDArray[np.int64]:
    """Return the positions where a pyarrow mask is true."""
    import pyarrow.compute as pc

    return np.flatnonzero(np.asarray(pc.fill_null(mask, False)))


def _codes(field: Field, column: Any, decimals: Decimals) -> tuple[Column, list[Fault]]:  # noqa: ARG001
    """Read names as positions of labels."""
    code, label, faults = {text: at for at, text in enumerate(field.labels)}, field.noun, []
    looked = _looked_up(column, code)
    blank, values = looked.blank, looked.values
    known = values >= 0
    if field.name == "segment":
        at = np.flatnonzero(blank)
        if len(at):
            nothing = [None] * len(at)
            faults.append(Fault("missing segment", field.column, at, nothing, "expected a segment"))
    bad = np.flatnonzero(~known & ~blank)
    if len(bad):
        found = looked.texts(bad)
        expected = f"expected a {label} of the scenario"
        faults.append(Fault(f"unknown {label}", field.column, bad, found, expected, field.labels))
    return values.astype(np.int16), faults


class _Looked:
    """Values looked up by their text.

    Attributes:
        values: (n,) int64, what the text stands for; NONE where nothing is known.
        blank: (n,) where there is no text.
    """

    def __init__(self, column: Any, code: Mapping[str, int], fold: Callable[[str], str]) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        if not pa.types.is_dictionary(column.type):
            column = plain(column)
            column = column if is_text(column.type) else column.cast(pa.string())
            column = pc.dictionary_encode(column)
        self._column = column
        names = plain(column.dictionary).to_pylist()
        table = np.array(
            [NONE if name is None else code.get(fold(name), NONE) for name in [*names, None]]
        )
        empty = np.array([name is None or not name.strip() for name in [*names, None]])
        at = np.asarray(pc.fill_null(column.indices.cast(pa.int64()), len(names)))
        self.values, self.blank = table[at], empty[at]

    def texts(self, at: NDArray[np.int64]) -> list[str]:
        """Return the texts at some positions."""
        import pyarrow as pa

        return list(self._column.take(pa.array(at)).to_pylist())


def _as_it_is(text: str) -> str:
    return text


def _folded(text: str) -> str:
    return text.strip().casefold()


def _looked_up(
    column: Any, code: Mapping[str, int], fold: Callable[[str], str] = _as_it_is
) -> _Looked:
    return _Looked(column, code, fold)


def _flags(field: Field, column: Any, decimals: Decimals) -> tuple[Column, list[Fault]]:  # noqa: ARG001
    """Read true or false; blank is true: it takes nothing away."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_boolean(column.type):
        return np.asarray(pc.fill_null(column, True)).astype(np.uint8), []
    if pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
    looked = _looked_up(column, {**_TRUE, **_FALSE}, _folded)
    bad = np.flatnonzero((looked.values < 0) & ~looked.blank)
    faults = []
    if len(bad):
        found, expected = looked.texts(bad), "expected true or false"
        faults = [Fault("not true or false", field.column, bad, found, expected)]
    return (looked.values != 0).astype(np.uint8), faults


def _numbers(field: Field, column: Any, decimals: Decimals) -> tuple[Column, list[Fault]]:
    """Read numbers, and report those that are none or out of range."""
    import pyarrow as pa

    faults: list[Fault] = []
    as_written = column
    if is_text(column.type):
        column, faults = _parsed(field, column, decimals)
    elif not pa.types.is_floating(column.type) and not pa.types.is_integer(column.type):
        column = column.cast(pa.float64())
    values = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    good = (values >= field.low) & (values <= field.high)
    if column.null_count:
        good |= np.asarray(column.is_null())
    if not good.all():
        values = np.where(good, values, np.nan)
        faults = [*faults, *_out_of_range(field, as_written, column, np.flatnonzero(~good))]
    return values, faults


def _out_of_range(field: Field, written: Any, column: Any, bad: NDArray[np.int64]) -> list[Fault]:
    """Report numbers that are not finite, and those out of range."""
    import pyarrow as pa

    finite = np.isfinite(np.asarray(column.take(pa.array(bad)), dtype=np.float64))
    low, high = f"{field.low:,.12g}", f"{field.high:,.12g}"
    expected = f"expected a number from {low} to {high}"
    sides = (("not a number", "expected a number"), ("out of range", expected))
    faults = []
    for (kind, sentence), at in zip(sides, (bad[~finite], bad[finite]), strict=True):
        if len(at):
            found = written.take(pa.array(at)).to_pylist()
            faults.append(Fault(kind, field.column, at, found, sentence))
    return faults


def _parsed(field: Field, column: Any, decimals: Decimals) -> tuple[Any, list[Fault]]:
    """Return text as numbers; what is none becomes blank and a fault."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pointed = pc.utf8_trim_whitespace(column)
    if decimals.comma:
        wrong = _true(pc.match_substring(pointed, "."))
        pointed = pc.replace_substring(pointed, ",", ".")
    else:
        wrong = np.zeros(0, dtype=np.int64)
    if not len(wrong):
        try:
            return pc.cast(pointed, pa.float64()), []
        except pa.ArrowInvalid:
            pass
    blank = pc.equal(pointed, "")
    bad = pc.invert(pc.or_(pc.match_substring_regex(pointed, _NUMBER), blank))
    mask = np.array(pc.fill_null(bad, False))
    mask[wrong] = True
    at = np.flatnonzero(mask)
    found = column.take(pa.array(at)).to_pylist()
    drop = pc.or_(pc.fill_null(blank, False), pa.array(mask))
    kept = pc.if_else(drop, pa.scalar(None, pointed.type), pointed)
    numbers = pc.cast(pc.utf8_ltrim(kept, "+"), pa.float64())
    if not len(at):
        return numbers, []
    expected = "expected a number"
    expected += " with a decimal comma" if decimals.comma else ""
    return numbers, [Fault("not a number", field.column, at, found, expected)]


_READERS: Mapping[str, Callable[[Field, Any, Decimals], tuple[Column, list[Fault]]]] = {
    "code": _codes,
    "number": _numbers,
    "flag": _flags,
}
