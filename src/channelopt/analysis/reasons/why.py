"""Why this channel, and what would flip it: every choice against its best alternative."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from channelopt.analysis.reasons.forcing import label, pairs
from channelopt.analysis.reasons.reasons import Inquiry, Reason
from channelopt.analysis.reasons.why_words import Words
from channelopt.analysis.study import Result, Study, Wishes
from channelopt.errors import UsageError, nearest
from channelopt.instance.instance import Instance
from channelopt.plan.table import Cell, Table

_PAIR = ("segment", "interaction", "period", "channel")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "why": (
        *_PAIR,
        "share",
        "runner_up",
        "forced_share",
        "regret",
        "known",
        "binding",
        "flip_parameter",
        "flip_from",
        "flip_before",
        "flip_to",
        "flip_change",
        "flip_share",
        "flip_regret",
        "flip_known",
        "flip_set",
    ),
    "why_terms": (
        *_PAIR,
        "runner_up",
        "term",
        "chosen",
        "other",
        "difference",
        "at_average",
        "known",
    ),
    "why_others": (
        *_PAIR,
        "alternative",
        "share",
        "forced_share",
        "regret",
        "at_most",
        "known",
    ),
}
"""Columns of the tables."""


def why(study: Study, wishes: Wishes) -> Result:
    """Explain the channel of every segment and interaction.

    Args:
        study: the solved scenario.
        wishes: `tolerance` is the width of the interval of a flip, relative to the input.

    Returns:
        Tables `why`, `why_terms` and `why_others`.
    """
    found = Inquiry(study, wishes.tolerance).reasons(pairs(study.instance, study.choice))
    words = Words(study.instance, study.choice)
    return Result("why", tables(study.instance, found), words.summary(found), unproven(found))


def explained(study: Study, wishes: Wishes, segment: str, interaction: str) -> tuple[str, ...]:
    """Return sentences that explain the channel of one segment and interaction.

    Args:
        study: the solved scenario.
        wishes: as for `why`.
        segment: its id.
        interaction: its id.

    Raises:
        UsageError: there is no such segment or interaction; names the nearest one.
    """
    n = study.instance.numbers
    s = _position(segment, n.segments, "segment")
    i = _position(interaction, n.interactions, "interaction")
    asked = [pair for pair in pairs(study.instance, study.choice) if pair.where == (s, i)]
    if not asked:
        return (f"'{segment}' has no contacts of '{interaction}' in this plan.",)
    words = Words(study.instance, study.choice)
    found = Inquiry(study, wishes.tolerance).reasons(asked)
    return tuple(sentence for reason in found for sentence in words.told(reason))


def _position(label: str, labels: tuple[str, ...], kind: str) -> int:
    if label not in labels:
        hint = nearest(label, labels) or f"there are: {', '.join(labels)}"
        raise UsageError(f"there is no {kind} '{label}'; {hint}")
    return labels.index(label)


def unproven(found: list[Reason]) -> int:
    """Count the regrets and flips that are not proven."""
    others = sum(x.known in {"at least", "not solved"} for one in found for x in one.others)
    return others + sum(one.flip is not None and one.flip.known != "re-solved" for one in found)


def tables(instance: Instance, found: list[Reason]) -> tuple[Table, ...]:
    """Return the tables of reasons."""
    rows = {"why": _why, "why_terms": _terms, "why_others": _others}
    return tuple(
        Table(
            name,
            COLUMNS[name],
            tuple(row for one in found for row in of(instance, one)),
        )
        for name, of in rows.items()
    )


def _where(instance: Instance, one: Reason) -> tuple[Cell, ...]:
    n, (s, i) = instance.numbers, one.pair.where
    return n.segments[s], n.interactions[i], label(instance, one.pair), n.ways[one.pair.main]


def _why(instance: Instance, one: Reason) -> Iterator[tuple[Cell, ...]]:
    other, ways = one.runner_up, instance.numbers.ways
    held = None if one.held is None else one.held.words
    yield (
        *_where(instance, one),
        float(one.shares[one.pair.main]),
        None if other is None else ways[other.way],
        None if other is None else other.forced_share,
        None if other is None else other.at_most,
        one.known,
        held,
        *_flip(one),
    )


def _flip(one: Reason) -> tuple[Cell, ...]:
    flip = one.flip
    if flip is None:
        return (None,) * 9
    option = flip.candidate
    if option is None:
        return None, None, None, None, 0.0, flip.threshold, flip.lost, flip.known, None
    sign, value = option.sign, option.value

    def at(change: float) -> float | None:
        return None if value is None else float(f"{value * (1.0 + sign * change):.9g}")

    return (
        option.paths,
        value,
        at(flip.before),
        at(flip.change),
        flip.relative,
        flip.threshold,
        flip.lost,
        flip.known,
        flip.text,
    )


def _terms(instance: Instance, one: Reason) -> Iterator[tuple[Cell, ...]]:
    other = one.runner_up
    if other is None:
        return
    for term in one.terms:
        if not (term.chosen or term.other or term.at_average or term.name == "rest"):
            continue
        yield (
            *_where(instance, one),
            instance.numbers.ways[other.way],
            term.name,
            term.chosen,
            term.other,
            term.difference,
            term.at_average,
            other.known,
        )


def _others(instance: Instance, one: Reason) -> Iterator[tuple[Cell, ...]]:
    for other in one.others:
        yield (
            *_where(instance, one),
            instance.numbers.ways[other.way],
            other.share,
            other.forced_share,
            other.regret,
            other.at_most,
            other.known,
        )
