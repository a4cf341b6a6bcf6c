"""Which types of columns can be read as what."""

from __future__ import annotations

from typing import Any

from channelopt.customers.reading import Field, Reading
from channelopt.errors import Place, Problems

_EXPECTED = {
    "id": "text or whole numbers",
    "code": "text",
    "number": "numbers",
    "flag": "true or false",
}


def check_types(schema: Any, reading: Reading) -> None:
    """Check that every column that is read has a type that can mean what it should.

    Args:
        schema: pyarrow schema of the columns.
        reading: how they are read.

    Raises:
        InputError: a column has a type that cannot.
    """
    problems = Problems()
    for field in reading.fields:
        kind = schema.field(field.column).type
        if not _fits(kind, field):
            message = (
                f"the column '{field.column}' ({field.name}) has the type {_named(kind)}, "
                f"expected {_EXPECTED[field.kind]}"
            )
            hint = "write the ids as text or whole numbers" if field.kind == "id" else ""
            problems.add("E312", message, Place(reading.file), hint)
    problems.stop()


def is_text(kind: Any) -> bool:
    """Whether a pyarrow type is text, or bytes that may be text."""
    import pyarrow.types as t

    texts = (t.is_string, t.is_large_string, t.is_string_view)
    return any(test(kind) for test in (*texts, t.is_binary, t.is_large_binary, t.is_binary_view))


def plain_type(kind: Any) -> Any:
    """Return the type of a column without its dictionary or runs."""
    import pyarrow.types as t

    while t.is_dictionary(kind) or t.is_run_end_encoded(kind):
        kind = kind.value_type
    return kind


def _fits(kind: Any, field: Field) -> bool:
    import pyarrow.types as t

    kind = plain_type(kind)
    if t.is_null(kind) or is_text(kind):
        return True
    if field.kind == "id":
        return bool(t.is_integer(kind) or (t.is_decimal(kind) and kind.scale == 0))
    if field.kind == "number":
        return bool(t.is_integer(kind) or t.is_floating(kind) or t.is_decimal(kind))
    if field.kind == "flag":
        return bool(t.is_boolean(kind) or t.is_integer(kind) or t.is_floating(kind))
    return False


def _named(kind: Any) -> str:
    return str(kind)[:60]
