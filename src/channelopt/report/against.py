"""A plan under another scenario, in words: what breaks, what it costs, what can be recovered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from channelopt.analysis.against.ladder import Broken, Ladder, Rung, tables
from channelopt.plan.markup import escape
from channelopt.report.figures import ABSENT, count, enumerate_words, money, plural, worth

SENSES = {"<=": "at most", ">=": "at least", "=": "exactly"}
FEW = 3
"""How many places of a broken rule are spelled out; breaches.csv has all."""
KNOWN = {
    "infeasible": "no plan like this obeys the rules",
    "not solved": "not found in the time given",
    "at least": "better may exist",
}


def gist(ladder: Ladder) -> tuple[str, ...]:
    """Return the answer in a few sentences."""
    parts = (_held(ladder), _follows(ladder), _anew(ladder), _recovered(ladder))
    return (_worth(ladder), *(sentence for part in parts for sentence in part))


def _worth(ladder: Ladder) -> str:
    currency = ladder.instance.names.currency
    own, held = ladder.own.objective or 0.0, ladder["held"].profit or 0.0
    change = held - own
    side = "more" if change >= 0 else "less"
    told = "the same" if round(change, 2) == 0 else f"{worth(abs(change), currency)} {side}"
    return (
        f"The plan is worth {worth(own, currency)} in its own scenario; held under this one it "
        f"comes to {worth(held, currency)}, {told}."
    )


def _held(ladder: Ladder) -> Iterator[str]:
    rung = ladder["held"]
    if rung.obeys:
        yield "Held in every detail it obeys every rule."
        return
    rules = rung.rules
    counted = [f"{rule} ({len(places):,})" for rule, places in rules.items()]
    if rules:
        yield (
            f"Held in every detail it breaks {plural(len(rules), 'rule')} in "
            f"{plural(len(rung.broken), 'place')}: {enumerate_words(counted, 9)}."
        )
    for rule, places in rules.items():
        yield f"{rule}: {_said(_worst(places))}."
    for fault in rung.faults[:FEW]:
        yield f"The independent check also says: {fault}."


def _worst(places: tuple[Broken, ...]) -> Broken:
    """Return the place that misses its bound by most, relative to the bound."""
    return max(places, key=lambda one: one.excess / max(1.0, abs(one.required)))


def _said(one: Broken) -> str:
    sense = SENSES.get(one.sense, one.sense)
    return (
        f"{one.where} comes to {_number(one.found)} where {sense} {_number(one.required)} is "
        f"allowed, {_number(one.excess)} {'off' if one.sense == '=' else 'too ' + _side(one)}"
    )


def _side(one: Broken) -> str:
    return "much" if one.found > one.required else "little"


def _number(value: float) -> str:
    """Return a bound or what was found: small ones are shares or ratios, with more digits."""
    return count(value) if abs(value) >= 10 or value == 0 else f"{value:.4g}"


def _follows(ladder: Ladder) -> Iterator[str]:
    held, follows = ladder["held"], ladder["staff_follows"]
    if held.plan is None or follows.plan is None or not held.plan.kpis["fte"]:
        return
    had, needs = held.plan.kpis["fte"], follows.plan.kpis["fte"]
    breaks = f"breaks {plural(len(follows.rules), 'rule')}" if follows.rules else "obeys every rule"
    if had == needs:
        return
    yield (
        f"With FTE that follow the work ({count(needs)} instead of {count(had)} on average) it "
        f"comes to {worth(follows.profit or 0.0, ladder.instance.names.currency)} and {breaks}."
    )


def _anew(ladder: Ladder) -> Iterator[str]:
    words = {
        "contacts_move": "With the same channels, upgrades, offers and FTE, and contacts placed "
        "anew,",
        "contacts_and_staff": "With the same channels, upgrades and offers, and contacts and FTE "
        "chosen anew,",
        "reoptimised": "Re-optimised in everything,",
    }
    for rung in ladder.rungs:
        if rung.name in words:
            yield f"{words[rung.name]} {_outcome(ladder, rung)}."


def _outcome(ladder: Ladder, rung: Rung) -> str:
    currency, held = ladder.instance.names.currency, ladder["held"]
    if rung.profit is None:
        return {
            "infeasible": "there is no plan that obeys the rules",
            "not solved": "no plan was found in the time given",
        }.get(rung.known, "there is no plan")
    gain = rung.profit - (held.profit or 0.0)
    known = "" if rung.known == "re-solved" else " (the best plan found; better may exist)"
    text = f"it is worth {worth(rung.profit, currency)}{known}"
    if round(gain, 2) == 0:
        return f"{text}, as much as held"
    side = "more" if gain > 0 else "less"
    why = "" if gain > 0 or held.obeys else ", the price of obeying the rules"
    return f"{text}: {worth(abs(gain), currency)} {side} than held{why}"


def _recovered(ladder: Ladder) -> Iterator[str]:
    least, recovered = ladder.least_change, ladder.recovered
    if least is None or recovered is None:
        return
    if least.name == "reoptimised":
        yield "No rung below that obeys every rule, so that the plan has to be made anew."
        return
    amount = worth(max(recovered, 0.0), ladder.instance.names.currency)
    unproven = "" if ladder["reoptimised"].known == "re-solved" else "at least "
    yield (
        f"Re-optimising recovers {unproven}{amount} against the least change that obeys every "
        f"rule ({least.title[:1].lower()}{least.title[1:]})."
    )


def summary(ladder: Ladder) -> str:
    """Return everything that was found, as Markdown for a planner."""
    title = escape(ladder.instance.names.scenario)
    lines = [f"# Plan against reality: {title}", ""]
    lines += [f"- {escape(sentence)}" for sentence in gist(ladder)]
    lines += ["", "## The ladder", "", *_rungs(ladder)]
    if ladder.notes:
        lines += ["", "## What the plan does not know", ""]
        lines += [f"- {escape(note)}" for note in ladder.notes]
    lines += ["", "Tables: `ladder.csv`, `kpis.csv`, `breaches.csv`, `allocation.csv` (held)."]
    return "\n".join(lines) + "\n"


def rows(ladder: Ladder) -> list[tuple[str, str, str, str]]:
    """Return the ladder for people: title, profit, against held, rules."""
    held = ladder["held"].profit
    found = [(Rung("own", "no meaning").title, money(ladder.own.objective), "", "obeyed")]
    for rung in ladder.rungs:
        over = ABSENT
        if rung.profit is not None and held is not None:
            over = f"{rung.profit - held:+,.0f}" if round(rung.profit - held) else "0"
        found.append((rung.title, money(rung.profit), over, _state(rung)))
    return found


def _state(rung: Rung) -> str:
    if rung.plan is None:
        return KNOWN.get(rung.known, rung.known)
    if rung.obeys:
        return "obeyed" if rung.known != "at least" else f"obeyed; {KNOWN['at least']}"
    return f"{plural(len(rung.rules), 'rule')} broken in {plural(len(rung.broken), 'place')}"


def _rungs(ladder: Ladder) -> Iterator[str]:
    currency = ladder.instance.names.currency
    unit = f", {currency}" if currency else ""
    yield f"| | profit{unit} | over held | rules |"
    yield "|---|---:|---:|---|"
    for row in rows(ladder):
        yield f"| {' | '.join(row)} |"


def as_data(ladder: Ladder) -> dict[str, Any]:
    """Return everything that was found as plain JSON data."""
    return {
        "sentences": list(gist(ladder)),
        "own": ladder.own.objective,
        "held": ladder["held"].profit,
        "reoptimised": ladder["reoptimised"].profit,
        "cost_of_change": ladder.cost_of_change,
        "recovered": ladder.recovered,
        "least_change": None if ladder.least_change is None else ladder.least_change.name,
        "notes": list(ladder.notes),
        **{
            table.name: list(table.records())
            for table in tables(ladder)
            if table.name != "allocation"
        },
    }
