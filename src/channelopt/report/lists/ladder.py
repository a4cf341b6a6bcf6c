"""From the plan of segments to the list of customers, step by step."""

from __future__ import annotations

from itertools import pairwise

from channelopt.report import values
from channelopt.report.document import Chart, Column, Grid, Paragraph, Section
from channelopt.report.figures import cents, count, headed, worth
from channelopt.report.lists.folder import FIGURES, Listed
from channelopt.report.lists.gist import lost
from channelopt.report.shapes import Axis, Bridge
from channelopt.report.speech import _, later
from channelopt.report.waterfall_chart import Bar

RUNGS = {
    "plan": later("Plan of segments"),
    "spread": later("Its shares, spread evenly over these customers"),
    "within": later("List within the quotas of the plan"),
    "split": later("At most, if customers could be split"),
    "list": later("List"),
}
"""What the rungs are, from the plan to the list."""
STEPS = {
    "spread": later("Customers as they are in the file"),
    "within": later("Telling customers apart, within the limits"),
    "split": later("Telling customers apart, within the limits"),
    "opened": later("Leaving out the quotas"),
    "list": later("Customers stay whole"),
}
"""What leads to each rung."""


def ladder(listed: Listed) -> Section:
    """Return the way from the plan's profit to the list's."""
    text = _(
        "Satisfaction-weighted profit of this period, not discounted. The file's customers are "
        "others, or have other numbers, than the scenario says; then they are told apart; and at "
        "last each stays whole."
    )
    return Section(_("From the plan to the list"), (Paragraph(text), _chart(listed)))


def rungs(listed: Listed) -> list[tuple[str, float]]:
    """Return the rungs that there are, with their values."""
    known = ((name, listed.ladder.get(name)) for name in RUNGS)
    return [(name, value) for name, value in known if value is not None]


def bars(listed: Listed) -> list[Bar]:
    """Return the way as bars: two totals with steps between."""
    found = rungs(listed)
    has_quotas = any(name == "within" for name, _value in found)
    first, last = found[0], found[-1]
    way = [Bar(_(RUNGS[first[0]]), 0.0, first[1], is_total=True)]
    for (_before, start), (name, end) in pairwise(found):
        step = "opened" if name == "split" and has_quotas else name
        way.append(Bar(_(STEPS[step]), start, end))
    return [*way, Bar(_(RUNGS[last[0]]), 0.0, last[1], is_total=True)]


def _chart(listed: Listed) -> Chart:
    way = bars(listed)
    text = _("Waterfall from {start} to {end} in {n} steps.")
    alt = text.format(
        start=worth(way[0].end, listed.currency),
        end=worth(way[-1].end, listed.currency),
        n=count(len(way) - 2),
    )
    axis = Axis(headed(_("Satisfaction-weighted profit"), listed.currency), "money")
    title = _("From the plan's profit to the list's")
    said = f"{lost(listed)} {_whole(listed)}"
    return Chart("ladder", title, said, alt, Bridge(way, axis), FIGURES, table(listed))


def _whole(listed: Listed) -> str:
    text = _("That customers stay whole costs at most {amount}.")
    if listed.moved("earlier") is not None:
        text = _(
            "That customers stay whole, and as many as possible where they were, costs at most "
            "{amount}."
        )
    return text.format(amount=worth(max(listed.ladder["rounding"] or 0.0, 0.0), listed.currency))


def table(listed: Listed) -> Grid:
    """Return the rungs as a table."""
    found = rungs(listed)
    digits = max(cents([value for _name, value in found]), 2)
    columns = (
        Column(_("Step"), "left"),
        Column(headed(_("Satisfaction-weighted profit"), listed.currency)),
        Column(headed(_("Difference"), listed.currency)),
    )
    rows = []
    before: float | None = None
    for name, value in found:
        step = None if before is None else value - before
        rows.append((_(RUNGS[name]), values.money(value, digits), values.money(step, digits)))
        before = value
    return Grid(columns, tuple(rows), source=FIGURES)
