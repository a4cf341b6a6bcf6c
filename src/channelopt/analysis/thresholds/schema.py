"""The format of a file of thresholds, as the one definition that validates and completes it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from channelopt.terms.fields import Number, Section

EVERY = "*"
"""Stands for every id of an axis."""
AXES = ("segments", "interactions", "channels", "groups", "periods")
"""What a rule may speak of only a part of."""


def _listed(value: Any) -> Any:
    """Let one name stand for a list of one; a period may be written as a number."""
    names = value if isinstance(value, list) else [value]
    whole = (isinstance(name, int) and not isinstance(name, bool) for name in names)
    return [str(name) if is_int else name for name, is_int in zip(names, whole, strict=True)]


_ONE = {"type": ["string", "integer"]}
Names = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]],
    Field(min_length=1),
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [_ONE, {"type": "array", "items": _ONE, "minItems": 1}]}),
]


class Threshold(Section):
    """One rule: a key figure of the run that must reach or keep a bound."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(min_length=1, max_length=120)
    """Name of the rule, unique in the file."""
    kpi: str = Field(min_length=1, max_length=200)
    """Key figure, for example `profit`, `satisfaction`, `share`, `fte`, `contact_cost`, `gap`."""
    segments: Names | None = None
    """Segments it is taken over, `"*"` for each of them; default the whole plan."""
    interactions: Names | None = None
    """Interaction types it is taken over; default all."""
    channels: Names | None = None
    """Channels or bundles it is taken over; default all."""
    groups: Names | None = None
    """Staff groups it is taken over; default all."""
    periods: Names | None = None
    """Periods it is taken over; default the horizon."""
    scope: Literal["total", "each"] = "total"
    """`total`: everything that is named taken together; `each`: every named segment, interaction,
    channel and group in every period on its own."""
    at_least: Number | None = None
    """Lower bound, itself allowed."""
    at_most: Number | None = None
    """Upper bound, itself allowed."""
    of: Literal["baseline"] | None = None
    """`baseline`: the bounds are shares of the same figure of the baseline run, 0.98 = 98 %."""
    from_: Literal["baseline"] | None = Field(
        default=None,
        alias="from",
        description="`baseline`: the bounds are differences to the same figure of the baseline "
        "run, -10000 = at most 10,000 below it.",
    )
    optional: bool = False
    """Passes where the figure has no meaning, such as the satisfaction of a segment without
    contacts; otherwise it fails there."""


class Thresholds(Section):
    """A file of thresholds."""

    format: Literal[1]
    """Version of the format."""
    title: Annotated[str, Field(max_length=200)] = ""
    """What the thresholds are about."""
    baseline: str | None = None
    """Folder of the run that others are held against, relative to this file."""
    rules: list[Threshold] = Field(min_length=1)
    """The rules; all of them must hold."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of thresholds, for completion in editors."""
    schema = Thresholds.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://channelopt.example/schema/thresholds/1",
        "title": "channelopt thresholds, format 1",
        **{key: value for key, value in schema.items() if key != "title"},
    }
