"""The allocation as a picture: which channels serve which segments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from channelopt.plan.plan import Plan
from channelopt.plan.table import as_number
from channelopt.report import values
from channelopt.report.document import Block, Cell, Chart, Column, Grid, Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.figures import ABSENT, count, enumerate_words, percent
from channelopt.report.remembered import once
from channelopt.report.shapes import Axis, Heatmap
from channelopt.report.speech import _, later
from channelopt.report.views import Mix, mix_by, segments, way_title, ways

MOST_SEGMENTS = 40
"""Rows of a heat map."""
MUCH = 0.1
"""Share of first contacts that must be in other channels for two periods to differ much."""
SOURCE = "allocation.csv"


@dataclass(frozen=True)
class Row:
    """A segment, an interaction or all of them: first contacts by channel and bundle."""

    title: str
    mix: Mix

    @property
    def contacts(self) -> float:
        """All first contacts."""
        return sum(self.mix.values())

    def share(self, way: str) -> float:
        """Return a way's share of first contacts, 0 where there are none."""
        return self.mix.get(way, 0.0) / self.contacts if self.contacts else 0.0

    def shown(self, way: str, used: Sequence[str]) -> str:
        """Return a way's share as the table has it, where all shares are 100 %."""
        return values.percents([self.share(one) for one in used])[used.index(way)].text

    def main(self, order: Sequence[str]) -> str:
        """Return the way with most first contacts, the first in an order where several have."""
        return max(order, key=lambda way: self.mix.get(way, 0.0))


@dataclass(frozen=True)
class Sentences:
    """What is said of the main channels of segments or of interactions.

    Attributes:
        alone: there is one.
        same: all have the same main channel.
        own: each has another.
        some: some share one.
    """

    alone: str
    same: str
    own: str
    some: str


SEGMENTS = Sentences(
    alone=later("{channel} takes {most} of all first contacts of {name}."),
    same=later("{channel} is the main channel of every segment; its share is {least} to {most}."),
    own=later("Each segment has a main channel of its own: {names}."),
    some=later(
        "{channel} is the main channel of {k} of {n} segments; the others have another one: "
        "{names}."
    ),
)
INTERACTIONS = Sentences(
    alone=later("{channel} takes {most} of all first contacts of {name}."),
    same=later(
        "{channel} is the main channel of every interaction; its share is {least} to {most}."
    ),
    own=later("Each interaction has a main channel of its own: {names}."),
    some=later(
        "{channel} is the main channel of {k} of {n} interactions; the others have another one: "
        "{names}."
    ),
)


def allocation(evidence: Evidence) -> Section | None:
    """Return who is served where: segments and interactions by channel."""
    plan = evidence.plan
    rows = [Row(view.title, view.mix) for view in segments(plan)]
    used = used_ways(plan)
    if not used:
        return None
    served = [row for row in rows if row.contacts]
    blocks: list[Block] = [
        Paragraph(
            _(
                "Segments in the order of profit per customer, channels from high to low touch; "
                "each row is a segment's first contacts."
            )
        ),
        Chart(
            name="allocation",
            title=_title(len(served), _("First contacts by segment and channel")),
            insight=insight(plan, served, used, SEGMENTS),
            alt=_alt(plan, served, used),
            shape=_shape(plan, served, used),
            source=SOURCE,
            table=shares_table(plan, _("Segment"), rows, used),
        ),
        *_last_period(plan),
        *_interactions(plan, used),
    ]
    return Section(_("Who is served where"), tuple(blocks))


@once
def used_ways(plan: Plan) -> list[str]:
    """Return the channels and bundles with first contacts, from high to low touch."""
    used = {
        str(way)
        for way, first in zip(
            plan.table("allocation").column("channel"),
            plan.table("allocation").column("first_contacts"),
            strict=True,
        )
        if as_number(first) > 0
    }
    return [way for way in ways(plan) if way in used]


def _title(segments_: int, title: str) -> str:
    if segments_ <= MOST_SEGMENTS:
        return title
    return _("{title}: the {n} segments with most first contacts").format(
        title=title, n=count(MOST_SEGMENTS)
    )


def _drawn(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with most first contacts in the order that they have."""
    largest = sorted(range(len(rows)), key=lambda k: (-rows[k].contacts, k))[:MOST_SEGMENTS]
    return [rows[k] for k in sorted(largest)]


def _shape(plan: Plan, rows: Sequence[Row], used: Sequence[str]) -> Heatmap:
    drawn = _drawn(rows)
    return Heatmap(
        rows=[row.title for row in drawn],
        columns=[way_title(plan, way) for way in used],
        values=[[row.share(way) or None for way in used] for row in drawn],
        axis=Axis(_("Share of the segment's first contacts"), "share"),
    )


def _alt(plan: Plan, rows: Sequence[Row], used: Sequence[str]) -> str:
    return _("Heat map of segments by channels; the largest shares: {largest}.").format(
        largest=enumerate_words(_main(plan, row, used) for row in rows)
    )


def _main(plan: Plan, row: Row, used: Sequence[str]) -> str:
    way = row.main(used)
    return _("{segment} ({channel}, {share})").format(
        segment=row.title, channel=way_title(plan, way), share=row.shown(way, used)
    )


def insight(plan: Plan, rows: Sequence[Row], used: Sequence[str], told: Sentences) -> str:
    """Return which channel is the main one, and for whom or what it is not."""
    mains = [row.main(used) for row in rows]
    top = max(used, key=lambda way: (mains.count(way), sum(row.mix.get(way, 0.0) for row in rows)))
    others = [row for row, main in zip(rows, mains, strict=True) if main != top]
    least, most = (pick(rows, key=lambda row: row.share(top)) for pick in (min, max))
    if len(rows) == 1:
        text = told.alone
    elif not others:
        text = told.same
    elif len(rows) - len(others) == 1:
        text, others = told.own, list(rows)
    else:
        text = told.some
    return _(text).format(
        channel=way_title(plan, top),
        k=count(mains.count(top)),
        n=count(len(rows)),
        least=least.shown(top, used),
        most=most.shown(top, used),
        name=rows[0].title,
        names=enumerate_words(_main(plan, row, used) for row in others),
    )


def shares_table(plan: Plan, kind: str, rows: Sequence[Row], used: Sequence[str]) -> Grid:
    """Return shares of first contacts by channel; each row adds up to 100 %.

    Args:
        plan: whose.
        kind: title of the first column.
        rows: what stands there.
        used: columns.
    """
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.mix)
    columns = (
        Column(kind, "left"),
        Column(_("First contacts")),
        *(Column(way_title(plan, way)) for way in used),
    )
    cells = [_cells(row, used) for row in rows]
    foot = _cells(Row(_("All"), total), used) if len(rows) > 1 else ()
    return Grid(columns, tuple(cells), source=SOURCE, foot=foot)


def _cells(row: Row, used: Sequence[str]) -> tuple[Cell, ...]:
    shares = values.percents([row.share(way) for way in used])
    return (
        row.title,
        values.count(row.contacts),
        *(shares if row.contacts else (ABSENT for _way in used)),
    )


def _interactions(plan: Plan, used: Sequence[str]) -> tuple[Block, ...]:
    """Return the heat map of interactions, where there are several."""
    found = (
        Row(plan.names.interactions.get(interaction, interaction), mix)
        for interaction, mix in sorted(mix_by(plan, "interaction").items())
    )
    rows = [row for row in found if row.contacts]
    if len(rows) < 2:
        return ()
    shape = _shape(plan, rows, used)
    chart = Chart(
        name="allocation-interactions",
        title=_("First contacts by interaction and channel"),
        insight=insight(plan, rows, used, INTERACTIONS),
        alt=_(
            "Heat map of {n} interactions by {m} channels; the largest shares: {largest}."
        ).format(
            n=count(len(rows)),
            m=count(len(used)),
            largest=enumerate_words(_main(plan, row, used) for row in rows),
        ),
        shape=replace(shape, axis=Axis(_("Share of the interaction's first contacts"), "share")),
        source=SOURCE,
        table=shares_table(plan, _("Interaction"), rows, used),
    )
    return (chart,)


@dataclass(frozen=True)
class Turn:
    """A segment's shares in the first period and in the last."""

    first: Row
    last: Row

    def change(self, way: str) -> float:
        """Return by how much a way's share grows."""
        return self.last.share(way) - self.first.share(way)

    def moved(self, used: Sequence[str]) -> float:
        """Return how many contacts of the last period are where they were not in the first."""
        return sum(max(self.change(way), 0.0) for way in used) * self.last.contacts


def _last_period(plan: Plan) -> tuple[Block, ...]:
    """Return the heat map of the last period where it differs much from the first."""
    if len(plan.periods) < 2:
        return ()
    turns, used = turns_of(plan), used_ways(plan)
    contacts = sum(turn.last.contacts for turn in turns)
    if sum(turn.moved(used) for turn in turns) <= MUCH * contacts:
        return ()
    period, rows = plan.periods[-1], [turn.last for turn in turns]
    title = _("First contacts by segment and channel in {period}").format(period=period)
    chart = Chart(
        name="allocation-last-period",
        title=_title(len(rows), title),
        insight=_turning(plan, turns, used),
        alt=_alt(plan, rows, used),
        shape=_shape(plan, rows, used),
        source=SOURCE,
        table=shares_table(plan, _("Segment"), rows, used),
    )
    return (chart,)


def turns_of(plan: Plan) -> list[Turn]:
    """Return the segments that have contacts in the first and in the last period."""
    ends = [_mixes_in(plan, period) for period in (plan.periods[0], plan.periods[-1])]
    pairs = (
        Turn(*(Row(view.title, mixes.get(view.segment, {})) for mixes in ends))
        for view in segments(plan)
    )
    return [turn for turn in pairs if turn.first.contacts and turn.last.contacts]


def _mixes_in(plan: Plan, period: str) -> Mapping[str, Mix]:
    mixes: dict[str, dict[str, float]] = {}
    for label, segment, _interaction, way, first, *_rest in plan.table("allocation").rows:
        if label == period:
            mix = mixes.setdefault(str(segment), {})
            mix[str(way)] = mix.get(str(way), 0.0) + as_number(first)
    return mixes


def _turning(plan: Plan, turns: Sequence[Turn], used: Sequence[str]) -> str:
    contacts = sum(turn.last.contacts for turn in turns)
    share = sum(turn.moved(used) for turn in turns) / contacts
    turn, way = max(
        ((turn, way) for turn in turns for way in used),
        key=lambda cell: abs(cell[0].change(cell[1])) * cell[0].last.contacts,
    )
    return _(
        "{share} of the first contacts in {last} are where they were not in {first}; the largest "
        "shift of contacts is that of {segment}, where {channel} goes from {before} to {after}."
    ).format(
        share=percent(share, 0),
        first=plan.periods[0],
        last=plan.periods[-1],
        channel=way_title(plan, way),
        segment=turn.last.title,
        before=turn.first.shown(way, used),
        after=turn.last.shown(way, used),
    )
