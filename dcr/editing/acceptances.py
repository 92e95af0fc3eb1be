"""The edit that records a decision: one break that `dcr check` reports now, let through by name."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.acceptance import Acceptance
from dcr.compatibility.rule import load_rules
from dcr.editing.lifecycle import FileEdit
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
    """Nothing of the kind is reported now, so an acceptance of it would be an error."""

    consequence = "nothing was written"


class AcceptanceRequest(NamedTuple):
    """What is to be let through, and why; `expires` is the last day, as YYYY-MM-DD."""

    dataset_id: str
    kind: str
    field: str | None
    reason: str
    expires: str | None


def check_acceptance_request(decision: AcceptanceRequest) -> None:
    """Raise `UsageError` for a kind that does not exist or is never accepted, and for a day that is none or over."""
    rules = load_rules()
    if decision.kind not in rules:
        hint = format_suggestion(decision.kind, rules) or "dcr explain lists all of them"
        raise UsageError(f"there is no kind '{decision.kind}'", hint)
    if decision.kind in NEVER_ACCEPTED:
        raise UsageError(f"kind '{decision.kind}' cannot be accepted", f"dcr explain {decision.kind} says what to do")
    if decision.expires is None:
        return
    try:
        day = date.fromisoformat(decision.expires) if len(decision.expires) == len("2027-01-31") else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != decision.expires:
        raise UsageError(f"--expires is '{decision.expires}', expected a date", "write it as 2027-01-31")
    if day < date.today():  # noqa: DTZ011 (the user's own day)
        raise UsageError(f"--expires is '{decision.expires}', which is over", "name a day that is still to come")


def record_acceptance(folder: str, decision: AcceptanceRequest, report: Report) -> FileEdit:
    """Return the edit that records a decision about what a report says.

    Raises a `DcrError` when nothing of the kind is reported, or it is recorded already.
    """
    repository, top = get_worktree(folder)
    contract = _get_reported_contract(repository, decision, report)
    version = contract.proposed or contract.previous or ""
    new = Acceptance(
        decision.dataset_id, version, decision.kind, decision.field, decision.reason, decision.expires, Location(FILE)
    )
    content = _read_acceptances(top)
    after = add_acceptance(content, new, load_rules())
    said = f"{new.label} is accepted"
    if read_policy(top)[0].accept_from == "base":
        said += "; the policy reads acceptances from the base, so this one counts once it is there"
    return FileEdit(top, FILE, content, after, said)


def _get_reported_contract(repository: Repository, decision: AcceptanceRequest, report: Report) -> ContractReport:
    own = [each for each in report.contracts if each.dataset_id == decision.dataset_id]
    if not own:
        get_source_file(repository, decision.dataset_id)  # one that is in no file is said so
    for contract in own:
        if any((issue.kind, issue.field) == (decision.kind, decision.field) for issue in contract.issues):
            return contract
    about = f" on '{decision.field}'" if decision.field is not None else ""
    message = f"dcr check reports no {decision.kind}{about} in '{decision.dataset_id}' now"
    raise IssueNotReportedError(message, _list_alternatives([issue for each in own for issue in each.issues], decision))


def _list_alternatives(issues: list[Issue], decision: AcceptanceRequest) -> str:
    fields = [issue.field for issue in issues if issue.kind == decision.kind]
    if fields and decision.field is None:
        return f"it is about a field: {', '.join(each or '' for each in fields)}"
    if fields:
        near = format_suggestion(decision.field or "", [each for each in fields if each])
        return near or (
            "name no field" if fields == [None] else f"it is reported on {', '.join(each or '' for each in fields)}"
        )
    kinds = list(dict.fromkeys(issue.kind for issue in issues if issue.kind not in NEVER_ACCEPTED))
    return f"it reports {', '.join(kinds)}" if kinds else "dcr check shows what there is to accept"


def _read_acceptances(top: str) -> bytes | None:
    if not os.path.lexists(os.path.join(top, FILE)):
        return None
    content = read_file(top, FILE)
    if isinstance(content, str):
        raise UnwritableFileError(f"'{FILE}' is {content}", "put the acceptances' own content there")
    return content
