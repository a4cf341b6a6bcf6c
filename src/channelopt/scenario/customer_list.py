"""The section `customers`: what the columns of a customer file are called, and how to list."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from channelopt.terms.fields import Id, PeriodLabel, Section, Share

LARGEST_SEED = 2**53


def _whole(value: Any) -> Any:
    """Let a whole number be written with a point; the canonical form of a scenario does so."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _shape(value: Any) -> str:
    """Tell a column from columns by id, so that a fault is told once."""
    return "a mapping" if isinstance(value, dict) else "a column"


def _by_id(inner: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "patternProperties": {"^[a-z][a-z0-9_]*$": inner},
        "additionalProperties": False,
    }


_NAME: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 300}
_NAME_OR_NAMES = {"anyOf": [_NAME, _by_id(_NAME)]}

Column = Annotated[str, Field(min_length=1, max_length=300)]
"""Name of a column of the customer file, as it stands there."""
Columns = Annotated[
    Annotated[Column, Tag("a column")] | Annotated[dict[Id, Column], Tag("a mapping")],
    Discriminator(_shape),
    WithJsonSchema(_NAME_OR_NAMES),
]
"""One column, or one by id."""
Grid = Annotated[dict[Id, Columns], WithJsonSchema(_by_id(_NAME_OR_NAMES))]
"""Columns by channel, or by interaction and channel."""
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED), BeforeValidator(_whole)]
Most = Annotated[int, Field(ge=0, le=64), BeforeValidator(_whole)]


class CustomerColumns(Section):
    """How the columns are called in the file."""

    customer_id: Column | None = None
    """Who it is: text or whole numbers, each once; default `customer_id`."""
    segment: Column | None = None
    """Id of the segment; default `segment`."""
    contacts: Columns | None = None
    """Contacts of this customer per period, by interaction; one column where there is one
    interaction; default `contacts.<interaction>`."""
    margin: Column | None = None
    """Currency of this customer per period before service cost; default `margin`."""
    preferred_channel: Column | None = None
    """Id of the channel that the customer would pick; default `preferred_channel`."""
    current_channel: Columns | None = None
    """Id of the channel or bundle that serves the customer today, for all interactions or by
    interaction; default `current_channel` and `current_channel.<interaction>`."""
    satisfaction: Grid = Field(default_factory=dict)
    """Satisfaction 0 to 1 of this customer by channel, or by interaction and channel; default
    `satisfaction.<channel>` and `satisfaction.<interaction>.<channel>`."""
    contact_value: Grid = Field(default_factory=dict)
    """Currency per first contact of this customer by channel or bundle, or by interaction and
    channel or bundle; default `contact_value.<channel>` and so on."""
    eligible: dict[Id, Column] = Field(default_factory=dict)
    """May a first contact of this customer enter here (consent), by channel or bundle: true or
    false; default `eligible.<channel>` and `consent.<channel>`."""


class CustomerList(Section):
    """How `channelopt assign` turns the plan into a list of customers; changes no plan."""

    file: Column | None = None
    """Customer file that is read where `--customers` names none, beside the scenario's file."""
    table: Column | None = None
    """Table of a DuckDB file; needed where it holds more than one."""
    period: PeriodLabel | None = None
    """Period that is decided; default the first."""
    inbound: Literal["per_interaction", "per_customer"] = "per_interaction"
    """One channel for each inbound interaction of a customer, or one for all of them."""
    outbound_at_most: Most | None = None
    """Most treatments of one customer in all outbound interactions together; default one for each
    interaction."""
    quota_tolerance: Share = 0.01
    """Share of the contacts of a segment and interaction by which the list may leave the plan's
    number in each channel, beyond one customer's contacts."""
    seed: Seed = 0
    """Tells equal customers apart, with their ids."""
    columns: CustomerColumns = Field(default_factory=CustomerColumns)
    """How the columns are called in the file; a column that is not named has its default name."""
