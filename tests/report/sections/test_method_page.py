"""Method, glossary, what was checked, and the line that closes every page."""

from __future__ import annotations

import re

import pytest

from channelopt.cli.reference import formulas as page_of_formulas
from channelopt.plan.columns import COLUMNS
from channelopt.plan.plan import Plan
from channelopt.plan.records import Proof, RuleProof
from channelopt.plan.table import Table
from channelopt.report.contents import document
from channelopt.report.document import Bullets, Formulas, Grid, Section, Terms
from channelopt.report.evidence import Evidence
from channelopt.report.sections import remarks
from channelopt.report.sections.glossary import WORDS, glossary
from channelopt.report.sections.method import method
from channelopt.report.sections.method_words import SYMBOL_MEANINGS
from channelopt.report.speech import speaking
from channelopt.rules import CORE, POLICIES
from channelopt.rules.symbols import SYMBOLS
from channelopt.terms.money import LEDGER
from tests.report.sections.plan_cases import NAMES, grids, numbers, plan_named


def formulas(plan: Plan) -> dict[str, str]:
    (block,) = [one for one in method(Evidence(plan)).blocks if isinstance(one, Formulas)]
    return {one.name: one.latex for one in block.items}


def grid(section: Section, title: str) -> Grid:
    return next(one for one in grids(section) if one.title == title)


@pytest.mark.parametrize("name", NAMES)
def test_the_ledger_adds_up_to_the_objective(name: str) -> None:
    plan = plan_named(name)
    told = grid(method(Evidence(plan)), "What profit consists of")
    assert len(told.rows) == len(LEDGER)
    assert numbers(told).iloc[:, 2].sum() == pytest.approx(plan.objective)
    assert told.foot[2].number == plan.objective


def test_the_rules_are_those_that_the_scenario_uses() -> None:
    """Formulas are those of the rules themselves, as the page of formulas has them."""
    page = page_of_formulas()
    for name in ("parts", "quickstart", "years"):
        plan = plan_named(name)
        found = formulas(plan)
        titles = {one.title for one in (*CORE, *POLICIES)}
        for text in titles & set(found):
            assert found[text] in page
        used = {one["type"] for one in plan.manifest["scenario"]["policies"]}
        assert {one.slug for one in POLICIES if one.title in found} == used
    by_slug = {rule.slug: rule.title for rule in CORE}
    quick, parts = formulas(plan_named("quickstart")), formulas(plan_named("parts"))
    for slug in ("bundles", "upgrades", "service_level"):
        assert by_slug[slug] in parts
        assert by_slug[slug] not in quick
    for slug in ("demand", "routing", "staff", "offers", "timeline"):
        assert by_slug[slug] in quick
    assert by_slug["capacity"] in formulas(plan_named("years"))
    assert by_slug["capacity"] not in quick
    assert by_slug["whole_contacts"] not in quick


def test_rules_with_rows_in_the_check_are_on_the_page() -> None:
    """What the independent check looked at is never left out."""
    plan = plan_named("quickstart")
    assert plan.verification is not None
    by_slug = {rule.slug: rule.title for rule in CORE}
    found = formulas(plan)
    missing = {
        proof.rule
        for proof in plan.verification.rules
        if proof.rows and proof.rule in by_slug and by_slug[proof.rule] not in found
    }
    assert missing <= {"shares", "capacity"}  # bounds that nobody wrote: 0, 1 and unlimited


def test_every_symbol_is_explained_and_only_those() -> None:
    assert tuple(meaning for _symbol, meaning in SYMBOLS) == SYMBOL_MEANINGS
    for name in ("parts", "quickstart"):
        plan = plan_named(name)
        told = grid(method(Evidence(plan)), "Symbols")
        symbols = {str(row[0]) for row in told.rows}
        written = re.sub(r"\\[a-z]+\{[^}]*\}|\\[a-zA-Z]+", " ", " ".join(formulas(plan).values()))
        bare = set(re.findall(r"(?<![A-Za-z_^{,])[A-Za-z](?![A-Za-z])", written))
        known = {
            "Q",
            "n",
            "e",
            "r",
            "f",
            "o",
            "z",
            "a",
            "h",
            "u",
            "x",
            "y",
            "w",
            "A",
            "N",
            "L",
            "U",
        }
        assert bare & known <= symbols
        assert ("w" in symbols) == (name == "parts")


def test_how_sure_the_plan_is() -> None:
    def sentences(plan: Plan) -> str:
        blocks = method(Evidence(plan)).blocks
        return " ".join(t for b in blocks if isinstance(b, Bullets) for t in b.items)

    plan = plan_named("full")
    assert "is proven to be the best one" in sentences(plan)
    assert "no plan that obeys the rules is worth more than EUR 1,426.91" in sentences(plan)
    stopped = sentences(plan.with_(status="feasible", bound=None))
    assert "before it was proven" in stopped
    assert "worth more than" not in stopped
    assert "nothing is proven" in sentences(plan_named("parts"))


def test_the_glossary_has_the_words_that_occur() -> None:
    def words(plan: Plan, **tables: Table) -> set[str]:
        (block,) = glossary(Evidence(plan, tables)).blocks
        assert isinstance(block, Terms)
        found = [term.word for term in block.items]
        assert found == sorted(found, key=str.casefold)
        return set(found)

    quick, parts = words(plan_named("quickstart")), words(plan_named("parts"))
    assert {"Segment", "First contact", "Touch", "Failure demand", "Baseline, today"} <= quick
    assert not {"Upgrade", "Bundle", "Load, erlang", "Tornado", "Discounting"} & quick
    assert {"Upgrade", "Bundle", "Load, erlang", "Payback", "Metric", "Discounting"} <= parts
    assert "Touch" not in parts
    tornado = Table("tornado", ("set",), (("a",),))
    assert "Tornado" in words(plan_named("quickstart"), tornado=tornado)
    assert len({word for word, *_rest in WORDS}) == len(WORDS)


def test_the_glossary_is_sorted_in_its_own_language() -> None:
    with speaking("de_DE"):
        (block,) = glossary(Evidence(plan_named("quickstart"))).blocks
        assert isinstance(block, Terms)
        found = [term.word for term in block.items]
    assert found == sorted(found, key=str.casefold)


def test_the_closing_line_tells_scenario_versions_and_check() -> None:
    plan = plan_named("quickstart")
    line = document(Evidence(plan)).closing
    digest = plan.manifest["digest"]
    assert digest[:12] in line
    assert digest not in line
    assert plan.manifest["versions"]["channelopt"] in line
    assert plan.solver is not None
    assert f"solved by {plan.solver.name} {plan.solver.version}" in line
    assert line.endswith("check passed")
    failed = plan.with_(verification=Proof(False, None))
    assert remarks.closing(failed).endswith("CHECK FAILED")
    assert remarks.closing(plan.with_(verification=None)).endswith("not checked independently")
    assert remarks.closing(plan.with_(manifest={}, solver=None)) == "check passed"


def test_what_the_check_found_rule_by_rule() -> None:
    plan = plan_named("quickstart")
    assert plan.verification is not None
    told = grid(remarks.checking(plan), "What the check found")
    assert numbers(told)["Conditions"].sum() == sum(one.rows for one in plan.verification.rules)
    assert numbers(told)["Broken"].sum() == 0
    broken = RuleProof("capacity", 4, -0.5, "phone", ("phone: 3 is not <= 2",))
    failed = plan.with_(verification=Proof(False, 1.0, (broken,)))
    section = remarks.checking(failed)
    assert "must not be used" in section.blocks[0].text
    (row,) = grid(section, "What the check found").rows
    assert [str(cell) for cell in row[1:4]] == ["4", "1", "-0.5"]


def test_every_file_of_the_run_and_of_the_scenario_is_named() -> None:
    plan = plan_named("quickstart")
    section = remarks.checking(plan)
    text = " ".join(b.text for b in section.blocks if b.kind == "paragraph")
    assert all(f"{name}.csv" in text for name in plan.tables)
    assert not any(f"{name}.csv" in text for name in set(COLUMNS) - set(plan.tables))
    hashes = {str(row[0]): str(row[1]) for row in grid(section, "Files of the scenario").rows}
    assert hashes == plan.manifest["files"]


def test_long_lists_become_tables_with_every_line() -> None:
    plan = plan_named("full")
    many = tuple(f"remark {k}" for k in range(50))
    found = remarks.remarks(plan.with_(warnings=many, ties=()))
    assert found is not None
    (block,) = found.blocks
    assert isinstance(block, Grid)
    assert [str(row[0]) for row in block.rows] == list(many)
    assert remarks.remarks(plan.with_(warnings=(), ties=())) is None


def test_every_breach_of_today_is_told() -> None:
    plan = plan_named("full")
    assert plan.baseline is not None
    found = remarks.today(plan)
    assert found is not None
    assert sum(len(one.rows) for one in grids(found)) == len(plan.baseline.breaches)
    assert remarks.today(plan.with_(baseline=None)) is None
