"""Checks of an explanation by the reference model, which shares no formulation with the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from channelopt.analysis.conflicts.explanation import Repair
from channelopt.analysis.conflicts.knobs import knobs
from channelopt.analysis.conflicts.loosening import Case, rule_of, without
from channelopt.backends.base import Limits
from channelopt.backends.highs import Highs
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data
from channelopt.pipeline.conflict import Clock, Conflict, conflict
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.reasoning import explained
from tests.reference.model import Reference
from tests.strategies import Data, Knobs, chance, pick, small_scenarios

LESS = 0.999
"""A repair that is the least does not survive with this share of its movement."""


class Serving(Reference):
    """The reference model; contacts that need not be served may stay away."""

    def __init__(self, case: Case) -> None:
        self.unserved = case.unserved
        super().__init__(case.numbers, case.policies)

    def require(self, left: Any, sense: str, right: Any) -> None:
        """Weaken the demand of contacts that need not be served."""
        super().require(left, sense, right)

    def demand(self) -> None:
        asked = self.require
        waiting = iter([key for key, contacts in self.contacts.items() if contacts])

        def weaker(left: Any, sense: str, right: Any) -> None:
            if isinstance(right, float) and sense == "=":
                while not self.n.inbound[(key := next(waiting))[1]]:
                    pass
                sense = "<=" if self.unserved[key] else "="
            asked(left, sense, right)

        self.require = weaker  # type: ignore[method-assign]
        super().demand()
        self.require = asked  # type: ignore[method-assign]

    def single_channel(self) -> None:
        asked = self.require

        def weaker(left: Any, sense: str, right: Any) -> None:
            keys = [key for key, variable in self.e.items() if variable is left]
            if keys and self.unserved[keys[0][0], keys[0][1], keys[0][3]]:
                sense = "<="
            asked(left, sense, right)

        self.require = weaker  # type: ignore[method-assign]
        super().single_channel()
        self.require = asked  # type: ignore[method-assign]


def has_plan(case: Case) -> bool:
    """Whether the reference finds a plan."""
    return Serving(case).solve().status != "infeasible"


def of(instance: Instance) -> Case:
    """The scenario as a case."""
    return without(instance, ())


def searched(instance: Instance) -> Conflict:
    """The conflict of a scenario without a plan, with ample time."""
    return conflict(instance, Engine(Highs()), Clock.of(600.0))


def check_conflict(instance: Instance, found: Conflict) -> None:
    """Together without a plan, and with one when any member is away."""
    kept = set(found.atoms)
    rest = [atom for atom in found.everything if atom not in kept]
    assert found.sure
    assert not has_plan(without(instance, rest)), found.atoms
    for atom in found.atoms:
        assert has_plan(without(instance, [*rest, atom])), (atom, found.atoms)


def check_repairs(data: Data, instance: Instance) -> int:
    """Every repair leaves a plan by `--set`, the least cannot be less; returns how many."""
    found = explained(instance, Engine(Highs()), Limits(), Clock.of(600.0))
    for repair in found.repairs:
        check_repair(data, repair)
    return len(found.repairs)


def check_repair(data: Data, repair: Repair) -> None:
    """See check_repairs."""
    repaired = from_data(data, steps=[("set", change.set) for change in repair.changes])
    answer = Serving(of(repaired)).solve()
    assert answer.status == "optimal", repair
    assert repair.known == "re-solved", repair
    assert repair.objective is not None
    assert abs(answer.objective - repair.objective) <= 1e-5 * max(1.0, abs(repair.objective))
    if repair.least and all(change.by is not None for change in repair.changes):
        less = from_data(data, steps=[("set", text) for text in shrunk(repair)])
        assert not has_plan(of(less)), repair


def shrunk(repair: Repair) -> Sequence[str]:
    """The repair with a thousandth less of its movement."""
    return [
        f"{change.parameter}={float(change.before or 0) + LESS * (change.by or 0):.15g}"
        for change in repair.changes
    ]


@st.composite
def tight_scenarios(draw: Any, shape: Knobs) -> Data:
    """Scenarios that are often without a plan."""
    data: Data = draw(small_scenarios(replace(shape, policies=2)))
    for number in range(draw(st.integers(1, 3))):
        TIGHTER[draw(st.integers(0, len(TIGHTER) - 1))](draw, data, f"tight {number}")
    return data


def _capacity(draw: Any, data: Data, _name: str) -> None:
    for channel in data["channels"].values():
        if chance(draw, 80):
            channel["capacity"] = pick(draw, 0, 1, 3, 10, 40)


def _budget(draw: Any, data: Data, name: str) -> None:
    data["policies"].append(
        {"name": name, "type": "budget", "at_most": pick(draw, -1, 0, 1, 20, 300)}
    )


def _volume(draw: Any, data: Data, name: str) -> None:
    rule: Data = {"name": name, "type": "volume", "channels": [pick(draw, *data["channels"])]}
    rule["negotiable"] = chance(draw, 70)
    data["policies"].append({**rule, "at_least": pick(draw, 2, 50, 5000)})


def _floor(draw: Any, data: Data, name: str) -> None:
    data["policies"].append(
        {"name": name, "type": "satisfaction", "at_least": pick(draw, 0.5, 0.8, 0.97)}
    )


def _share(draw: Any, data: Data, name: str) -> None:
    rule: Data = {"name": name, "type": "share", "channels": [pick(draw, *data["channels"])]}
    data["policies"].append({**rule, "at_least": pick(draw, 0.3, 0.7, 1)})


def _most(draw: Any, data: Data, name: str) -> None:
    rule: Data = {"name": name, "type": "share", "channels": [pick(draw, *data["channels"])]}
    data["policies"].append({**rule, "at_most": pick(draw, 0, 0.2, 0.5)})


def _table(draw: Any, data: Data, _name: str) -> None:
    data["tables"]["max_share"] = [{"value": pick(draw, 0.2, 0.3, 0.45)}]


def _least(draw: Any, data: Data, _name: str) -> None:
    data["tables"]["min_share"] = [{"value": pick(draw, 0.3, 0.4, 0.6)}]


def _staff(draw: Any, data: Data, _name: str) -> None:
    for group in data.get("staff", {}).values():
        group["max_fte"] = pick(draw, 0, 0.5, 1)
        group.pop("min_fte", None)


def _open(draw: Any, data: Data, name: str) -> None:
    side = pick(draw, {"at_most": 0}, {"at_most": 1}, {"at_least": len(data["channels"])})
    data["policies"].append({"name": name, "type": "open_channels", **side})


TIGHTER = (_capacity, _budget, _volume, _floor, _share, _most, _table, _least, _staff, _open)


def moved_rules(instance: Instance, found: Conflict) -> int:
    """How many rules of a conflict have a limit that can be moved."""
    return len(
        {knob.rule for knob in knobs(instance, found.atoms)} & set(map(rule_of, found.atoms))
    )
