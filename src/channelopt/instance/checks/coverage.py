"""Every contact has a way in, and every cell that needs a value has one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from channelopt.instance.assemble import WHOLE
from channelopt.instance.checks.context import SUM_TOLERANCE, Context, first_few
from channelopt.instance.checks.routing import Traffic
from channelopt.instance.tables import Table
from channelopt.terms.numbers import Flags, Floats, Numbers


def check_coverage(
    context: Context, numbers: Numbers, tables: dict[str, Table], reach: Traffic
) -> None:
    """Check values that some cell needs, and sums of shares."""
    _satisfaction_weight(context, numbers)
    _ways_in(context, numbers, reach.first)
    _satisfaction(context, numbers, reach.first)
    _minutes(context, numbers, reach.carries)
    _preference(context, tables["preference"], tables["eligible"])
    _baseline(context, numbers, tables["baseline_share"])
    _shares(context, numbers)
    if numbers.whole_contacts:
        _whole(context, numbers)


def cell_name(numbers: Numbers, segment: int, interaction: int, period: int | None = None) -> str:
    """Name a cell in brackets; a single period is not named."""
    parts = [numbers.segments[segment], numbers.interactions[interaction]]
    if period is not None and len(numbers.periods) > 1:
        parts.append(numbers.periods[period])
    return f"({', '.join(parts)})"


def _names(numbers: Numbers, cells: Flags) -> list[str]:
    """Name cells (S, I, T); the period only where a pair misses some periods, not all."""
    if (cells == cells[..., :1]).all():
        return [cell_name(numbers, int(s), int(i)) for s, i in np.argwhere(cells[..., 0])]
    return [cell_name(numbers, int(s), int(i), int(t)) for s, i, t in np.argwhere(cells)]


def _satisfaction_weight(context: Context, numbers: Numbers) -> None:
    """A segment with inbound contacts has a curve or there is a weight."""
    if not np.isnan(numbers.satisfaction_weight):
        return
    served: Flags = np.any(numbers.contacts[:, numbers.inbound] > 0, axis=(1, 2))
    without = [
        label
        for at, label in enumerate(numbers.segments)
        if served[at] and at not in numbers.curves
    ]
    if without:
        message = (
            "is missing; it is required because these segments have inbound contacts and no "
            f"retention curve: {first_few(without)}"
        )
        hint = "0.3 means: 30 % of the margin hangs on satisfaction"
        context.report("E248", ("objective", "satisfaction_weight"), message, hint)


def _ways_in(context: Context, numbers: Numbers, first: Flags) -> None:
    """Inbound contacts can enter somewhere."""
    asked = (numbers.contacts > 0) & numbers.inbound[:, None]
    lost = asked & ~first.any(axis=2)
    pairs = [(int(s), int(i)) for s, i in np.argwhere(lost.any(axis=2))]
    for s, i in pairs[:8]:
        t = int(np.flatnonzero(lost[s, i])[0])
        message = (
            f"no channel can take the contacts of {cell_name(numbers, s, i, t)}: "
            f"{_reasons(context, numbers, (s, i, t))}"
        )
        context.report("E252", ("interactions", numbers.interactions[i]), message)
    if len(pairs) > 8:
        message = f"{len(pairs) - 8} more pairs of segment and interaction have no channel"
        context.report("E252", ("interactions",), message)


def _reasons(context: Context, numbers: Numbers, cell: tuple[int, int, int]) -> str:
    """Say for each channel why it cannot take a contact."""
    s, i, t = cell
    reasons = []
    for c, label in enumerate(numbers.channels):
        if not numbers.eligible[s, i, c, t]:
            reasons.append(f"{label} is not eligible")
        else:
            entry = context.scenario.channels[label]
            since = f" from {entry.available_from}" if entry.available_from is not None else ""
            until = f" until {entry.available_until}" if entry.available_until is not None else ""
            reasons.append(f"{label} is available only{since}{until}")
    return "; ".join(reasons[:6]) + (f"; and {len(reasons) - 6} more" if len(reasons) > 6 else "")


def _by_channel(
    context: Context, numbers: Numbers, cells: Flags, words: tuple[str, str, str, str]
) -> None:
    """Report missing values (S, I, C, T), one problem per channel."""
    code, attribute, message, hint = words
    for c, label in enumerate(numbers.channels):
        missing = cells[:, :, c]
        if missing.any():
            names = _names(numbers, missing)
            context.report(
                code, ("channels", label, attribute), f"{message} {first_few(names)}", hint
            )


def _satisfaction(context: Context, numbers: Numbers, first: Flags) -> None:
    """An inbound cell that can have first contacts needs a satisfaction."""
    missing = first & numbers.inbound[:, None, None] & np.isnan(numbers.satisfaction)
    hint = "give it in the table satisfaction or on the channel, or make the cell not eligible"
    _by_channel(
        context, numbers, missing, ("E250", "satisfaction", "no satisfaction is known for", hint)
    )


def _minutes(context: Context, numbers: Numbers, carries: Flags) -> None:
    """A cell that staff may have to handle needs minutes."""
    served: Flags = np.any(numbers.serves, axis=0)
    missing = carries & served[:, None] & np.isnan(numbers.handle_minutes)
    message = "a staff group serves the channel, so minutes are required for"
    _by_channel(context, numbers, missing, ("E251", "handle_minutes", message, ""))


def _preference(context: Context, table: Table, eligible: Table) -> None:
    """No customer prefers two channels; preference for what is not eligible is ignored."""
    axes = context.axes
    shares = np.broadcast_to(table.values, (*table.values.shape[:2], axes.shape[2], 1))[..., 0]
    for s, i in np.argwhere(shares.sum(axis=2) > 1 + SUM_TOLERANCE)[:8]:
        pair = _pair(context, table, int(s), int(i))
        message = f"the shares of {pair} sum to {shares[s, i].sum():.12g}, more than 1"
        _at_row(context, "E253", "preference", table, (int(s), int(i)), message)
    ignored = (table.values > 0) & ~(eligible.values > 0)
    if ignored.any() and table.cells is not None:
        s, i, c, _ = (int(at) for at in np.argwhere(ignored)[0])
        pair = _pair(context, eligible, s, i)
        message = (
            f"preference is ignored where the channel is not eligible, for example "
            f"{axes.labels['channel'][c] if ignored.shape[2] > 1 else 'every channel'} for {pair}"
        )
        context.problems.add("W253", message, table.cells.rows.place(0))


def _pair(context: Context, table: Table, segment: int, interaction: int) -> str:
    """Name a pair of segment and interaction as far as a table tells them apart."""
    parts = []
    if table.values.shape[0] > 1 or len(context.axes.segments) == 1:
        parts.append(context.axes.segments[segment])
    if table.values.shape[1] > 1 or len(context.axes.interactions) == 1:
        parts.append(context.axes.interactions[interaction])
    return f"({', '.join(parts) or 'every segment and interaction'})"


def _at_row(
    context: Context, code: str, name: str, table: Table, pair: tuple[int, int], message: str
) -> None:
    """Report a problem at the first row that speaks of a pair."""
    place = context.source.place_of(("tables", name))
    if table.cells is not None:
        owner = np.broadcast_to(table.cells.owner, table.values.shape)[pair].reshape(-1)
        rows = owner[owner >= 0]
        place = table.cells.rows.place(int(rows.min())) if len(rows) else place
    context.problems.add(code, f"table {name}: {message}", place)


def _baseline(context: Context, numbers: Numbers, table: Table) -> None:
    """Today's shares sum to 1; outbound at most 1."""
    axes = context.axes
    shares = np.broadcast_to(table.values, (*table.values.shape[:2], axes.shape[2], 1))[..., 0]
    known = ~np.isnan(shares).all(axis=2)
    total = np.nansum(shares, axis=2)
    shape = np.broadcast_shapes(total.shape, (1, len(axes.interactions)))
    inbound = np.broadcast_to(numbers.inbound[None, :], shape)
    off = (np.abs(total - 1) > SUM_TOLERANCE) & inbound | (total > 1 + SUM_TOLERANCE)
    off &= known
    rows, columns = total.shape
    wrong = {(min(int(s), rows - 1), min(int(i), columns - 1)): (s, i) for s, i in np.argwhere(off)}
    pairs = list(wrong.items())
    for at, cell in pairs[:8]:
        wanted = "1" if inbound[cell] else "at most 1"
        pair = _pair(context, table, *at)
        message = f"the shares of {pair} sum to {total[at]:.12g}, expected {wanted}"
        _at_row(context, "E254", "baseline_share", table, at, message)
    if len(pairs) > 8:
        message = f"table baseline_share: {len(pairs) - 8} more pairs do not sum to 1"
        context.problems.add("E254", message, context.source.place_of(("tables", "baseline_share")))


def _shares(context: Context, numbers: Numbers) -> None:
    """Warn where share bounds contradict each other: no plan can obey them."""
    asked = numbers.contacts > 0
    crossed = (numbers.min_share > numbers.max_share).any(axis=2) & asked
    possible = np.where(numbers.way_available, numbers.min_share, 0.0)
    above = (possible.sum(axis=2) > 1 + SUM_TOLERANCE) & asked
    words = ("min_share is above max_share for", "min_share sums to more than 1 for")
    for cells, message in zip((crossed, above), words, strict=True):
        _warn_shares(context, numbers, cells, message)


def _warn_shares(
    context: Context, numbers: Numbers, cells: NDArray[np.bool_], message: str
) -> None:
    if cells.any():
        names = first_few(_names(numbers, cells))
        place = context.source.place_of(("tables", "min_share"))
        context.problems.add("W254", f"{message} {names}: no plan can obey it", place)


def _whole(context: Context, numbers: Numbers) -> None:
    """With whole contacts, the inbound contacts to be served are whole numbers."""
    contacts: Floats = numbers.contacts
    off = (np.abs(contacts - np.rint(contacts)) > WHOLE) & numbers.inbound[:, None]
    if off.any():
        s, i, t = (int(at) for at in np.argwhere(off)[0])
        message = (
            f"contacts of {cell_name(numbers, s, i, t)} are {contacts[s, i, t]:.12g}, not a whole "
            f"number ({int(off.sum())} cells in all)"
        )
        hint = "customers times contacts_per_customer must be whole"
        context.report("E255", ("whole_contacts",), message, hint)
