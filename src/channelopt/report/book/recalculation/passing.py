"""How contacts that are not resolved are passed on, as matrices for each way in which they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from channelopt.report.book.cells import Cell, Formula, quoted
from channelopt.report.book.paper import Column, Page
from channelopt.report.book.recalculation.basis import Basis, Profile
from channelopt.report.book.recalculation.parameters import Parameters
from channelopt.report.book.recalculation.sheets import FIRST, Sheet, at
from channelopt.report.speech import _
from channelopt.terms.numbers import Floats

FIXED = 6
"""Columns before the matrices."""


@dataclass(frozen=True)
class Places:
    """Cells by channel.

    Attributes:
        leaving: share of handled contacts whose customer gives up.
        handled: what the channel handles per first contact in each, from top to bottom.
    """

    leaving: Sequence[str]
    handled: Sequence[str]


@dataclass(frozen=True)
class Passing:
    """Where the matrices stand, one block of rows for each profile."""

    basis: Basis
    page: Page
    parameters: Parameters
    channels: Sheet

    @property
    def _size(self) -> int:
        return len(self.basis.numbers.channels)

    @cached_property
    def _blocks(self) -> dict[Profile, int]:
        return {profile: k for k, profile in enumerate(self.basis.profiles)}

    @cached_property
    def places(self) -> dict[Profile, Places]:
        """Return the cells that contacts need, for each profile."""
        name, size = quoted(self.page.name), self._size
        found = {}
        for profile, block in self._blocks.items():
            top = FIRST + block * size
            leaving = [f"{name}!{at(top + c, FIXED - 1)}" for c in range(size)]
            handled = [
                f"{name}!{at(top, self._left + c)}:{at(top + size - 1, self._left + c)}"
                for c in range(size)
            ]
            found[profile] = Places(leaving, handled)
        return found

    @property
    def _left(self) -> int:
        return FIXED + self._size

    def write(self) -> None:
        """Write the blocks."""
        columns = self._columns()
        rows = [row for profile in self.basis.profiles for row in self._rows(profile)]
        self.page.table(columns, rows, frozen=3)
        if self.basis.passes_on:
            for profile in self.basis.profiles:
                self._write_handled(profile)

    def _columns(self) -> list[Column]:
        names = self.basis.names.channels
        titles = [names.get(name, name) for name in self.basis.numbers.channels]
        columns = [
            Column(_("Profile"), "whole"),
            Column(_("Period")),
            Column(_("After contact in"), widest=40),
            Column(_("Open"), "flag"),
            Column(_("Share resolved"), "plain", "input"),
            Column(_("Share that gives up"), "plain"),
        ]
        if not self.basis.passes_on:
            return columns
        to = [Column(_("Passed on to: {channel}").format(channel=t), "factor") for t in titles]
        handled = [
            Column(_("Handled per first contact: {channel}").format(channel=t), "factor")
            for t in titles
        ]
        return [*columns, *to, *handled]

    def _rows(self, profile: Profile) -> Iterator[list[Cell]]:
        n, names = self.basis.numbers, self.basis.names.channels
        t, resolution = profile
        going, top = self._going(profile), FIRST + self._blocks[profile] * self._size
        for c, channel in enumerate(n.channels):
            row = top + c
            is_open = bool(self.basis.choice.open[c, t])
            share = at(row, 4)
            cells: list[Cell] = [
                self._blocks[profile] + 1,
                n.periods[t],
                names.get(channel, channel),
                Formula(self.channels.there("open", (t, c)), int(is_open)),
                resolution[c],
                self._gives_up(row, float(1 - resolution[c] - going[c].sum())),
            ]
            if self.basis.passes_on:
                cells += [
                    Formula(
                        f"(1-{share})*{self.parameters.route(c, other)}*{at(top + other, 3)}",
                        float(going[c, other]),
                    )
                    for other in range(self._size)
                ]
                cells += [None] * self._size
            yield cells

    def _gives_up(self, row: int, share: float) -> Formula:
        if not self.basis.passes_on:
            return Formula(f"1-{at(row, 4)}", share)
        going = f"{at(row, FIXED)}:{at(row, self._left - 1)}"
        return Formula(f"1-{at(row, 4)}-SUM({going})", share)

    def _going(self, profile: Profile) -> Floats:
        """Return (from, to) the share of handled contacts that is passed on."""
        t, resolution = profile
        is_open = self.basis.choice.open[:, t]
        leaving = 1.0 - np.array(resolution)
        going: Floats = leaving[:, None] * self.basis.numbers.unresolved * is_open
        return going

    def _write_handled(self, profile: Profile) -> None:
        """Write what every channel handles of a first contact in each: all rounds of passing on."""
        size, top = self._size, FIRST + self._blocks[profile] * self._size
        going = f"{at(top, FIXED)}:{at(top + size - 1, self._left - 1)}"
        rounds = np.linalg.inv(np.eye(size) - self._going(profile))
        style = self.page.paper.format("factor")
        place = (top, self._left, top + size - 1, self._left + size - 1)
        formula = f"{{=MINVERSE({self.parameters.unit()}-{going})}}"
        self.page.sheet.write_array_formula(*place, formula, style, float(rounds[0, 0]))
        for row, values in enumerate(rounds, start=top):
            for column, value in enumerate(values, start=self._left):
                if (row, column) != place[:2]:
                    self.page.put(row, column, float(value), "factor")
        self.page.reach(place[2], place[3])
