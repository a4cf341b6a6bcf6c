"""Who gets something else than before: than in an earlier list, or than today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from channelopt.report import values
from channelopt.report.document import Block, Chart, Column, Grid, Paragraph, Section
from channelopt.report.figures import count, percent
from channelopt.report.lists import words
from channelopt.report.lists.folder import FIGURES, Listed, Row
from channelopt.report.shapes import Axis, Flow, Flows
from channelopt.report.speech import _, later

BASES = {"earlier": "earlier list", "today": "today"}
"""What `list.json` calls them in `moves` and in the rows of `by_option`."""
TITLES = {"earlier": later("Against the earlier list"), "today": later("Against today")}
LEFT = {"earlier": later("Earlier list"), "today": later("Today")}
MOST_FLOWS = 30


def moves(listed: Listed) -> Section | None:
    """Return who moves from what to what; None where nobody knows what was before."""
    blocks = [block for basis in BASES for block in _against(listed, basis)]
    return Section(_("Who changes"), tuple(blocks)) if blocks else None


def _against(listed: Listed, basis: str) -> Iterator[Block]:
    moved = listed.moved(basis)
    if moved is None:
        return
    rows = moves_of(listed, basis)
    if rows:
        yield _chart(listed, basis, rows)
    else:
        text = _("Nobody gets something else ({basis}).")
        yield Paragraph(text.format(basis=_(TITLES[basis])))


def moves_of(listed: Listed, basis: str) -> list[Row]:
    """Return the moves against an earlier list or today, the largest first."""
    found = listed.found.data["moves"]["by_option"]
    rows = [row for row in found if row["compared_with"] == BASES[basis]]
    return sorted(rows, key=lambda row: -row["customers"])


def _ends(listed: Listed, row: Row) -> tuple[str, str]:
    decision = str(row["decision"])
    before, now = (words.option(listed, decision, str(row[key])) for key in ("from", "to"))
    return before, now


def _chart(listed: Listed, basis: str, rows: Sequence[Row]) -> Chart:
    flows: dict[tuple[str, str], float] = {}
    for row in rows:
        ends = _ends(listed, row)
        flows[ends] = flows.get(ends, 0.0) + row["customers"]
    largest = sorted(flows, key=lambda ends: (-flows[ends], ends))[:MOST_FLOWS]
    alt = _("Ribbons from what customers had before (left) to the list (right); only moves.")
    return Chart(
        f"moves-{basis}",
        _(TITLES[basis]),
        _insight(listed, basis, (*largest[0], flows[largest[0]])),
        alt,
        Flows(
            [Flow(*ends, flows[ends]) for ends in largest],
            _(LEFT[basis]),
            _("List"),
            Axis(_("Customers")),
        ),
        FIGURES,
        _table(listed, basis, rows),
    )


def _insight(listed: Listed, basis: str, largest: tuple[str, str, float]) -> str:
    moved, compared = listed.moved(basis) or (0, 0)
    text = _(
        "{n} of {all} customers ({share}) get something else; the largest move is {most} from "
        "{origin} to {to}. Those with moves in several decisions count once here, and in each "
        "decision below."
    )
    return text.format(
        n=count(moved),
        all=count(compared),
        share=percent(moved / compared if compared else None),
        most=count(largest[2]),
        origin=largest[0],
        to=largest[1],
    )


def _table(listed: Listed, basis: str, rows: Sequence[Row]) -> Grid:
    columns = (
        *(Column(_("Decision"), "left"), Column(_(LEFT[basis]), "left")),
        *(Column(_("List"), "left"), Column(_("Customers"))),
    )
    lines = tuple(
        (
            words.decision(listed, str(row["decision"])),
            *_ends(listed, row),
            values.count(row["customers"]),
        )
        for row in rows
    )
    return Grid(columns, lines, source=FIGURES)
