"""A sweep in a process of its own, to be killed: `python -m tests.pipeline.sweeper JOURNAL N`.

Prints every point as it is solved to stderr, and all of them to stdout at the end.
"""

import itertools
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from channelopt.analysis.sweeping.axes import crossed
from channelopt.analysis.sweeping.point import Axis, Grid, Point, Solved
from channelopt.instance.load import from_data
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.sweep.record import text
from channelopt.pipeline.sweep.run import Subject, SweepWays, sweep

SMALL: dict[str, Any] = {
    "format": 1,
    "objective": {"satisfaction_weight": 0.5},
    "periods": [2027, 2028],
    "segments": {
        "gold": {"customers": 100, "margin": 90},
        "young": {"customers": 300, "margin": 30},
    },
    "interactions": {"question": {}, "complaint": {"importance": 3}},
    "channels": {
        "phone": {"unit_cost": 2, "satisfaction": 0.9, "fixed_cost": 500, "capacity": 400},
        "shop": {"unit_cost": 4, "satisfaction": 0.95, "fixed_cost": 900, "closing_cost": 50},
        "web": {"unit_cost": 0.2, "satisfaction": 0.6},
    },
    "tables": {
        "contacts_per_customer": [
            {"interaction": "question", "value": 2},
            {"interaction": "complaint", "value": 0.5},
        ]
    },
    "policies": [
        {"name": "budget", "type": "budget", "at_most": 2500},
        {"name": "floor", "type": "satisfaction", "at_least": 0.62},
    ],
}
"""Two whole decisions and a half: solved in a blink, and its plan changes along the budget."""

BUDGETS = (150, 900, 1200, 2000, 3000, 9000)
PRICES = (0.5, 3.0)
AXES = {"policies.budget.at_most": BUDGETS, "channels.phone.unit_cost*": PRICES}


def grid(axes: Mapping[str, Sequence[Any]] = AXES) -> Grid:
    return crossed([Axis(name, tuple(values)) for name, values in axes.items()])


def rows(paths: Sequence[str], values: Sequence[Sequence[Any]]) -> Grid:
    named = [
        Axis(path, tuple(dict.fromkeys(column)))
        for path, column in zip(paths, zip(*values, strict=True), strict=True)
    ]
    points = tuple(
        Point(
            number,
            tuple(row),
            tuple(("set", f"{path}={value}") for path, value in zip(paths, row, strict=True)),
        )
        for number, row in enumerate(values, start=1)
    )
    return Grid(tuple(named), points, crossed=False)


def subject(data: Mapping[str, Any] = SMALL, options: SolveOptions | None = None) -> Subject:
    return Subject(from_data(data).resolved, options=options or SolveOptions(isolate=False))


def texts(found: Sequence[Solved]) -> str:
    return "\n".join(map(text, found))


def main(journal: str, workers: str) -> None:
    options = SolveOptions(isolate=int(workers) > 0)
    ways = SweepWays(
        workers=int(workers),
        journal=Path(journal),
        listen=lambda news: print(news.solved.number, file=sys.stderr, flush=True),  # noqa: T201
    )
    sys.stdout.write(texts(sweep(subject(options=options), grid(), ways)))


if __name__ == "__main__":
    main(*itertools.islice(sys.argv, 1, None))
