"""What else a reader must know: today's breaches, warnings, ties, and how to check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from channelopt.plan.columns import ALWAYS, COLUMNS
from channelopt.plan.plan import Plan
from channelopt.plan.records import RuleProof
from channelopt.report import values
from channelopt.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Commands,
    Grid,
    Paragraph,
    Section,
    Value,
)
from channelopt.report.figures import ABSENT, count, enumerate_words, plain
from channelopt.report.origin import origin, versions
from channelopt.report.speech import _, plural_of
from channelopt.report.stored import said
from channelopt.report.wording import by_rule, place_in_words, rule_in_words

MOST = 20
"""Longer lists become tables."""


def today(plan: Plan) -> Section | None:
    """Return how today's allocation was evaluated, and the rules it breaks."""
    if plan.baseline is None:
        return None
    text = _(
        "Today's shares were put through the same model: channels as they are at the start, staff "
        "as needed."
    )
    blocks: list[Block] = [Paragraph(text), *_listed([said(note) for note in plan.baseline.notes])]
    breaches = plan.baseline.breaches
    if breaches:
        where = plural_of(
            "It breaks rules of this scenario in {n} place.",
            "It breaks rules of this scenario in {n} places.",
            len(breaches),
        )
        blocks += [Paragraph(where.format(n=count(len(breaches)))), _breaches(plan, breaches)]
    else:
        blocks.append(Paragraph(_("It breaks no rule of this scenario.")))
    return Section(_("Today's allocation"), tuple(blocks))


def _breaches(plan: Plan, breaches: Sequence[str]) -> Grid:
    columns = (Column(_("Rule"), "left"), Column(_("Where it is broken"), "left"))
    rows = tuple((rule, line) for rule, lines in by_rule(plan, breaches).items() for line in lines)
    return Grid(columns, rows, source="plan.json")


def _listed(lines: Sequence[str]) -> Iterator[Block]:
    """Yield sentences as a list, many of them as a table."""
    if len(lines) > MOST:
        rows = tuple((line,) for line in lines)
        yield Grid((Column(_("Remark"), "left"),), rows, source="plan.json")
    elif lines:
        yield Bullets(tuple(lines))


def remarks(plan: Plan) -> Section | None:
    """Return warnings and how far ties were broken."""
    blocks = [*_listed([said(text) for text in plan.warnings])]
    if plan.ties:
        text = _(
            "Other plans may be as good as this one; which of them is shown is settled only so far:"
        )
        blocks += [Paragraph(text), *_listed([said(tie) for tie in plan.ties])]
    return Section(_("Remarks"), tuple(blocks)) if blocks else None


def checking(plan: Plan) -> Section:
    """Return what was checked, how to check it again, and how to make the plan again."""
    blocks: tuple[Block, ...] = (
        *_proof(plan),
        *_made(plan),
        Paragraph(_("To check this plan from its files alone, or to solve the scenario again:")),
        Commands(("channelopt verify RUN_FOLDER", "channelopt reproduce RUN_FOLDER")),
        Paragraph(
            _("{files} hold every number; manifest.json holds the scenario.").format(
                files=_files(plan)
            )
        ),
    )
    return Section(_("How to check"), blocks)


def closing(plan: Plan) -> str:
    """Return manifest and verification in one line."""
    parts = origin(plan.manifest)
    if plan.solver is not None:
        solver = _("solved by {name} {version}")
        parts.append(solver.format(name=plan.solver.name, version=plan.solver.version))
    proof = plan.verification
    if proof is None:
        parts.append(_("not checked independently"))
    else:
        parts.append(_("check passed") if proof.ok else _("CHECK FAILED"))
    return " · ".join(parts)


def _proof(plan: Plan) -> Iterator[Block]:
    """Yield what the independent check found, rule by rule."""
    proof = plan.verification
    if proof is None:
        yield Paragraph(_("This plan was not checked independently."))
        return
    rows = sum(rule.rows for rule in proof.rules)
    text = _("The independent check failed: this plan must not be used.")
    if proof.ok:
        text = _(
            "Every rule and every money term was worked out again from the files alone, in plain "
            "arithmetic: {rows} conditions hold."
        )
    yield Paragraph(text.format(rows=count(rows)))
    columns = (
        Column(_("Rule"), "left"),
        Column(_("Conditions")),
        Column(_("Broken")),
        Column(_("Least room")),
        Column(_("Where it is tightest"), "left"),
    )
    lines = tuple(_rule(plan, rule) for rule in proof.rules)
    yield Grid(columns, lines, _("What the check found"), "plan.json")
    if proof.rules:
        yield Paragraph(
            _(
                "Room is that of the tightest condition, relative to its limit; below 0 it is "
                "broken."
            )
        )


def _rule(plan: Plan, rule: RuleProof) -> tuple[Cell, ...]:
    room = ABSENT if rule.slack is None else Value(plain(rule.slack, most=6), rule.slack)
    return (
        rule_in_words(rule.rule),
        values.count(rule.rows),
        values.count(len(rule.breaches)),
        room,
        place_in_words(plan, rule.tightest) if rule.tightest else "",
    )


def _made(plan: Plan) -> Iterator[Block]:
    """Yield what the plan was made from and with."""
    solver = plan.solver
    if solver is not None:
        text = _("Solved by {name} {version}.")
        yield Paragraph(text.format(name=solver.name, version=solver.version))
        yield from _listed([said(note) for note in solver.notes])
    facts = [
        (_("Scenario, SHA-256"), str(plan.manifest.get("digest", ""))),
        *((name, str(version)) for name, version in versions(plan.manifest).items()),
        *_options(plan),
    ]
    told = tuple(fact for fact in facts if fact[1])
    if told:
        columns = (Column(_("What"), "left"), Column(_("Value"), "left"))
        yield Grid(columns, told, _("What the plan was made with"), "manifest.json")
    files = plan.manifest.get("files")
    if isinstance(files, Mapping) and files:
        columns = (Column(_("File"), "left"), Column(_("SHA-256"), "left"))
        hashes = tuple((str(name), str(files[name])) for name in sorted(files))
        yield Grid(columns, hashes, _("Files of the scenario"), "manifest.json")


def _options(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield how the solver was asked, as its options are called."""
    options = plan.manifest.get("options")
    for name, option in (options if isinstance(options, Mapping) else {}).items():
        yield str(name), "" if option is None else str(option)
    if plan.manifest.get("seed") is not None:
        yield "seed", str(plan.manifest["seed"])


def _files(plan: Plan) -> str:
    names = [f"{name}.csv" for name in COLUMNS if name in ALWAYS or name in plan.tables]
    return enumerate_words(names, most=len(names))
