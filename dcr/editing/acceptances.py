"""Plans the edit that records an accepted breaking change."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.acceptance import Acceptance
from dcr.compatibility.rule import load_rules
from dcr.editing.file_edit import FileEdit
from dcr.editing.source_files import get_source_file, get_worktree
from dcr.editing.text.acceptances import add_acceptance
from dcr.errors import DcrError, UsageError, quote_for_shell
from dcr.git.worktree import read_file
from dcr.git.writing.rewrites import UnwritableFileError
from dcr.lint import read_policy
from dcr.parsing.location import Location
from dcr.policy.acceptance_file import FILE, parse_acceptances
from dcr.policy.folder_acceptances import list_acceptance_paths
from dcr.policy.policy_application import NEVER_ACCEPTED
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.git.repository import Repository
    from dcr.report.report import ContractReport, Report


class IssueNotReportedError(DcrError):
    """The issue is not reported now, so that its acceptance would be unused."""

    consequence = "nothing was written"


class NoSuchConsumerError(DcrError):
    """The consumer cannot accept the issue, or the issue has to be accepted by consumers."""

    consequence = "nothing was written"


class AcceptanceRequest(NamedTuple):
    """The issue to accept and the reason. `expires` is the last day of the acceptance, as YYYY-MM-DD.

    `consumer` is the name of the consumer that accepts it, None to accept it at the root of the repository.
    """

    dataset_id: str
    kind: str
    field: str | None
    reason: str
    expires: str | None
    consumer: str | None = None


def check_acceptance_request(request: AcceptanceRequest) -> None:
    """Raise `UsageError` if the kind does not exist or cannot be accepted, or if the day is invalid or in the past."""
    rules = load_rules()
    if request.kind not in rules:
        hint = format_suggestion(request.kind, rules) or "dcr explain lists all kinds"
        raise UsageError(f"kind '{request.kind}' does not exist", hint)
    if request.kind in NEVER_ACCEPTED:
        raise UsageError(f"kind '{request.kind}' cannot be accepted", f"see what to do: dcr explain {request.kind}")
    if request.expires is None:
        return
    try:
        day = date.fromisoformat(request.expires) if len(request.expires) == len("2027-01-31") else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != request.expires:
        raise UsageError(f"--expires is '{request.expires}', expected a date", "write it as 2027-01-31")
    if day < date.today():  # noqa: DTZ011 (the user's own day)
        raise UsageError(f"--expires is '{request.expires}', which is in the past", "choose a later day")


def record_acceptance(folder: str, request: AcceptanceRequest, report: Report) -> list[FileEdit]:
    """Return the edits that record the acceptance of an issue in a report: one for each folder of the consumer.

    Raise a `DcrError` if the issue is not reported, is already accepted, or is to be accepted by others.
    """
    repository, top = get_worktree(folder)
    contract, issue = _get_reported_issue(repository, request, report)
    version = contract.proposed or contract.previous or ""
    paths = _choose_paths(request, issue)
    acceptance = Acceptance(
        request.dataset_id, version, request.kind, request.field, request.reason, request.expires, Location(FILE)
    )
    contents = {path: _read_acceptances(top, path) for path in paths}
    if len(paths) > 1:
        contents = {
            path: content for path, content in contents.items() if not _has_entry(content, acceptance)
        } or contents
    summary = f"{acceptance.label} is accepted{f' by {request.consumer}' if request.consumer else ''}"
    if read_policy(top)[0].accept_from == "base":
        summary += "; the policy reads acceptances from the base, so it takes effect once it is merged"
    edits = []
    for path, content in contents.items():
        after = add_acceptance(content, acceptance._replace(location=Location(path)), load_rules())
        edits.append(FileEdit(top, path, content, after, summary, creates_folders=content is None))
    return edits


def _has_entry(content: bytes | None, acceptance: Acceptance) -> bool:
    entries = parse_acceptances(content, load_rules())[0] if content is not None else []
    return any(entry.key == acceptance.key for entry in entries)


def _choose_paths(request: AcceptanceRequest, issue: Issue) -> tuple[str, ...]:
    """Return the files that accept an issue: that of the root, or those in the folders of the consumer."""
    required = issue.missing_acceptances or (issue.accepted.accepted_by if issue.accepted else ())
    if request.consumer is None:
        if issue.missing_acceptances:
            names = ", ".join(issue.missing_acceptances)
            raise NoSuchConsumerError(
                "the policy requires that the consumers accept this issue",
                f"add --consumer {quote_for_shell(issue.missing_acceptances[0])}; missing: {names}",
            )
        return (FILE,)
    consumers = [consumer for consumer in issue.consumers or () if consumer.name == request.consumer]
    if not consumers:
        names = ", ".join(consumer.name for consumer in issue.consumers or ())
        hint = f"it reaches {names}" if names else "it reaches no declared consumer: leave out --consumer"
        raise NoSuchConsumerError(f"the issue does not reach consumer '{request.consumer}'", hint)
    if not required:
        raise NoSuchConsumerError(
            "the policy does not read acceptances of consumers",
            'leave out --consumer, or set accept_by = "consumers" in the table [consumers] of the policy',
        )
    return tuple(dict.fromkeys(path for consumer in consumers for path in list_acceptance_paths(consumer)))


def _get_reported_issue(
    repository: Repository, request: AcceptanceRequest, report: Report
) -> tuple[ContractReport, Issue]:
    contracts = [contract for contract in report.contracts if contract.dataset_id == request.dataset_id]
    if not contracts:
        get_source_file(repository, request.dataset_id)  # raises if the dataset does not exist
    for contract in contracts:
        for issue in contract.issues:
            if (issue.kind, issue.field) == (request.kind, request.field):
                return contract, issue
    field = f" on '{request.field}'" if request.field is not None else ""
    issues = [issue for contract in contracts for issue in contract.issues]
    raise IssueNotReportedError(
        f"dcr check reports no {request.kind}{field} in '{request.dataset_id}'", _list_alternatives(issues, request)
    )


def _list_alternatives(issues: list[Issue], request: AcceptanceRequest) -> str:
    """Return a hint with the issues of the dataset that can be accepted."""
    fields = [issue.field for issue in issues if issue.kind == request.kind]
    names = ", ".join(field or "" for field in fields)
    if fields and request.field is None:
        return f"it is reported on a field; name one of: {names}"
    if fields == [None]:
        return "leave out the field"
    if fields:
        return format_suggestion(request.field or "", filter(None, fields)) or f"it is reported on {names}"
    kinds = list(dict.fromkeys(issue.kind for issue in issues if issue.kind not in NEVER_ACCEPTED))
    return f"it reports {', '.join(kinds)}" if kinds else "dcr check shows the issues that can be accepted"


def _read_acceptances(top: str, path: str) -> bytes | None:
    if not os.path.lexists(os.path.join(top, path)):
        return None
    content = read_file(top, path)
    if isinstance(content, str):
        raise UnwritableFileError(f"'{path}' is {content}", "replace it with a regular file")
    return content
