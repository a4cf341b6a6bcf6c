"""The scenarios that come with the project: they load, they solve, they say what they claim."""

from pathlib import Path

import numpy as np
import pytest

from channelopt import pipeline
from channelopt.backends.base import Limits
from channelopt.instance.instance import Instance
from channelopt.instance.load import load
from channelopt.plan.plan import Plan

FOLDER = Path(__file__).parents[2] / "scenarios"
SIX = ("b2b", "bank", "insurance", "public_service", "retail", "telecom")
ALL = ("quickstart", *SIX)
VARIATIONS = {
    "quickstart": ("dear_phone", "strike"),
    "bank": ("free_migration", "more_contacts", "no_closure_loss", "one_year_view", "strike"),
    "telecom": ("dear_phone", "free_migration", "mail_rule", "site_outage"),
    "retail": ("free_migration", "order_push", "peak_year", "platform_outage"),
    "b2b": ("connected_machines", "free_migration", "more_faults", "no_fax"),
    "public_service": ("equal_points", "no_floors", "slow_meters", "storm_year"),
    "insurance": ("catastrophe", "fewer_agents", "free_migration", "photo_ai"),
}
PAIRS = [(name, variation) for name in ALL for variation in VARIATIONS[name]]


def scenario(name: str, variation: str | None = None) -> Instance:
    """A scenario of the project, with a variation if one is named."""
    return load(FOLDER / name, steps=[("vary", variation)] if variation else [])


def solved(instance: Instance, seconds: float) -> Plan:
    """The proven plan, without ties and sensitivity."""
    limits = Limits(time_limit=seconds)
    return pipeline.solve(
        instance, pipeline.SolveOptions(limits=limits, ties=False, sensitivity_seconds=0)
    )


@pytest.mark.parametrize("name", ALL)
def test_loads_and_says_what_it_is(name: str) -> None:
    instance = scenario(name)
    numbers = instance.numbers
    assert numbers.contacts[:, numbers.inbound].sum() > 0
    assert (FOLDER / name / "README.md").is_file()
    assert len(instance.policies) >= 3


@pytest.mark.parametrize(("name", "variation"), PAIRS)
def test_a_variation_loads_and_changes_the_scenario(name: str, variation: str) -> None:
    assert scenario(name, variation).resolved != scenario(name).resolved


@pytest.mark.parametrize("name", ALL)
def test_the_readme_names_every_variation(name: str) -> None:
    text = (FOLDER / name / "README.md").read_text(encoding="utf-8")
    for variation in VARIATIONS[name]:
        assert f"| `{variation}` |" in text


@pytest.mark.parametrize("name", SIX)
def test_todays_shares_are_complete(name: str) -> None:
    """Every inbound pair with contacts is spread over eligible channels, and sums to 1."""
    numbers = scenario(name).numbers
    inbound = (numbers.contacts[:, :, 0] > 0) & numbers.inbound[None, :]
    shares = np.nan_to_num(numbers.baseline_share)
    assert np.allclose(shares[inbound].sum(axis=-1), 1, atol=1e-9)
    assert not shares[~numbers.eligible.any(axis=3)].any()


@pytest.mark.parametrize("name", SIX)
def test_preferences_are_for_channels_a_contact_may_enter(name: str) -> None:
    instance = scenario(name)
    numbers = instance.numbers
    assert not numbers.preference[~numbers.eligible.any(axis=3)].any()
    assert not [w for w in instance.warnings if "preference" in str(w)]


@pytest.mark.slow
def test_the_workbook_equals_its_folder() -> None:
    book = load(FOLDER / "b2b.xlsx")
    assert book.resolved == scenario("b2b").resolved
    for variation in VARIATIONS["b2b"]:
        varied = load(FOLDER / "b2b.xlsx", steps=[("vary", variation)])
        assert varied.resolved == scenario("b2b", variation).resolved


def test_public_service_reads_decimal_commas() -> None:
    """0,462312 in a file with semicolons is less than one half, not half a million."""
    header = (FOLDER / "public_service" / "baseline_share.csv").read_bytes()[:20]
    assert header.startswith(b"\xef\xbb\xbfsegment;")
    numbers = scenario("public_service").numbers
    place = tuple(
        labels.index(label)
        for labels, label in (
            (numbers.segments, "family"),
            (numbers.interactions, "info"),
            (numbers.channels, "phone"),
        )
    )
    assert 0.4 < numbers.baseline_share[place] < 0.5


def test_the_quick_start_has_a_known_optimum() -> None:
    plan = solved(scenario("quickstart"), 30)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(1584246.58, abs=0.01)
    assert plan.verification is not None
    assert plan.verification.ok
    fte = plan.tables["staff"].rows[0][plan.tables["staff"].columns.index("fte")]
    assert fte == 3


@pytest.mark.parametrize("variation", VARIATIONS["quickstart"])
def test_the_variations_of_the_quick_start_cost_money(variation: str) -> None:
    plan = solved(scenario("quickstart", variation), 30)
    assert plan.status == "optimal"
    assert plan.objective is not None
    assert plan.objective < 1584246


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SIX)
def test_solves_to_a_proven_plan_better_than_today(name: str) -> None:
    plan = solved(scenario(name), 600)
    assert plan.status == "optimal"
    assert plan.verification is not None
    assert plan.verification.ok
    assert plan.objective is not None
    assert plan.baseline is not None
    assert plan.objective > (plan.baseline.kpis["profit"] or 0)
    assert len({rule.rule for rule in plan.binding if rule.is_policy}) >= 3


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("name", "variation"), [pair for pair in PAIRS if pair[0] != "quickstart"])
def test_a_variation_solves(name: str, variation: str) -> None:
    plan = solved(scenario(name, variation), 600)
    assert plan.status == "optimal"
    assert plan.verification is not None
    assert plan.verification.ok
