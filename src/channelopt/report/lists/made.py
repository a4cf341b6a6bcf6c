"""How a list was made, what was left out, how to check it, and what its words mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from channelopt.report.document import (
    Block,
    Bullets,
    Column,
    Commands,
    Grid,
    Paragraph,
    Section,
    Term,
    Terms,
)
from channelopt.report.figures import ABSENT, count, money, percent
from channelopt.report.lists.folder import Listed
from channelopt.report.lists.gist import rejected
from channelopt.report.origin import origin, versions
from channelopt.report.speech import _, later, plural_of

SOURCE = "manifest.json"
WORDS = (
    (
        later("Limit"),
        later("What customers share: capacity, hours, a budget, a quota, a share, a policy."),
    ),
    (
        later("Price"),
        later("What one unit more of a limit would be worth, for small changes."),
    ),
    (
        later("Binds"),
        later("A limit binds where it has a price, or no room is left."),
    ),
    (
        later("Bound"),
        later("No list within the same limits is worth more, even the best."),
    ),
    (
        later("Quota"),
        later("As many contacts of a segment and interaction in a channel as the plan has."),
    ),
    (
        later("Worse by"),
        later(
            "What a customer's next best option is worth less, once both have paid for the limits "
            "that they use."
        ),
    ),
)


def made(listed: Listed) -> Section:
    """Return what the list was made from and with."""
    blocks: list[Block] = [Paragraph(_searched(listed)), _facts(listed)]
    files = listed.manifest.get("files")
    if isinstance(files, Mapping) and files:
        columns = (Column(_("File"), "left"), Column(_("SHA-256"), "left"))
        rows = tuple((str(name), str(files[name])) for name in sorted(files))
        blocks.append(Grid(columns, rows, _("Files of the customers"), SOURCE))
    columns = (Column(_("Column"), "left"), Column(_("In the file"), "left"))
    mapping = listed.manifest.get("mapping")
    given = mapping.get("columns") if isinstance(mapping, Mapping) else None
    rows = tuple(_flat(given or {}))
    if rows:
        blocks.append(Grid(columns, rows, _("Columns of the customers' file"), SOURCE))
    return Section(_("How the list was made"), tuple(blocks), "appendix")


def left_out(listed: Listed) -> Section | None:
    """Return how many rows were left out; None where all are in."""
    said = tuple(rejected(listed))
    if not said:
        return None
    number = listed.found.rejected
    share = percent(number / (number + listed.found.customers))
    text = _("That is {share} of all rows.").format(share=share)
    return Section(_("Left out"), (Bullets((*said, text)),), "appendix")


def checking(listed: Listed) -> Section:
    """Return how everything can be worked out again."""
    found = listed.found
    text = _(
        "The independent check works out every row, every limit, every total and the bound again, "
        "from the scenario in {manifest} and the customers' file alone. It must find {n} customers "
        "and {value}."
    )
    said = text.format(
        manifest=SOURCE, n=count(found.customers), value=money(found.value, listed.currency, 2)
    )
    files = ", ".join(sorted(str(name) for name in listed.manifest.get("outputs", ())))
    return Section(
        _("How to check"),
        (
            Paragraph(said),
            Commands(("channelopt verify LIST_FOLDER --customers CUSTOMERS_FILE",)),
            Paragraph(_("Files of this list: {files}.").format(files=files)),
        ),
        "appendix",
    )


def glossary() -> Section:
    """Return what words mean."""
    terms = tuple(Term(_(word), _(meaning)) for word, meaning in WORDS)
    return Section(_("Words"), (Terms(terms),), "appendix")


def closing(listed: Listed) -> str:
    """Return the manifest in one line."""
    return " · ".join([*origin(listed.manifest), _("check with channelopt verify")])


def _searched(listed: Listed) -> str:
    effort = listed.found.effort
    if effort is None:
        return ABSENT
    text = plural_of(
        "{units} choices were decided in {n} pass over the customers; {near} of them were near a "
        "tie, {searched} were searched as whole numbers.",
        "{units} choices were decided in {n} passes over the customers; {near} of them were near a "
        "tie, {searched} were searched as whole numbers.",
        effort.passes,
    )
    return text.format(
        units=count(effort.units),
        n=count(effort.passes),
        near=count(effort.near),
        searched=count(effort.searched),
    )


def _facts(listed: Listed) -> Grid:
    about = listed.manifest
    mapping = about.get("mapping") if isinstance(about.get("mapping"), Mapping) else {}
    options = about.get("options") if isinstance(about.get("options"), Mapping) else {}
    facts = [
        (_("Scenario, SHA-256"), about.get("digest")),
        (_("Run or scenario of the plan"), about.get("run")),
        (_("Period"), about.get("period")),
        ("seed", about.get("seed")),
        *((key, (mapping or {}).get(key)) for key in ("inbound", "outbound_at_most")),
        ("quota_tolerance", (mapping or {}).get("quota_tolerance")),
        *sorted((options or {}).items()),
        *((name, version) for name, version in sorted(versions(about).items())),
    ]
    columns = (Column(_("What"), "left"), Column(_("Value"), "left"))
    rows = tuple((name, _text(value)) for name, value in facts if _text(value))
    return Grid(columns, rows, _("What the list was made with"), SOURCE)


def _text(value: Any) -> str:
    """Return a fact as the manifest has it."""
    if value is None or value == {}:
        return ""
    if isinstance(value, Mapping):
        return "; ".join(_pair(str(key), one) for key, one in sorted(value.items()))
    if isinstance(value, list):
        return "..".join("" if one is None else str(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pair(key: str, value: Any) -> str:
    """Return a limit as it is typed, `hours:team=-10%`, and a what-if with its limits."""
    if not isinstance(value, Mapping):
        return f"{key}={_text(value)}"
    return f"{key}: " + ", ".join(_pair(str(name), one) for name, one in sorted(value.items()))


def _flat(columns: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the columns of a mapping, nested ones joined by points."""
    if isinstance(columns, Mapping):
        for key in sorted(columns):
            yield from _flat(columns[key], f"{before}.{key}" if before else str(key))
    elif columns is not None:
        yield before, str(columns)
