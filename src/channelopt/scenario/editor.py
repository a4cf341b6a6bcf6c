"""JSON Schema for editors: complete scenarios, and children that change a part of a parent."""

from __future__ import annotations

from typing import Any

from channelopt.scenario.schema import json_schema

_REFERENCE = "#/$defs/"
_CHILD = "Child"
_DROPPED = frozenset({"required", "minProperties", "discriminator", "default"})


def editor_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file as written.

    A file with `extends` need not repeat what its parent says, at any depth, and deletes with
    null; any other file is held to `json_schema`.
    """
    whole = json_schema()
    definitions = whole.pop("$defs")
    head = {key: whole.pop(key) for key in ("$schema", "$id", "title")}
    children = {_CHILD + name: _relaxed(entry) for name, entry in definitions.items()}
    child = _relaxed({key: value for key, value in whole.items() if key != "anyOf"})
    return {
        **head,
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": f"{_REFERENCE}{_CHILD}Scenario"},
        "else": {"$ref": f"{_REFERENCE}Scenario"},
        "$defs": {**definitions, "Scenario": whole, **children, f"{_CHILD}Scenario": child},
    }


def _relaxed(node: Any) -> Any:
    """Return a part of a schema with nothing required and null allowed for every value."""
    if isinstance(node, list):
        return [_relaxed(item) for item in node]
    if not isinstance(node, dict):
        return node
    return dict(_relaxed_entry(key, value) for key, value in node.items() if key not in _DROPPED)


def _relaxed_entry(key: str, value: Any) -> tuple[str, Any]:
    """Return one keyword of a schema, relaxed."""
    if key == "$ref":
        return key, value.replace(_REFERENCE, _REFERENCE + _CHILD)
    if key in ("properties", "patternProperties"):
        return key, {name: _or_null(_relaxed(entry)) for name, entry in value.items()}
    if key == "additionalProperties":
        return key, _or_null(_relaxed(value))
    return "anyOf" if key == "oneOf" else key, _relaxed(value)


def _or_null(entry: Any) -> Any:
    """Allow null besides what an entry allows; its description stays in sight."""
    if not isinstance(entry, dict) or not entry:
        return entry
    described = {"description": entry["description"]} if "description" in entry else {}
    return {**described, "anyOf": [entry, {"type": "null"}]}
