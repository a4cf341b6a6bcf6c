"""Assumptions: every input that matters, with its unit and where it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from channelopt.plan.plan import Plan
from channelopt.report.document import Block, Bullets, Column, Grid, Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import plain
from channelopt.report.given import number, scenario, sources
from channelopt.report.input_cells import Field, Kind, cell, entry_grid, value
from channelopt.report.places import place_of
from channelopt.report.sections.assumed_rules import policies, uncertainty
from channelopt.report.sections.assumed_tables import tables
from channelopt.report.speech import _, later

RATES: tuple[tuple[str, str, str, Kind], ...] = (
    (
        "objective.satisfaction_weight",
        later("Share of a margin that hangs on satisfaction"),
        later("share"),
        "share",
    ),
    (
        "objective.satisfaction_price",
        later("Value of a satisfaction point"),
        later("money per point"),
        "number",
    ),
    (
        "objective.transfer_penalty",
        later("Satisfaction lost when a contact is passed on or repeated"),
        later("points"),
        "number",
    ),
    (
        "objective.give_up_penalty",
        later("Satisfaction lost when a customer gives up"),
        later("points"),
        "number",
    ),
    ("objective.discount_rate", later("Discount rate"), later("per period"), "share"),
    ("steering", later("Customers who can be led to another channel"), later("share"), "share"),
    ("assignment", later("How contacts are assigned"), "", "words"),
    ("whole_contacts", later("First contacts are whole numbers"), "", "words"),
)
"""Objective and rates: path, label, unit and kind."""

ENTRIES: tuple[tuple[str, str, str, tuple[Field, ...]], ...] = (
    (
        "segments",
        later("Segment"),
        later("Segments"),
        (
            Field("customers", later("Customers")),
            Field("margin", later("Margin per customer and period"), "money", 0.0),
            Field("steering", later("Can be led elsewhere"), "share"),
            Field("retention", later("Share of margin kept by satisfaction"), "shares"),
        ),
    ),
    (
        "interactions",
        later("Interaction"),
        later("Interactions"),
        (
            Field("direction", later("Direction"), "words"),
            Field("importance", later("Weight in satisfaction")),
        ),
    ),
    (
        "channels",
        later("Channel"),
        later("Channels: what they cost"),
        (
            Field("touch", later("Touch"), "words"),
            Field("unit_cost", later("Cost per handled contact"), "money", 0.0),
            Field("fixed_cost", later("Fixed cost per period"), "money", 0.0),
            Field("opening_cost", later("Opening"), "money", 0.0),
            Field("closing_cost", later("Closing"), "money", 0.0),
        ),
    ),
    (
        "channels",
        later("Channel"),
        later("Channels: what they can do"),
        (
            Field("capacity", later("Contacts per period, at most")),
            Field("min_volume", later("Contacts per period, at least"), "number", 0.0),
            Field("handle_minutes", later("Minutes per contact")),
            Field("concurrency", later("Contacts at once"), "number", 1.0),
            Field("resolution", later("Cases ended by a contact"), "share", 1.0),
            Field("satisfaction", later("Satisfaction"), "number"),
            Field("unresolved", later("Unsolved cases go to"), "shares"),
        ),
    ),
    (
        "channels",
        later("Channel"),
        later("Channels: when they may be open"),
        (
            Field("initially_open", later("Open today"), "words"),
            Field("always_open", later("Must stay open"), "words", default=False),
            Field("available_from", later("From"), "name"),
            Field("available_until", later("Until"), "name"),
        ),
    ),
    (
        "staff",
        later("Group"),
        later("Staff"),
        (
            Field("serves", later("Works in"), "ids"),
            Field("hours_per_fte", later("Hours per FTE and period")),
            Field("fte_cost", later("Cost per FTE and period"), "money", 0.0),
            Field("initial_fte", later("FTE today"), "number", 0.0),
            Field("min_fte", later("FTE, at least"), "number", 0.0),
            Field("max_fte", later("FTE, at most")),
            Field("hiring_cost", later("Hiring, per FTE"), "money", 0.0),
            Field("release_cost", later("Release, per FTE"), "money", 0.0),
        ),
    ),
    (
        "staff",
        later("Group"),
        later("Service levels"),
        (
            Field("service_level.share", later("Contacts in time"), "share"),
            Field("service_level.within_seconds", later("Within, seconds")),
            Field("service_level.handle_minutes", later("Minutes busy per contact")),
            Field("service_level.open_hours", later("Hours open per period")),
            Field("service_level.peak_factor", later("Busy hour over mean"), "number", 1.0),
            Field("service_level.patience_minutes", later("Patience, minutes")),
        ),
    ),
    (
        "bundles",
        later("Bundle"),
        later("Bundles"),
        (
            Field("uses", later("Contacts per treated customer"), "numbers"),
            Field("interactions", later("Used for"), "ids"),
        ),
    ),
    (
        "metrics",
        later("Metric"),
        later("Metrics"),
        (
            Field("unit", later("Unit"), "name", ""),
            Field("per", later("Counted per"), "words"),
            Field("values", later("Amount by channel"), "numbers"),
        ),
    ),
    (
        "upgrades",
        later("Upgrade"),
        later("Upgrades"),
        (
            Field("channel", later("Channel"), "ids"),
            Field("investment", later("Investment"), "money", 0.0),
            Field("running_cost", later("Running cost per period"), "money", 0.0),
            Field("available_from", later("From"), "name"),
            Field("requires", later("Needs"), "ids", []),
            Field("interactions", later("Changes only"), "ids"),
        ),
    ),
)
"""Sections of a scenario: what an entry is called, the title of the table, and its fields."""

EFFECTS: dict[str, str] = {
    "resolution": later("Cases ended by a contact"),
    "handle_minutes": later("Minutes per contact"),
    "unit_cost": later("Cost per handled contact"),
    "capacity": later("Contacts per period, at most"),
    "satisfaction": later("Satisfaction"),
    "concurrency": later("Contacts at once"),
}
CHANGES: dict[str, str] = {
    "set": later("{what}: {amount}"),
    "times": later("{what}: times {amount}"),
    "add": later("{what}: plus {amount}"),
}


def assumptions(evidence: Evidence) -> Section | None:
    """Return what the plan rests on: what was changed first, then the inputs by kind."""
    plan = evidence.plan
    if "channels" not in scenario(plan):
        return None
    grids = [
        entry_grid(plan, name, (_(head), _(title)), fields) for name, head, title, fields in ENTRIES
    ]
    blocks: tuple[Block, ...] = (
        *_applied(plan),
        _rates(plan),
        *(grid for grid in grids if grid is not None),
        *_effects(plan),
        *policies(plan),
        *tables(plan),
        *uncertainty(plan),
    )
    return Section(_("Assumptions and where they come from"), blocks)


def _applied(plan: Plan) -> Iterator[Block]:
    applied = [str(step) for step in plan.manifest.get("applied", ())]
    if applied:
        yield Paragraph(_("The scenario was changed for this run, in this order:"))
        yield Bullets(tuple(applied))
    else:
        yield Paragraph(_("The scenario is as its files have it: no variation, no override."))
    if sources(plan):
        text = _(
            "Source says where a value was written: a file with its line or cell, a variation or "
            "an override. What nobody wrote has the default of the format."
        )
    else:
        text = _("This run does not say where its values were written; later versions do.")
    yield Paragraph(text)


def _rates(plan: Plan) -> Grid:
    given, currency = scenario(plan), plan.names.currency
    has_sources = bool(sources(plan))
    columns = (
        Column(_("Input"), "left"),
        Column(_("Value")),
        Column(_("Unit"), "left"),
        *((Column(_("Source"), "left"),) if has_sources else ()),
    )
    rows = []
    for path, label, unit, kind in RATES:
        found = value(given, path)
        if found is not None:
            words = _(unit)
            if path == "objective.satisfaction_price" and currency:
                words = _("{currency} per point").format(currency=currency)
            place = (place_of(plan, path),) if has_sources else ()
            rows.append((_(label), cell(plan, kind, found), words, *place))
    return Grid(columns, tuple(rows), _("Objective and rates"), "manifest.json")


def _effects(plan: Plan) -> Iterator[Grid]:
    """Yield what upgrades change in their channels."""
    upgrades = scenario(plan).get("upgrades") or {}
    rows = []
    for label in sorted(upgrades):
        changes = _changes(upgrades[label].get("effects") or {})
        rows.append((plan.names.upgrades.get(label, label), "; ".join(changes)))
    if rows:
        columns = (Column(_("Upgrade"), "left"), Column(_("What it changes"), "left"))
        yield Grid(columns, tuple(rows), _("What upgrades change"), "manifest.json")


def _changes(effects: dict[str, dict[str, float]]) -> Sequence[str]:
    return [
        _(CHANGES[kind]).format(what=_(EFFECTS.get(name, name)), amount=amount)
        for name, effect in effects.items()
        for kind in CHANGES
        if (amount := _plain(effect.get(kind)))
    ]


def _plain(found: float | None) -> str:
    amount = number(found)
    return "" if amount is None else plain(amount)
