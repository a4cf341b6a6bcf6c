"""The gist of a list: what a meeting must know, in sentences and in large figures."""

from __future__ import annotations

from collections.abc import Iterator

from channelopt.report import values
from channelopt.report.document import Block, Bullets, Figure, Figures, Note, Section, Value
from channelopt.report.figures import count, enumerate_words, money, percent, rate, worth
from channelopt.report.lists import limits, sure
from channelopt.report.lists.folder import Listed
from channelopt.report.speech import _, plural_of

HALF_A_CENT = 0.005
SOURCE = "list.json"


def gist(listed: Listed) -> Section:
    """Return the list in a few sentences, and its key figures."""
    blocks: list[Block] = [*_edited(listed), Bullets(tuple(sentences(listed))), figures(listed)]
    return Section(_("The gist"), tuple(blocks), "decision")


def _edited(listed: Listed) -> Iterator[Note]:
    if listed.edited:
        text = _(
            "Files of this list were changed after it was written: {files}. "
            "This report shows what they hold now; `channelopt verify` says whether it holds "
            "together."
        )
        yield Note(text.format(files=enumerate_words(listed.edited)))


def sentences(listed: Listed) -> Iterator[str]:
    """Yield what a planner must know, one thought at a time."""
    found = listed.found
    text = plural_of(
        "{n} customer: the list is worth {value} (satisfaction-weighted profit of the period).",
        "{n} customers: the list is worth {value} (satisfaction-weighted profit of the period).",
        found.customers,
    )
    yield text.format(n=count(found.customers), value=worth(found.value, listed.currency))
    yield proven(listed)
    yield lost(listed)
    if listed.is_joint:
        yield _("Only the scenario's own rules were kept, not the quotas of the plan.")
    yield limits.told(listed)
    yield from sure.told(listed)
    yield from _moved(listed)
    yield from rejected(listed)


def proven(listed: Listed) -> str:
    """Say how far from the best list this one can be."""
    found, missing = listed.found, listed.missing
    shown = {"amount": money(missing, listed.currency), "gap": rate(found.gap, most=6)}
    if found.status != "optimal":
        text = _(
            "It keeps every limit, but it is not proven to be the best: up to {amount} may be "
            "missing ({gap} of its worth)."
        )
    elif listed.moved("earlier") is not None:
        text = _(
            "As few customers as possible were moved: no list within the same limits is worth "
            "over {amount} more ({gap} of its worth)."
        )
    elif missing < HALF_A_CENT:
        text = _("It is proven to be the best: no list within the same limits is worth more.")
    else:
        text = _(
            "It is proven to be as good as the best: no list within the same limits is worth "
            "over {amount} more ({gap} of its worth)."
        )
    return text.format(**shown)


def lost(listed: Listed) -> str:
    """Say what going from segments to customers costs or gains."""
    loss = listed.found.loss
    text = _("Nothing is lost or gained by going from segments to customers.")
    if loss > HALF_A_CENT:
        text = _(
            "Against the plan's shares, spread evenly over these customers, {amount} is lost: the "
            "price of whole customers, and of limits that hold customer by customer."
        )
    elif loss < -HALF_A_CENT:
        text = _(
            "Telling customers apart gains {amount} over the plan's shares, spread evenly over "
            "these customers."
        )
    return text.format(amount=worth(abs(loss), listed.currency))


def _moved(listed: Listed) -> Iterator[str]:
    texts = {
        "earlier": _(
            "{n} of {all} customers of the earlier list ({share}) get something else than there."
        ),
        "today": _(
            "{n} of {all} customers whose channel of today is known ({share}) get something else."
        ),
    }
    for basis, text in texts.items():
        moved = listed.moved(basis)
        if moved is not None and moved[1]:
            share = percent(moved[0] / moved[1])
            yield text.format(n=count(moved[0]), all=count(moved[1]), share=share)


def rejected(listed: Listed) -> Iterator[str]:
    """Say how many rows of the customers' file were left out, if any."""
    number = listed.found.rejected
    if number:
        text = plural_of(
            "{n} row of the customers' file was bad and left out; {file} says why.",
            "{n} rows of the customers' file were bad and left out; {file} says why.",
            number,
        )
        yield text.format(n=count(number), file="rejected.csv")


def figures(listed: Listed) -> Figures:
    """Return the key figures."""
    found, currency = listed.found, listed.currency
    gained = -found.loss
    label = _("Gained by telling customers apart")
    if gained < -HALF_A_CENT:
        label = _("Lost by going to customers")
    shown = [
        Figure(_("Satisfaction-weighted profit"), _worth(found.value, currency)),
        Figure(
            _("Missing to the best, at most"),
            _worth(listed.missing, currency),
            change=_("{gap} of its worth").format(gap=rate(found.gap, most=6)),
        ),
        Figure(_("Customers"), values.count(found.customers)),
        Figure(label, _worth(abs(gained), currency)),
        Figure(_("Limits that cost something"), values.count(limits.priced(listed))),
    ]
    for basis, words in (
        ("earlier", _("Moved against the earlier list")),
        ("today", _("Moved against today")),
    ):
        moved = listed.moved(basis)
        if moved is not None and moved[1]:
            shown.append(Figure(words, values.percent(moved[0] / moved[1])))
    return Figures(tuple(shown), f"{SOURCE}, limits.csv", _("List"))


def _worth(amount: float, currency: str | None) -> Value:
    return Value(worth(amount, currency), amount)
