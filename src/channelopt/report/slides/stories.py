"""What the slides say: one thought each, from the numbers of the plan and its report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from channelopt.plan.kpis import key_figures_of
from channelopt.report import below
from channelopt.report.document import Chart, Document, Figure, Figures, Grid
from channelopt.report.drawing import theme
from channelopt.report.evidence import Evidence
from channelopt.report.figures import ABSENT, difference
from channelopt.report.sections.limits import binding
from channelopt.report.shapes import Axis, Bars, Bridge, Series, Tone
from channelopt.report.slides import look, native
from channelopt.report.slides.deck import Deck, Line, shortened
from channelopt.report.slides.look import Box
from channelopt.report.slides.risks import risks
from channelopt.report.speech import _, plural_of
from channelopt.report.summary import summary
from channelopt.report.values import count, figure
from channelopt.report.views import segments, way_title

TILES = 4
SENTENCES = 8
"""As many as the first slide has room for."""
NOTED = 30
"""Rows of numbers that the notes of a slide hold."""
LIMITS = 10
"""Limits that a slide names."""


def tell(deck: Deck, evidence: Evidence, document: Document) -> None:
    """Add the slides to a deck."""
    decision(deck, evidence, document)
    if evidence.plan.has_answer:
        today(deck, evidence, document)
        touch(deck, evidence, document)
        limits(deck, evidence, document)
    risks(deck, evidence, document)


def decision(deck: Deck, evidence: Evidence, document: Document) -> None:
    """Add the decision: what the plan is worth, what it does, and how sure that is."""
    plan = evidence.plan
    sentences = summary(plan)
    heads = 2 if plan.baseline is not None and len(sentences) > 2 else 1
    deck.open(_("The decision"), " ".join(sentences[:heads]))
    figures = _figures(evidence, document)[:TILES]
    top = look.BODY.top
    if figures:
        _tiles(deck, figures, top)
        top += 1.75
    rest = sentences[heads : heads + SENTENCES]
    length = sum(map(len, rest))
    size = 18 if length < 500 else 16 if length < 750 else 14 if length < 1000 else 12
    lines = [Line(shortened(sentence, 330), size, is_item=True) for sentence in rest]
    if lines:
        deck.text(Box(look.BODY.left, top, look.BODY.width, look.SLIDE.height - top - 0.7), lines)
    for sentence in sentences:
        deck.note(sentence)
    for one in _figures(evidence, document):
        deck.note(_figure_in_words(one))
    deck.note(below.source("plan.json"))


def _figures(evidence: Evidence, document: Document) -> list[Figure]:
    """Return the key figures of the report, or those of the plan where it shows none."""
    blocks = (block for section in document.sections for block in section.blocks)
    shown = [one for block in blocks if isinstance(block, Figures) for one in block.items]
    if shown:
        return shown
    plan = evidence.plan
    now = plan.baseline.kpis if plan.baseline is not None else {}
    found = []
    for kpi in key_figures_of(plan.names):
        value, before = plan.kpis.get(kpi.name), now.get(kpi.name)
        if value is None:
            continue
        today_ = figure(before, kpi.unit, plan.names.currency) if before is not None else None
        change = difference(value, before, kpi.unit) if before is not None else ""
        shown_value = figure(value, kpi.unit, plan.names.currency)
        found.append(Figure(_(kpi.label), shown_value, today_, change))
    return found


def _figure_in_words(one: Figure) -> str:
    if one.today is None:
        return _("{label}: {value}").format(label=one.label, value=one.value.text)
    return _("{label}: {value} (today: {today})").format(
        label=one.label, value=one.value.text, today=one.today.text
    )


def _tiles(deck: Deck, figures: Sequence[Figure], top: float) -> None:
    gap = 0.2
    width = (look.BODY.width - gap * (TILES - 1)) / TILES
    tones = {True: theme.tone("gain"), False: theme.tone("loss"), None: look.INK}
    for position, one in enumerate(figures):
        text = one.value.text
        size = 24 if len(text) <= 12 else 20 if len(text) <= 15 else 16
        lines = [
            Line(shortened(one.label, 40), 12, look.MUTED),
            Line(text, size, look.ACCENT, is_bold=True),
        ]
        if one.today is not None:
            now = _("Today: {value}").format(value=one.today.text)
            lines.append(Line(now, 11, look.MUTED))
        if one.change:
            lines.append(Line(one.change, 12, tones[one.is_better], is_bold=True))
        deck.tile(Box(look.BODY.left + position * (width + gap), top, width, 1.5), lines)


def today(deck: Deck, evidence: Evidence, document: Document) -> None:
    """Add the way from today's profit to the plan's; without today, what the profit is made of."""
    found = {chart.name: chart for chart in document.charts() if isinstance(chart.shape, Bridge)}
    is_known = evidence.plan.baseline is not None
    kicker = _("Today against plan") if is_known else _("Where the money comes from and goes")
    chart = found.get("today-against-plan" if is_known else "money")
    if chart is not None:
        deck.open(kicker, chart.insight)
        _one(deck, chart)
        return
    text = _("The scenario says nothing about today, so the plan stands on its own figures.")
    deck.open(kicker, summary(evidence.plan)[1] if is_known else text)
    _table(deck, _figures(evidence, document))


def _table(deck: Deck, figures: Sequence[Figure]) -> None:
    """Fill a slide with the key figures, today beside the plan."""
    heads = ("", _("Plan"), _("Today"), _("Change"))
    rows = [[_head(head, "right" if head else "left") for head in heads]]
    for one in figures[:10]:
        now = one.today.text if one.today is not None else ABSENT
        cells = (one.value.text, now, one.change or ABSENT)
        rows.append([Line(one.label, 14), *(Line(cell, 14, align="right") for cell in cells)])
    place = Box(look.BODY.left, look.BODY.top, look.BODY.width, 0.42 * len(rows))
    deck.table(place, rows, (0.4, 0.2, 0.2, 0.2))
    for one in figures:
        deck.note(_figure_in_words(one))
    deck.note(below.source("plan.json"))


def _one(deck: Deck, chart: Chart) -> None:
    """Fill a slide with a chart, a line about its axis, and notes."""
    body = look.BODY
    remark = native.draw(deck, chart, Box(body.left, body.top + 0.3, body.width, body.height - 0.4))
    line = " · ".join(part for part in (chart.title, remark) if part)
    deck.text(Box(body.left, body.top - 0.05, body.width, 0.32), [Line(line, 12, look.MUTED)])
    _noted(deck, chart)


def _noted(deck: Deck, chart: Chart) -> None:
    deck.note(chart.insight)
    numbers = native.numbers_of(chart)
    deck.note(_("{title}:").format(title=chart.title))
    for text in numbers[:NOTED]:
        deck.note(text)
    rest = len(numbers) - NOTED
    if rest > 0:
        deck.note(below.rest(rest, chart.source))
    if chart.source:
        deck.note(below.source(chart.source))


def touch(deck: Deck, evidence: Evidence, document: Document) -> None:
    """Add who gets a live person: shares of high, medium and low touch by segment."""
    chart = next((one for one in document.charts() if _is_touch(one)), None) or _touch(evidence)
    if chart is None:
        chart = _ways(evidence)
    deck.open(_("Who gets a live person"), chart.insight)
    _one(deck, chart)


def _is_touch(chart: Chart) -> bool:
    shape = chart.shape
    return (
        isinstance(shape, Bars)
        and shape.stacked
        and any(one.tone == "high" for one in shape.series)
    )


def _touch(evidence: Evidence) -> Chart | None:
    """Return the touch mix as a chart where the report has none."""
    views = [view for view in segments(evidence.plan) if view.first_contacts > 0]
    if not any(sum(view.touch) for view in views):
        return None
    most = max(views, key=lambda view: view.touch[0])
    insight = _("High touch is most common for {segment}: {share} of their first contacts.")
    titles = (_("High touch"), _("Medium touch"), _("Low touch"))
    tones: tuple[Tone, ...] = ("high", "medium", "low")
    series = [
        Series(title, [view.touch[level] for view in views], tone)
        for level, (title, tone) in enumerate(zip(titles, tones, strict=True))
    ]
    axis = Axis(_("Share of first contacts"), "share")
    return Chart(
        name="touch-mix",
        title=_("First contacts by touch level, the most profitable customers first"),
        insight=insight.format(segment=most.title, share=figure(most.touch[0], "share").text),
        alt=_("Stacked bars: share of high, medium and low touch in each segment."),
        shape=Bars([view.title for view in views], series, axis, stacked=True),
        source="segments.csv",
    )


def _ways(evidence: Evidence) -> Chart:
    """Return what takes the first contacts, where touch says nothing about them."""
    plan = evidence.plan
    taken: dict[str, float] = defaultdict(float)
    for view in segments(plan):
        for way, first in view.mix.items():
            taken[way_title(plan, way)] += first
    ways = sorted(taken, key=lambda way: -taken[way])
    return Chart(
        name="first-contacts",
        title=_("First contacts by channel"),
        insight=_("No first contact enters by a channel with a touch level."),
        alt=_("Bars: first contacts of each channel."),
        shape=Bars(
            ways,
            [Series(_("First contacts"), [taken[way] for way in ways], "plan")],
            Axis(_("First contacts")),
        ),
        source="allocation.csv",
    )


def limits(deck: Deck, evidence: Evidence, document: Document) -> None:
    """Add what limits the plan and what it is worth to move that."""
    wanted = ("price-of-rules", "marginal-values")
    found = {chart.name: chart for chart in document.charts() if native.is_native(chart)}
    charts = [found[name] for name in wanted if name in found]
    charts.sort(key=native.largest, reverse=True)
    kicker, grid = _("What limits the plan"), _binding(evidence)
    if len(charts) == 1:
        deck.open(kicker, charts[0].insight)
        _one(deck, charts[0])
    elif charts:
        deck.open(kicker, charts[0].insight)
        _two(deck, charts)
    else:
        _bound(deck, kicker, grid)
    if grid is not None:
        deck.note(_("Limits that leave no room:"))
        for row in grid.rows[:NOTED]:
            deck.note(", ".join(str(cell) for cell in row))
    deck.note(below.source("plan.json"))


def _two(deck: Deck, charts: Sequence[Chart]) -> None:
    body, gap = look.BODY, 0.4
    width = (body.width - gap) / 2
    for position, chart in enumerate(charts):
        left = body.left + position * (width + gap)
        place = Box(left, body.top + 1.0, width, body.height - 1.05)
        remark = native.draw(deck, chart, place)
        lines = [Line(shortened(chart.title, 110), 13, look.ACCENT, is_bold=True)]
        if position:
            lines.append(Line(shortened(chart.insight, 190), 11))
        lines.append(Line(shortened(remark, 120), 10, look.MUTED))
        deck.text(Box(left, body.top, width, 1.0), lines)
        _noted(deck, chart)


def _binding(evidence: Evidence) -> Grid | None:
    """Return the limits that leave no room as the report has them; None where there are none."""
    blocks = binding(evidence.plan).blocks
    return next((block for block in blocks if isinstance(block, Grid) and block.rows), None)


def _bound(deck: Deck, kicker: str, grid: Grid | None) -> None:
    """Name the limits that leave no room, where nobody asked what they are worth."""
    if grid is None:
        deck.open(kicker, _("No limit of the scenario is used up."))
        return
    number = len(grid.rows)
    title = plural_of(
        "{n} limit leaves no room; what it is worth to move it was not computed.",
        "{n} limits leave no room; what it is worth to move them was not computed.",
        number,
    ).format(n=count(number))
    deck.open(kicker, title)
    rows = [[_head(column.title, column.align) for column in grid.columns]]
    for row in grid.rows[:LIMITS]:
        cells = zip(row, grid.columns, strict=True)
        rows.append([Line(shortened(str(cell), 90), 14, align=one.align) for cell, one in cells])
    body = look.BODY
    widths = [1 / len(grid.columns)] * len(grid.columns)
    deck.table(Box(body.left, body.top, body.width, 0.42 * len(rows)), rows, widths)
    if number > LIMITS:
        rest = plural_of("{n} more is in the notes.", "{n} more are in the notes.", number - LIMITS)
        line = Line(rest.format(n=count(number - LIMITS)), 12, look.MUTED)
        deck.text(Box(body.left, body.top + body.height - 0.25, body.width, 0.3), [line])


def _head(text: str, align: str = "left") -> Line:
    return Line(text, 12, look.ACCENT, is_bold=True, align=align)
