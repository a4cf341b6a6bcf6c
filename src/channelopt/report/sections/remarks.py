"""What else a reader must know: today's breaches, warnings, ties, and how to check."""

from __future__ import annotations

from channelopt.plan.columns import ALWAYS, COLUMNS
from channelopt.plan.plan import Plan
from channelopt.report.document import Block, Bullets, Commands, Paragraph, Section
from channelopt.report.figures import enumerate_words, plural
from channelopt.report.wording import by_rule

MOST = 20
"""Lines of one list; the files hold all."""


def today(plan: Plan) -> Section | None:
    """Return how today's allocation was evaluated, and the rules it breaks."""
    if plan.baseline is None:
        return None
    text = (
        "Today's shares were put through the same model: channels as they are at the start, staff "
        "as needed."
    )
    blocks: list[Block] = [Paragraph(text)]
    if plan.baseline.notes:
        blocks.append(_cut(plan.baseline.notes))
    breaches = plan.baseline.breaches
    if breaches:
        where = plural(len(breaches), "place")
        blocks.append(Paragraph(f"It breaks rules of this scenario in {where}."))
        for rule, lines in by_rule(plan, breaches).items():
            blocks += [Paragraph(f"{rule}:"), _cut(tuple(lines))]
    else:
        blocks.append(Paragraph("It breaks no rule of this scenario."))
    return Section("Today's allocation", tuple(blocks))


def _cut(lines: tuple[str, ...]) -> Bullets:
    rest = len(lines) - MOST
    return Bullets((*lines[:MOST], *((f"and {rest:,} more",) if rest > 0 else ())))


def remarks(plan: Plan) -> Section | None:
    """Return warnings and how far ties were broken."""
    blocks: list[Block] = []
    if plan.warnings:
        blocks.append(_cut(plan.warnings))
    if plan.ties:
        text = (
            "Other plans may be as good as this one; which of them is shown is settled only so far:"
        )
        blocks += [Paragraph(text), _cut(plan.ties)]
    return Section("Remarks", tuple(blocks)) if blocks else None


def _files(plan: Plan) -> str:
    names = [f"{name}.csv" for name in COLUMNS if name in ALWAYS or name in plan.tables]
    return enumerate_words(names, most=len(names))


def checking(plan: Plan) -> Section:
    """Return how to check the plan and how to make it again."""
    solver = plan.solver
    blocks: list[Block] = []
    if solver is not None:
        blocks.append(Paragraph(f"Solved by {solver.name} {solver.version}."))
        blocks += [_cut(solver.notes)] if solver.notes else []
    blocks += [
        Paragraph("To check this plan from its files alone, or to solve the scenario again:"),
        Commands(("channelopt verify RUN_FOLDER", "channelopt reproduce RUN_FOLDER")),
        Paragraph(f"{_files(plan)} hold every number; manifest.json holds the scenario."),
    ]
    return Section("How to check", tuple(blocks))
