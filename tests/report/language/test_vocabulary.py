"""Labels of lower layers are listed, so that they are translated."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import get_args

import channelopt.rules
from channelopt.analysis.comparing.groups import TITLES as GROUPS
from channelopt.analysis.levers import UNITS
from channelopt.analysis.reasons.per_contact import TERMS
from channelopt.analysis.varied.inputs import WORDS as INPUTS
from channelopt.pipeline.analyses import ANALYSES
from channelopt.plan.key_figures import KPIS
from channelopt.plan.kpis import key_figures_of
from channelopt.plan.records import Known, Status
from channelopt.report import wording
from channelopt.report.speech import speaking
from channelopt.report.vocabulary import label, listed
from channelopt.rules import CORE
from channelopt.terms.money import LEDGER
from tests.report.parts import plan_with_all_parts


def missing(words) -> list[str]:
    return sorted({word for word in words if word} - listed())


def titles_of_rules() -> set[str]:
    found = set()
    for module in pkgutil.iter_modules(channelopt.rules.__path__):
        for kind in vars(importlib.import_module(f"channelopt.rules.{module.name}")).values():
            title = getattr(kind, "title", None)
            if inspect.isclass(kind) and isinstance(title, str):
                found.add(title)
    return found


def test_labels_of_lower_layers_are_listed():
    kinds = {f"{word.kind[0].upper()}{word.kind[1:]}" for word in INPUTS.values()}
    assert missing(kpi.label for kpi in KPIS) == []
    assert missing(term.label for term in LEDGER) == []
    assert missing(titles_of_rules()) == []
    assert missing(GROUPS.values()) == []
    assert missing(kinds) == []
    assert missing(word.unit for word in INPUTS.values()) == []
    assert missing(UNITS.values()) == []
    assert missing(one.title for one in ANALYSES) == []
    assert missing(TERMS.values()) == []
    assert missing((*get_args(Known), *get_args(Status))) == []


def test_rules_of_the_model_have_words():
    assert {rule.slug for rule in CORE} == set(wording.RULES)


def test_metrics_keep_the_titles_of_users():
    plan = plan_with_all_parts()
    metrics = key_figures_of(plan.names)[len(KPIS) :]
    assert [label(plan.names, kpi) for kpi in metrics] == [kpi.label for kpi in metrics]
    with speaking("de"):
        found = [label(plan.names, kpi) for kpi in metrics]
        assert found[:2] == ["Hours to answer, h", "Hours to answer je Erstkontakt, h"]
        assert label(plan.names, KPIS[1]) == "Kosten"
