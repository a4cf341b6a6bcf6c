"""Texts that runs store in English: known, said in German, names left alone."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from channelopt.analysis.comparing.groups import TITLES as GROUPS
from channelopt.analysis.levers import UNITS, levers
from channelopt.analysis.reasons.blockers import CHANNELS, STAFF
from channelopt.analysis.varied.breakeven import NEEDED, NO_END
from channelopt.analysis.varied.inputs import inputs
from channelopt.analysis.worth.limit_channels import OTHERS
from channelopt.analysis.worth.limit_list import bounds
from channelopt.analysis.worth.limit_points import LESS, MORE, NO_PLAN, NOTHING
from channelopt.analysis.worth.rule_list import rules
from channelopt.errors import Place, Problem
from channelopt.instance.load import load
from channelopt.pipeline.ties import WORDS as TIES
from channelopt.plan.plan import Plan
from channelopt.report.speech import speaking
from channelopt.report.stored import known, said
from tests.report.hand_made import full_plan
from tests.report.language.sources import ROOT
from tests.report.parts import plan_with_all_parts

SOURCES = ROOT / "src" / "channelopt"
SCENARIOS = sorted(path.parent for path in (ROOT / "scenarios").glob("*/scenario.yaml"))
TABLES = Path(__file__).parents[1] / "sections" / "quickstart_sensitivity"
SPOKEN = frozenset(
    {"title", "note", "unit", "verdict", "binding", "then", "low_ends", "high_ends"}
    | {"statistic", "breaks", "event", "direction", "known", "change", "stopped_by"}
)
"""Columns of tables that hold English."""
NBSP = "\u00a0"


@pytest.fixture
def german():
    with speaking("de_DE"):
        yield


def titles_of(folder: Path) -> Iterator[str]:
    """Yield every title that an analysis of a scenario could write."""
    instance = load(folder)
    own = {policy.name for policy in instance.policies}
    for one in (*levers(instance), *bounds(instance), *inputs(instance)):
        yield one.title
        yield one.unit
    yield from (rule.title for rule in rules(instance) if rule.title not in own)


def unknown(texts: Iterator[str]) -> list[str]:
    return sorted({text for text in texts if text and not known(text)})


@pytest.mark.parametrize("name", ["quickstart", "telecom_waiting"])
def test_titles_of_limits_rules_and_inputs_are_known(name: str):
    assert unknown(titles_of(ROOT / "scenarios" / name)) == []


@pytest.mark.slow
@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda path: path.name)
def test_titles_of_every_scenario_are_known(folder: Path):
    assert unknown(titles_of(folder)) == []


def test_words_of_the_engine_are_known():
    words = [*UNITS.values(), *GROUPS.values(), NEEDED, NO_END, OTHERS, LESS, MORE]
    words += [NO_PLAN, NOTHING]
    words += [f"{text} X" for text, _ in (*CHANNELS.values(), *STAFF.values())]
    words += [f"tie-break by {word} is not {how}" for word in TIES for how in ("proven", "exact")]
    assert unknown(iter(words)) == []


@pytest.mark.parametrize("plan", [full_plan(), plan_with_all_parts()], ids=["full", "parts"])
def test_texts_of_a_plan_are_known(plan: Plan):
    own = {shift.title for shift in plan.shifts if shift.unit == ""}
    texts = [*plan.warnings, *plan.ties]
    texts += [text for shift in plan.shifts for text in (shift.title, shift.unit, shift.note)]
    texts += [text for limit in plan.binding for text in (limit.unit,)]
    texts += [str(row["stopped_by"] or "") for row in plan.table("outages").records()]
    texts += plan.solver.notes if plan.solver is not None else ()
    made_up = {"scenario.yaml:3:1  W101  all margins are small"}
    assert set(unknown(iter(texts))) <= own | made_up


@pytest.mark.skipif(not TABLES.is_dir(), reason="no tables of analyses here")
def test_texts_of_analyses_are_known():
    own = {"Contacts per customer", "Minutes per contact", "Satisfaction"}
    found = []
    for path in sorted(TABLES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found += [row[name] for name in SPOKEN & set(row) if not is_number(row[name])]
    assert len(found) > 100
    policies = {policy.name for policy in load(ROOT / "scenarios" / "quickstart").policies}
    assert set(unknown(iter(found))) <= own | policies | {"share possible"}


def is_number(text: str) -> bool:
    return re.fullmatch(r"[-+.\deE%\s]*", text) is not None


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Unit cost: E-mail", "Stückkosten: E-mail"),
        ("Most FTE: Team, 2027", "Höchste VZÄ: Team, 2027"),
        ("Capacity: A, b, all periods", "Kapazität: A, b, alle Perioden"),
        ("budget (at most, all periods)", "budget (höchstens, alle Perioden)"),
        ("budget (at most, 2027)", "budget (höchstens, 2027)"),
        ("Always open: Phone + choice (at least)", "Immer offen: Phone + choice (mindestens)"),
        ("always 12 %", f"immer 12{NBSP}%"),
        ("stays open as far as 1234.5", "bleibt offen bis 1.234,5"),
        (  # several limits
            "223619: hours of a, capacity of b; 12.5: no other open channel may take them",
            (
                "223.619: Stunden von a, Kapazität von b; "
                "12,5: kein anderer offener Kanal darf sie übernehmen"
            ),
        ),
        (
            (
                "x.csv:9  W266  table unit_cost: 8 is 26.7 times the median of its column (0.3); "
                "is it in another unit?"
            ),
            (
                "x.csv:9  W266  Tabelle unit_cost: 8 ist das 26,7-Fache des Medians ihrer Spalte "
                "(0,3); ist es in einer anderen Einheit?"
            ),
        ),
        ("high: capacity, floor", "hoch: Kapazität eines Kanals, Vorgabe floor"),
        ("Staff + Satisfaction", "Personal + Zufriedenheit"),
        ("Something else: entirely", "Something else: entirely"),
        ("", ""),
    ],
)
def test_said_in_german(text: str, meant: str):
    assert said(text) == meant


@pytest.mark.usefixtures("german")
def test_names_are_never_translated():
    assert said("Unit cost: Staff") == "Stückkosten: Staff"
    assert said("Capacity: {name}") == "Kapazität: {name}"
    assert said("the policy at least") == "die Vorgabe at least"
    assert said("the paid hours of A and B") == "die bezahlten Stunden von A and B"
    groups = ("A", "B", "Letters and e-mails")
    assert said("the paid hours of A and B", groups) == "die bezahlten Stunden von A und B"
    text = "the paid hours of Letters and e-mails and A"
    assert said(text, groups) == "die bezahlten Stunden von Letters and e-mails und A"


def test_english_stays_as_it_was_written():
    text = "223619.50: hours of a"
    assert said(text) == text


def warnings() -> Iterator[str]:
    """Yield every warning of the sources, `7` for numbers and `x` for the rest."""
    for path in sorted(SOURCES.rglob("*.py")):
        code = path.read_text(encoding="utf-8")
        if not re.search(r'"W\d{3}"', code):
            continue
        for function in ast.walk(ast.parse(code)):
            if isinstance(function, ast.FunctionDef):
                yield from _of_function(function)


def _of_function(function: ast.FunctionDef) -> Iterator[str]:
    given: dict[str, list[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            given.setdefault(node.targets[0].id, []).extend(probes(node.value))
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        code, method = node.args[0], getattr(node.func, "attr", "")
        is_warning = isinstance(code, ast.Constant) and re.fullmatch(r"W\d{3}", str(code.value))
        if not is_warning or method not in {"add", "report"}:
            continue
        at = 1 if method == "add" else 2
        value = node.args[at]
        texts = given.get(value.id, []) if isinstance(value, ast.Name) else probes(value)
        for text in texts:
            yield text if method == "add" else f"x.x: {text}"


def probes(node: ast.expr) -> list[str]:
    """Return texts that an expression may give."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return ["".join(_probe(part) for part in node.values)]
    if isinstance(node, ast.BinOp):
        return [f"{left}x" for left in probes(node.left)]
    return []


def _probe(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    spec = part.format_spec if isinstance(part, ast.FormattedValue) else None
    return "x" if spec is None else "7"


FREE = re.compile(
    r"customers times contacts_per_customer give .*|the shares of x sum to .*"
    r"|read with x|x x: no plan can obey it|x rows are .*|.*: the filter matches nothing: .*"
    r"|.*speaks of x contacts.*|.*: its filters reach no contacts: x|x.x: no channel has touch x"
)
"""Errors beside warnings, and warnings with words in places: the next test spells them out."""


def test_every_warning_of_the_sources_is_known():
    found = [text for text in warnings() if not FREE.fullmatch(text)]
    assert len(found) > 20
    assert unknown(iter(found)) == []


@pytest.mark.parametrize(
    "text",
    [
        "3 rows are hidden or filtered; they are read like any other",
        "read with ; between columns, decimal comma",
        "min_share is above max_share for a, b: no plan can obey it",
        "policies.x: its filters reach no contacts: it always holds",
        "segments.x: has no contacts in any period",
        "policies.x: no channel has touch low; touch levels in use: high",
        "policies.x: a policy of type share speaks of outbound contacts and finds none",
    ],
)
def test_warnings_with_words_in_places_are_known(text: str):
    assert known(str(Problem("W260", text, Place("scenario.yaml", 3, 1))))
