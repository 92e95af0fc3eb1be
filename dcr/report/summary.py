"""Builds the closing line of a run and the statistics by kind, which several output formats share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, WARNING
from dcr.report.report import UNCHANGED
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dcr.compatibility.issue import Issue
    from dcr.report.report import Report


def format_count(number: int, noun: str) -> str:
    """Return a number with its noun, such as `1 error` or `2 errors`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def name_run_issues(issues: Iterable[Issue]) -> str:
    """Return what the issues that belong to no contract are about."""
    from dcr.compatibility.rule import CONSUMER_KIND_PREFIXES  # noqa: PLC0415 (few runs have such issues)

    about_consumers = {issue.kind.startswith(CONSUMER_KIND_PREFIXES) for issue in issues}
    if about_consumers == {True}:
        return "consumers"
    return "policy, acceptances and consumers" if True in about_consumers else "policy and acceptances"


def list_closing_parts(report: Report, escape: Callable[[str], str] = make_printable) -> list[str]:
    """Return the parts of the closing line. `escape` escapes the user's text in them for a format."""
    parts = []
    errors, warnings = report.count_issues(ERROR), report.count_issues(WARNING)
    if errors or warnings:
        parts.append(f"{format_count(errors, 'error')}, {format_count(warnings, 'warning')}")
    elif report.has_no_contracts:
        parts.append(f"no contract found in {format_count(report.files, 'file')} in scope ({escape(report.scope)})")
        parts.append("see what a contract is: dcr schema contract")
    else:
        parts.append("no issues" if report.base is None else "compatible")
    if report.accepted:
        parts.append(f"{format_count(report.accepted, 'break')} ACCEPTED")
    if report.baselined:
        parts.append(f"{format_count(report.baselined, 'issue')} suppressed by the baseline")
    if report.contracts or report.total != 0:
        parts.append(_format_validated(report) if report.base is None else _format_changed(report))
    if report.consumers:
        parts.append(f"{format_count(report.consumers, 'consumer')}{'' if report.base is None else ' changed'}")
    if report.non_contracts:
        verb = "is not a contract" if report.non_contracts == 1 else "are not contracts"
        parts.append(f"{format_count(report.non_contracts, 'file')} {verb}")
    parts += _list_comparison_parts(report, escape)
    if report.code_owners:
        parts.append(f"code owners in {escape(report.code_owners)}")
    if report.policy != "defaults":
        parts.append(f"policy {escape(report.policy)}")
    return parts


def _list_comparison_parts(report: Report, escape: Callable[[str], str]) -> Iterator[str]:
    base = report.base
    if base is None:
        return
    source = f" (from {escape(base.source)})" if base.source != base.ref else ""
    compared = f"compared with {escape(base.ref)}{source}"
    if report.merged:
        yield f"{compared} at {base.commit[:10]}"
        yield f"{escape(report.head)} merged into it"
    else:
        ids = ", ".join(commit[:10] for commit in (base.merge_base, *base.others))
        yield f"{compared}, merge base{'s' * bool(base.others)} {ids}"
    if report.uncommitted:
        yield f"{format_count(report.uncommitted, 'file')} with uncommitted changes NOT checked"


def format_contract_count(formats: Iterable[tuple[str, int]], files: int) -> str:
    """Return the number of contracts and their formats, with the number of files if it is another one."""
    counts = tuple(formats)
    contracts = sum(count for _, count in counts)
    in_files = "" if contracts == files else f" in {format_count(files, 'file')}"
    return f"{format_count(contracts, 'contract')}{in_files}{_format_formats(counts)}"


def _format_formats(formats: tuple[tuple[str, int], ...]) -> str:
    if not formats:
        return ""
    if len(formats) == 1:
        return f" (format {formats[0][0]})"
    return f" ({', '.join(f'{count:,} {name}' for name, count in formats)})"


def _format_validated(report: Report) -> str:
    if report.total is None:
        return f"{format_count(report.files, 'file')} in scope"
    if report.formats:
        return format_contract_count(report.formats, report.total)
    return format_count(report.total, "contract")


def _format_changed(report: Report) -> str:
    """Return the number of changed contracts, with the number of files if a file has several datasets."""
    paths = [contract.path for contract in report.contracts if contract.change != UNCHANGED]
    contracts, files = len(paths), len(set(paths))
    if report.total is None:
        in_files = "" if files == contracts else f" in {format_count(files, 'file')}"
        return f"{format_count(contracts, 'contract')}{in_files} changed; {format_count(report.files, 'file')} in scope"
    total = max(report.total, files)  # the total does not include removed files
    has_foreign = any(name != "native" for name, _ in report.formats)  # such a file may have several contracts
    if files != contracts:
        changed, noun = f"{contracts:,} datasets in {files:,}", "file"
    else:
        changed, noun = f"{files:,}", "contract file" if has_foreign else "contract"
    return f"{changed} of {format_count(total, noun)} changed{_format_formats(report.formats)}"


def list_statistics(report: Report) -> Iterator[str]:
    """Yield a line for each kind and severity, with the number of issues and of their contracts."""
    contracts_by_kind: dict[tuple[str, str], list[str | None]] = {}
    for contract in report.contracts:
        for issue in contract.issues:
            key = (issue.kind, format_severity(issue))
            contracts_by_kind.setdefault(key, []).append(contract.dataset_id or contract.path)
    for issue in report.issues:
        contracts_by_kind.setdefault((issue.kind, format_severity(issue)), []).append(None)
    width = max((len(kind) for kind, _ in contracts_by_kind), default=0)
    by_frequency = sorted(contracts_by_kind.items(), key=lambda item: (-len(item[1]), item[0]))
    for (kind, severity), contracts in by_frequency:
        count = len(set(contracts) - {None})
        in_contracts = f"in {format_count(count, 'contract')}" if count else ""
        yield f"{len(contracts):>6,}  {severity:8}  {kind:{width}}  {in_contracts}".rstrip()


def format_severity(issue: Issue) -> str:
    """Return the severity to print. An accepted issue is `ACCEPTED`, in capitals, so that nobody overlooks it."""
    return "ACCEPTED" if issue.accepted else issue.severity


def format_closing_line(report: Report) -> str:
    """Return the closing line."""
    return f"dcr: {'; '.join(list_closing_parts(report))}"
