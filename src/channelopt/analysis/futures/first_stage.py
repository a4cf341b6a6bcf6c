"""The first stage of a plan: what is decided before the future is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from channelopt.algebra.problem import Floats
from channelopt.analysis.futures.two_stage import Positions, Stage
from channelopt.instance.instance import Instance
from channelopt.model.formulate import Model, formulate
from channelopt.plan.table import Cell
from channelopt.terms.choice import Choice
from channelopt.terms.closed_form import most_handled
from channelopt.terms.lanes import lanes
from channelopt.terms.numbers import Flags, Numbers
from channelopt.terms.stairs import Group, Steps, all_steps, coarse, whole

MOST_STEPS = 20_000
"""So many steps of service levels are put into one program, over all futures."""
RATIO = 1.05
"""FTE at the end of a piece of more steps over those at its beginning."""


@dataclass(frozen=True)
class FirstStage:
    """Channels, upgrades and FTE; which is offered, and who uses what, follows later."""

    open: Flags  # (C, T)
    owned: Flags  # (K, T)
    fte: Floats  # (G, T)

    @staticmethod
    def of(choice: Choice) -> FirstStage:
        """Return the first stage of a plan."""
        return FirstStage(choice.open, choice.owned, choice.fte)

    @property
    def key(self) -> str:
        """Text that tells these decisions from all others."""
        found = hashlib.sha256(b"keep")
        for part in (self.open, self.owned, self.fte):
            found.update(repr((part.dtype.str, part.shape)).encode())
            found.update(np.ascontiguousarray(part).tobytes())
        return f"keep {found.hexdigest()}"

    def apply(self, model: Model) -> Model:
        """Return a program in which these decisions are taken."""
        d = model.decisions
        lower, upper = model.problem.lower.copy(), model.problem.upper.copy()
        opened, owned, fte = _columns(model)
        buyable = np.diff(d.owned.matrix.indptr) > 0
        k, t = (axis[buyable] for axis in d.upgrade_periods.codes)
        for columns, values in (
            (opened, self.open[d.openable.codes].astype(np.float64)),
            (owned, self.owned[k, t].astype(np.float64)),
            (fte, self.fte[d.group_periods.codes]),
        ):
            lower[columns] = np.maximum(lower[columns], values)
            upper[columns] = np.minimum(upper[columns], values)
        return replace(model, problem=model.problem.with_(lower=lower, upper=upper))


def _columns(model: Model) -> tuple[Positions, Positions, Positions]:
    """Return the columns of open channels, owned upgrades and FTE."""
    d = model.decisions
    return (
        d.open.on(d.openable).matrix.indices.astype(np.int64),
        d.owned.matrix.indices.astype(np.int64),
        d.fte.matrix.indices.astype(np.int64),
    )


def stages(futures: Sequence[Instance]) -> tuple[list[Stage], list[Model], bool]:
    """Formulate futures as the stages of one program.

    Returns:
        The stages, their models, and whether service levels are in there to the single step; where
        they are not, the program is a relaxation.
    """
    steps = [_steps(future.numbers) for future in futures]
    exact = sum(len(one.fte) for group in steps for one in group.values()) <= MOST_STEPS
    models = [
        formulate(f.numbers, f.policies, stairs=whole(one) if exact else coarse(one, RATIO))
        for f, one in zip(futures, steps, strict=True)
    ]
    found = [Stage(model.problem, np.concatenate(_columns(model))) for model in models]
    return found, models, exact


def _steps(n: Numbers) -> Mapping[Group, Steps]:
    ways = lanes(n)
    return all_steps(n, ways, most_handled(n, ways)) if n.service_levels else {}


def differences(
    instance: Instance, one: FirstStage, other: FirstStage
) -> Iterator[tuple[Cell, ...]]:
    """Yield what differs: decision, id, title, period, and the value of each."""
    n, names = instance.numbers, instance.names
    kinds = (
        ("open", n.channels, names.channels, one.open, other.open),
        ("owned", n.upgrades.ids, names.upgrades, one.owned, other.owned),
        ("fte", n.groups, names.groups, one.fte, other.fte),
    )
    for decision, ids, titles, before, after in kinds:
        apart = np.abs(np.asarray(after, dtype=float) - np.asarray(before, dtype=float)) > 1e-6
        for k, t in np.argwhere(apart).tolist():
            values = float(before[k, t]), float(after[k, t])
            yield decision, ids[k], titles.get(ids[k], ids[k]), n.periods[t], *values
