"""What else a reader must know: today's breaches, warnings, ties, and how to check."""

from __future__ import annotations

import re

from channelopt.plan.plan import Plan
from channelopt.report.document import Block, Bullets, Commands, Paragraph, Section
from channelopt.report.figures import count, plural

MOST = 20

_SENSES = {
    "<=": "at most {} is allowed",
    ">=": "at least {} is required",
    "=": "exactly {} is required",
}
_NUMBER = r"(-?\d[\d.]*(?:[eE][-+]?\d+)?)"
_COMPARED = re.compile(rf"{_NUMBER} is not (<=|>=|=) {_NUMBER}")


def today(plan: Plan) -> Section | None:
    """Return how today's allocation was evaluated, and the rules it breaks."""
    if plan.baseline is None:
        return None
    text = (
        "Today's shares were put through the same model: channels as they are at the start, staff "
        "as needed."
    )
    blocks: list[Block] = [Paragraph(" ".join([text, *plan.baseline.notes]))]
    breaches = plan.baseline.breaches
    if breaches:
        where = plural(len(breaches), "place")
        blocks.append(Paragraph(f"It breaks rules of this scenario in {where}:"))
        blocks.append(_cut(tuple(in_words(breach) for breach in breaches)))
    else:
        blocks.append(Paragraph("It breaks no rule of this scenario."))
    return Section("Today's allocation", tuple(blocks))


def in_words(breach: str) -> str:
    """Return a breach with its comparison in words and its numbers rounded."""
    return _COMPARED.sub(_compared, breach)


def _compared(found: re.Match[str]) -> str:
    is_amount, required = count(float(found[1])), count(float(found[3]))
    if is_amount == required:  # the difference is in digits that rounding hides
        is_amount, required = found[1], found[3]
    return f"{is_amount}; {_SENSES[found[2]].format(required)}"


def _cut(lines: tuple[str, ...]) -> Bullets:
    rest = len(lines) - MOST
    return Bullets((*lines[:MOST], *((f"and {rest:,} more",) if rest > 0 else ())))


def remarks(plan: Plan) -> Section | None:
    """Return warnings and how far ties were broken."""
    blocks: list[Block] = []
    if plan.warnings:
        blocks.append(_cut(plan.warnings))
    if plan.ties:
        blocks.append(_cut(plan.ties))
    return Section("Remarks", tuple(blocks)) if blocks else None


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
        Paragraph(
            "allocation.csv, offers.csv, channels.csv, segments.csv, staff.csv and hours.csv hold "
            "every number; manifest.json holds the scenario."
        ),
    ]
    return Section("How to check", tuple(blocks))
