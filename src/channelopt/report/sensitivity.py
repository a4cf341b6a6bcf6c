"""The gist of a sensitivity analysis in ten lines."""

from __future__ import annotations

from channelopt.analysis.findings import Findings
from channelopt.plan.markup import escape
from channelopt.report.figures import plural, worth

LINES = 10
"""A manager reads no more."""


def gist(findings: Findings) -> tuple[str, ...]:
    """Return at most `LINES` sentences: the plan, then the first sentence of each analysis."""
    plan = findings.plan
    said = [result.sentences[0] for result in findings.results if result.sentences]
    head = f"The plan is worth {worth(plan.objective or 0.0, plan.names.currency)}"
    if plan.status == "optimal":
        head += ", proven to be the best."
    else:
        head += "; better plans may exist, so that every comparison below is with this plan."
    last: list[str] = []
    if findings.unproven:
        marked = plural(findings.unproven, "figure")
        last = [f"{marked} could not be proven in the time given; `--resume --seconds` goes on."]
    return (head, *said[: LINES - 1 - len(last)], *last)


def summary(findings: Findings) -> str:
    """Return the gist, and every sentence of every analysis, as Markdown."""
    lines = [f"# What matters: {escape(findings.plan.names.scenario)}", ""]
    lines += [f"- {escape(sentence)}" for sentence in gist(findings)]
    for result in findings.results:
        lines += ["", f"## {findings.titles[result.name]}", ""]
        lines += [f"- {escape(sentence)}" for sentence in result.sentences] or ["Nothing to say."]
        files = ", ".join(f"`{table.name}.csv` ({len(table.rows)})" for table in result.tables)
        lines += ["", f"Tables (rows): {files}" if files else "No tables."]
    return "\n".join(lines) + "\n"
