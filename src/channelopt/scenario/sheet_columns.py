"""The columns of a workbook's sheets, with notes and choices, taken from the schema."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from channelopt.scenario.known import container
from channelopt.scenario.sheets import SECTIONS, TEXTS
from channelopt.terms.fields import descriptions

YES_NO = ("yes", "no")
_IDS = {
    "serves": "channels",
    "channels": "channels",
    "channel": "channels",
    "needs": "channels",
    "segments": "segments",
    "interactions": "interactions",
    "periods": "periods",
    "available_from": "periods",
    "available_until": "periods",
}
_FLATTENED = ("service_level", "effects")


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes:
        name: its header.
        note: what it means, shown at the header.
        choices: every value it may have; empty where there are more.
        source: the sheet whose ids it names, empty where there is none.
        is_text: its cells are text whatever they look like.
        is_list: a cell may hold several values.
    """

    name: str
    note: str
    choices: tuple[str, ...] = ()
    source: str = ""
    is_text: bool = False
    is_list: bool = False


def section_columns(section: str) -> list[Column]:
    """Return the columns of a section with one row per id."""
    from channelopt.scenario.schema import Scenario

    mapping = container(Scenario.model_fields[section].annotation)
    model = container(get_args(mapping)[1])
    note = "Letters a-z, digits and _, beginning with a letter; used in all other sheets."
    return [Column("id", note, is_text=True), *_columns(model)]


def policy_columns() -> list[Column]:
    """Return the columns of the policies: every field of any type, and the types that use it."""
    from channelopt.rules import POLICIES

    kinds = tuple(policy.slug for policy in POLICIES)
    found: dict[str, Column] = {}
    used: dict[str, list[str]] = {}
    for policy in POLICIES:
        for column in _columns(policy):
            known = found.setdefault(column.name, column)
            choices = tuple(dict.fromkeys((*known.choices, *column.choices)))
            found[column.name] = Column(
                known.name, known.note, choices, known.source, known.is_text, known.is_list
            )
            used.setdefault(column.name, []).append(policy.slug)
    found["type"] = Column("type", "What kind of rule it is.", kinds)
    first = [found.pop("name"), found.pop("type")]
    rest = [
        Column(
            c.name,
            f"{c.note} {_used(used[c.name], kinds)}",
            c.choices,
            c.source,
            c.is_text,
            c.is_list,
        )
        for c in found.values()
    ]
    return [*first, *rest]


def _used(slugs: list[str], kinds: tuple[str, ...]) -> str:
    return "All types." if len(slugs) == len(kinds) else f"Types: {', '.join(slugs)}."


def scenario_columns() -> list[Column]:
    """Return the keys of the sheet `scenario` with their notes and choices."""
    from channelopt.scenario.schema import Scenario

    inside = (*SECTIONS, "periods", "policies", "objective", "customers")
    plain = [column for column in _columns(Scenario) if column.name not in inside]
    objective = container(Scenario.model_fields["objective"].annotation)
    return [*plain, *_columns(objective, "objective.")]


def _columns(model: type[BaseModel], prefix: str = "") -> Iterator[Column]:
    texts = descriptions(model)
    for name, field in model.model_fields.items():
        inner = container(field.annotation)
        if name in _FLATTENED and inner is not None:
            yield from _columns(inner, f"{name}.")
            continue
        yield Column(
            f"{prefix}{name}",
            " ".join(texts.get(name, name).split()),
            tuple(_choices(field.annotation)),
            _IDS.get(name, ""),
            is_text=name in TEXTS,
            is_list=inner is not None or _has_list(field.annotation),
        )


def _choices(annotation: Any) -> list[str]:
    """Return the words that a type allows, none where it allows anything else."""
    if annotation is bool:
        return list(YES_NO)
    if get_origin(annotation) is Literal:
        return [str(value) for value in get_args(annotation)]
    if get_origin(annotation) in (Union, types.UnionType, list, Annotated):
        return list(dict.fromkeys(word for part in get_args(annotation) for word in _choices(part)))
    return []


def _has_list(annotation: Any) -> bool:
    if get_origin(annotation) is list:
        return True
    return any(
        _has_list(part) for part in get_args(annotation) if get_origin(annotation) is not Literal
    )
