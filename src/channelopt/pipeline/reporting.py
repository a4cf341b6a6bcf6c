"""Reports of what was solved before: read a folder, write it down again, solve nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from channelopt.errors import InputError, Place, Problem, UsageError
from channelopt.plan import folder, report_files, results_folder, run_files, sensitivity_folder
from channelopt.report.contents import document
from channelopt.report.document import Document
from channelopt.report.evidence import Evidence
from channelopt.report.formats import Subject, charts_of, chosen, file_of
from channelopt.report.speech import DEFAULT, speaking

LIST = "list"
"""Kind of the folders that `assign` writes."""


def write_report(
    results: Path | str,
    *,
    formats: Sequence[str] = (),
    locale: str = DEFAULT,
    out: Path | str | None = None,
    force: bool = False,
    say: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write the report of a run, a list, a comparison or a sweep; nothing is solved.

    Args:
        results: a folder that `solve`, `assign`, `compare --out` or `sweep` has written.
        formats: html, xlsx, md, pdf, pptx, svg, png; none for the usual ones.
        locale: language and country, `de_DE`.
        out: folder for the report; None for the folder that is reported.
        force: replace what is in `out`.
        say: hears what is being written.

    Returns:
        The files that were written, and the folder of charts.

    Raises:
        InputError: the folder is damaged; every fault.
        UsageError: it is no such folder, formats, locale or output do not fit, or a library that
            they need is not installed.
        OutputError: a file cannot be written; earlier reports are as they were.
    """
    source = Path(results)
    target = source if out is None else Path(out)
    is_run = run_files.is_run(source)
    wanted = chosen(formats, kind="run" if is_run else results_folder.kind_of(source))
    is_own = target.resolve() == source.resolve()
    if not is_own:
        names = [report_files.FILES.get(name, report_files.CHARTS) for name in wanted]
        report_files.check_free(target, names, force=force)
    with speaking(locale):
        made = _made(_subject(source, is_run=is_run), wanted, say)
    own = made.files.pop(run_files.REPORT, None) if is_run and is_own else None
    written = report_files.write(target, made.files, made.charts)
    if own is not None:
        folder.replace_report(source, own.decode())
        written.append(source / run_files.REPORT)
    return written


@dataclass(frozen=True)
class _Made:
    """Reports as they go into files."""

    files: dict[str, bytes]
    charts: dict[str, bytes]


def _made(subject: Subject, wanted: Sequence[str], say: Callable[[str], None] | None) -> _Made:
    names = dict.fromkeys(report_files.FILES.get(name, report_files.CHARTS) for name in wanted)
    formats = {file: name for name, file in report_files.FILES.items()}
    files = {}
    for name in names:
        if say is not None:
            say(f"Writing {name}")
        if name in formats:
            files[name] = file_of(subject, formats[name])
    return _Made(files, charts_of(subject, wanted))


def evidence_of(run: Path) -> Evidence:
    """Read a run and what was found about it later.

    Raises:
        InputError: a file is missing or damaged; every fault of the run, or of its analyses.
    """
    plan, analyses = folder.read(run), run / sensitivity_folder.FOLDER
    edited = folder.edited(run)
    if not analyses.is_dir():
        return Evidence(plan, edited=edited)
    found = results_folder.read(analyses)
    if found.manifest.get("digest") != plan.manifest.get("digest"):
        return Evidence(plan, edited=edited)
    edited += tuple(f"{sensitivity_folder.FOLDER}/{one}" for one in results_folder.edited(analyses))
    return Evidence(plan, found.tables, found.manifest, edited)


def _subject(source: Path, *, is_run: bool) -> Subject:
    if is_run:
        evidence = evidence_of(source)
        return Subject(document(evidence), evidence)
    if not source.is_dir():
        raise InputError([Problem("E907", f"there is no folder '{source}'", Place(str(source)))])
    if not (source / results_folder.MANIFEST).is_file():
        what = "neither a run nor a list, a comparison or a sweep"
        raise UsageError(f"{source} is {what}: it has no {results_folder.MANIFEST}")
    if results_folder.kind_of(source) == LIST:
        return _list(source)
    return Subject(_document(source))


def _list(source: Path) -> Subject:
    from channelopt.report.lists.book import workbook_of_list
    from channelopt.report.lists.document import document_of_list
    from channelopt.report.lists.folder import listed_of

    listed = listed_of(source)
    book = functools.partial(workbook_of_list, listed, source)
    return Subject(document_of_list(listed, source), book=book)


def _document(source: Path) -> Document:
    """Return the report of results other than a run or a list.

    Raises:
        UsageError: there is no report of such results.
    """
    from channelopt.report.comparison_report import document_of_comparison
    from channelopt.report.sweep_report import document_of_sweep

    makers = {"comparison": document_of_comparison, "sweep": document_of_sweep}
    found = results_folder.read(source)
    if found.kind not in makers:
        msg = f"{source} holds a {found.kind or 'folder of analyses'}; its summary.md is its report"
        raise UsageError(msg)
    return makers[found.kind](found)
