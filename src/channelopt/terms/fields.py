"""Small validated types that scenario sections and policies share."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetJsonSchemaHandler

from channelopt.terms.numbers import Floats

RESERVED = frozenset({"segment", "interaction", "channel", "period", "value"})
LARGEST = 1e12
"""Largest magnitude of any number: beyond it sums lose cents."""


def _not_reserved(name: str) -> str:
    if name in RESERVED:
        msg = f"'{name}' is a reserved word"
        raise ValueError(msg)
    return name


def _period_label(value: Any) -> str:
    return str(value)


Id = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64), AfterValidator(_not_reserved)
]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]
NonNegative = Annotated[float, Field(allow_inf_nan=False, ge=0, le=LARGEST)]
Positive = Annotated[float, Field(allow_inf_nan=False, gt=0, le=LARGEST)]
Share = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]
PeriodLabel = Annotated[str | int, AfterValidator(_period_label)]
Touch = Literal["high", "medium", "low"]

NumberOverTime = Number | list[Number | None]
NonNegativeOverTime = NonNegative | list[NonNegative | None]
PositiveOverTime = Positive | list[Positive | None]
ShareOverTime = Share | list[Share | None]


class Section(BaseModel):
    """Base of everything a planner can write: strict, frozen, unknown keys are errors."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> Any:
        """Say in the JSON Schema what each field is."""
        found = handler(schema)
        properties = handler.resolve_ref_schema(found).get("properties", {})
        for name, text in descriptions(cls).items():
            if name in properties:
                properties[name].setdefault("description", text)
        return found


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Return what each field of a section is, by name: the text below it in the source.

    Pydantic can do this when it makes a class, which costs every start of the program more than
    reading a scenario.
    """
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, Section) and base is not Section:
            found |= _texts_below(ast.parse(textwrap.dedent(inspect.getsource(base))).body[0])
    return {name: found[name] for name in model.model_fields if name in found}


def _texts_below(node: ast.stmt) -> dict[str, str]:
    """Return the texts below the annotated names of a class."""
    body = node.body if isinstance(node, ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
        if isinstance(text.value.value, str)
    }


def over_time(value: float | list[Any] | None, periods: int) -> Floats:
    """Spread a value over the periods.

    Args:
        value: one number for every period, or a list with one number (or None) per period.
        periods: how many periods there are.

    Returns:
        (T,) numbers; nan where the value is None.
    """
    if isinstance(value, list):
        return np.array([np.nan if v is None else float(v) for v in value], dtype=np.float64)
    return np.full(periods, np.nan if value is None else float(value))
