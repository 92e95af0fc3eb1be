"""The edit that records a decision: one break that `dcr check` reports now, let through by name."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.acceptance import Acceptance
from dcr.compatibility.rule import all_rules
from dcr.editing.lifecycle import Amendment
from dcr.editing.source_files import home_of, worktree_of
from dcr.editing.text.acceptances import with_acceptance
from dcr.errors import DcrError, UsageError
from dcr.git.worktree import read_file
from dcr.git.writing.rewrites import UnwritableFileError
from dcr.lint import own_policy
from dcr.parsing.location import Location
from dcr.policy.acceptances import FILE
from dcr.policy.application import NEVER_ACCEPTED
from dcr.text.suggestions import did_you_mean

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.git.repository import Repository
    from dcr.report.report import ContractReport, Report


class NotReportedError(DcrError):
    """Nothing of the kind is reported now, so an acceptance of it would be an error."""

    undone = "nothing was written"


class Decision(NamedTuple):
    """What is to be let through, and why; `expires` is the last day, as YYYY-MM-DD."""

    dataset_id: str
    kind: str
    field: str | None
    reason: str
    expires: str | None


def check_decision(decision: Decision) -> None:
    """Raise `UsageError` for a kind that does not exist or is never accepted, and for a day that is none or over."""
    rules = all_rules()
    if decision.kind not in rules:
        hint = did_you_mean(decision.kind, rules) or "dcr explain lists all of them"
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


def accept(folder: str, decision: Decision, report: Report) -> Amendment:
    """Return the edit that records a decision about what a report says.

    Raises a `DcrError` when nothing of the kind is reported, or it is recorded already.
    """
    repository, top = worktree_of(folder)
    contract = _reported(repository, decision, report)
    version = contract.proposed or contract.previous or ""
    new = Acceptance(
        decision.dataset_id, version, decision.kind, decision.field, decision.reason, decision.expires, Location(FILE)
    )
    content = _content(top)
    after = with_acceptance(content, new, all_rules())
    said = f"{new.spoken} is accepted"
    if own_policy(top)[0].accept_from == "base":
        said += "; the policy reads acceptances from the base, so this one counts once it is there"
    return Amendment(top, FILE, content, after, said)


def _reported(repository: Repository, decision: Decision, report: Report) -> ContractReport:
    own = [each for each in report.contracts if each.dataset_id == decision.dataset_id]
    if not own:
        home_of(repository, decision.dataset_id)  # one that is in no file is said so
    for contract in own:
        if any((issue.kind, issue.field) == (decision.kind, decision.field) for issue in contract.issues):
            return contract
    about = f" on '{decision.field}'" if decision.field is not None else ""
    message = f"dcr check reports no {decision.kind}{about} in '{decision.dataset_id}' now"
    raise NotReportedError(message, _what_else([issue for each in own for issue in each.issues], decision))


def _what_else(issues: list[Issue], decision: Decision) -> str:
    fields = [issue.field for issue in issues if issue.kind == decision.kind]
    if fields and decision.field is None:
        return f"it is about a field: {', '.join(each or '' for each in fields)}"
    if fields:
        near = did_you_mean(decision.field or "", [each for each in fields if each])
        return near or (
            "name no field" if fields == [None] else f"it is reported on {', '.join(each or '' for each in fields)}"
        )
    kinds = list(dict.fromkeys(issue.kind for issue in issues if issue.kind not in NEVER_ACCEPTED))
    return f"it reports {', '.join(kinds)}" if kinds else "dcr check shows what there is to accept"


def _content(top: str) -> bytes | None:
    if not os.path.lexists(os.path.join(top, FILE)):
        return None
    content = read_file(top, FILE)
    if isinstance(content, str):
        raise UnwritableFileError(f"'{FILE}' is {content}", "put the acceptances' own content there")
    return content
