"""Backends by name, and what the self-test says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from channelopt.backends import doctor, registry
from channelopt.backends.base import Reason
from channelopt.errors import UsageError
from tests.backends.fakes import Fake, runnable


@pytest.mark.parametrize("name", registry.names())
def test_names_lead_to_themselves(name: str) -> None:
    assert registry.get(name).name == name
    assert registry.get(f" {name.upper()} ").name == name


@pytest.mark.parametrize(("alias", "name"), registry.ALIASES.items())
def test_aliases(alias: str, name: str) -> None:
    assert registry.get(alias).name == name
    assert name in registry.names()


def test_default_comes_first() -> None:
    assert registry.names()[0] == "highs"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("hihgs", "highs"), ("mathopt:sicp", "mathopt:scip"), ("gurobi", ""), ("pulp:nothing", "")],
)
def test_unknown_name(wrong: str, near: str) -> None:
    with pytest.raises(UsageError, match="there is no solver") as error:
        registry.get(wrong)
    assert wrong in str(error.value)
    assert "mathopt:scip, " in str(error.value)
    if near:
        assert f"did you mean '{near}'?" in str(error.value)


def test_names_load_no_solver() -> None:
    program = (
        "import sys; from channelopt.backends import registry; "
        "[(registry.get(n).can, registry.get(n).unavailable()) for n in registry.names()]; "
        "print([m for m in ('highspy', 'ortools', 'pulp', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize(
    "order",
    [
        ("highs", "mathopt:scip", "mathopt:highs"),
        ("mathopt:highs", "mathopt:scip", "highs", "pulp:highs"),
        ("cbc", "cp-sat", "highs", "scip", "glop"),
    ],
)
def test_solvers_live_in_one_process_in_any_order(order: tuple[str, ...]) -> None:
    program = (
        "import sys\n"
        "from channelopt.backends import doctor, registry\n"
        "for name in sys.argv[1:]:\n"
        "    report, = doctor.diagnose([name], wrap=lambda backend: backend)\n"
        "    print(report.name, report.is_fit, report.failures)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *order], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" True ()") == len(order), done.stdout


def test_pulp_before_ortools_is_told_before_it_crashes() -> None:
    program = (
        "from channelopt.backends import doctor\n"
        "import pulp\n"
        "report, = doctor.diagnose(['mathopt:highs'], wrap=lambda backend: backend)\n"
        "print(report.failures)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "PuLP was loaded before OR-Tools" in done.stdout


def test_every_solver_passes_the_self_test() -> None:
    reports = doctor.diagnose(wrap=lambda backend: runnable(backend.name))
    assert [report.name for report in reports] == list(registry.names())
    for report in reports:
        assert report.is_fit, report
        assert report.version


def test_self_test_finds_a_liar() -> None:
    fit = doctor.diagnose(["highs"], wrap=lambda _: Fake("honest"))
    assert not fit[0].is_fit
    assert any("infeasible: expected infeasible" in failure for failure in fit[0].failures)


def test_known_problems_cover_the_ways_to_end() -> None:
    reasons = {known.reason for known in doctor.known_problems()}
    assert reasons == {Reason.OPTIMAL, Reason.INFEASIBLE, Reason.UNBOUNDED}


def test_missing_library_is_told() -> None:
    backend = registry.get("highs")
    fake = Fake("honest")
    fake.unavailable = lambda: "not here"  # type: ignore[method-assign]
    assert backend.unavailable() is None
    report = doctor.examine(fake, lambda kept: kept)
    assert report.missing == "not here"
    assert not report.is_fit


def test_surroundings_name_versions() -> None:
    found = dict(doctor.surroundings().packages)
    assert found["highspy"].startswith("1.13")
    assert doctor.surroundings().python == sys.version.split()[0]
