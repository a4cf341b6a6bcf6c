"""No regret: the decisions that every plan within a loss of the optimum shares, proven.

A channel is open in all of them if the best plan without it is worth less than they are; a share
of contacts lies between its least and its most under a floor on profit. Every plan on the way that
gives up no more is a witness that decisions may differ, so that many need no question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from channelopt.algebra.expr import Expr
from channelopt.algebra.index import Index
from channelopt.analysis.study import Answer, Question, Study
from channelopt.analysis.tradeoffs.shapes import PROFIT, Limit, Measure, Reshaped
from channelopt.model.formulate import Model
from channelopt.plan.accounts import account
from channelopt.plan.investments import owned
from channelopt.plan.records import Known
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Floats, Numbers

MOST_FLAGS = 40
MOST_SHARES = 12
"""So many decisions are looked at, those that most contacts depend on first."""
SIDE_BY_SIDE = 8
"""Questions asked at once; later ones may be answered by the plans of earlier ones."""
SURE = 1e-6
"""Shares nearer than this are the same."""
HAIR = 1e-7
"""No less than this share of the objective may be given up: solvers have tolerances."""
EXACT = 1e-4
"""Shares are solved to this."""


Labels = tuple[str | None, str | None, str, str | None, str]
"""Segment, interaction, channel, upgrade and period, None where there is none."""


@dataclass(frozen=True)
class Decision:
    """Something that is decided.

    Attributes:
        path: its name, `channels.phone.open[2028]`.
        what: "open", "owned" or "share".
        labels: where it belongs.
        weight: contacts that depend on it.
        measure: on a program, between 0 and 1.
        read: the same of a choice.
    """

    path: str
    what: str
    labels: Labels
    weight: float
    measure: Measure
    read: Callable[[Choice], float]


@dataclass(frozen=True)
class Span:
    """From where to where a decision can go, and how both ends are known."""

    decision: Decision
    now: float
    least: float
    most: float
    least_known: Known = "not solved"
    most_known: Known = "not solved"

    @property
    def known(self) -> Known:
        """How the span is known."""
        if self.least_known == self.most_known == "re-solved":
            return "re-solved"
        return "at least" if self.least < self.most else "not solved"

    @property
    def is_shared(self) -> bool:
        """Whether all plans are proven to decide this alike."""
        return self.known == "re-solved" and self.most - self.least <= EXACT

    @property
    def verdict(self) -> str:
        """The finding in a few words."""
        if self.known == "not solved":
            return "not settled"
        if self.decision.what != "share":
            word = "always" if self.least > 0.5 else "never" if self.most < 0.5 else None
            return f"{word} {self.decision.what}" if word else "may be either"
        low, high = 100 * self.least, 100 * self.most
        if self.is_shared:
            return f"always {low:.0f} %"
        words = "between" if self.known == "re-solved" else "at least between"
        return f"{words} {low:.0f} % and {high:.0f} %"


def profit_floor(study: Study, within: float) -> float:
    """Return the least objective of a plan that gives up no more than this share of it."""
    best = study.best.objective or 0.0
    return best - max(within, HAIR) * abs(best)


def spans(study: Study, within: float, witnesses: Sequence[Choice]) -> list[Span]:
    """Say for the weightiest decisions whether they can differ.

    Args:
        study: the solved scenario.
        within: share of the objective that may be given up.
        witnesses: decisions of plans known to give up no more.

    Returns:
        Channels and upgrades first, then shares of contacts, each by weight.
    """
    search = _Search(study, within, [study.choice, *witnesses])
    flags = _weightiest(_flags(study), MOST_FLAGS)
    shares = _weightiest(_shares(study), MOST_SHARES)
    for start in range(0, len(flags), SIDE_BY_SIDE):
        search.settle_flags(flags[start : start + SIDE_BY_SIDE])
    for start in range(0, len(shares), SIDE_BY_SIDE // 2):
        search.settle_shares(shares[start : start + SIDE_BY_SIDE // 2])
    return [search.seen(one) for one in (*flags, *shares)]


def _weightiest(decisions: Iterator[Decision], most: int) -> list[Decision]:
    return sorted(decisions, key=lambda one: -one.weight)[:most]


class _Search:
    """Spans under way, and the plans that witness them."""

    def __init__(self, study: Study, within: float, witnesses: list[Choice]) -> None:
        self.study = study
        self.within = within
        self.floor = profit_floor(study, within)
        self.witnesses = witnesses
        self.ends: dict[str, tuple[tuple[float, Known], tuple[float, Known]]] = {}

    def seen(self, one: Decision) -> Span:
        """Return what is known of a decision: by questions, and by witnesses."""
        values = [one.read(choice) for choice in self.witnesses]
        span = Span(one, values[0], min(values), max(values))
        low, high = self.ends.get(one.path, ((1.0, "not solved"), (0.0, "not solved")))
        span = replace(span, least=min(span.least, low[0]), least_known=low[1])
        span = replace(span, most=max(span.most, high[0]), most_known=high[1])
        if span.least <= SURE:
            span = replace(span, least=0.0, least_known="re-solved")
        if span.most >= 1.0 - SURE:
            span = replace(span, most=1.0, most_known="re-solved")
        return span

    def settle_flags(self, decisions: Sequence[Decision]) -> None:
        """Solve with each flag turned, where no plan is known that turns it."""
        gap = self.within / 10 if self.within > EXACT / 10 else None
        for sharper in (gap, None):
            asked = [one for one in decisions if self.seen(one).known != "re-solved"]
            answers = self._ask([self._turned(one, sharper) for one in asked])
            for one, answer in zip(asked, answers, strict=True):
                self._note_flag(one, answer)

    def settle_shares(self, decisions: Sequence[Decision]) -> None:
        """Solve for the least and the most of each share, where it is not known yet."""
        asked: list[tuple[Decision, int]] = []
        for one in decisions:
            span = self.seen(one)
            asked += [(one, -1)] if span.least_known != "re-solved" else []
            asked += [(one, 1)] if span.most_known != "re-solved" else []
        floor = Limit(PROFIT, lower=self.floor)
        shapes = [Reshaped(one.measure, sign, (floor,)) for one, sign in asked]
        answers = self._ask([self._question(shape, EXACT) for shape in shapes])
        for (one, sign), answer in zip(asked, answers, strict=True):
            self._note_share(one, sign, answer)

    def _ask(self, questions: Sequence[Question]) -> list[Answer]:
        return self.study.ask(questions) if questions else []

    def _question(self, shape: Reshaped, gap: float | None) -> Question:
        return Question(self.study.instance, shape, wants_choice=True, gap=gap)

    def _turned(self, one: Decision, gap: float | None) -> Question:
        is_on = one.read(self.study.choice) > 0.5
        turned = Limit(one.measure, upper=0.0) if is_on else Limit(one.measure, lower=1.0)
        return self._question(Reshaped(limits=(turned,)), gap)

    def _note_flag(self, one: Decision, answer: Answer) -> None:
        """A plan above the floor witnesses; a bound below it proves that there is none."""
        if answer.objective is not None and answer.objective >= self.floor:
            if answer.choice is not None:
                self.witnesses.append(answer.choice)
        elif answer.infeasible or (answer.bound is not None and answer.bound < self.floor):
            now = one.read(self.study.choice)
            self.ends[one.path] = ((now, "re-solved"), (now, "re-solved"))

    def _note_share(self, one: Decision, sign: int, answer: Answer) -> None:
        if answer.objective is None:
            return
        low, high = self.ends.get(one.path, ((1.0, "not solved"), (0.0, "not solved")))
        end = (sign * answer.objective + 0.0, answer.known)
        self.ends[one.path] = (end, high) if sign < 0 else (low, end)
        if answer.choice is not None:
            self.witnesses.append(answer.choice)


def _index(n: Numbers, t: int) -> str:
    return f"[{n.periods[t]}]" if len(n.periods) > 1 else ""


def _flags(study: Study) -> Iterator[Decision]:
    """Yield every channel that could be open or not, and every upgrade that could be owned."""
    n = study.instance.numbers
    handled: Floats = account(n, study.choice).handled.sum(axis=(0, 1))
    free = n.available & ~n.always_open[:, None]
    for c, t in np.argwhere(free).tolist():
        path = f"channels.{n.channels[c]}.open{_index(n, t)}"
        labels: Labels = (None, None, n.channels[c], None, n.periods[t])
        measure = _flag(path, "open", (c, t))
        yield Decision(path, "open", labels, float(handled[c, t]), measure, _open(c, t))
    for k, t in np.argwhere(n.upgrades.available).tolist():
        c, upgrade = int(n.upgrades.channel[k]), n.upgrades.ids[k]
        path = f"upgrades.{upgrade}.owned{_index(n, t)}"
        labels = (None, None, n.channels[c], upgrade, n.periods[t])
        measure = _flag(path, "owned", (k, t))
        yield Decision(path, "owned", labels, float(handled[c, t]), measure, _owned(n, k, t))


def _open(c: int, t: int) -> Callable[[Choice], float]:
    return lambda choice: float(choice.open[c, t])


def _owned(n: Numbers, k: int, t: int) -> Callable[[Choice], float]:
    return lambda choice: float(owned(n, choice)[k, t])


def _flag(path: str, name: str, place: tuple[int, int]) -> Measure:
    """Express one open flag by channel and period, or one owned flag by upgrade and period."""

    def express(model: Model) -> Expr:
        d = model.decisions
        flags = d.open if name == "open" else d.owned
        first, t = flags.index.codes
        return flags.only((first == place[0]) & (t == place[1])).sum_to(Index.total(d.sets))

    return Measure(path, express)


def _shares(study: Study) -> Iterator[Decision]:
    """Yield the shares of contacts that enter somewhere and could enter elsewhere."""
    n = study.instance.numbers
    enters = n.eligible & n.way_available[None, None] & (n.contacts > 0)[:, :, None, :]
    choices = enters.sum(axis=2) + ~n.inbound[None, :, None]
    used = (study.choice.first_contacts > 0) & (choices > 1)[:, :, None, :]
    for s, i, w, t in np.argwhere(used).tolist():
        names = n.segments[s], n.interactions[i], n.ways[w]
        path = f"first_contacts.{'.'.join(names)}{_index(n, t)}"
        contacts = float(n.contacts[s, i, t])
        weight = float(study.choice.first_contacts[s, i, w, t])
        place = (s, i, w, t)
        labels = (*names, None, n.periods[t])
        read = _share_of(place, contacts)
        yield Decision(path, "share", labels, weight, _share(path, place, contacts), read)


def _share_of(place: tuple[int, int, int, int], contacts: float) -> Callable[[Choice], float]:
    return lambda choice: float(choice.first_contacts[place]) / contacts


def _share(path: str, place: tuple[int, int, int, int], contacts: float) -> Measure:
    def express(model: Model) -> Expr:
        d = model.decisions
        here = np.ones(d.cells.num_rows, dtype=bool)
        for codes, at in zip(d.cells.codes, place, strict=True):
            here &= codes == at
        return d.first.only(here).sum_to(Index.total(d.sets)) * (1.0 / contacts)

    return Measure(path, express)
