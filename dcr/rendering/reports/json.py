"""Renders a report as JSON for programs; `report.schema.json` in this folder describes it.

Keys are stable. The JSON is strict and in ASCII, so that paths and names that are not UTF-8 survive as lone surrogate
escapes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dcr.compatibility.severities import ERROR, WARNING
from dcr.report.reached_teams import list_reached_teams
from dcr.text.printable import escape_ci_markers
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.compatibility.issue import Issue
    from dcr.compatibility.reach import ReachedConsumer
    from dcr.parsing.location import Location
    from dcr.rendering.style import Style
    from dcr.report.reached_teams import ReachedTeam
    from dcr.report.report import BaseReport, ContractReport, Report

SCHEMA_VERSION = 1

_BATCH_SIZE = 500
"""The number of contracts that are rendered together."""


def render(report: Report, _style: Style) -> str:
    """Return the report as one JSON document.

    Few contracts are rendered at a time: a document of all of them takes several times the memory of its text.
    """
    head, tail = _dump(_build_head(report)), _dump(_build_tail(report))
    starts = range(0, len(report.contracts), _BATCH_SIZE)
    contracts = ",".join([_dump_contracts(report.contracts[start : start + _BATCH_SIZE]) for start in starts])
    listed = f"[{contracts}\n  ]" if contracts else "[]"
    text = f'{head[:-2]},\n  "contracts": {listed},{tail[1:]}\n'
    return escape_ci_markers(text, escape="\\u0023")  # only strings contain a mark, where it is the same character


def _dump_contracts(contracts: Sequence[ContractReport]) -> str:
    """Return contracts as entries of a list in the document, without its brackets."""
    text = _dump([_build_contract(contract) for contract in contracts])
    return text[1:-2].replace("\n", "\n  ")


def _dump(value: Any) -> str:
    return json.dumps(value, indent=2, allow_nan=False)


def build_document(report: Report) -> dict[str, Any]:
    """Return the report as a JSON document."""
    contracts = [_build_contract(contract) for contract in report.contracts]
    return {**_build_head(report), "contracts": contracts, **_build_tail(report)}


def _build_head(report: Report) -> dict[str, Any]:
    """Return the part of the document before its contracts."""
    base = report.base
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "dcr", "version": __version__},
        "base": _build_base(base) if base else None,
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
            "consumers": report.consumers,
            "errors": report.count_issues(ERROR),
            "warnings": report.count_issues(WARNING),
            "accepted": report.accepted,
            "baselined": report.baselined,
        },
    }


def _build_tail(report: Report) -> dict[str, Any]:
    """Return the part of the document after its contracts."""
    return {
        "issues": [build_issue(issue) for issue in report.issues],
        "teams": [_build_team(team) for team in list_reached_teams(report)],
    }


def _build_base(base: BaseReport) -> dict[str, Any]:
    several = {"merge_bases": [base.merge_base, *base.others]} if base.others else {}
    return {"ref": base.ref, "source": base.source, "commit": base.commit, "merge_base": base.merge_base, **several}


def _build_contract(contract: ContractReport) -> dict[str, Any]:
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
        "issues": [build_issue(issue) for issue in contract.issues],
    }


def build_issue(issue: Issue) -> dict[str, Any]:
    """Return one issue as a JSON document."""
    witness, accepted = issue.witness, issue.accepted
    return {
        "kind": issue.kind,
        "severity": issue.severity,
        "field": issue.field,
        "modes": list(issue.modes),
        "breaks": issue.breaks,
        "consumers": None if issue.consumers is None else [_build_consumer(found) for found in issue.consumers],
        "message": issue.message,
        "hint": issue.hint,
        "against": issue.against,
        "location": _build_location(issue.location),
        "previous_location": _build_location(issue.previous_location),
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
        else {
            "reason": accepted.reason,
            "severity": accepted.severity,
            "expires": accepted.expires,
            "accepted_by": list(accepted.accepted_by),
        },
    }


def _build_consumer(consumer: ReachedConsumer) -> dict[str, Any]:
    return {
        "consumer": consumer.name,
        **({"repository": consumer.repository} if consumer.repository else {}),
        "source": consumer.source,
        "owners": [{"team": owner.team, "contact": owner.contact} for owner in consumer.owners],
        "reads": consumer.reads,
        "until": consumer.until,
        "location": _build_location(consumer.location),
        "removed": consumer.is_removed,
        "unreadable": consumer.is_unreadable,
    }


def _build_team(team: ReachedTeam) -> dict[str, Any]:
    return {
        "team": team.team,
        "contacts": list(team.contacts),
        "handles": list(team.handles),
        "consumers": [{"consumer": name, "issues": count} for name, count in team.consumers],
        "issues": team.issues,
    }


def _build_location(location: Location | None) -> dict[str, Any] | None:
    if location is None:
        return None
    named = {name: value for name, value in (("key", location.key), ("commit", location.commit)) if value}
    return {"path": location.path, "line": location.line, "column": location.column, **named}
