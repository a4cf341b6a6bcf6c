"""`channelopt runs`: find, look at, tag and remove the runs of a folder."""

from __future__ import annotations

import typer

from channelopt.cli import storing
from channelopt.cli import storing_options as given
from channelopt.cli.command import Command
from channelopt.cli.folders import RUNS
from channelopt.cli.options import JsonOption, VerboseOption

app = typer.Typer(no_args_is_help=True, help="Find, look at, tag and remove runs.")


@app.command("list", cls=Command)
def list_(
    store: given.StoreOption = RUNS,
    where: given.WhereOption = [],
    status: given.StatusOption = [],
    digest: given.DigestOption = "",
    tag: given.TagOption = [],
    text: given.TextOption = "",
    sort: given.SortOption = "newest",
    reverse: given.ReverseOption = False,
    limit: given.LimitOption = None,
    figure: given.FigureOption = [],
    rebuild: given.RebuildOption = False,
    as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """List the runs of a store, the newest first; damaged folders are named and skipped."""
    wanted = storing.query((where, status, digest, tag, text), (sort, reverse, limit))
    storing.show_list(store, wanted, storing.Way(as_json, rebuild, figure))


@app.command("show", cls=Command)
def show(
    run: given.RunArgument,
    store: given.StoreOption = RUNS,
    as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Show one run: key figures, what it was made of, tags, and what was edited since."""
    storing.show_run(storing.find(store, run), as_json=as_json)


@app.command("tag", cls=Command)
def tag(
    run: given.RunArgument,
    tags: given.TagsArgument,
    store: given.StoreOption = RUNS,
    remove: given.RemoveOption = False,
    as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Add tags to a run, or remove them; they stay in its folder."""
    storing.change_tags(storing.find(store, run), tags, remove=remove, as_json=as_json)


@app.command("rm", cls=Command)
def rm(
    runs: given.RunsArgument,
    store: given.StoreOption = RUNS,
    yes: given.YesOption = False,
    as_json: JsonOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Remove runs for good: all that are named, or none where one of them may not be removed."""
    storing.remove_runs(store, runs, yes=yes, as_json=as_json)
