"""report.md in words: one golden report, and what must hold for every report."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelopt.plan.assemble import Origin, assemble
from channelopt.plan.markup import escape, visible
from channelopt.plan.plan import Plan
from channelopt.plan.records import Proof, RuleProof
from channelopt.report import figures
from channelopt.report.contents import document
from channelopt.report.document import Chart, Commands, Figures, Grid
from channelopt.report.evidence import Evidence
from channelopt.report.markdown import report
from channelopt.report.markdown_tables import tabular
from channelopt.report.summary import summary
from channelopt.report.wording import (
    breach_in_words,
    comparison_in_words,
    place_in_words,
)
from tests.plan.small import choice, instance
from tests.report.hand_made import GOLDEN, full_plan


def test_golden_report():
    """Rewrite with `python -m tests.report.hand_made` and read the difference."""
    assert report(full_plan()) == GOLDEN.read_text(encoding="utf-8")


def test_a_plan_without_an_answer_says_why():
    plan = Plan("infeasible", None, None, instance().names, ("2027",), warnings=("w",))
    text = report(plan)
    assert "the rules contradict each other" in text
    assert "Key figures" not in text
    for status in ("unbounded", "no_solution"):
        assert summary(plan.with_(status=status))[0].startswith(("There is no", "No plan"))


def test_a_plan_that_failed_its_check_says_so_first():
    broken = RuleProof("capacity", 4, -0.1, "phone", ("phone, 2027: 3 is not <= 2",))
    plan = full_plan().with_(verification=Proof(False, 1.0, (broken,), mismatches=("profit",)))
    section = document(Evidence(plan)).sections[0]
    assert section.blocks[0].kind == "note"
    assert "must not be used" in section.blocks[0].text
    line = "Capacity of a channel: Phone, 2027: 3; at most 2 is allowed (50.0 % too much)"
    assert line in section.blocks[-1].items


@pytest.mark.parametrize(
    ("status", "bound", "words"),
    [
        ("optimal", 1426.9125, "no plan is worth more"),
        ("optimal", 1427.9125, "no plan is worth over EUR 1.00 more"),
        ("feasible", 1500.0, "not proven optimal"),
        ("feasible", None, "No bound is proven"),
        ("evaluated", None, "given, not sought"),
    ],
)
def test_how_sure_we_are(status, bound, words):
    plan = full_plan().with_(status=status, bound=bound)
    assert any(words in sentence for sentence in summary(plan))
    if status != "optimal":
        assert not any("is proven optimal" in sentence for sentence in summary(plan))


def test_unchecked_plans_are_not_called_checked():
    sentences = summary(full_plan().with_(verification=None))
    assert sentences[-1] == "It has not been checked independently."


def test_worse_than_today_is_said():
    plan = full_plan()
    worse = plan.with_(baseline=replace(plan.baseline, kpis={"profit": 2000.0}))
    assert any("less than today's allocation" in sentence for sentence in summary(worse))


def test_one_period_without_touch_staff_or_currency():
    bare = instance(touch=(None, None, None), discount_rate=0.0)
    bare = bare.with_(names=replace(bare.names, currency=None))
    plan = assemble(bare, choice(), Origin("evaluated"))
    text = report(plan)
    assert "high-touch" not in text
    assert "EUR" not in text
    assert "| High |" not in text


def grids(plan: Plan) -> Iterator[Grid]:
    for section in document(Evidence(plan)).sections:
        for block in section.blocks:
            if isinstance(block, Grid):
                yield block
            elif isinstance(block, Figures):
                yield tabular(block)
            elif isinstance(block, Chart) and block.table is not None:
                yield block.table


HOSTILE = "<script>alert(1)</script> [x](javascript:y) | `a` *b* _c_ {{ 7*7 }}\n# d\u202e"


def test_text_from_users_is_never_markup():
    names = instance().names
    hostile = replace(
        names,
        scenario=HOSTILE,
        segments=dict.fromkeys(names.segments, HOSTILE),
        channels=dict.fromkeys(names.channels, HOSTILE),
        groups=dict.fromkeys(names.groups, HOSTILE),
        interactions=dict.fromkeys(names.interactions, HOSTILE),
    )
    plan = full_plan().with_(names=hostile, warnings=(HOSTILE,))
    text = report(plan)
    assert "{{ 7" in text
    assert "49" not in text.split("## The decision")[0]
    for markup in ("<script", "[x]", "](", "\u202e", "\n# d"):
        assert markup not in text.replace(f"\\{markup}", "")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in rows}
    assert widths == {len(grid.columns) + 1 for grid in grids(plan)}


def test_every_grid_is_rectangular_and_commands_are_plain():
    for section in document(Evidence(full_plan())).sections:
        for block in section.blocks:
            if isinstance(block, Grid):
                assert {len(row) for row in block.rows} <= {len(block.columns)}
            if isinstance(block, Commands):
                assert all("\n" not in line for line in block.lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a_b", "a_b"),
        ("_a_", r"\_a\_"),
        ("x <= y & z", "x <= y & z"),
        ("<b>", r"\<b>"),
        ("&lt;", r"\&lt;"),
        ("# x", r"\# x"),
        ("- x", r"\- x"),
        ("-12.5", "-12.5"),
        ("1. x", r"1\. x"),
        ("1.5 x", "1.5 x"),
        ("https://a.b", r"https\://a.b"),
        ("www.a.b", r"www\.a.b"),
        ("a|b", r"a\|b"),
        ("---", r"\---"),
    ],
)
def test_escaping(text, shown):
    assert escape(text) == shown


def test_invisible_characters_go_and_joiners_stay():
    assert visible("a\nb\x00\u202ec\u200cd\x1b[31m") == "a bc\u200cd[31m"


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12).filter(lambda x: sum(x) > 1e-3))
def test_percentages_add_up(parts):
    shares = [part / sum(parts) for part in parts]
    shown = figures.percents(shares)
    whole = [0 if text == "<1 %" else int(text.removesuffix(" %")) for text in shown]
    assert sum(whole) == 100
    assert all(
        abs(value - 100 * share) < 1 + 1e-6 for value, share in zip(whole, shares, strict=True)
    )


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (figures.money(1234.5, "EUR"), "EUR 1,234.50"),
        (figures.money(-0.001), "0.00"),
        (figures.money(12345.6), "12,346"),
        (figures.money(-7300.0, digits=0), "-7,300"),
        (figures.worth(71_684_000, "EUR"), "EUR 71.68 million"),
        (figures.worth(999_499, "EUR"), "EUR 999,499"),
        (figures.count(46_570_816.4), "46,570,816"),
        (figures.count(10.6667), "10.67"),
        (figures.count(2.0), "2"),
        (figures.percent(0.125), "12.5 %"),
        (figures.ratio(None), "–"),
        (figures.count(math.nan), "–"),
        (figures.difference(0.5, 0.45, "share"), "+5.0 points"),
        (figures.difference(1.0, 1.0, "money"), "0.00"),
        (figures.difference(1.0, 3.5, "money"), "-2.50"),
        (figures.difference(None, 3.5, "money"), "–"),
        (figures.enumerate_words("abc"), "a, b and c"),
        (figures.enumerate_words("abcdefg"), "a, b, c, d and 3 more"),
        (figures.plural(1, "period"), "1 period"),
        (
            comparison_in_words("x, 2027: 45421.22 is not >= 46965.6"),
            "x, 2027: 45,421; at least 46,966 is required (3.3 % too little)",
        ),
        (comparison_in_words("y: 100.4 is not = 100.1"), "y: 100.4; exactly 100.1 is required"),
        (comparison_in_words("in other words"), "in other words"),
    ],
)
def test_numbers_read_well(shown, expected):
    assert shown == expected


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ("calm, branch, 2027", "Calm savers, Branch, 2027"),
        ("agents, phone, 2028", "Agents, Phone, 2028"),
        ("2027", "2027"),
        ("", ""),
        ("nobody, knows", "nobody, knows"),
    ],
)
def test_places_have_titles(where, shown):
    names = replace(
        instance().names,
        segments={"calm": "Calm savers"},
        channels={"branch": "Branch", "phone": "Phone"},
        groups={"agents": "Agents"},
    )
    assert place_in_words(full_plan().with_(names=names), where) == shown


def test_an_id_that_two_axes_share_is_read_in_the_order_of_the_axes():
    names = replace(
        instance().names, segments={"x": "Segment X"}, interactions={"x": "Interaction X"}
    )
    plan = full_plan().with_(names=names)
    assert place_in_words(plan, "x, x") == "Segment X, Interaction X"


def test_the_only_period_goes_without_saying():
    plan = full_plan().with_(periods=("plan",))
    assert place_in_words(plan, "phone, plan") == "Phone"
    assert place_in_words(plan, "plan") == "plan"


@pytest.mark.parametrize(
    ("breach", "rule", "line"),
    [
        (
            "capacity: phone, 2027: 3.5 is not <= 2",
            "Capacity of a channel",
            "Phone, 2027: 3.5; at most 2 is allowed (75.0 % too much)",
        ),
        (
            "my: rule: 2027: 1 is not >= 2",
            "Policy my: rule",
            "2027: 1; at least 2 is required (50.0 % too little)",
        ),
        (
            "my rule: 1 is not >= 2",
            "Policy my rule",
            "1; at least 2 is required (50.0 % too little)",
        ),
        ("odd words", "Other", "odd words"),
    ],
)
def test_breaches_are_told_by_rule_and_place(breach, rule, line):
    names = replace(instance().names, channels={"phone": "Phone"})
    found = breach_in_words(full_plan().with_(names=names), breach)
    assert (found.rule, found.line) == (rule, line)


def test_steps_of_shares_are_points_and_shares_percent():
    text = report(full_plan())
    assert figures.points(0.01) == "1 point"
    assert figures.points(0.025) == "2.5 points"
    assert "0.300 share" not in text
