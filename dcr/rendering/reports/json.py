"""The report for programs: stable keys, described by `report.schema.json` beside this module.

Strict JSON in ASCII, so that paths and names that are no UTF-8 survive as lone surrogate escapes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dcr.compatibility.severities import ERROR, WARNING
from dcr.text.printable import escape_ci_markers
from dcr.version import __version__

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.parsing.location import Location
    from dcr.rendering.style import Style
    from dcr.report.report import BaseReport, ContractReport, Report

SCHEMA_VERSION = 1


def render(report: Report, _style: Style) -> str:
    """Return the report as one JSON document."""
    written = json.dumps(document(report), indent=2, allow_nan=False) + "\n"
    return escape_ci_markers(
        written, escape="\\u0023"
    )  # only strings can hold a mark, and there this is the same character


def document(report: Report) -> dict[str, Any]:
    """Return the report as plain values."""
    base = report.base
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "dcr", "version": __version__},
        "base": _base(base) if base else None,
        "head": report.head,
        **({"merged": True, "uncommitted": report.uncommitted} if report.merged else {}),
        "policy": report.policy,
        "compatible": report.compatible,
        "summary": {
            "contracts": report.total,
            "formats": dict(report.formats),
            "files": report.files,
            "changed": report.changed,
            "left_alone": report.non_contracts,
            "errors": report.count_issues(ERROR),
            "warnings": report.count_issues(WARNING),
            "accepted": report.accepted,
            "baselined": report.baselined,
        },
        "contracts": [_contract(each) for each in report.contracts],
        "issues": [issue_document(each) for each in report.issues],
    }


def _base(base: BaseReport) -> dict[str, Any]:
    several = {"merge_bases": [base.merge_base, *base.others]} if base.others else {}
    return {"ref": base.ref, "source": base.source, "commit": base.commit, "merge_base": base.merge_base, **several}


def _contract(contract: ContractReport) -> dict[str, Any]:
    previous = contract.previous
    return {
        "dataset_id": contract.dataset_id,
        "path": contract.path,
        "previous_path": contract.previous_path,
        "change": contract.change,
        "mode": contract.mode,
        "previous": None if previous is None else {"version": previous, "commit": contract.previous_commit},
        "proposed": None if contract.proposed is None else {"version": contract.proposed},
        "required_bump": contract.required_bump,
        "actual_bump": contract.actual_bump,
        "compatible": contract.compatible,
        "issues": [issue_document(each) for each in contract.issues],
    }


def issue_document(issue: Issue) -> dict[str, Any]:
    """Return one issue as plain values."""
    witness, accepted = issue.witness, issue.accepted
    return {
        "kind": issue.kind,
        "severity": issue.severity,
        "field": issue.field,
        "modes": list(issue.modes),
        "breaks": issue.breaks,
        "message": issue.message,
        "hint": issue.hint,
        "against": issue.against,
        "location": _location(issue.location),
        "previous_location": _location(issue.previous_location),
        "witness": None
        if witness is None
        else {
            "row": witness.row,
            "times": witness.times,
            "accepted_by": witness.accepted_by,
            "refused_by": witness.refused_by,
        },
        "fingerprint": issue.fingerprint,
        "accepted": None
        if accepted is None
        else {"reason": accepted.reason, "severity": accepted.severity, "expires": accepted.expires},
    }


def _location(place: Location | None) -> dict[str, Any] | None:
    if place is None:
        return None
    named = {name: value for name, value in (("key", place.key), ("commit", place.commit)) if value}
    return {"path": place.path, "line": place.line, "column": place.column, **named}
