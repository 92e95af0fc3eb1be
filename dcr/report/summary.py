"""The closing line of a run, in words: counts, what was compared with, and where that came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, WARNING
from dcr.report.report import UNCHANGED
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dcr.compatibility.issue import Issue
    from dcr.report.report import Report


def format_count(number: int, word: str) -> str:
    """Return `1 error` or `2 errors`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def list_closing_parts(report: Report, quoted: Callable[[str], str] = make_printable) -> list[str]:
    """Return the parts of the closing line; `quoted` makes the user's text in them fit for a format."""
    parts = []
    if report.count_issues(ERROR) or report.count_issues(WARNING):
        parts.append(
            f"{format_count(report.count_issues(ERROR), 'error')}, {format_count(report.count_issues(WARNING), 'warning')}"
        )
    elif report.has_no_contracts:
        parts.append(f"no contract found in {format_count(report.files, 'file')} in scope ({quoted(report.scope)})")
        parts.append("what one is: dcr schema contract")
    else:
        parts.append("no issues" if report.base is None else "compatible")
    if report.accepted:
        parts.append(f"{format_count(report.accepted, 'break')} ACCEPTED")
    if report.baselined:
        parts.append(f"{format_count(report.baselined, 'known issue')} left out by the baseline")
    if not report.has_no_contracts:
        parts.append(_format_validated(report) if report.base is None else _format_changed(report))
    if report.non_contracts:
        verb = "is no contract" if report.non_contracts == 1 else "are no contracts"
        parts.append(f"{format_count(report.non_contracts, 'file')} {verb}")
    parts += _list_comparison_parts(report, quoted)
    if report.policy != "defaults":
        parts.append(f"policy {quoted(report.policy)}")
    return parts


def _list_comparison_parts(report: Report, quoted: Callable[[str], str]) -> Iterator[str]:
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
        yield f"{format_count(report.uncommitted, 'file')} with uncommitted changes NOT judged"


def format_contract_count(formats: Iterable[tuple[str, int]], files: int) -> str:
    """Return how many contracts of which formats there are, and in how many files where that is another number."""
    found = tuple(formats)
    number = sum(each for _, each in found)
    among = "" if number == files else f" in {format_count(files, 'file')}"
    return f"{format_count(number, 'contract')}{among}{_format_formats(found)}"


def _format_formats(formats: tuple[tuple[str, int], ...]) -> str:
    if not formats:
        return ""
    if len(formats) == 1:
        return f" ({formats[0][0]})"
    return f" ({', '.join(f'{number:,} {name}' for name, number in formats)})"


def _format_validated(report: Report) -> str:
    if report.total is None:
        return f"{format_count(report.files, 'file')} in scope"
    if report.formats:
        return format_contract_count(report.formats, report.total)
    return format_count(report.total, "contract")


def _format_changed(report: Report) -> str:
    """Return how many contracts changed; files are counted apart where one of them holds several datasets."""
    changed = [each.path for each in report.contracts if each.change != UNCHANGED]
    files = len(set(changed))
    if report.total is None:
        among = "" if files == len(changed) else f" in {format_count(files, 'file')}"
        return f"{format_count(len(changed), 'contract')}{among} changed; {format_count(report.files, 'file')} in scope"
    total = max(report.total, files)  # a file that is gone is none of those that are there
    several = files != len(changed)
    what = f"{len(changed):,} datasets in {files:,}" if several else f"{files:,}"
    foreign = any(name != "native" for name, _ in report.formats)  # one file of those may hold several contracts
    noun = "file" if several else "contract file" if foreign else "contract"
    return f"{what} of {format_count(total, noun)} changed{_format_formats(report.formats)}"


def list_statistics(report: Report) -> Iterator[str]:
    """Yield a line for each kind: how many issues of each severity, and in how many contracts."""
    found: dict[tuple[str, str], list[str | None]] = {}
    for contract in report.contracts:
        for issue in contract.issues:
            found.setdefault((issue.kind, format_severity(issue)), []).append(contract.dataset_id or contract.path)
    for issue in report.issues:
        found.setdefault((issue.kind, format_severity(issue)), []).append(None)
    kinds = max((len(kind) for kind, _ in found), default=0)
    for (kind, severity), where in sorted(found.items(), key=lambda each: (-len(each[1]), each[0])):
        contracts = len(set(where) - {None})
        place = f"in {format_count(contracts, 'contract')}" if contracts else ""
        yield f"{len(where):>6,}  {severity:8}  {kind:{kinds}}  {place}".rstrip()


def format_severity(issue: Issue) -> str:
    """Return an issue's severity as it is shown: one that is accepted says so, loudly."""
    return "ACCEPTED" if issue.accepted else issue.severity


def format_closing_line(report: Report) -> str:
    """Return the closing line."""
    return f"dcr: {'; '.join(list_closing_parts(report))}"
