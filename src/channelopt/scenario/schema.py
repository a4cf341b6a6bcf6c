"""Scenario: the whole format, as the one definition that validates, documents and completes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from channelopt.rules import AnyPolicy
from channelopt.scenario.customer_list import CustomerList
from channelopt.scenario.sections import (
    Bundle,
    Channel,
    Interaction,
    MetricDefinition,
    Objective,
    Segment,
    StaffGroup,
    Text,
    Title,
    UncertainGroup,
    Upgrade,
)
from channelopt.terms.fields import Id, PeriodLabel, Section, Share
from channelopt.terms.numbers import Assignment

FORMAT = 1
"""Version of the scenario format that this package reads."""


def _one_period() -> list[str | int]:
    """Return the periods of a scenario that names none."""
    return ["plan"]


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Scenario(Section):
    """A scenario as it stands after `extends`, variations and overrides, without its tables."""

    format: Literal[1]
    """Version of the format."""
    title: Title | None = None
    """Name in reports; default the file's name."""
    description: Text = ""
    """What the scenario is about."""
    currency: Currency | None = None
    """ISO 4217 code; default none: amounts are printed without a symbol."""
    periods: list[PeriodLabel] = Field(default_factory=_one_period, min_length=1)
    """Labels of the periods in order of time, unique, compared as text."""
    objective: Objective = Field(default_factory=Objective)
    """What is maximised."""
    assignment: Assignment = "split"
    """May the contacts of a segment and interaction split over channels, or is there exactly one
    channel per interaction, or per segment."""
    whole_contacts: bool = False
    """First contacts are whole numbers (small, customer-count cases)."""
    steering: Share = 1
    """Largest share of the customers who prefer an offered channel that can be led elsewhere; 1 =
    the planner decides, 0 = the customer does."""
    segments: dict[Id, Segment] = Field(min_length=1)
    """Groups of customers by id."""
    interactions: dict[Id, Interaction] = Field(min_length=1)
    """Types of contact by id."""
    channels: dict[Id, Channel] = Field(min_length=1)
    """Channels by id."""
    staff: dict[Id, StaffGroup] = Field(default_factory=dict)
    """Staff groups by id."""
    upgrades: dict[Id, Upgrade] = Field(default_factory=dict)
    """Investments in channels by id."""
    bundles: dict[Id, Bundle] = Field(default_factory=dict)
    """Outbound treatments by id; bundles and channels share one name space."""
    metrics: dict[Id, MetricDefinition] = Field(default_factory=dict)
    """Further amounts per contact by id."""
    policies: list[AnyPolicy] = Field(default_factory=list)
    """Rules that a plan must obey, each with a unique name."""
    uncertainty: dict[Id, UncertainGroup] = Field(default_factory=dict)
    """How sure the numbers are, by group; for `channelopt sensitivity`, never changes a plan."""
    customers: CustomerList | None = None
    """How the plan becomes a list of customers; for `channelopt assign`, never changes a plan."""


class Operation(Section):
    """A change of a value: exactly one of `times` and `add`."""

    times: float | None = None
    """Factor on the value."""
    add: float | None = None
    """Amount added to the value."""


class Variation(Section):
    """A named set of changes to the scenario."""

    title: Title | None = None
    """Name in reports; default the id."""
    set: dict[str, Any] = Field(min_length=1)
    """By path, for example `channels.phone.capacity`: the new value, or `{times: 0.5}` or
    `{add: 100}`."""


class TableRow(Section):
    """A row of a table: the keys it names and its value; a key that is missing means all."""

    segment: Id | None = None
    """Segment."""
    interaction: Id | None = None
    """Interaction type."""
    channel: Id | None = None
    """Channel or bundle."""
    period: PeriodLabel | None = None
    """Label of the period."""
    value: float | bool | None = None
    """The value; blank is no row."""


TABLES: dict[str, str] = {
    "contacts_per_customer": "Contacts per customer and period by segment, interaction, period: "
    "inbound to be served, outbound the most that may be made; default 0.",
    "satisfaction": "0 to 1 by segment, interaction, channel, period; default the channel's.",
    "satisfaction_shift": "Satisfaction points by segment, interaction, channel, period, added and "
    "then clipped to 0..1; default 0.",
    "unit_cost": "Currency per handled contact by segment, interaction, channel, period; default "
    "the channel's.",
    "handle_minutes": "Minutes per handled contact by segment, interaction, channel, period; "
    "default the channel's.",
    "resolution": "Share of handled contacts that end the case by segment, interaction, channel, "
    "period; default the channel's.",
    "contact_value": "Profit of one first contact by segment, interaction, channel, period, before "
    "its unit cost; default 0.",
    "closure_loss": "Currency per customer by segment, channel, period, lost in each period in "
    "which an initially open channel is closed; default 0.",
    "preference": "Share of customers who would pick this channel by segment, interaction, "
    "channel; sums to at most 1; default 0.",
    "baseline_share": "Today's share of first contacts by segment, interaction, channel; sums to 1 "
    "(outbound: at most 1) where given; default none.",
    "min_share": "Least share of the contacts by segment, interaction, channel, period; default 0.",
    "max_share": "Largest share of the contacts by segment, interaction, channel, period; "
    "default 1.",
    "eligible": "May a first contact enter here, by segment, interaction, channel, period: true or "
    "false; default true.",
}
"""What each table holds, by name; `metric.<id>` comes on top."""


def _inline_rows() -> dict[str, Any]:
    """Return the schema of a table row: long, or wide with any further column."""
    row = TypeAdapter(TableRow).json_schema()
    row["additionalProperties"] = {"type": ["number", "boolean", "null"]}
    return row


def _table(description: str) -> dict[str, Any]:
    """Return the schema of one table: a file's name, or rows in place."""
    return {
        "description": description,
        "anyOf": [
            {"type": "string", "description": "File (CSV), relative to this file."},
            {"type": "array", "items": {"$ref": "#/$defs/TableRow"}},
            {"type": "null"},
        ],
    }


def _tables() -> dict[str, Any]:
    """Return the schema of the section `tables`."""
    return {
        "type": "object",
        "description": "Every parameter that varies by segment, interaction, channel or period.",
        "properties": {name: _table(text) for name, text in TABLES.items()},
        "patternProperties": {
            r"^metric\.[a-z][a-z0-9_]*$": _table(
                "Values of a metric by segment, interaction, channel, period; default its `values`."
            )
        },
        "additionalProperties": False,
    }


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file as written, for completion in editors.

    Unlike `Scenario` it knows `extends`, `variations` and `tables`. A file that extends another
    need not repeat the required sections.
    """
    schema = Scenario.model_json_schema()
    definitions = schema.setdefault("$defs", {})
    definitions["TableRow"] = _inline_rows()
    variation = TypeAdapter(Variation).json_schema()
    operation = TypeAdapter(Operation).json_schema()
    operation.update(minProperties=1, maxProperties=1)
    definitions["Operation"] = operation
    variation["properties"]["set"]["additionalProperties"] = {
        "anyOf": [{"$ref": "#/$defs/Operation"}, {}]
    }
    definitions["Variation"] = variation
    schema["properties"]["extends"] = {
        "type": "string",
        "description": "Parent scenario: folder or file, relative to this file.",
    }
    schema["properties"]["tables"] = _tables()
    schema["properties"]["variations"] = {
        "type": "object",
        "description": "Named sets of changes, applied with --vary.",
        "patternProperties": {"^[a-z][a-z0-9_]*$": {"$ref": "#/$defs/Variation"}},
        "additionalProperties": False,
    }
    required = schema.pop("required")
    schema["anyOf"] = [{"required": ["extends"]}, {"required": required}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://channelopt.example/schema/1",
        "title": "channelopt scenario, format 1",
        **{key: value for key, value in schema.items() if key != "title"},
    }
