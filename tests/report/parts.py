"""A plan with every further part, for its report."""

from __future__ import annotations

from pathlib import Path

from channelopt.plan.columns import COLUMNS
from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell, Table
from channelopt.report.markdown import report
from tests.verify.parts import decisions, plan_of, scenario

GOLDEN = Path(__file__).parent / "golden" / "parts.md"

TITLES = {
    "channels": {"phone": {"title": "Phone"}, "letter": {"title": "Letter"}},
    "staff": {"agents": {"title": "Agents", "service_level": {"patience_minutes": 3}}},
    "upgrades": {"desktop": {"title": "Unified desktop"}, "bot": {"title": "Chatbot"}},
    "bundles": {"letter_and_call": {"title": "Letter, then a call"}},
    "metrics": {"answer_hours": {"title": "Hours to answer", "unit": "h"}, "co2": {"title": "CO2"}},
    "currency": "EUR",
}

RETURNS: tuple[tuple[Cell, ...], ...] = (
    ("desktop", "phone", "2028", 290.9, -2000.0, "re-solved", 252.66, 543.56, 0.8685, 2.0),
    ("bot", "web", "2027", 13.36, -1900.5, "at least", 153.16, 166.52, 11.46, None),
    ("coach", "phone", "2028", 36.4, None, "not solved", None, None, None, None),
)
OUTAGES: tuple[tuple[Cell, ...], ...] = (
    ("2027", "letter", "", 0.0, 0.0, 0.0, None, None, ""),
    ("2027", "phone", "", 0.0, 140.0, 100.0, 100 / 140, None, "hours of Agents"),
    ("2028", "phone", "", 0.0, 140.0, 90.0, 90 / 140, None, "no other open channel may take them"),
    ("2027", "web", "web fails", 0.2, 140.0, 140.0, 1.0, 0.8, ""),
    ("2028", "web", "web fails", 0.2, 140.0, None, None, 0.8, "not computed"),
)


def plan_with_all_parts() -> Plan:
    case = scenario(**TITLES)
    plan = plan_of(case, decisions(case))
    extra = {
        "returns": Table("returns", COLUMNS["returns"], RETURNS),
        "outages": Table("outages", COLUMNS["outages"], OUTAGES),
    }
    return plan.with_(tables={**plan.tables, **extra})


if __name__ == "__main__":
    GOLDEN.write_text(report(plan_with_all_parts()), encoding="utf-8")
