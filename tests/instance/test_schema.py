"""The JSON Schema describes files as they are written; every field says what it is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pydantic import BaseModel

from channelopt.instance.specs import SPECS
from channelopt.rules import POLICIES
from channelopt.scenario import sections
from channelopt.scenario.editor import editor_schema
from channelopt.scenario.schema import TABLES, Scenario, json_schema
from channelopt.terms.fields import descriptions

MODELS = [
    Scenario,
    *POLICIES,
    *(
        model
        for model in vars(sections).values()
        if isinstance(model, type)
        and issubclass(model, BaseModel)
        and model.__module__ == sections.__name__
    ),
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_is_documented(model: type[BaseModel]) -> None:
    texts = descriptions(model)
    assert [name for name in model.model_fields if not texts.get(name)] == []


def test_schema_is_json_and_describes_files_as_written() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert schema["$schema"].endswith("2020-12/schema")
    assert {"extends", "tables", "variations"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]["tables"]["properties"]) == set(TABLES) == set(SPECS)
    kinds = {
        kind.get("type")
        for kind in schema["properties"]["tables"]["properties"]["satisfaction"]["anyOf"]
    }
    assert kinds == {"string", "array", "null"}
    assert {"required": ["extends"]} in schema["anyOf"]


def test_every_reference_of_the_schema_exists() -> None:
    schema = json_schema()
    references = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
    assert references <= set(schema["$defs"])
    assert "TableRow" in references
    assert "Variation" in references


def test_every_property_has_a_description() -> None:
    schema = json_schema()
    silent = [name for name, entry in schema["properties"].items() if not _described(entry)]
    assert silent == []


def _described(entry: dict[str, Any]) -> bool:
    return bool(entry.get("description"))


def test_curve_keys_in_the_schema() -> None:
    curve = json_schema()["$defs"]["Segment"]["properties"]["retention"]["anyOf"][0]
    (pattern,) = curve["patternProperties"]
    for key in ("0", "1", "0.6", ".6", "1.0", "0.85"):
        assert re.fullmatch(pattern, key), key
    for key in ("2", "1.5", "-0.1", "a", "0.6x"):
        assert not re.fullmatch(pattern, key), key


def test_the_editor_schema_lets_children_be_partial() -> None:
    schema = editor_schema()
    parts = schema["$defs"]
    assert schema["else"] == {"$ref": "#/$defs/Scenario"}
    assert schema["then"] == {"$ref": "#/$defs/ChildScenario"}
    assert parts["Segment"]["required"] == ["customers"]
    relaxed = {name: part for name, part in parts.items() if name.startswith("Child")}
    assert not re.search(r'"(required|minProperties)"', json.dumps(relaxed))
    references = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(relaxed)))
    assert references <= set(relaxed)
    assert {"type": "null"} in parts["ChildSegment"]["properties"]["margin"]["anyOf"]
    assert parts["ChildSegment"]["additionalProperties"] is False
