"""The rows of every rule: the reviewed text, and what happens without them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from channelopt.algebra.text import row_as_text
from channelopt.backends.base import Limits, Reason
from channelopt.backends.highs import Highs
from channelopt.instance.instance import Instance
from channelopt.model.formulate import Model, formulate
from channelopt.pipeline.emergencies import emergencies
from channelopt.pipeline.engine import Engine
from channelopt.plan.accounts import account
from channelopt.plan.outages import outage_tables
from channelopt.plan.table import Table
from channelopt.plan.tables import tables
from channelopt.rules import CORE, POLICIES
from channelopt.terms.choice import Choice
from channelopt.verify.check import verify
from channelopt.verify.result import Verification
from tests.rules import cases

GOLDEN = Path(__file__).parent / "golden"
CORE_SLUGS = [rule.slug for rule in CORE]
POLICY_SLUGS = [policy.slug for policy in POLICIES]
SLUGS = [*CORE_SLUGS, *POLICY_SLUGS]


def rows_of(slug: str, model: Model) -> str:
    """The rows that a rule asked for, one per line; for whole contacts the whole columns."""
    columns = model.labels.column_names()
    if slug == "whole_contacts":
        whole = [name for name, is_whole in zip(columns, model.problem.integer, strict=True)
                 if is_whole]  # fmt: skip
        return "".join(f"whole: {name}\n" for name in whole)
    owner = slug if slug in CORE_SLUGS else "p"
    lines = [
        row_as_text(model.problem, row, columns, block.label(row))
        for block in model.rows_of(owner)
        for row in range(block.start, block.stop)
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("slug", SLUGS)
def test_rows_match_the_reviewed_text(slug: str, request: pytest.FixtureRequest) -> None:
    """Every rule has a small case whose rows were read and approved."""
    instance = cases.binding(slug)
    text = rows_of(slug, formulate(instance.numbers, instance.policies))
    path = GOLDEN / f"{slug}.lp"
    if request.config.getoption("--update-golden"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_no_rule_lacks_a_text_and_no_text_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(SLUGS)
    assert set(cases.PATCHES) == set(SLUGS)


def solved(instance: Instance, model: Model) -> Verification:
    """Solve a model and check its answer against the instance, with the program's own objective."""
    outcome = Engine(Highs()).solve(model.problem, Limits(gap=1e-9))
    assert outcome.termination.reason is Reason.OPTIMAL, outcome.termination
    assert outcome.x is not None
    choice = model.choice(outcome.x)
    return verify(instance, written(instance, choice), {"objective": outcome.objective})


def written(instance: Instance, choice: Choice) -> dict[str, Table]:
    """The tables of a plan, with what happens when a channel fails."""
    found = tables(instance, choice, account(instance.numbers, choice))
    recourse = emergencies(instance, choice, Engine(Highs()))
    return {**found, **outage_tables(instance.numbers, recourse)}


@pytest.mark.parametrize("slug", SLUGS)
def test_with_all_rules_the_check_agrees(slug: str) -> None:
    instance = cases.binding(slug)
    found = solved(instance, formulate(instance.numbers, instance.policies))
    assert found.ok, found.findings()


@pytest.mark.parametrize("slug", SLUGS)
def test_the_check_misses_a_rule_that_was_dropped(slug: str) -> None:
    """Without the rule the best plan breaks it, and the independent check says so."""
    instance = cases.binding(slug)
    numbers, policies = instance.numbers, instance.policies
    if slug == "whole_contacts":
        numbers = numbers.with_(whole_contacts=False)
    if slug in POLICY_SLUGS:
        # offers stay a decision, so that only the rule itself is gone
        model = formulate(numbers, policies, without=("p",))
    else:
        model = formulate(numbers, policies, without=(slug,))
    found = solved(instance, model)
    if slug in ("routing", "upgrades"):
        assert any("objective" in line for line in found.mismatches), found.findings()
    else:
        assert (slug if slug in CORE_SLUGS else "p") in found.broken


@pytest.mark.slow
def test_each_money_term_of_the_program_is_that_of_the_check() -> None:
    """The program's accounting against the check's, term by term, over every case."""
    for slug in SLUGS:
        instance = cases.binding(slug)
        model = formulate(instance.numbers, instance.policies)
        outcome = Engine(Highs()).solve(model.problem, Limits(gap=1e-9))
        assert outcome.x is not None
        choice = model.choice(outcome.x)
        found = verify(instance, written(instance, choice), {})
        for name, amount in model.decisions.money.items():
            value = float(np.sum(amount.value(outcome.x)))
            assert value == pytest.approx(float(found.money[name]), rel=1e-6, abs=1e-5), (
                slug,
                name,
            )
