"""The report of a sweep that was written before: read from its folder, nothing is solved."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.plan.results_folder import Found
from channelopt.report import sweep_charts as charts
from channelopt.report import sweep_tables as tables
from channelopt.report.document import Block, Bullets, Document, Grid, Note, Paragraph, Section
from channelopt.report.figures import count, enumerate_words, money
from channelopt.report.speech import _, current, plural_of
from channelopt.report.sweep import STATUSES
from channelopt.report.sweep import points_of as counted
from channelopt.report.sweep_folder import Points, points_of


def document_of_sweep(found: Found) -> Document:
    """Return a sweep as a report, in the language of now.

    Raises:
        InputError: the folder holds no sweep that can be reported.
    """
    points = points_of(found)
    evidence = (
        (_("Profit over what is varied"), list(charts.profit(points))),
        (_("Other key figures"), list(charts.others(points))),
        (_("Where two figures trade off"), list(charts.frontiers(points))),
        (_("Where the plan changes"), _some(tables.changes(points))),
        (_("What one unit more is worth"), _some(tables.slopes(points))),
        (_("Structures of plans"), _some(tables.structures(points))),
        (_("Points without a plan"), _some(tables.without(points))),
    )
    parts = [Section(_("The gist"), tuple(_gist(points)), "decision")]
    parts += [Section(title, tuple(blocks)) for title, blocks in evidence if blocks]
    parts.append(Section(_("All points"), (tables.points(points),), "appendix"))
    closing = _("Scenario {digest}, solver {solver}").format(
        digest=str(found.manifest.get("digest", ""))[:12], solver=found.manifest.get("solver", "")
    )
    title = _("Sweep: {scenario}").format(scenario=points.scenario)
    subtitle = enumerate_words(points.axes)
    return Document(title, tuple(parts), subtitle, closing, locale=str(current().locale))


def _some(grid: Grid) -> list[Block]:
    return [grid] if grid.rows else []


def _gist(points: Points) -> Iterator[Block]:
    yield Bullets((*_ends(points), *_structures(points), _counted(points)))
    steps = points.found.manifest.get("steps", ())
    if steps:
        text = _("Set for every point: {steps}.")
        shown = [f"--{kind} {step}" for kind, step in steps]
        yield Paragraph(text.format(steps=enumerate_words(shown, 9)))
    if "names" not in points.found.manifest:
        yield Note(
            _(
                "This sweep was written before names were kept with it, so that ids stand for "
                "channels and the currency is missing; sweep again to see them."
            )
        )


def _counted(points: Points) -> str:
    counts: dict[str, int] = {}
    for row in points.rows:
        counts[row["status"]] = counts.get(row["status"], 0) + 1
    order = [*STATUSES, *(status for status in counts if status not in STATUSES)]
    said = [counted(status, counts[status]) for status in order if status in counts]
    number = len(points.rows)
    text = plural_of("{n} point: {statuses}.", "{n} points: {statuses}.", number)
    return text.format(n=count(number), statuses="; ".join(said))


def _ends(points: Points) -> Iterator[str]:
    if not points.solved:
        yield _("No point has a plan.")
        return
    best = max(points.solved, key=lambda row: row["profit"])
    worst = min(points.solved, key=lambda row: row["profit"])
    sure = _("Best: point {n} ({at}) with a profit of {profit}.")
    unsure = _(
        "Best: point {n} ({at}) with a profit of {profit}, which is not proven to be the best "
        "there."
    )
    pairs = [(best, sure if best["status"] == "optimal" else unsure)]
    if worst["profit"] < best["profit"]:
        pairs.append((worst, _("Least: point {n} ({at}) with {profit}.")))
    for row, text in pairs:
        profit = money(row["profit"], points.currency)
        at = points.at(row) or _("the base")
        yield text.format(n=count(row["point"]), at=at, profit=profit)


def _structures(points: Points) -> Iterator[str]:
    names = {row["plan"] for row in points.solved}
    if not names:
        return
    if len(names) == 1:
        yield _("Wherever there is a plan, the same channels are open and the same upgrades owned.")
        return
    changes = len(points.found.tables["changes"].rows)
    text = plural_of(
        "The plans have {structures} structures (channels and upgrades); they change in {n} place.",
        "The plans have {structures} structures (channels and upgrades); they change in {n} "
        "places.",
        changes,
    )
    if not points.is_crossed:
        text = _(
            "The plans have {structures} structures (channels and upgrades); structures.csv lists "
            "them."
        )
    yield text.format(structures=count(len(names)), n=count(changes))
