"""The report of a list that was written before: which sections it has, in which order."""

from __future__ import annotations

from pathlib import Path

from channelopt.lists.folder import assignment_files
from channelopt.report.document import Document, Section
from channelopt.report.lists import (
    changed,
    gist,
    hours,
    ladder,
    limits,
    made,
    moves,
    pays,
    shares,
    what_ifs,
)
from channelopt.report.lists import sure as certainty
from channelopt.report.lists.folder import Listed
from channelopt.report.speech import _, current


def document_of_list(listed: Listed, folder: Path) -> Document:
    """Return a list as a report, in the language of now.

    Args:
        listed: the list.
        folder: where it lies.
    """
    file = source_of(folder)
    sections: tuple[Section | None, ...] = (
        gist.gist(listed),
        ladder.ladder(listed),
        shares.shares(listed),
        limits.limits(listed),
        limits.prices(listed),
        hours.hours(listed),
        pays.pays(listed, file),
        certainty.sure(listed, file),
        moves.moves(listed),
        changed.curve(listed),
        what_ifs.what_ifs(listed),
        made.left_out(listed),
        made.made(listed),
        made.checking(listed),
        made.glossary(),
    )
    subtitle = _("Customer list")
    if listed.period:
        subtitle = _("Customer list, {period}").format(period=listed.period)
    return Document(
        listed.names.scenario,
        tuple(section for section in sections if section is not None),
        subtitle,
        made.closing(listed),
        locale=str(current().locale),
    )


def source_of(folder: Path) -> str:
    """Return the file, or the folder of files, that the customers' rows come from."""
    first = assignment_files(folder)[0]
    return first.name if first.parent == folder else f"{first.parent.name}/"
