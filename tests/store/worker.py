"""A process that works in a store: `python -m tests.store.worker STORE NAME ROUNDS SEED`.

It makes runs, replaces, tags, lists and removes its own ones, and prints what should be left of
them. Everything goes through the same functions as the commands.
"""

import json
import random
import sys
from pathlib import Path

from channelopt.plan.staging import put_in_place
from channelopt.store import index, removing, stamps, tags
from channelopt.store.finding import find
from channelopt.store.listing import listing
from tests.store.small import files

Runs = dict[str, tuple[float, list[str]]]
"""Profit and tags by name."""


def change(store: Path, mine: Runs, one: str, action: int, number: int) -> None:
    """Do one thing to an own run, or drop the index."""
    if action == 0:
        tags.change(store / one, [f"tag {number}"])
        mine[one][1].append(f"tag {number}")
    elif action == 1:
        found = find(store, one)
        removing.remove(found.path, removing.check(store, found))
        del mine[one]
    elif action == 2:
        put_in_place(files(number + 0.5), store / one, replace=True, keep=("tags.jsonl",))
        mine[one] = (number + 0.5, mine[one][1])
    elif action == 3:
        index.drop(store)


def work(store: Path, name: str, rounds: int, seed: int) -> Runs:
    """Return what should be left of this worker's runs."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    mine: Runs = {}
    for number in range(rounds):
        made = f"{name}-{number}"
        profit = float(draw.randrange(10**6))
        put_in_place(files(profit), store / made, replace=False)
        mine[made] = (profit, [])
        change(store, mine, draw.choice(sorted(mine)), draw.randrange(5), number)
        tags.change(store / "shared", [f"{name} {number}"])
        seen = {record.name: record for record in listing(store).records}
        for own, (figure, texts) in mine.items():
            assert seen[own].kpis["profit"] == figure, own
            assert list(seen[own].tags) == sorted(texts), own
    return mine


if __name__ == "__main__":
    stamps.YOUNG = 50_000_000  # so that the index is used at all
    place, called, count, seed = sys.argv[1:]
    sys.stdout.write(json.dumps(work(Path(place), called, int(count), int(seed))))
