"""What-if: one limit changes, and the engine begins where the last list ended, or anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.customer_data import ROWS, read
from benchmarks.customer_task import THREADS, blocks, repeated, task
from channelopt.backends.highs import Highs
from channelopt.priced.aims import Aims
from channelopt.priced.local import Local

LIMITS = ("capacity:branch", "hours:advisers", "budget:budget")
SHARES = (0.9, 0.99, 1.02, 1.1)
REPEATS = 3


def again(folder: str) -> dict[str, Any]:
    """Change a limit by so much: seconds anew and from the list as it is, bounds, gaps."""
    from channelopt.priced.curve import moved_to
    from channelopt.priced.engine import assign

    customers, lower, upper = read(Path(folder))
    whole = blocks(customers)
    source = Local([lambda b=b: [b] for b in whole], len(customers), THREADS)
    work, solve, aims = task(source, lower, upper), Highs().solve, Aims()
    base = assign(work, solve, aims)
    cases = []
    for name in LIMITS:
        for share in SHARES:
            at = ROWS.index(name)
            changed = moved_to(work, at, share * float(upper[at]), "upper")
            anew, one = repeated(lambda t=changed: assign(t, solve, aims), REPEATS)
            begun, two = repeated(lambda t=changed: assign(t, solve, aims, base.again), REPEATS)
            case = {"limit": name, "share": share, "gaps": [one.gap, two.gap]}
            case |= {"anew": min(anew["seconds"]), "begun": min(begun["seconds"])}
            case |= {"passes": [one.effort.passes, two.effort.passes]}
            case["apart"] = (two.price_bound - one.price_bound) / max(1.0, abs(one.value))
            cases.append(case)
    return {"cases": cases, "status": "measured"}
