"""Words for reasons: sentences that a planner can act on, written from the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from channelopt.analysis.reasons.flipping import FIXED
from channelopt.analysis.reasons.flips import Candidate, Flip
from channelopt.analysis.reasons.forcing import label
from channelopt.analysis.reasons.per_contact import TERMS, Term
from channelopt.analysis.reasons.reasons import Other, Reason
from channelopt.instance.instance import Instance
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Numbers

SMALL = 0.05
"""Terms below this share of the largest one are not mentioned."""
MEANS: Mapping[str, str] = {
    "unit_cost": "a contact by {way} costs {to} instead of {now}",
    "handle_minutes": "a contact by {way} takes {to} instead of {now} minutes",
    "resolution": "{way} settles {to} instead of {now} of these contacts",
    "satisfaction": "satisfaction with {way} is {to} instead of {now}",
    "contact_value": "a contact by {way} brings {to} instead of {now}",
}
LOST: Mapping[str, str] = {
    "margin_kept": "margin lost",
    "contact_value": "contact value lost",
    "satisfaction_value": "satisfaction lost",
}
"""Gains as they are called where costs are positive."""
KINDS: Mapping[str, str] = {
    "unit_cost": "unit cost",
    "handle_minutes": "handle time",
    "resolution": "resolution",
    "satisfaction": "satisfaction",
    "contact_value": "contact value",
}


class Words:
    """Writes about the reasons of one scenario."""

    def __init__(self, instance: Instance, choice: Choice) -> None:
        self.instance = instance
        self.n: Numbers = instance.numbers
        self.choice = choice

    def way(self, position: int) -> str:
        """Return the title of a channel or bundle."""
        name, names = self.n.ways[position], self.instance.names
        return names.channels.get(name) or names.bundles.get(name) or name

    def who(self, reason: Reason) -> str:
        """Return segment, interaction and, where there are several, the periods of a pair."""
        s, i = reason.pair.where
        names = self.instance.names
        ids = self.n.segments[s], self.n.interactions[i]
        parts = [names.segments.get(ids[0], ids[0]), names.interactions.get(ids[1], ids[1])]
        if len(self.n.periods) > 1:
            parts.append(label(self.instance, reason.pair))
        return ", ".join(parts)

    def told(self, reason: Reason) -> tuple[str, ...]:
        """Return the sentences about one pair."""
        return tuple(self._told(reason))

    def _told(self, reason: Reason) -> Iterator[str]:
        used = sorted(
            (w for w in range(len(self.n.ways)) if reason.shares[w] >= 0.005),
            key=lambda w: (-reason.shares[w], w),
        )
        uses = ", ".join(f"{self.way(w)} ({100 * reason.shares[w]:.0f} %)" for w in used)
        yield f"{self.who(reason)}: {uses}."
        yield from self._compared(reason)
        yield from self._flipped(reason)
        yield from self._held(reason)

    def _compared(self, reason: Reason) -> Iterator[str]:
        other = reason.runner_up
        if other is None:
            yield {
                "no meaning": "No other channel may take these contacts.",
                "infeasible": "The rules leave no room for more of them in another channel.",
            }.get(reason.known, "What another channel would cost was not solved in the time.")
            return
        yield f"{self._moving(other)} {self._cost(other)}{self._terms(reason, other)}."

    def _moving(self, other: Other) -> str:
        way = self.way(other.way)
        share = other.forced_share
        if share is not None and share <= 1 - 0.005:
            return f"{way} for {100 * share:.0f} % of them, as far as the rules allow,"
        return f"{way} for all of them"

    def _cost(self, other: Other) -> str:
        if other.at_most == 0.0:
            return "would do as well"
        most = "" if other.known == "re-solved" else "at most "
        return f"would cost {most}{self._money(other.at_most or 0.0)} more"

    def _money(self, amount: float) -> str:
        currency = self.instance.names.currency
        return f"{amount:,.0f}" + (f" {currency}" if currency else "")

    def _terms(self, reason: Reason, other: Other) -> str:
        """Return what makes the difference, per contact moved; costs are positive."""
        own = [(LOST.get(x.name, TERMS[x.name]), -x.difference) for x in reason.terms if _is_own(x)]
        rest = -sum(x.difference for x in reason.terms if not _is_own(x))
        least = max(SMALL * max((abs(x) for _, x in [*own, ("", rest)]), default=0.0), 0.005)
        told = sorted((x for x in own if abs(x[1]) >= least), key=lambda x: -abs(x[1]))
        parts = [f"{amount:+,.2f} {words}" for words, amount in told]
        if abs(rest) >= least:
            parts.append(f"{rest:+,.2f} {self._else(other)}")
        total = sum(amount for _, amount in own) + rest
        return f", {total:,.2f} per contact: {', '.join(parts)}" if parts else ""

    def _else(self, other: Other) -> str:
        """Say what else the forced plan decides."""
        what = list(self._decisions(other))
        return "what else then changes" + (f" ({', '.join(what)})" if what else "")

    def _decisions(self, other: Other) -> Iterator[str]:
        if other.choice is None:
            return
        for c in range(len(self.n.channels)):
            change = int(other.choice.open[c].sum()) - int(self.choice.open[c].sum())
            if change:
                yield f"{self.way(c)} {'opens' if change > 0 else 'closes'}"
        change = other.choice.fte.mean(axis=1) - self.choice.fte.mean(axis=1)
        for g, group in enumerate(self.n.groups):
            if abs(change[g]) >= 0.05 and self.n.whole_fte[g]:
                title = self.instance.names.groups.get(group, group)
                yield f"{abs(change[g]):.3g} FTE {'more' if change[g] > 0 else 'fewer'} in {title}"

    def _held(self, reason: Reason) -> Iterator[str]:
        one = reason.held
        if one is None:
            return
        if one.way is None:
            yield f"The contacts are split because {one.words} are all worked."
        else:
            yield f"Without {one.words}, {100 * one.share:.0f} % would go to {self.way(one.way)}."

    def _flipped(self, reason: Reason) -> Iterator[str]:
        flip = reason.flip
        if flip is None:
            return
        way, share = self.way(flip.way), f"{100 * flip.threshold:.0f} %"
        if flip.candidate is None:
            yield f"{way} could take {share} of them at no cost."
            return
        sure = "" if flip.known == "re-solved" else " at the latest"
        when = self._when(flip, flip.candidate)
        cost = "" if flip.lost is None else f", which would cost {self._money(flip.lost)} now,"
        yield f"{way} takes {share} or more{cost}{sure} when {when} ({100 * flip.relative:+.2f} %)."

    def _when(self, flip: Flip, option: Candidate) -> str:
        way, value = self.way(option.way), option.value
        if option.lever is not None:
            after = option.lever.value * (1.0 + flip.relative)
            return f"the limit '{option.name}' is {after:,.4g} instead of {option.lever.value:,.4g}"
        if value is None:
            return f"the {KINDS[option.name]} of {way} changes"
        after = value * (1.0 + flip.relative)
        if option.name == "resolution":
            return MEANS[option.name].format(
                way=way, to=f"{100 * after:.1f} %", now=f"{100 * value:.1f} %"
            )
        return MEANS[option.name].format(way=way, to=f"{after:.4g}", now=f"{value:.4g}")

    def summary(self, found: list[Reason]) -> tuple[str, ...]:
        """Return the gist of all reasons."""
        solved = [x for x in found if x.runner_up is not None]
        if not solved:
            return ("No choice could be compared with another channel.",)
        said = []
        flips = [(x.flip.change, x.pair.where, x) for x in solved if x.flip is not None]
        if flips:
            closest = min(flips, key=lambda x: x[:2])[2]
            main = f"{self.who(closest)} in {self.way(closest.pair.main)}"
            said += [f"The closest call is {main}: {text}" for text in self._flipped(closest)]
        surest = max(solved, key=lambda x: (_lost(x), x.pair.where))
        return (*said, f"The surest choice is {self._choice(surest)}.")

    def _choice(self, reason: Reason) -> str:
        other = reason.runner_up
        next_best = "" if other is None else f": {self.way(other.way)} {self._cost(other)}"
        return f"{self.who(reason)} in {self.way(reason.pair.main)}{next_best}"


def _lost(reason: Reason) -> float:
    other = reason.runner_up
    return 0.0 if other is None or other.at_most is None else other.at_most


def _is_own(term: Term) -> bool:
    """Whether a term is that of the contact itself, not of what else the forced plan changes."""
    return term.name not in FIXED and term.name != "rest"
