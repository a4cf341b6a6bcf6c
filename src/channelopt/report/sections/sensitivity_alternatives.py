"""Plans that are nearly as good and look different, and what all of them share."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.plan.plan import Plan
from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section, Value
from channelopt.report.evidence import Evidence
from channelopt.report.figures import ABSENT, count, enumerate_words, headed, percent, worth
from channelopt.report.sections import sensitivity_cells as cells
from channelopt.report.shapes import Axis, Bars, Series
from channelopt.report.speech import _, later, plural_of

SURE = 1e-4
"""Shares nearer than this are the same."""
WHAT = {
    "open": later("open"),
    "owned": later("owned"),
    "share": later("share of contacts"),
    "fte": later("FTE"),
}
FLAGS = ("open", "owned")


def alternatives(evidence: Evidence) -> Section | None:
    """Return the plans within a loss, what they change, and what all near-best plans share."""
    found = cells.records(evidence, "alternatives")
    shared = cells.records(evidence, "no_regret")
    if not found and not shared:
        return None
    plan, within = evidence.plan, _within(evidence)
    open_, total = cells.count_open([*found, *shared], "known")
    blocks: list[Block] = [
        *_alternatives(evidence, found, within),
        *_shared(plan, shared, within),
        *cells.unproven(open_, total, marked=False),
    ]
    return Section(_("Plans that are nearly as good"), tuple(blocks))


def _within(evidence: Evidence) -> str | None:
    """Return how much of the profit was allowed to be given up; None where it is not known."""
    wishes = evidence.asked.get("wishes")
    asked = wishes.get("within") if isinstance(wishes, dict) else None
    return cells.percent(float(asked)) if isinstance(asked, int | float) else None


def _alternatives(
    evidence: Evidence, found: list[cells.Record], within: str | None
) -> Iterator[Block]:
    plan = evidence.plan
    if not found:
        yield Paragraph(_("No alternative plan is known."))
        return
    yield Paragraph(_gist(evidence, found, within))
    yield _grid(plan, found)
    yield from _changes(evidence)


def _gist(evidence: Evidence, found: list[cells.Record], within: str | None) -> str:
    plan = evidence.plan
    far = max(found, key=lambda one: (_moved(one), -(cells.number(one, "loss") or 0.0)))
    first = evidence.plan.kpis.get("first_contacts")
    moved = _moved(far)
    text = plural_of(
        "{n} further plan was found that gives up at most {within} of profit. In number {number} "
        "most contacts enter elsewhere, {share} of them, for {loss}.",
        "{n} further plans were found that give up at most {within} of profit. In number {number} "
        "most contacts enter elsewhere, {share} of them, for {loss}.",
        len(found),
    )
    most = max(cells.number(one, "loss_percent") or 0.0 for one in found) / 100.0
    return text.format(
        n=count(len(found)),
        within=within or percent(most),
        number=count(cells.whole(far, "number")),
        share=percent(moved / first) if first else count(moved),
        loss=worth(max(cells.number(far, "loss") or 0.0, 0.0), plan.names.currency),
    )


def _moved(record: cells.Record) -> float:
    return cells.number(record, "moved_contacts") or 0.0


def _grid(plan: Plan, found: list[cells.Record]) -> Grid:
    columns = (
        Column(_("Plan")),
        Column(headed(_("Profit"), plan.names.currency)),
        *(Column(title) for title in (_("Given up"), _("Share given up"))),
        *(Column(title) for title in (_("Channels opened"), _("Channels closed"))),
        *(Column(title) for title in (_("Upgrades changed"), _("Contacts moved"))),
        Column(_("Furthest away"), "left"),
    )
    names = ("objective", "loss")
    digits = cells.digits_of(cells.number(one, name) for one in found for name in names)
    rows: tuple[cells.Row, ...] = tuple(
        (
            values.count(cells.number(one, "number")),
            *(values.money(cells.number(one, name), digits) for name in names),
            _percent(cells.number(one, "loss_percent")),
            *(values.count(cells.number(one, f"channels_{x}")) for x in ("opened", "closed")),
            values.count(cells.number(one, "upgrades_changed")),
            values.count(cells.number(one, "moved_contacts")),
            cells.known_words(one),
        )
        for one in found
    )
    title = _("Alternatives to the plan")
    return Grid(columns, rows, title, cells.source("alternatives"))


def _percent(stored: float | None) -> Value:
    return values.percent(None if stored is None else stored / 100.0, 2)


# ---- what they do otherwise


def _changes(evidence: Evidence) -> Iterator[Block]:
    found = cells.records(evidence, "alternative_changes")
    if not found:
        return
    plan = evidence.plan
    many = len(plan.periods) > 1
    columns = (
        Column(_("Plan")),
        *((Column(_("Period"), "left"),) if many else ()),
        *(Column(title, "left") for title in (_("What"), _("Where"))),
        *(Column(title) for title in (_("In the plan"), _("In the alternative"))),
    )
    rows: tuple[cells.Row, ...] = tuple(
        (
            values.count(cells.number(one, "number")),
            *((cells.text(one, "period"),) if many else ()),
            _(WHAT.get(cells.text(one, "what"), cells.text(one, "what"))),
            _where(plan, one),
            *(_decided(one, name) for name in ("in_plan", "in_alternative")),
        )
        for one in found
    )
    title = _("What the alternatives do otherwise")
    yield Grid(columns, rows, title, cells.source("alternative_changes"))


def _where(plan: Plan, record: cells.Record) -> str:
    """Return what a decision is about, in titles."""
    names = plan.names
    known = (
        ("segment", names.segments),
        ("interaction", names.interactions),
        ("channel", {**names.channels, **names.bundles}),
        ("upgrade", names.upgrades),
        ("group", names.groups),
    )
    labels = ((cells.text(record, column), titles) for column, titles in known)
    return ", ".join(titles.get(label, label) for label, titles in labels if label)


def _decided(record: cells.Record, column: str) -> Value:
    """Return a decision as a reader sees it: yes or no, a share, FTE."""
    number, what = cells.number(record, column), cells.text(record, "what")
    if number is None:
        return Value(ABSENT, None)
    if what in FLAGS:
        return Value(_("yes") if number > 0.5 else _("no"), number)
    return values.percent(number, 1) if what == "share" else values.count(number)


# ---- what all of them share


def _shared(plan: Plan, found: list[cells.Record], within: str | None) -> Iterator[Block]:
    if not found:
        return
    yield from (Paragraph(one) for one in _certain(plan, found, within))
    yield from _chart(plan, found)
    many = len(plan.periods) > 1
    columns = (
        *(Column(title, "left") for title in (_("What"), _("Where"))),
        *((Column(_("Period"), "left"),) if many else ()),
        *(Column(title) for title in (_("In the plan"), _("Lowest"), _("Highest"))),
        Column(_("In all near-best plans"), "left"),
    )
    rows: tuple[cells.Row, ...] = tuple(
        (
            _(WHAT.get(cells.text(one, "what"), cells.text(one, "what"))),
            _where(plan, one),
            *((cells.text(one, "period"),) if many else ()),
            _decided(one, "in_plan"),
            *_ends(one),
            verdict(one),
        )
        for one in cells.known_first(found, "known")
    )
    title = _("How far decisions can differ in near-best plans")
    yield Grid(columns, rows, title, cells.source("no_regret"))


def _ends(record: cells.Record) -> tuple[Value, Value]:
    if cells.text(record, "known") == "not solved":
        return Value(ABSENT, None), Value(ABSENT, None)
    return _decided(record, "lowest"), _decided(record, "highest")


def is_shared(record: cells.Record) -> bool:
    """Whether all near-best plans are proven to decide this alike."""
    low, high = cells.number(record, "lowest"), cells.number(record, "highest")
    if cells.text(record, "known") != "re-solved" or low is None or high is None:
        return False
    return high - low <= SURE


def verdict(record: cells.Record) -> str:
    """Return the finding about a decision in a few words."""
    low, high = cells.number(record, "lowest"), cells.number(record, "highest")
    what, known = cells.text(record, "what"), cells.text(record, "known")
    if low is None or high is None or known == "not solved":
        return _("not settled")
    if what in FLAGS:
        words = {
            ("open", True): _("always open"),
            ("open", False): _("never open"),
            ("owned", True): _("always owned"),
            ("owned", False): _("never owned"),
        }
        return words[what, low > 0.5] if is_shared(record) else _("may be either")
    if is_shared(record):
        return _("always {share}").format(share=percent(low, 0))
    text = _("between {low} and {high}")
    if known != "re-solved":
        text = _("at least between {low} and {high}")
    return text.format(low=percent(low, 0), high=percent(high, 0))


def _certain(plan: Plan, found: list[cells.Record], within: str | None) -> Iterator[str]:
    """Say which channels and upgrades can be decided today."""
    texts = {
        ("open", True): _("Open in every period in all plans within {within} of profit: {names}."),
        ("open", False): _("Open in no period in any plan within {within} of profit: {names}."),
        ("owned", True): _(
            "Owned in every period in all plans within {within} of profit: {names}."
        ),
        ("owned", False): _("Owned in no period in any plan within {within} of profit: {names}."),
    }
    limit = within or _("the loss allowed")
    said = False
    for (what, is_on), text in texts.items():
        names = list(_in_all_periods(plan, found, what, is_on=is_on))
        if names:
            said = True
            yield text.format(within=limit, names=enumerate_words(names, most=12))
    if not said:
        yield _("No channel or upgrade is proven to be the same in all near-best plans.")


def _in_all_periods(
    plan: Plan, found: list[cells.Record], what: str, *, is_on: bool
) -> Iterator[str]:
    """Yield titles of which this is proven in every period that was looked at."""
    by_label: dict[str, list[bool]] = {}
    titles = plan.names.upgrades if what == "owned" else plan.names.channels
    for one in found:
        if cells.text(one, "what") == what:
            label = cells.text(one, "upgrade" if what == "owned" else "channel")
            alike = is_shared(one) and ((cells.number(one, "lowest") or 0.0) > 0.5) == is_on
            by_label.setdefault(titles.get(label, label), []).append(alike)
    return (title for title, flags in by_label.items() if all(flags))


def _chart(plan: Plan, found: list[cells.Record]) -> Iterator[Block]:
    """Yield how far the largest streams of contacts can differ."""
    streams = [
        one
        for one in found
        if cells.text(one, "what") == "share" and cells.text(one, "known") == "re-solved"
    ][: cells.MOST]
    if not streams:
        return
    low = [cells.number(one, "lowest") or 0.0 for one in streams]
    high = [cells.number(one, "highest") or 0.0 for one in streams]
    width = [max(b - a, 0.0) for a, b in zip(low, high, strict=True)]
    labels = [_stream(plan, one) for one in streams]
    series = (
        Series(_("In every near-best plan"), low, "plan"),
        Series(_("In some near-best plans"), width, "muted"),
    )
    insight = _firm_and_loose(labels, low, width)
    chart = Chart(
        name="no-regret",
        title=_("Shares of the largest streams of contacts in near-best plans"),
        insight=insight,
        alt=_("Stacked bars of shares: {streams}.").format(
            streams=enumerate_words(map(_span, labels, low, high), most=6)
        ),
        shape=Bars(labels, series, Axis(_("Share of the contacts"), "share"), stacked=True),
        source=cells.source("no_regret"),
    )
    yield cells.drawn(chart, len(streams))


def _firm_and_loose(labels: list[str], low: list[float], width: list[float]) -> str:
    """Say which stream is surest and which is most open."""
    firm = max(range(len(labels)), key=lambda k: (low[k], -k))
    loose = max(range(len(labels)), key=lambda k: (width[k], -k))
    if low[firm] <= SURE:
        found = _("Not one of the large streams of contacts has to go where the plan sends it.")
    elif width[loose] <= SURE:
        found = _("All near-best plans send the large streams of contacts where the plan does.")
    else:
        found = _(
            "In every near-best plan {firm} has at least {share}; most open is {loose}, anywhere "
            "from {low} to {high}."
        ).format(
            firm=labels[firm],
            share=percent(low[firm], 0),
            loose=labels[loose],
            low=percent(low[loose], 0),
            high=percent(low[loose] + width[loose], 0),
        )
    return found


def _span(label: str, low: float, high: float) -> str:
    text = _("{stream} from {low} to {high}")
    return text.format(stream=label, low=percent(low, 0), high=percent(high, 0))


def _stream(plan: Plan, record: cells.Record) -> str:
    where = _where(plan, record)
    if len(plan.periods) == 1:
        return where
    return f"{where}, {cells.text(record, 'period')}"
