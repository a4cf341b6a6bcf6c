"""What was measured about lists of customers as tables, and docs/benchmarks-customers.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from statistics import median
from typing import Any

from benchmarks.page import markdown

Row = dict[str, Any]
Cut = dict[str, float]

GAP = 1e-6
MILLION = 1_000_000
MILLION_SECONDS = 15.0
MILLION_MB = 1024.0
BARE_TIMES = 30.0
LARGE = 10_000_000
LARGE_SECONDS = 120.0
FLAT_FROM = 100_000
FLAT = 1.25
"""Time per customer may differ by so much from 100,000 customers on and still be called flat."""

NAMES = {
    "bare": "one bare pass",
    "engine": "**ours, engine alone**",
    "command": "**ours, Parquet to Parquet**",
    "greedy": "greedy by value",
    "pdlp": "PDLP (OR-Tools), relaxed",
    "ipm": "HiGHS interior point, relaxed",
    "simplex": "HiGHS simplex, relaxed",
    "mip": "HiGHS, whole numbers",
}

INTRODUCTION = """\
# Benchmarks of lists of customers

Written by `make bench-customers` (`python -m benchmarks.customers`); all figures are from one run
of it, side by side. Machines differ, and one machine differs from hour to hour: compare ratios, not
seconds. `python -m benchmarks.customers --quick` takes a minute or two.

Every customer takes one of 8 channels for all contacts (1 and more, 2.5 in the mean); each has a
value of its own for each channel, to the cent, and belongs to one of 6 segments. They share 7 rows:
the capacities of branch, phone and web, the hours of the advisers on video and chat, a budget for
the cost of contacts, minimum volumes of letter and app. The first two, the hours and the budget
bind; contacts count, so that filling a row exactly is a knapsack. Data are drawn with a fixed seed
(`benchmarks/customer_data.py`); the value of a list includes the margin that is kept.

- **Engine alone** begins with arrays in memory and ends with a list and its proof; *Parquet to
  Parquet* is the command `channelopt assign RUN --customers FILE --out DIR`, from the start of
  Python to the files on disk, its own check included. It has 48 rows more, quotas of the plan that
  are so wide that none binds. Both list and proof are asked for a gap of 1e-6.
- **One bare pass** goes once through the same arrays, compiled, with as many threads, and takes the
  best option of every customer, whatever the rows say: less than that no method can do.
- **Relaxed**: simplex, interior point (with its crossover, as by default) and PDLP (to a relative
  1e-6) solve the linear program only, from the same figures. They split customers; *rows broken* is
  what is broken once every customer takes the largest share. Seconds are those of the solver
  without reading or building. HiGHS for whole numbers is asked for a gap of 1e-6.
- **Greedy** gives options away in order of their value where no upper limit breaks.
- **Distance** is how far the value is below the best bound that any of them has proven. A proven
  gap stands beside it where a way proves one by itself.
- **Seconds**: the best of several runs by the clock, the worst in brackets; what was run once has
  no bracket. *Processor s* is the time of all processors together, which tells more where other
  programs keep the machine busy. Columns of microseconds are by the clock.
- **What-if**: one limit changes by so much. *Warm* is the engine that begins where the list as it
  is ended (`Answer.again`, docs/lists-method.md), *cold* the engine anew; seconds are the best of
  three. Each proves a bound of its own; *bounds apart* is how far these differ, by the value.
- **Peak**: the memory of the largest process, with Python, its libraries and the data.
"""


def table(rows: Sequence[Row], cut: Cut) -> str:
    """Return what was measured and what it says about the goals, as Markdown."""
    sizes = sorted({row["size"] for row in rows})
    parts = [
        (
            f"Each rival was cut off after {cut['seconds']:,.0f} s of solving and at "
            f"{cut['megabytes']:,.0f} MB, and was run for at most {cut['rivals_up_to']:,} "
            "customers."
        )
    ]
    for size in sizes:
        here = [row for row in rows if row["size"] == size and row["way"] in NAMES]
        parts += [f"## {size:,} customers", _ways(here)]
    parts += ["## By customer", _per_customer(rows, sizes)]
    parts += ["## Where the engine's seconds went", _phases(rows)]
    if any("cases" in row for row in rows):
        parts += ["## What-if from earlier prices: warm / cold", _again(rows), _medians(rows)]
    parts += ["## Goals", "\n".join(goals(rows))]
    return "\n\n".join(part for part in parts if part) + "\n"


def page(rows: Sequence[Row], cut: Cut) -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION, machine(), "", table(rows, cut)])


def machine() -> str:
    """Say on what the figures were measured."""
    names = ("numba", "numpy", "pyarrow", "highspy", "ortools")
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Machine: {os.cpu_count()} virtual processors ({platform.machine()}), {gigabytes:.0f} GB, "
        f"{platform.system()}, Python {platform.python_version()}, "
        f"{', '.join(f'{name} {version(name)}' for name in names)}. Mean load at the end of the "
        f"run: {os.getloadavg()[1]:.1f} (a busy machine makes everything slower, unevenly)."
    )


def best_bound(rows: Sequence[Row]) -> float:
    """Return the least proven bound: of ours, of whole numbers, or of a relaxed optimum."""
    bounds = [row["bound"] for row in rows if row.get("bound") is not None]
    bounds += [row["relaxed"] for row in rows if row.get("status") == "Optimal" and "split" in row]
    return float(min(bounds, default=float("inf")))


def _ways(rows: Sequence[Row]) -> str:
    bound, one = best_bound(rows), _seconds(rows, "bare")
    header = ("Way", "Seconds", "Processor s", "Bare passes", "Distance", "Proven gap", "Peak MB")
    header = (*header, "Rows broken")
    return markdown(header, (_way(row, bound, one) for row in rows))


def _way(row: Row, bound: float, one: float | None) -> tuple[str, ...]:
    spent = row.get("seconds")
    value = row.get("relaxed", row.get("value"))
    reached = None if value is None else (bound - value) / max(1.0, abs(value))
    return (
        NAMES[row["way"]],
        str(row["status"]) if spent is None else _spread(spent, row),
        _number(min(row["processor"])) if "processor" in row else "–",
        "–" if spent is None or not one else f"{min(spent) / one:,.0f}",
        "–" if row["way"] == "bare" or reached is None else _distance(reached),
        "–" if (gap := own_gap(row)) is None else f"{gap:.1e}",
        f"{row['peak_mb']:,.0f}",
        _broken(row),
    )


def _distance(reached: float) -> str:
    """Return words for a distance; a split answer that was cut off may beat the bound by far."""
    if reached < -1e-9:
        return f"{-reached:.1e} above the bound: does not hold its rows"
    return f"{max(0.0, reached):.1e}"


def own_gap(row: Row) -> float | None:
    """Return the gap that a way proves for its own list of whole customers, if it does."""
    if row.get("bound") is None or row.get("value") is None or row["bound"] == float("inf"):
        return None
    return abs(row["bound"] - row["value"]) / max(1.0, abs(row["value"]))


def _spread(seconds: Sequence[float], row: Row) -> str:
    text = _number(min(seconds))
    if len(seconds) > 1:
        text += f" ({_number(max(seconds))})"
    fine = ("optimal", "Optimal", "heuristic", "feasible", None)
    return text if row.get("status") in fine else f"{text}: {str(row['status']).lower()}"


def _number(seconds: float) -> str:
    return f"{seconds:,.{4 if seconds < 0.1 else 2}f}"


def _broken(row: Row) -> str:
    if row["way"] == "command":
        return "none, checked" if row.get("verified") else "**check failed**"
    if row.get("value") is None:
        return "–"
    broken = row["broken"]
    words = [f"{broken}, worst {row['worst']:.1e}" if broken else "none"]
    words += [f"{row['split']:,} customers split"] if row.get("split") else []
    words += [f"{row['unserved']:,} customers left over"] if row["unserved"] else []
    return "; ".join(words)


def _per_customer(rows: Sequence[Row], sizes: Sequence[int]) -> str:
    header = ("Customers", "Engine µs", "Command µs", "Check µs", "Engine / bare pass")
    header = (*header, "by processor", "Passes", "Not certain", "Command MB", "Check MB")
    return markdown(header, (_line(rows, size) for size in sizes))


def _line(rows: Sequence[Row], size: int) -> tuple[str, ...]:
    found = {row["way"]: row for row in rows if row["size"] == size}
    engine, order = found["engine"], found["command"]
    times = _times(rows, size)
    spent = (_least(engine), _least(order), order.get("verify_s"))
    return (
        f"{size:,}",
        *("–" if s is None else f"{s / size * 1e6:.2f}" for s in spent),
        "–" if times is None else f"{times:.1f}",
        "–" if (work := _times(rows, size, "processor")) is None else f"{work:.1f}",
        str(engine.get("passes", "–")),
        f"{engine['near']:,}" if "near" in engine else "–",
        f"{order['peak_mb']:,.0f}",
        f"{order['verify_mb']:,.0f}",
    )


def _phases(rows: Sequence[Row]) -> str:
    """Seconds of the last run of the engine, by phase."""
    engines = [row for row in rows if row["way"] == "engine" and row.get("phases")]
    names = list(dict.fromkeys(name for row in engines for name in row["phases"]))
    lines = (
        (f"{row['size']:,}", *(f"{row['phases'].get(name, 0):.3f}" for name in names))
        for row in engines
    )
    return markdown(("Customers", *names), lines) if names else ""


def _again(rows: Sequence[Row]) -> str:
    """Return what a changed limit costs from the list as it is, against the engine anew."""
    header = ("Customers", "Limit", "Changed by", "Anew s", "From the last prices s", "Warm / cold")
    header = (*header, "Passes", "Proven gap", "Bounds apart")
    lines = (
        (
            f"{row['size']:,}",
            case["limit"],
            f"{case['share'] - 1:+.0%}",
            f"{case['anew']:.3f}",
            f"{case['begun']:.3f}",
            f"{case['begun'] / case['anew']:.2f}",
            "{} / {}".format(*reversed(case["passes"])),
            f"{case['gaps'][1]:.1e}",
            f"{abs(case['apart']):.0e}",
        )
        for row in rows
        for case in row.get("cases", ())
    )
    return markdown(header, lines)


def _medians(rows: Sequence[Row]) -> str:
    said = (
        f"{median(case['begun'] / case['anew'] for case in row['cases']):.2f} at {row['size']:,}"
        for row in rows
        if "cases" in row
    )
    return f"Median of warm / cold: {', '.join(said)} customers."


def goals(rows: Sequence[Row]) -> list[str]:
    """Say of every goal whether it was met."""
    return [*_whole_goals(rows), *_bare_goals(rows), *_flat_goal(rows)]


def _whole_goals(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        spent, gap = _least(row), own_gap(row)
        if row["way"] != "command" or spent is None or row["size"] not in (MILLION, LARGE):
            continue
        proven = gap is not None and gap <= GAP and bool(row.get("verified"))
        said = "no proof" if gap is None else f"a gap of {gap:.1e}"
        if row["size"] == MILLION:
            met = spent <= MILLION_SECONDS and row["peak_mb"] <= MILLION_MB and proven
            goal = f"{MILLION_SECONDS:g} s and 1 GB at a gap of {GAP:g}"
        else:
            met = spent <= LARGE_SECONDS and proven
            goal = f"{LARGE_SECONDS:g} s"
        yield (
            f"- {row['size']:,} customers from Parquet to Parquet (goal: {goal}): {spent:.1f} s, "
            f"{row['peak_mb']:,.0f} MB, {said}: {_met(met)}."
        )


def _bare_goals(rows: Sequence[Row]) -> Iterator[str]:
    for size in sorted({row["size"] for row in rows}):
        times = _times(rows, size)
        if times is not None and size >= FLAT_FROM:
            yield (
                f"- Engine at most {BARE_TIMES:g} bare passes at {size:,} customers: "
                f"{times:.1f}: {_met(times <= BARE_TIMES)}."
            )


def _flat_goal(rows: Sequence[Row]) -> Iterator[str]:
    for way, name in (("engine", "engine"), ("command", "command")):
        each = {
            row["size"]: spent / row["size"] * 1e6
            for row in rows
            if row["way"] == way and row["size"] >= FLAT_FROM and (spent := _least(row))
        }
        if len(each) < 2:
            continue
        said = ", ".join(f"{micro:.2f}" for _, micro in sorted(each.items()))
        growth = max(each[b] / each[a] for a in each for b in each if a < b)
        yield (
            f"- Time per customer flat from {FLAT_FROM:,} on, {name}: {said} µs at "
            f"{', '.join(f'{size:,}' for size in sorted(each))}: {_met(growth <= FLAT)}."
        )


def _met(good: bool) -> str:
    return "met" if good else "**not met**"


def _least(row: Row, clock: str = "seconds") -> float | None:
    spent = row.get(clock)
    return float(min(spent)) if spent else None


def _seconds(rows: Sequence[Row], way: str, clock: str = "seconds") -> float | None:
    return next((_least(row, clock) for row in rows if row["way"] == way), None)


def _times(rows: Sequence[Row], size: int, clock: str = "seconds") -> float | None:
    """Return how many bare passes the engine takes."""
    here = [row for row in rows if row["size"] == size]
    engine, one = _seconds(here, "engine", clock), _seconds(here, "bare", clock)
    return None if engine is None or not one else engine / one
