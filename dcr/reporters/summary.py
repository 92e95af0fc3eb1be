"""The closing line of a run, in words: counts, what was compared with, and where that came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, WARNING
from dcr.reporters.printable import printable
from dcr.reporters.report import UNCHANGED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dcr.compatibility.issue import Issue
    from dcr.reporters.report import Report


def counted(number: int, word: str) -> str:
    """Return `1 error` or `2 errors`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def closing_parts(report: Report, quoted: Callable[[str], str] = printable) -> list[str]:
    """Return the parts of the closing line; `quoted` makes the user's text in them fit for a format."""
    parts = []
    if report.number_of(ERROR) or report.number_of(WARNING):
        parts.append(f"{counted(report.number_of(ERROR), 'error')}, {counted(report.number_of(WARNING), 'warning')}")
    elif _nothing_found(report):
        parts.append("no contract found" if report.base is None else "no contract found: the globs cover no file")
    else:
        parts.append("no issues" if report.base is None else "compatible")
    if report.accepted:
        parts.append(f"{counted(report.accepted, 'break')} ACCEPTED")
    if report.baselined:
        parts.append(f"{counted(report.baselined, 'known issue')} left out by the baseline")
    if not _nothing_found(report):
        parts.append(counted(report.total, "contract") if report.base is None else _changed(report))
    if report.left_alone:
        verb = "is no contract" if report.left_alone == 1 else "are no contracts"
        parts.append(f"{counted(report.left_alone, 'file')} {verb}")
    parts += _compared(report, quoted)
    if report.policy != "defaults":
        parts.append(f"policy {quoted(report.policy)}")
    return parts


def _compared(report: Report, quoted: Callable[[str], str]) -> Iterator[str]:
    """Yield what was compared with what."""
    base = report.base
    if base is None:
        return
    yield f"against {quoted(base.ref)} (from {quoted(base.source)}) at {base.commit[:10]}"
    if report.merged:
        yield f"{quoted(report.head)} merged with it"
    elif base.merge_base != base.commit:
        ids = ", ".join(each[:10] for each in (base.merge_base, *base.others))
        yield f"merge-base{'s' * bool(base.others)} {ids}"
    if report.uncommitted:
        yield f"{counted(report.uncommitted, 'file')} with uncommitted changes NOT judged"


def _changed(report: Report) -> str:
    """Return how many contracts changed; files are counted apart where one of them holds several datasets."""
    changed = [each.path for each in report.contracts if each.change != UNCHANGED]
    files = len(set(changed))
    total = max(report.total, files)  # a file that is gone is none of those that are there
    if files == len(changed):
        return f"{files:,} of {counted(total, 'contract')} changed"
    return f"{len(changed):,} datasets in {files:,} of {counted(total, 'file')} changed"


def statistics(report: Report) -> Iterator[str]:
    """Yield a line for each kind: how many issues of each severity, and in how many contracts."""
    found: dict[tuple[str, str], list[str | None]] = {}
    for contract in report.contracts:
        for issue in contract.issues:
            found.setdefault((issue.kind, severity_word(issue)), []).append(contract.dataset_id or contract.path)
    for issue in report.issues:
        found.setdefault((issue.kind, severity_word(issue)), []).append(None)
    kinds = max((len(kind) for kind, _ in found), default=0)
    for (kind, severity), where in sorted(found.items(), key=lambda each: (-len(each[1]), each[0])):
        contracts = len(set(where) - {None})
        place = f"in {counted(contracts, 'contract')}" if contracts else ""
        yield f"{len(where):>6,}  {severity:8}  {kind:{kinds}}  {place}".rstrip()


def severity_word(issue: Issue) -> str:
    """Return an issue's severity as it is shown: one that is accepted says so, loudly."""
    return "ACCEPTED" if issue.accepted else issue.severity


def _nothing_found(report: Report) -> bool:
    return not report.total and not report.contracts


def closing_line(report: Report) -> str:
    """Return the closing line."""
    return f"dcr: {'; '.join(closing_parts(report))}"
