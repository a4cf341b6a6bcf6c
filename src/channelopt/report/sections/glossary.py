"""Glossary: the words of the field that occur in a report."""

from __future__ import annotations

from collections.abc import Callable

from channelopt.report.document import Section, Term, Terms
from channelopt.report.evidence import Evidence
from channelopt.report.given import entries, rows
from channelopt.report.speech import _, later

Occurs = Callable[[Evidence], bool]


def _always(_evidence: Evidence) -> bool:
    return True


def _has(section: str) -> Occurs:
    return lambda evidence: bool(entries(evidence.plan, section))


def _analysed(*names: str) -> Occurs:
    return lambda evidence: any(evidence.analysis(name) is not None for name in names)


def _has_periods(evidence: Evidence) -> bool:
    return len(evidence.plan.periods) > 1


def _has_baseline(evidence: Evidence) -> bool:
    return evidence.plan.baseline is not None


def _passes_on(evidence: Evidence) -> bool:
    return any(row["passed_on_in"] for row in evidence.plan.table("channels").records())


def _gives_up(evidence: Evidence) -> bool:
    return bool(evidence.plan.kpis.get("given_up"))


def _has_touch(evidence: Evidence) -> bool:
    return any(one.get("touch") for one in entries(evidence.plan, "channels").values())


def _has_minutes(evidence: Evidence) -> bool:
    plan = evidence.plan
    channels = entries(plan, "channels").values()
    return any(one.get("handle_minutes") for one in channels) or bool(rows(plan, "handle_minutes"))


def _waits(evidence: Evidence) -> bool:
    return "service_levels" in evidence.plan.tables


def _hangs_up(evidence: Evidence) -> bool:
    return any(row["abandonment"] for row in evidence.plan.table("service_levels").records())


def _outbound(evidence: Evidence) -> bool:
    interactions = entries(evidence.plan, "interactions").values()
    return any(one.get("direction") == "outbound" for one in interactions)


def _bounded(evidence: Evidence) -> bool:
    return evidence.plan.gap is not None


def _steps(evidence: Evidence) -> bool:
    return bool(evidence.plan.shifts) or _analysed("limits", "limit_duals")(evidence)


def _binds(evidence: Evidence) -> bool:
    return bool(evidence.plan.binding)


def _can_fail(evidence: Evidence) -> bool:
    return bool(evidence.plan.table("outages").rows)


def _returns(evidence: Evidence) -> bool:
    return bool(evidence.plan.table("returns").rows)


def _retains(evidence: Evidence) -> bool:
    return any(one.get("retention") for one in entries(evidence.plan, "segments").values())


def _steered(evidence: Evidence) -> bool:
    return bool(rows(evidence.plan, "preference"))


def _closes(evidence: Evidence) -> bool:
    return bool(rows(evidence.plan, "closure_loss"))


WORDS: tuple[tuple[str, str, Occurs], ...] = (
    (
        later("Baseline, today"),
        later("Today's shares of contacts, put through the same model."),
        _has_baseline,
    ),
    (
        later("Binding limit"),
        later("A limit that leaves no room: the plan would be worth more without it."),
        _binds,
    ),
    (
        later("Bound"),
        later("What no plan that obeys the rules can exceed."),
        _bounded,
    ),
    (
        later("Bundle"),
        later("An outbound treatment that uses several channels for one customer."),
        _has("bundles"),
    ),
    (
        later("Closure loss"),
        later("What is lost for each customer when a channel that is open today is closed."),
        _closes,
    ),
    (
        later("Discounting"),
        later("Money of a later period counts less, by the discount rate for each period."),
        _has_periods,
    ),
    (
        later("Failure demand"),
        later("Contacts that exist only because an earlier one did not solve the case."),
        _passes_on,
    ),
    (
        later("First contact"),
        later("The contact with which a case begins; the plan decides in which channel."),
        _always,
    ),
    (
        later("First-contact resolution"),
        later("Share of handled contacts that end the case."),
        _passes_on,
    ),
    (
        later("Frontier"),
        later("Plans of which none can be better in one aim without being worse in the other."),
        _analysed("frontier"),
    ),
    (
        later("FTE"),
        later("Full-time equivalent: one person who works full time."),
        _has("staff"),
    ),
    (
        later("Gap"),
        later("How far the plan may be from the best one: bound less worth, over worth."),
        _bounded,
    ),
    (
        later("Give up"),
        later("A customer whose case is not solved and who tries no further."),
        _gives_up,
    ),
    (
        later("Handle time"),
        later("Minutes that a member of staff works on one contact."),
        _has_minutes,
    ),
    (
        later("Hang up, abandonment"),
        later("A customer who waits too long ends the call before it is answered."),
        _hangs_up,
    ),
    (
        later("Inbound, outbound"),
        later(
            "Inbound contacts come from customers and must be served; outbound ones may be made."
        ),
        _outbound,
    ),
    (
        later("Incumbent"),
        later("The best plan found so far while the search goes on; at its end, the plan."),
        _bounded,
    ),
    (
        later("Kept margin"),
        later("Margin of customers who stay, as satisfied as they are."),
        _always,
    ),
    (
        later("Kind of contact, interaction"),
        later("What customers make contact for, such as a fault or a bill."),
        _always,
    ),
    (
        later("Load, erlang"),
        later("Work in the busy hour: one erlang keeps one agent busy all the time."),
        _waits,
    ),
    (
        later("Margin"),
        later("What a customer brings in a period before the cost of service."),
        _always,
    ),
    (
        later("Metric"),
        later("A further amount that is counted for each contact."),
        _has("metrics"),
    ),
    (
        later("No-regret decision"),
        later("A decision that is right in all the futures that were looked at."),
        _analysed("no_regret"),
    ),
    (
        later("Occupancy"),
        later("Share of their paid time in the busy hour in which agents work on contacts."),
        _waits,
    ),
    (
        later("Outage"),
        later("A channel fails for a whole period, and the others must take its contacts."),
        _can_fail,
    ),
    (
        later("Payback"),
        later("Periods from a purchase on until the plan is ahead and stays so."),
        _returns,
    ),
    (
        later("Reduced cost"),
        later("What a decision that was not taken would cost, for each unit of it."),
        _analysed("limit_duals", "why", "ranges"),
    ),
    (
        later("Retention curve"),
        later("Which share of a segment's margin stays at which satisfaction."),
        _retains,
    ),
    (
        later("Satisfaction-weighted profit"),
        later("Kept margin and value of contacts less all costs: what the plan maximises."),
        _always,
    ),
    (
        later("Segment"),
        later("A group of customers who are served alike."),
        _always,
    ),
    (
        later("Sensitivity"),
        later("How much the plan or its worth changes when a number does."),
        _analysed("tornado", "factors", "ranges"),
    ),
    (
        later("Service level"),
        later("Share of contacts that are answered within a time."),
        _waits,
    ),
    (
        later("Shadow price"),
        later("What the plan gains when a limit has room for one unit more."),
        _steps,
    ),
    (
        later("Steering"),
        later("Share of the customers of a channel who can be led to another one."),
        _steered,
    ),
    (
        later("Tornado"),
        later("Effects of each input at its low and its high end, the largest on top."),
        _analysed("tornado"),
    ),
    (
        later("Touch"),
        later(
            "How personal a channel is: high with a live person, low where customers serve "
            "themselves."
        ),
        _has_touch,
    ),
    (
        later("Upgrade"),
        later("An investment that changes what a channel can do or costs."),
        _has("upgrades"),
    ),
)
"""Each word with its meaning and when it occurs, in the order of the English alphabet."""


def glossary(evidence: Evidence) -> Section:
    """Return the words that occur in the report, sorted as its language spells them."""
    found = [Term(_(word), _(meaning)) for word, meaning, occurs in WORDS if occurs(evidence)]
    return Section(_("Glossary"), (Terms(tuple(sorted(found, key=_spelt))),))


def _spelt(term: Term) -> str:
    return term.word.casefold()
