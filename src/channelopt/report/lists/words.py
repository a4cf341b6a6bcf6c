"""Words of the reports of lists: limits, units, prices, options."""

from __future__ import annotations

import math

from channelopt.report import values
from channelopt.report.document import Value
from channelopt.report.figures import ABSENT, money, plain
from channelopt.report.lists.folder import NONE, Listed, Row
from channelopt.report.speech import _, later

RULES = {
    "capacity": later("Capacity"),
    "minimum volume": later("Minimum volume"),
    "work": later("Work and its hours"),
    "hours": later("Hours"),
    "minimum share": later("Least share"),
    "maximum share": later("Largest share"),
    "contacts": later("Contacts in all"),
    "steering": later("Contacts that stay"),
    "plan": later("Quota of the plan"),
}
"""What a limit of the model is called, by the beginning of its name."""
KINDS = {
    "capacity": later("Capacity"),
    "minimum volume": later("Minimum volume"),
    "hours": later("Hours"),
    "quota": later("Quota of the plan"),
    "share": later("Share"),
    "demand": later("Contacts in all"),
    "steering": later("Contacts that stay"),
    "migration": later("Changes of channel"),
    "policy": later("Policy"),
}
"""What kinds of limits are called."""
ONE = {
    "contacts": later("{price} per contact"),
    "hours": later("{price} per hour"),
    "customers": later("{price} per customer"),
    "points": later("{price} per point of satisfaction"),
}
"""Prices of one unit."""
UNITS = {
    "contacts": later("contacts"),
    "hours": later("hours"),
    "currency": later("currency"),
    "customers": later("customers"),
    "points": later("points of satisfaction"),
}
"""Units of limits; metrics have units of their own."""
OTHER_DIGITS = 3
"""Digits of prices below 1."""
MOST_DIGITS = 10


def limit(listed: Listed, row: Row) -> str:
    """Return what a limit is called: `Capacity: Phone`."""
    first = str(row["limit"]).partition(":")[0]
    if row["kind"] in {"policy", "migration"}:
        about = _("Policy {name}").format(name=row["owner"])
    else:
        about = _(RULES[first]) if first in RULES else first
    places = where(listed, row)
    return _("{limit}: {where}").format(limit=about, where=places) if places else about


def named(listed: Listed, name: str) -> str:
    """Return what a limit is called whose name is known; the name where it is none of the list."""
    row = next((row for row in listed.rows("limits") if row["limit"] == name), None)
    return name if row is None else limit(listed, row)


def where(listed: Listed, row: Row) -> str:
    """Return the places of a limit; empty where it holds everywhere."""
    names = listed.names
    titles = (
        ("channel", {**names.channels, **names.bundles}),
        ("group", names.groups),
        ("interaction", names.interactions),
        ("segment", names.segments),
    )
    found = (known.get(str(row[key]), str(row[key])) for key, known in titles if row[key])
    return ", ".join(found)


def kind(row: Row) -> str:
    """Return what kind of limit it is."""
    return _(KINDS[str(row["kind"])]) if row["kind"] in KINDS else str(row["kind"])


def unit(listed: Listed, row: Row) -> str:
    """Return the unit of a limit; of money the currency."""
    if row["unit"] == "currency" and listed.currency:
        return listed.currency
    return _(UNITS[str(row["unit"])]) if row["unit"] in UNITS else str(row["unit"])


def quantity(number: float | None, row: Row) -> Value:
    """Return a number in the unit of a limit."""
    if number is not None and 0.0 < abs(number) < 0.01:
        return price(number)
    return values.money(number) if row["unit"] == "currency" else values.count(number)


def price(number: float | None) -> Value:
    """Return what one unit is worth: small ones with more digits."""
    if number is None or not math.isfinite(number):
        return Value(ABSENT, None)
    digits = 2
    if 0.0 < abs(number) < 1.0:
        digits = min(OTHER_DIGITS - 1 - math.floor(math.log10(abs(number))), MOST_DIGITS)
    return Value(plain(number, 0 if number == 0 else 2, digits), number)


def option(listed: Listed, decision: str, name: str) -> str:
    """Return the title of an option; what no option means depends on the decision."""
    if name == NONE and listed.is_inbound(decision):
        return _("No such contacts")
    ways = {**listed.names.channels, **listed.names.bundles}
    return ways.get(name, name)


def decision(listed: Listed, name: str) -> str:
    """Return what is decided."""
    return listed.names.interactions.get(name, name)


def segment(listed: Listed, name: str) -> str:
    """Return the title of a segment."""
    return listed.names.segments.get(name, name)


def price_in_words(listed: Listed, number: float, row: Row) -> str:
    """Return a price with its currency and per what, without its sign."""
    amount = price(abs(number)).text
    if listed.currency:
        amount = money(1.0, listed.currency, 0).replace("1", amount)
    text = ONE.get(str(row["unit"]))
    if text is not None:
        return _(text).format(price=amount)
    return _("{price} per unit ({unit})").format(price=amount, unit=unit(listed, row))
