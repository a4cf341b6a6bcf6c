"""The sections of a scenario: everything a planner writes once, with unit and default."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from channelopt.terms.fields import (
    Id,
    NonNegative,
    NonNegativeOverTime,
    Number,
    NumberOverTime,
    PeriodLabel,
    Positive,
    PositiveOverTime,
    Section,
    Share,
    ShareOverTime,
    Touch,
)

_NUMBER_KEYS = r"^(0|1|0?\.[0-9]+|0\.[0-9]+|1\.0*)$"


def _number_key(key: Any) -> Any:
    """Turn the numeric text of a key into a number; leave anything else to the validation."""
    if isinstance(key, str):
        try:
            return float(key)
        except ValueError:
            return key
    return key


def _numeric_keys(curve: Any) -> Any:
    """Let a curve be keyed by numbers or by numeric text, each number once."""
    if not isinstance(curve, dict):
        return curve
    points: dict[Any, Any] = {}
    for key, value in curve.items():
        number = _number_key(key)
        if number in points:
            msg = f"the point {number:g} is given twice"
            raise ValueError(msg)
        points[number] = value
    return points


Text = Annotated[str, Field(max_length=20_000)]
Title = Annotated[str, Field(min_length=1, max_length=200)]
OpenShare = Annotated[float, Field(allow_inf_nan=False, gt=0, lt=1)]
PeakFactor = Annotated[float, Field(allow_inf_nan=False, ge=1, le=1e6)]
HighFactor = Annotated[float, Field(allow_inf_nan=False, ge=1, le=1e6)]
Correlation = Annotated[float, Field(allow_inf_nan=False, ge=-1, le=1)]
DiscountRate = Annotated[float, Field(allow_inf_nan=False, gt=-1, le=1e6)]
RetentionCurve = Annotated[
    dict[Share, NonNegative],
    Field(min_length=2),
    BeforeValidator(_numeric_keys),
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 2,
            "patternProperties": {_NUMBER_KEYS: {"type": "number", "minimum": 0}},
            "additionalProperties": False,
        }
    ),
]


class Objective(Section):
    """What is maximised: satisfaction-weighted profit."""

    satisfaction_weight: Share | None = None
    """Share of a segment's margin that hangs on satisfaction, 0 to 1; required unless every segment
    with inbound contacts has a retention curve."""
    satisfaction_price: NonNegative = 0
    """Currency per satisfaction point of a contact of importance 1, >= 0."""
    transfer_penalty: NonNegative = 0
    """Satisfaction points lost each time a contact is passed on or repeated, >= 0."""
    give_up_penalty: NonNegative = 0
    """Satisfaction points lost by a contact whose customer gives up, >= 0."""
    discount_rate: DiscountRate = 0
    """Discount rate per period, above -1."""


class Segment(Section):
    """A group of customers who are served alike."""

    title: Title | None = None
    """Name in reports; default the id."""
    customers: PositiveOverTime
    """Number of customers, > 0; a number or one per period."""
    margin: NumberOverTime = 0.0
    """Currency per customer and period before service cost; may be negative."""
    retention: RetentionCurve | None = None
    """Satisfaction -> share of the margin kept: at least two points, satisfaction 0 to 1, share
    >= 0, linear in between; replaces `satisfaction_weight` for this segment."""
    steering: Share | None = None
    """Largest share of the customers who prefer an offered channel that can be led elsewhere, 0 to
    1; default the scenario's."""


class Interaction(Section):
    """A type of contact."""

    title: Title | None = None
    """Name in reports; default the id."""
    direction: Literal["inbound", "outbound"] = "inbound"
    """Inbound contacts must be served, outbound contacts may be made."""
    importance: NonNegative = 1
    """Weight in mean satisfaction, >= 0."""


class Channel(Section):
    """A way in which contacts are handled."""

    title: Title | None = None
    """Name in reports; default the id."""
    touch: Touch | None = None
    """Personal touch: high (a live person), medium or low (self-service)."""
    unit_cost: NonNegativeOverTime = 0.0
    """Currency per handled contact, without staff, >= 0."""
    fixed_cost: NonNegativeOverTime = 0.0
    """Currency per period while open, >= 0."""
    opening_cost: Number = 0
    """Currency in every period in which the channel opens."""
    closing_cost: Number = 0
    """Currency in the first closed period after an open one."""
    initially_open: bool | None = None
    """Open before the first period; default true, false where `available_from` is later than the
    first period."""
    always_open: bool = False
    """Open in every period of its window."""
    available_from: PeriodLabel | None = None
    """First period in which it may be open; default the first."""
    available_until: PeriodLabel | None = None
    """Last period in which it may be open; default the last."""
    capacity: NonNegativeOverTime | None = None
    """Handled contacts per period; null = unlimited, 0 = none."""
    min_volume: NonNegativeOverTime = 0.0
    """Least handled contacts per period while open."""
    handle_minutes: NonNegativeOverTime | None = None
    """Minutes per handled contact; required where a staff group serves the channel."""
    concurrency: Positive = 1
    """Contacts that one agent handles at once, > 0."""
    resolution: ShareOverTime = 1.0
    """Share of handled contacts that end the case, 0 to 1."""
    unresolved: dict[Id, Share] = Field(default_factory=dict)
    """Where an unresolved contact goes next: share by channel, sum at most 1; the rest gives up."""
    satisfaction: ShareOverTime | None = None
    """Satisfaction 0 to 1 for all cells of this channel that no table row names."""


class ServiceLevel(Section):
    """Waiting-time target of a staff group."""

    share: OpenShare
    """Share of contacts answered in time, between 0 and 1."""
    within_seconds: NonNegative
    """Seconds within which a contact counts as answered in time."""
    handle_minutes: Positive
    """Mean minutes an agent is busy with one contact, after concurrency."""
    open_hours: PositiveOverTime
    """Hours per period in which the group answers."""
    peak_factor: PeakFactor = 1
    """Busy-hour load over mean load, >= 1."""
    patience_minutes: Positive | None = None
    """Mean patience in minutes (Erlang A); null: customers wait for ever (Erlang C)."""


class StaffGroup(Section):
    """People who handle contacts in one or several channels."""

    title: Title | None = None
    """Name in reports; default the id."""
    serves: list[Id] = Field(min_length=1)
    """Channels in which the group works."""
    hours_per_fte: PositiveOverTime
    """Contact-handling hours per FTE and period, after shrinkage and occupancy (with a service
    level: after shrinkage only)."""
    fte_cost: NumberOverTime = 0.0
    """Currency per FTE and period."""
    min_fte: NonNegativeOverTime = 0.0
    """Least FTE per period."""
    max_fte: NonNegativeOverTime | None = None
    """Most FTE per period; null = unlimited."""
    whole_fte: bool = True
    """FTE are whole numbers."""
    initial_fte: NonNegative = 0
    """FTE before the first period."""
    hiring_cost: NonNegative = 0
    """Currency per FTE hired, >= 0."""
    release_cost: NonNegative = 0
    """Currency per FTE released, >= 0."""
    service_level: ServiceLevel | None = None
    """Waiting-time target; default none."""


class Effect(Section):
    """What an upgrade does to a value: exactly one of `set`, `times` and `add`."""

    set: Number | None = None
    """The new value."""
    times: NonNegative | None = None
    """Factor on the value, >= 0."""
    add: Number | None = None
    """Amount added to the value."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Effect:
        given = [name for name in ("set", "times", "add") if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            msg = f"an effect is exactly one of set, times and add, found {found}"
            raise ValueError(msg)
        return self


class Effects(Section):
    """What an upgrade changes in its channel."""

    resolution: Effect | None = None
    """Effect on the share of handled contacts that end the case."""
    handle_minutes: Effect | None = None
    """Effect on the minutes per handled contact."""
    unit_cost: Effect | None = None
    """Effect on the currency per handled contact."""
    capacity: Effect | None = None
    """Effect on the handled contacts per period; nothing where capacity is unlimited."""
    satisfaction: Effect | None = None
    """Effect on satisfaction."""
    concurrency: Effect | None = None
    """Effect on the contacts that one agent handles at once; must stay > 0."""


class Upgrade(Section):
    """A process or technology investment in a channel."""

    title: Title | None = None
    """Name in reports; default the id."""
    channel: Id
    """The channel it changes."""
    investment: Number = 0
    """Currency in the period of purchase."""
    running_cost: NumberOverTime = 0.0
    """Currency per period while owned, whether or not the channel is open."""
    available_from: PeriodLabel | None = None
    """First period in which it can be bought; default the first."""
    requires: list[Id] = Field(default_factory=list)
    """Upgrades that are owned in the same period or before."""
    effects: Effects = Field(default_factory=Effects)
    """What it changes."""
    interactions: list[Id] | None = Field(default=None, min_length=1)
    """Interaction types to which the effects apply; default all."""


class Bundle(Section):
    """An outbound treatment that uses several channels."""

    title: Title | None = None
    """Name in reports; default the id."""
    uses: dict[Id, Positive] = Field(min_length=1)
    """Handled contacts per treated customer, > 0, by channel."""
    interactions: list[Id] | None = Field(default=None, min_length=1)
    """Outbound interaction types it may be used for; default all outbound."""


class MetricDefinition(Section):
    """A further amount per contact: hours to answer, CO2, data captured."""

    title: Title | None = None
    """Name in reports; default the id."""
    unit: Text = ""
    """Unit in reports."""
    per: Literal["first_contact", "handled"] = "first_contact"
    """Which contacts it is counted on."""
    values: dict[Id, Number] = Field(default_factory=dict)
    """Amount per contact by channel or bundle; default 0."""


class UncertainGroup(Section):
    """Numbers that nobody knows for sure, and how far off they may be."""

    title: Title | None = None
    """Name in reports; default the id."""
    inputs: list[Title] = Field(min_length=1)
    """Paths of the numbers as `--set` takes them, for example `segments.*.customers`,
    `channels.phone.resolution` or `tables.contacts_per_customer[interaction=advice]`."""
    spread: Share | None = None
    """Up to this share more or less, 0.15 = 15 %; default 0.1 where `low` and `high` are absent."""
    low: Share | None = None
    """Lowest factor on the numbers, 0 to 1; goes with `high`, instead of `spread`."""
    high: HighFactor | None = None
    """Highest factor on the numbers, >= 1."""
    distribution: Literal["triangular", "uniform", "normal"] = "triangular"
    """How likely the factors from lowest to highest are: triangular, most likely 1; uniform, all
    alike; normal, nine in ten between them, the others beyond."""
    together: Share = 1
    """Correlation of the numbers within the group: 1, they move as one; 0, each on its own."""
    correlation: dict[Id, Correlation] = Field(default_factory=dict)
    """Correlation with other groups, -1 to 1, by their ids; each pair stands once; default 0."""

    @model_validator(mode="after")
    def _one_width(self) -> UncertainGroup:
        if (self.low is None) != (self.high is None):
            msg = "low and high go together, as factors on the numbers"
            raise ValueError(msg)
        if self.spread is not None and self.low is not None:
            msg = "give spread, or low and high, not both"
            raise ValueError(msg)
        even = self.low is None or abs((self.low + (self.high or 1.0)) / 2 - 1.0) < 1e-9
        if self.distribution == "normal" and not even:
            msg = "a normal distribution is as wide upwards as downwards: give spread"
            raise ValueError(msg)
        return self
