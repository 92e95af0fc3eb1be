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
from dcr.errors import DcrError, UsageError
from dcr.git.worktree import read_file
from dcr.git.writing.rewrites import UnwritableFileError
from dcr.lint import read_policy
from dcr.parsing.location import Location
from dcr.policy.acceptance_file import FILE
from dcr.policy.policy_application import NEVER_ACCEPTED
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.git.repository import Repository
    from dcr.report.report import ContractReport, Report


class IssueNotReportedError(DcrError):
    """The issue is not reported now, so that its acceptance would be unused."""

    consequence = "nothing was written"


class AcceptanceRequest(NamedTuple):
    """The issue to accept and the reason. `expires` is the last day of the acceptance, as YYYY-MM-DD."""

    dataset_id: str
    kind: str
    field: str | None
    reason: str
    expires: str | None


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


def record_acceptance(folder: str, request: AcceptanceRequest, report: Report) -> FileEdit:
    """Return the edit that records the acceptance of an issue in a report.

    Raise a `DcrError` if the issue is not reported or is already accepted.
    """
    repository, top = get_worktree(folder)
    contract = _get_reported_contract(repository, request, report)
    version = contract.proposed or contract.previous or ""
    acceptance = Acceptance(
        request.dataset_id, version, request.kind, request.field, request.reason, request.expires, Location(FILE)
    )
    content = _read_acceptances(top)
    after = add_acceptance(content, acceptance, load_rules())
    summary = f"{acceptance.label} is accepted"
    if read_policy(top)[0].accept_from == "base":
        summary += "; the policy reads acceptances from the base, so it takes effect once it is merged"
    return FileEdit(top, FILE, content, after, summary)


def _get_reported_contract(repository: Repository, request: AcceptanceRequest, report: Report) -> ContractReport:
    contracts = [contract for contract in report.contracts if contract.dataset_id == request.dataset_id]
    if not contracts:
        get_source_file(repository, request.dataset_id)  # raises if the dataset does not exist
    for contract in contracts:
        if any((issue.kind, issue.field) == (request.kind, request.field) for issue in contract.issues):
            return contract
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


def _read_acceptances(top: str) -> bytes | None:
    if not os.path.lexists(os.path.join(top, FILE)):
        return None
    content = read_file(top, FILE)
    if isinstance(content, str):
        raise UnwritableFileError(f"'{FILE}' is {content}", "replace it with a regular file")
    return content
