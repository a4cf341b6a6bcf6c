"""What a list of customers takes by phase, here and on two Dask workers: the figures for sizing.

Seconds are those of the processors, of all processes together, so that other work on the machine
counts little. Customers are those of `benchmarks.customer_data`; lists are decided without quotas.

    python -m benchmarks.customers_cluster [--customers 1000000] [--partition 100000] [--only here]
"""

from __future__ import annotations

import argparse
import contextlib
import pickle
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import distributed

from benchmarks.customer_data import write
from channelopt.customers.mapping import read_mapping
from channelopt.instance.load import load
from channelopt.lists.compile import compile_list
from channelopt.lists.parts import Part
from channelopt.lists.result import Listing
from channelopt.lists.ways import ListWays
from channelopt.lists.writing import write_list
from channelopt.pipeline.deciding import solver_of
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.placing import Here, Place, There
from channelopt.pipeline.solving import Engines, find
from channelopt.priced.aims import Aims
from channelopt.priced.engine import assign
from channelopt.priced.units import Task
from channelopt.verify.lists.check import verify_list
from channelopt.workers import Workers

WARM_UP = 20_000
"""Customers of the first, unmeasured list, which compiles."""
OPTIONS = SolveOptions(ties=False, isolate=False, sensitivity_seconds=0)
Cpu = Callable[[], float]


class Counted(Workers):
    """Workers that count what goes out to them at once, and what comes back."""

    out = back = 0

    def share(self, thing: object) -> Any:
        self.out += len(pickle.dumps(thing, protocol=5))
        return super().share(thing)

    def in_order(self, begun: Iterable[Any]) -> Iterator[Any]:
        for result in super().in_order(begun):
            self.back += len(pickle.dumps(result, protocol=5))
            yield result


@dataclass
class Took:
    """What one list took.

    Attributes:
        cpu: seconds of processors by phase.
        wall: seconds by phase.
        traffic: bytes out and back by phase.
        answer: value, bound, prices, to compare.
        written: bytes of the list.
        passes: of the engine over all customers.
        phases: seconds of the engine's phases.
    """

    cpu: dict[str, float] = field(default_factory=dict)
    wall: dict[str, float] = field(default_factory=dict)
    traffic: dict[str, tuple[int, int]] = field(default_factory=dict)
    answer: tuple[Any, ...] = ()
    written: int = 0
    passes: int = 0
    phases: dict[str, float] = field(default_factory=dict)


@dataclass
class Clock:
    """Notes what phases take."""

    cpu: Cpu
    workers: Workers | None
    took: Took = field(default_factory=Took)

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        start, used, before = time.perf_counter(), self.cpu(), self._traffic()
        yield
        took, after = self.took, self._traffic()
        took.wall[name], took.cpu[name] = time.perf_counter() - start, self.cpu() - used
        took.traffic[name] = (after[0] - before[0], after[1] - before[1])

    def _traffic(self) -> tuple[int, int]:
        workers = self.workers
        return (workers.out, workers.back) if isinstance(workers, Counted) else (0, 0)


def made(folder: Path, place: Place, cpu: Cpu, rows: int, scratch: Path) -> Took:
    """Make a list in a place, and note what every phase takes."""
    clock = Clock(cpu, place.workers if isinstance(place, There) else None)
    instance = load(folder)
    choice = find(instance, OPTIONS, Engines.start(OPTIONS)).choice
    source = folder / "customers.parquet"
    mapping = read_mapping(instance, source)
    with clock.phase("read and check"):
        registered = place.register(source, instance, mapping, scratch, {"rows": rows})
    with clock.phase("add up"):
        ways, over = ListWays(joint=True), place.over(registered)
        compiled = compile_list(instance, choice, 0, registered, ways, over)
    with clock.phase("decide"):
        parts = [Part(compiled, partition) for partition in registered.partitions]
        units = place.units(parts, registered.customers * len(compiled.questions))
        answer = assign(Task(compiled.tables, compiled.rows, units), solver_of(OPTIONS), Aims())
    listing = Listing(instance, choice, 0, compiled, registered, answer, joint=True)
    out = scratch / "list"
    with clock.phase("write"):
        found = write_list(listing, out, as_csv=False, force=False, fill=place.fill)
    with clock.phase("check (one machine)"):
        sound = verify_list(out, source).ok
    took = clock.took
    took.answer = (answer.status, answer.prices.tolist(), found.value, found.bound, sound)
    took.written = sum(path.stat().st_size for path in _rows_of(out))
    took.passes, took.phases = answer.effort.passes, dict(answer.effort.seconds)
    return took


def _rows_of(folder: Path) -> Sequence[Path]:
    return [path for path in folder.rglob("*.parquet") if path.name != "coefficients.parquet"]


def here(folder: Path, rows: int, scratch: Path) -> Took:
    """Make the list on this machine."""
    return made(folder, Here(), time.process_time, rows, scratch)


@contextlib.contextmanager
def loopback(scratch: Path) -> Iterator[distributed.Client]:
    """Two worker processes of one thread each on this machine, nothing open to others."""
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            local_directory=str(scratch),
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def there(client: distributed.Client, folder: Path, rows: int, scratch: Path) -> Took:
    """Make the list on the workers."""

    def cpu() -> float:
        return time.process_time() + sum(client.run(time.process_time).values())

    return made(folder, There(Counted(client)), cpu, rows, scratch)


def _peak() -> float:
    """Return the most megabytes that this process ever had, not those of its parent (Linux)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return float(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _scratch(folder: Path, name: str) -> Path:
    path = folder / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    return path


def report(customers: int, folder: Path, found: dict[str, Took], peaks: dict[str, float]) -> str:
    """Return the tables."""
    lines = [f"{customers:,} customers, 8 channels, 7 limits; microseconds per customer", ""]
    lines += ["| phase | " + " | ".join(f"{name}: CPU | wall" for name in found) + " |"]
    lines += ["|---" * (1 + 2 * len(found)) + "|"]
    scale = 1e6 / customers
    for name in next(iter(found.values())).cpu:
        cells = (
            f"{one.cpu[name] * scale:.2f} | {one.wall[name] * scale:.2f}" for one in found.values()
        )
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    parquet = (folder / "customers.parquet").stat().st_size
    lines += ["", f"bytes per customer: {parquet / customers:.1f} in the file"]
    for name, one in found.items():
        lines.append(
            f"{name}: list {one.written / customers:.1f} bytes per customer; {one.passes} passes; "
            f"{one.answer[0]}; at most {peaks[name]:,.0f} MB in a process; decide: "
            + ", ".join(f"{phase} {seconds:.2f} s" for phase, seconds in one.phases.items())
        )
        lines += [
            f"  {phase}: {out:,} bytes out, {back:,} bytes back"
            for phase, (out, back) in one.traffic.items()
            if out
        ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--partition", type=int, default=100_000, help="least rows of a partition")
    parser.add_argument("--only", choices=("here", "there"))
    given = parser.parse_args()
    found: dict[str, Took] = {}
    peaks: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for size in (WARM_UP, given.customers):
            write(size, root / str(size))
        folder = root / str(given.customers)
        if given.only != "there":
            here(root / str(WARM_UP), given.partition, _scratch(root, "warm"))
            found["here"] = here(folder, given.partition, _scratch(root, "here"))
            peaks["here"] = _peak()
        if given.only != "here":
            with loopback(root / "dask") as client:
                there(client, root / str(WARM_UP), given.partition, _scratch(root, "warm"))
                scratch = _scratch(root, "there")
                found["two workers"] = there(client, folder, given.partition, scratch)
                peaks["two workers"] = max(client.run(_peak).values())
        sys.stdout.write(report(given.customers, folder, found, peaks) + "\n")
        answers = [one.answer for one in found.values()]
        sys.stdout.write(f"same prices, value and bound: {answers[0] == answers[-1]}\n")


if __name__ == "__main__":
    main()
