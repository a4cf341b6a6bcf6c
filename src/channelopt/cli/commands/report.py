"""`channelopt report`: the report of what was solved before, in any format and language."""

from __future__ import annotations

from channelopt.cli import reporting
from channelopt.cli.options import JsonOption, QuietOption, VerboseOption
from channelopt.cli.progress import watching


def command(
    results: reporting.ResultsArgument,
    format_: reporting.FormatOption = [],
    locale: reporting.LocaleOption = "en",
    out: reporting.OutOption = None,
    force: reporting.ForceOption = False,
    open_: reporting.OpenOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    _verbose: VerboseOption = False,
) -> None:
    """Write the report of a run, a list, a comparison or a sweep, without solving anything."""
    from channelopt.pipeline.reporting import write_report

    with watching(quiet=quiet) as watch:
        written = write_report(
            results, formats=format_, locale=locale, out=out, force=force, say=watch.say
        )
    reporting.finish(written, as_json=as_json, show=open_)
