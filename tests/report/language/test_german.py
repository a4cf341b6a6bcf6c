"""Whole reports in German: nothing is left in English but what users named."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest

from channelopt.instance.load import from_data
from channelopt.pipeline import SolveOptions
from channelopt.pipeline.comparing import CompareOptions, compare
from channelopt.plan.plan import Plan
from channelopt.report import comparison_document
from channelopt.report.comparison import gist
from channelopt.report.contents import document
from channelopt.report.document import Value
from channelopt.report.evidence import Evidence
from channelopt.report.markdown import render
from channelopt.report.speech import speaking
from tests.compare.test_results import BASE, changed
from tests.report.hand_made import full_plan
from tests.report.parts import plan_with_all_parts

UNSAID = frozenset({"name", "source", "latex", "kind", "tone", "part", "unit", "align", "lines"})
"""Attributes of blocks that readers do not see, or that are commands and formulas."""
ALIKE = frozenset({"Plan", "Segment", "Symbol", "Service-Level", "normal", "optimal", "SHA-256"})
"""Words that are the same in both languages."""
OWN = re.compile(r"\S*[_/.\[*]\S*|[0-9a-f]{12,}")
"""Paths, names of files and policies, digests."""
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|with|by|to|from|at least|at most|not|than|yes|for|each|hours|less|more"
    r"|contacts|segments|channels|today|points?|high|low)\b"
)
PLANS = {
    "full": full_plan,
    "parts": plan_with_all_parts,
    "failed": lambda: full_plan().with_(status="feasible", bound=1500.0),
    "none": lambda: Plan("infeasible", None, None, full_plan().names, ("2027",)),
}


def texts(block: object) -> Iterator[str]:
    if isinstance(block, str):
        yield block
    elif isinstance(block, Value):
        yield block.text
    elif isinstance(block, tuple | list):
        for part in block:
            yield from texts(part)
    elif dataclasses.is_dataclass(block):
        for field in dataclasses.fields(block):
            if field.name not in UNSAID:
                yield from texts(getattr(block, field.name))


def said_in(tag: str, plan: Plan) -> list[str]:
    with speaking(tag):
        return list(texts(document(Evidence(plan))))


def without_names(plan: Plan, text: str) -> str:
    """Return a text without the titles and ids of the scenario."""
    kinds = ("segments", "interactions", "channels", "groups", "upgrades", "bundles", "metrics")
    own = {plan.names.scenario, *plan.warnings, "whole: odd words", "web fails"}
    for kind in kinds:
        titles = getattr(plan.names, kind)
        own |= {*titles, *titles.values()}
    for shift in plan.shifts:
        own.add(shift.title.split(" (")[0])
    for name in sorted(own, key=len, reverse=True):
        text = text.replace(name, "")
    return OWN.sub("", text)


@pytest.mark.parametrize("name", PLANS)
def test_no_english_is_left(name: str):
    plan = PLANS[name]()
    english, german = said_in("en", plan), said_in("de_DE", plan)
    assert len(english) == len(german)
    alike = {one for one, other in zip(english, german, strict=True) if one == other}
    left = {text for text in alike if re.search("[A-Za-z]{3}", without_names(plan, text))}
    versions = {"channelopt", "python", "numpy", "scipy", "highs", "pulp", "gap", "seed"}
    assert sorted(left - ALIKE - versions) == []
    glued = [text for text in german if ENGLISH.search(without_names(plan, text))]
    assert sorted(set(glued)) == []


@pytest.mark.parametrize("name", PLANS)
def test_the_numbers_are_those_of_english(name: str):
    """Digits without their separators are alike, sentence by sentence."""
    plan = PLANS[name]()
    for one, other in zip(said_in("en", plan), said_in("de_DE", plan), strict=True):
        if re.fullmatch(r"[-+\d.,\s%–<≥≤\u00a0]+", one):
            assert re.sub(r"[^\d]", "", one) == re.sub(r"[^\d]", "", other), (one, other)


def test_markdown_in_german():
    plan = full_plan()
    with speaking("de_DE"):
        text = render(document(Evidence(plan)))
    assert "## Die Entscheidung" in text
    assert "über 2 Perioden 1.426,91\u00a0EUR wert" in text
    assert "42,7\u00a0%) mehr als die heutige Verteilung" in text
    assert "Kapazität eines Kanals" in text
    assert "> **Hinweis:**" in text
    assert "Quelle: plan.json" in text


def test_a_comparison_in_german():
    dear = changed(channels={"phone": {**BASE["channels"]["phone"], "unit_cost": 60}})
    dear["segments"]["all"]["customers"] = 1500
    options = CompareOptions(solve=SolveOptions(isolate=False, sensitivity_seconds=0))
    found = compare(from_data(BASE), from_data(dear), options=options)
    with speaking("de_DE"):
        said = [*texts(comparison_document.document(found)), *gist(found)]
    with speaking("en"):
        english = comparison_document.markdown(found)
    assert "because of" in english
    assert any(" wert als " in text and ", wegen " in text for text in said)
    own = {"scenario", "small", "phone", "shop", "web", "mail", *BASE["channels"]}
    glued = [text for text in said if ENGLISH.search(OWN.sub("", text)) and text not in own]
    assert glued == []
