"""From a plan of segments to a list of customers: read, decide, check, write."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from channelopt.customers.mapping import ListMapping, default_file, read_mapping
from channelopt.customers.register import How, Registered
from channelopt.customers.sources.opening import open_source
from channelopt.errors import CheckFailedError, UsageError, nearest
from channelopt.instance.instance import Instance
from channelopt.lists.folder import KIND, read_list
from channelopt.lists.listed import List
from channelopt.lists.previous import Previous, read_previous
from channelopt.lists.reach import Reach
from channelopt.lists.result import CustomerList, Listing, Rejected
from channelopt.lists.sides import Sides
from channelopt.lists.ways import ListWays
from channelopt.lists.wishes import Asked, understood
from channelopt.lists.writing import write_list
from channelopt.pipeline.deciding import (
    Desk,
    Unwatched,
    Watch,
    aims_of,
    kept,
    prices_from,
    refuse,
    solver_of,
)
from channelopt.pipeline.list_what_ifs import Beside, Known, Wanted
from channelopt.pipeline.options import SolveOptions
from channelopt.pipeline.placing import Place, place_of
from channelopt.pipeline.strategies import Target, choice_for, target_of
from channelopt.pipeline.way_out import refuse_conflict
from channelopt.plan.results_folder import check_free, manifest_of
from channelopt.plan.staging import PREFIX, in_words
from channelopt.priced.keeping import Kept
from channelopt.terms.choice import Choice
from channelopt.verify.lists.check import verify_list


@dataclass(frozen=True)
class AssignOptions:
    """How a list is made.

    Attributes:
        mapping: YAML that says which column holds what; see docs/customers-file.md.
        table: of a DuckDB file.
        query: to a DuckDB file.
        skip_bad: leave bad rows out and list them, instead of refusing the file.
        period: label; default that of the mapping, else the first.
        joint: without the plan's quotas of segments.
        limits: other values of limits, by name: a number, or (at least, at most), None for no side.
        keep: an earlier list, of which as few customers as possible are moved.
        keep_tolerance: share of the best value that may be given up for it.
        as_csv: write CSV instead of Parquet.
        prices: an earlier list, whose prices the search begins with.
        curve: name of a limit and the values for `curve.csv`.
        what_ifs: other values of limits, by the name of the limit, each set under a name:
            `{"fewer hours": {"hours:team": "-10%"}}`; numbers, or what `--what-if` takes.
        dask: address of a Dask scheduler.
        solve: how small programs, and the scenario if there is no run of it, are solved.
    """

    mapping: Path | None = None
    table: str | None = None
    query: str | None = None
    skip_bad: bool = False
    period: str | None = None
    joint: bool = False
    limits: Mapping[str, Sides] = field(default_factory=dict)
    keep: Path | None = None
    keep_tolerance: float = 1e-4
    as_csv: bool = False
    prices: Path | None = None
    curve: tuple[str, tuple[float, ...]] | None = None
    what_ifs: Asked = field(default_factory=dict)
    dask: str | None = None
    solve: SolveOptions = field(default_factory=SolveOptions)

    def as_data(self) -> dict[str, Any]:
        """Return the options that decide the list, as plain data."""
        return {
            "query": self.query,
            "skip_bad": self.skip_bad,
            "joint": self.joint,
            "limits": dict(sorted(self.limits.items())),
            "what_ifs": {name: dict(limits) for name, limits in self.what_ifs.items()},
            "keep": None if self.keep is None else self.keep.name,
            "keep_tolerance": self.keep_tolerance,
            "gap": self.solve.limits.gap,
            "time_limit": self.solve.limits.time_limit,
            "solver": self.solve.solver,
            "solver_seed": self.solve.limits.seed,
        }


def assign(
    plan: Target | Instance | Path | str,
    customers: Any = None,
    out: Path | str = "list",
    options: AssignOptions | None = None,
    *,
    force: bool = False,
    watch: Watch | None = None,
) -> CustomerList:
    """Give every customer one option for each question, and write the list, whole or not at all.

    Args:
        plan: folder of a run, or a scenario (its path, or loaded), which is solved first.
        customers: path of a Parquet, CSV or DuckDB file or of a folder of Parquet files, or
            customers in memory: pandas, Arrow, DuckDB. Default: the file that the scenario names.
        out: the folder to make.
        options: how.
        force: replace an earlier list.
        watch: hears what is done; may ask to stop.

    Returns:
        The list as it was written, without the customers.

    Raises:
        InputError: the scenario or the customers are not as they should be.
        UsageError: options do not fit, or `out` is not free.
        InfeasibleError: limits conflict; says which, and by how much.
        NoPlanError: no list, or no plan, was found in time.
        CheckFailedError: the independent check rejects the list; nothing is written.
        OutputError: the folder cannot be written; nothing half-written stays.
        AbortedError: it was asked to stop.
    """
    asked, target = options or AssignOptions(), Path(out)
    understood(asked.what_ifs)
    check_free(target, KIND, force=force)
    found = plan if isinstance(plan, Target) else target_of(plan)
    hear = watch or Unwatched()
    with in_words(target):
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix=PREFIX, dir=target.absolute().parent)
    with scratch as folder, place_of(asked.dask) as place:
        making = _Assigning(found, asked, hear, place, Path(folder))
        return making.made(customers, target, force=force)


@dataclass(frozen=True)
class _Assigning:
    """The making of one list."""

    target: Target
    options: AssignOptions
    watch: Watch
    place: Place
    scratch: Path

    def made(self, customers: Any, out: Path, *, force: bool) -> CustomerList:
        instance, options = self.target.instance, self.options
        source, mapping = self._source(customers)
        self.watch.say("the plan of segments")
        choice = choice_for(self.target, options.solve)
        self.watch.say("customers: reading")
        registered = self._registered(source, mapping, choice)
        self.watch.say(f"{registered.customers:,} customers")
        desk = Desk(
            instance=instance,
            choice=choice,
            period=instance.numbers.periods.index(mapping.period),
            register=registered,
            solve=solver_of(options.solve),
            aims=aims_of(options.solve),
            watch=self.watch,
            place=self.place,
        )
        listing = self._listing(desk, mapping, registered)
        if isinstance(source, Path):
            named = {**listing.options, "customers": str(source)}
            listing = replace(listing, options=named)
        self.watch.say("writing and checking")
        return write_list(
            listing,
            out,
            as_csv=options.as_csv,
            force=force,
            fill=self.place.fill,
            accept=lambda staged: _check(staged, source),
        )

    def _source(self, customers: Any) -> tuple[Any, ListMapping]:
        """Return the customers and their mapping; the period is the one asked for."""
        instance, options = self.target.instance, self.options
        given = Path(customers) if isinstance(customers, str) else customers
        named = given if isinstance(given, Path) else None
        mapping = read_mapping(instance, named, options.mapping)
        if options.period is not None:
            labels = instance.numbers.periods
            if options.period not in labels:
                hint = nearest(options.period, labels) or f"it has {', '.join(labels)}"
                raise UsageError(f"--period: the scenario has no '{options.period}'; {hint}")
            mapping = replace(mapping, period=options.period)
        if options.table is not None:
            mapping = replace(mapping, table=options.table)
        source = self._default(mapping) if given is None else given
        if isinstance(source, Path) and not source.exists():
            open_source(source)  # says so, before a scenario is solved
        return source, mapping

    def _default(self, mapping: ListMapping) -> Path:
        target = self.target
        file = None
        if target.folder is not None and target.root is not None:
            file = default_file(mapping, target.folder, target.root)
        if file is None:
            raise UsageError("which customers? name their file with --customers")
        return file

    def _registered(self, source: Any, mapping: ListMapping, choice: Choice) -> Registered:
        options = self.options
        folder = self.scratch / "customers"
        folder.mkdir()
        instance = self.target.instance
        period = instance.numbers.periods.index(mapping.period)
        together = mapping.inbound == "per_customer"
        reach = Reach.of(instance, choice, period, together=together)
        how: How = {"skip_bad": options.skip_bad, "check": reach}
        if options.query is not None:
            how["query"] = options.query
        if options.table is not None:
            how["table"] = options.table
        return self.place.register(source, instance, mapping, folder, how)

    def _listing(self, desk: Desk, mapping: ListMapping, registered: Registered) -> Listing:
        options = self.options
        self.watch.say("limits and values")
        compiled = desk.compiled(self._ways(mapping, joint=options.joint))
        earlier = self._earlier(compiled, mapping)
        known, beside = self._decided(desk, compiled)
        answer, notes = known.answer, _notes(compiled, registered)
        if earlier is not None:
            self.watch.say("keeping what the earlier list has")
            keeping = kept(desk, compiled, known.task, answer, (earlier, options.keep_tolerance))
            answer, notes = keeping.answer, (*notes, *earlier.notes, _moved(keeping))
        return Listing(
            instance=self.target.instance,
            choice=desk.choice,
            period=desk.period,
            compiled=compiled,
            register=registered,
            answer=answer,
            joint=options.joint,
            run=self.target.name,
            mapping=mapping.data(),
            options=options.as_data(),
            files={file.name: file.sha256 for file in registered.files},
            seed=mapping.seed,
            rejected=Rejected(registered.bad.count, registered.rejected),
            earlier=earlier,
            within=self._within(registered),
            curve=beside.curve,
            what_ifs=beside.what_ifs,
            notes=notes,
        )

    def _decided(self, desk: Desk, compiled: List) -> tuple[Known, Beside]:
        """Return the best list, and what was asked for beside it."""
        options = self.options
        start = None if options.prices is None else prices_from(read_list(options.prices), compiled)
        wanted = Wanted.of(compiled, options.curve, options.what_ifs)
        self.watch.say(f"deciding within {compiled.rows.count} limits")
        task = desk.task(compiled)
        answer = desk.answer(task, start)
        refuse_conflict(desk, compiled, task, answer)
        refuse(answer)
        known = Known(desk, compiled, task, answer)
        return known, known.beside(wanted)

    def _earlier(self, compiled: List, mapping: ListMapping) -> Previous | None:
        if self.options.keep is None:
            return None
        return read_previous(self.options.keep, compiled.questions, mapping.seed)

    def _within(self, registered: Registered) -> float | None:
        """Return what the list of `prices` is worth, if it is one of these customers by the plan.

        So a joint list can be held against the one within the plan's quotas.
        """
        if not self.options.joint or self.options.prices is None:
            return None
        about = manifest_of(self.options.prices)
        same = about.get("files") == {file.name: file.sha256 for file in registered.files}
        if not same or about.get("joint") or about.get("run") != self.target.name:
            return None
        return read_list(self.options.prices).value

    def _ways(self, mapping: ListMapping, *, joint: bool) -> ListWays:
        return ListWays(
            joint=joint,
            inbound=mapping.inbound,
            outbound_at_most=mapping.outbound_at_most,
            quota_tolerance=mapping.quota_tolerance,
            limits=self.options.limits,
        )


def _notes(compiled: List, registered: Registered) -> tuple[str, ...]:
    notes = [*compiled.notes, *(str(warning) for warning in registered.warnings)]
    if registered.unused:
        notes.append(f"columns of the file that nothing reads: {', '.join(registered.unused)}")
    if registered.written:
        notes.append(f"the customers' file was read with {registered.written}")
    return tuple(notes)


def _moved(keeping: Kept) -> str:
    least = keeping.before - keeping.most
    return (
        f"of {keeping.before:,} decisions of the earlier list {keeping.moved:,} change; the best "
        f"list, had nothing been kept, changes {keeping.before - keeping.first:,}; no list within "
        f"the tolerance changes fewer than {least:,}"
    )


def _check(staged: Path, customers: Any) -> None:
    """Refuse a list that the independent check rejects."""
    found = verify_list(staged, customers)
    if not found.ok:
        faults = found.findings()
        more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
        shown = "; ".join(faults[:5])
        raise CheckFailedError(
            f"the independent check rejects the list, nothing is written: {shown}{more}"
        )
