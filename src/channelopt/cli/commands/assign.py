"""`channelopt assign`: from the plan of segments to a list of single customers."""

from __future__ import annotations

import typer

from channelopt.cli import assigning, list_shown, solving
from channelopt.cli import options as common
from channelopt.cli.command import steps as ordered_steps
from channelopt.cli.progress import watching


def command(
    ctx: typer.Context,
    target: common.TargetArgument,
    out: assigning.OutOption,
    customers: assigning.CustomersOption = None,
    mapping: assigning.MappingOption = None,
    table: assigning.TableOption = None,
    query: assigning.QueryOption = None,
    skip_bad: assigning.SkipBadOption = False,
    period: assigning.PeriodOption = None,
    joint: assigning.JointOption = False,
    keep: assigning.KeepOption = None,
    keep_tolerance: assigning.ToleranceOption = 1e-4,
    as_csv: assigning.CsvOption = False,
    limit: assigning.LimitOption = [],
    prices: assigning.PricesOption = None,
    curve: assigning.CurveOption = None,
    points: assigning.PointsOption = 11,
    what_if: assigning.WhatIfOption = [],
    dask: assigning.DaskOption = None,
    set_: common.SetOption = [],
    vary: common.VaryOption = [],
    root: common.RootOption = None,
    solver: common.SolverOption = "highs",
    time_limit: common.TimeLimitOption = None,
    gap: common.GapOption = 1e-6,
    threads: common.ThreadsOption = 1,
    seed: common.SeedOption = 0,
    force: common.ForceOption = False,
    as_json: common.JsonOption = False,
    quiet: common.QuietOption = False,
    _verbose: common.VerboseOption = False,
) -> None:
    """Give every customer of a file a channel, within the plan's limits, and prove how well."""
    limits = solving.limits(time_limit, gap, threads, seed)
    steps = ordered_steps(ctx, set_, vary)
    from channelopt.pipeline.assigning import AssignOptions, assign
    from channelopt.pipeline.options import SolveOptions

    options = AssignOptions(
        mapping=mapping,
        table=table,
        query=query,
        skip_bad=skip_bad,
        period=period,
        joint=joint,
        limits=assigning.limits(limit),
        keep=keep,
        keep_tolerance=assigning.tolerance(keep_tolerance),
        as_csv=as_csv,
        prices=prices,
        curve=assigning.curve(curve, points),
        what_ifs=assigning.what_ifs(what_if),
        dask=dask,
        solve=SolveOptions(solver=solver, limits=limits, sensitivity_seconds=0),
    )
    plan = assigning.target(target, root, steps)
    with watching(quiet=quiet) as watch:
        found = assign(plan, customers, out, options, force=force, watch=watch)
    list_shown.show(found, as_json=as_json)
    raise typer.Exit(assigning.exit_code(found))
