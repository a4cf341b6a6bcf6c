"""Lists for the tests of their reports: written in a moment, nothing is solved."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from channelopt.customers.people import People
from channelopt.lists.result import Listing, Rejected
from channelopt.lists.writing import fill_here, write_list
from channelopt.plan.table import Table
from tests.lists import fakes

RESOLVED = {
    "format": 1,
    "title": "Two segments",
    "currency": "EUR",
    "periods": ["2027", "2028"],
    "segments": {"calm": {"title": "Calm savers"}, "keen": {"title": "Keen traders"}},
    "interactions": {
        "advice": {"title": "Advice", "direction": "inbound"},
        "offer": {"title": "Renewal offer", "direction": "outbound"},
    },
    "channels": {
        "branch": {"title": "Branch"},
        "phone": {"title": "Phone"},
        "web": {"title": "Web"},
    },
    "staff": {"agents": {"title": "Agents"}},
}
HOSTILE = {
    **RESOLVED,
    "segments": {
        "calm": {"title": '=HYPERLINK("http://x")'},
        "keen": {"title": "<script>alert(1)</script> & `|` *b*"},
    },
    "channels": {
        "branch": {"title": "Long " * 40},
        "phone": {"title": "+1+1"},
        "web": {"title": "+1+1"},
    },
    "staff": {"agents": {"title": "@sum 🙂"}},
}
CURVE = Table(
    "curve",
    ("limit", "at", "status", "value", "bound", "gap", "price", "used", "moved"),
    (
        ("capacity:phone", 30, "infeasible", None, None, None, None, None, None),
        ("capacity:phone", 40, "optimal", 1100.25, 1100.25, 0, 0.5, 40, 0),
        ("capacity:phone", 50, "feasible", 1104.5, 1105.0, 4.5e-4, 0.25, 49.5, 7),
    ),
)
WHAT_IFS = Table(
    "what_ifs",
    (
        *("name", "change", "status", "value", "difference", "bound", "gap"),
        *("moved", "costly", "conflict"),
    ),
    (
        ("as it is", "", "optimal", 1100.25, 0, 1100.25, 0, 0, "capacity:phone 0.5", ""),
        (
            *("=more phone", "capacity:phone=50 (was 40)", "optimal", 1104.5, 4.25, 1104.5, 0, 7),
            *("capacity:phone 0.25; hours:agents 0.1", ""),
        ),
        (
            *("strike", "hours:agents=0 (was 30)", "infeasible", None, None, None, None, None),
            *("", "no list keeps this limit"),
        ),
    ),
)
ASKED = [
    {"name": "as it is", "limits": {}},
    {"name": "=more phone", "limits": {"capacity:phone": 50}},
    {"name": "strike", "limits": {"hours:agents": 0, "capacity:phone": None}},
]
"""The what-ifs as `list.json` has them."""


class Before:
    """An earlier list in which everybody had the phone, whoever has an odd number nothing."""

    def options(self, question: int, people: People) -> Any:
        before = np.full(len(people), 1 if question == fakes.ADVICE else 0, dtype=np.int16)
        return np.where(people.row % 2 == 1, -1, before).astype(np.int16)


def listing(count: int = 60, *, resolved: Any = None, **changes: Any) -> Listing:
    """Return what a list is written from; capacity, hours and a quota have a price."""
    scenario = copy.deepcopy(RESOLVED if resolved is None else resolved)
    made = fakes.listing(fakes.cut(fakes.people(count), count // 3, count - count // 3))
    instance = replace(made.instance, resolved=scenario)
    about = {"files": {"customers.csv": "ab" * 32}, "options": {"gap": 1e-6, "joint": False}}
    mapping = {"columns": {"customer_id": "kunde", "contacts": {"advice": "n_advice"}}}
    return replace(made, instance=instance, **{**about, "mapping": mapping, **changes})


def rich(count: int = 60, **changes: Any) -> Listing:
    """Return one with all that a list may have.

    A third of the customers may not be phoned, and hours are used up but cost nothing.
    """
    current = {-1: np.full(count, fakes.BRANCH, dtype=np.int16)}
    eligible = {fakes.PHONE: np.arange(count) % 3 > 0}
    people = fakes.people(count, current=current, eligible=eligible)
    register = fakes.cut(people, 20, count - 20)
    made = listing(count, register=register, earlier=Before(), curve=CURVE, **changes)
    return priced(made, (0.5, -2.0, 0.0, 1.25))


def priced(made: Listing, prices: tuple[float, ...]) -> Listing:
    """Return a list at other prices."""
    answer = replace(made.answer, prices=np.array(prices), rule=fakes.Rule(prices))
    return replace(made, answer=answer)


def write(made: Listing, folder: Path, *, as_csv: bool = False, fill: Any = fill_here) -> Path:
    """Write a list and return its folder."""
    write_list(made, folder, as_csv=as_csv, force=False, fill=fill)
    return folder


def write_rich(folder: Path, **changes: Any) -> Path:
    """Write a list with all that it may have, what-ifs and rejected rows too."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    rejected = folder.parent / "bad.csv"
    rejected.write_text("row,customer_id,what\n3,K9,unknown segment\n")
    write(rich(rejected=Rejected(1, rejected), **changes), folder)
    add(folder, WHAT_IFS)
    edit(folder, lambda data: data.update(what_ifs=ASKED))
    return folder


def add(folder: Path, table: Table) -> None:
    """Put a table into the folder of a list."""
    (folder / f"{table.name}.csv").write_text(table.to_csv(), encoding="utf-8")


def edit(folder: Path, change: Callable[[Any], object], name: str = "list.json") -> None:
    """Change a JSON file of a list."""
    data = json.loads((folder / name).read_text("utf-8"))
    change(data)
    (folder / name).write_text(json.dumps(data), encoding="utf-8")
