"""The report as a SARIF log, for code scanning and for whatever reads static analysis results.

Source: SARIF 2.1.0 Errata 01 (OASIS, 28 August 2023); GitHub, "SARIF support for code scanning". Strict JSON
in ASCII. Text goes through `printable` first, since some readers refuse lone surrogates; paths are URIs, whose
percent-encoded bytes are the path's own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dcr.compatibility.severities import SEVERITIES
from dcr.rendering.reports._placed import placed_issues
from dcr.rendering.reports._sarif_results import ROOT, result_of
from dcr.rendering.reports._sarif_rules import descriptors
from dcr.report.summary import format_count
from dcr.text.printable import escape_ci_markers
from dcr.version import __version__

if TYPE_CHECKING:
    from dcr.rendering.reports._placed import Placed
    from dcr.rendering.style import Style
    from dcr.report.report import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000
"""GitHub refuses a run with more results than this."""


def render(report: Report, _style: Style) -> str:
    """Return the log: one run, one result per issue, and the rules that they name."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return escape_ci_markers(json.dumps(log, indent=2, allow_nan=False) + "\n", escape="\\u0023")


def _run(report: Report) -> dict[str, Any]:
    placed = list(placed_issues(report))
    kept = _kept(placed)
    kinds = list(dict.fromkeys(each.issue.kind for each in kept))
    driver = {"name": "dcr", "semanticVersion": __version__, "rules": descriptors(kinds)}
    return {
        "tool": {"driver": driver},
        "invocations": [_invocation(report, left_out=len(placed) - len(kept))],
        "automationDetails": {"id": "dcr/lint/" if report.base is None else "dcr/check/"},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        **_provenance(report),
        "columnKind": "unicodeCodePoints",
        "results": [result_of(each, kinds.index(each.issue.kind)) for each in kept],
    }


def _kept(placed: list[Placed]) -> list[Placed]:
    """Return as many as a run may hold, the worst ones where that is not all, in the report's order."""
    if len(placed) <= MOST_RESULTS:
        return placed
    worst = sorted(range(len(placed)), key=lambda at: SEVERITIES.index(placed[at].issue.severity))
    return [placed[at] for at in sorted(worst[:MOST_RESULTS])]


def _invocation(report: Report, *, left_out: int) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": True, "exitCode": int(report.fails)}
    if left_out:
        text = f"{format_count(left_out, 'issue')} left out, the least severe: a run holds {MOST_RESULTS:,} at most."
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return invocation


def _provenance(report: Report) -> dict[str, Any]:
    """Return where the judged files come from; a repository without an address has no provenance in SARIF."""
    if not report.repository:
        return {}
    details = {"repositoryUri": report.repository, "mappedTo": {"uriBaseId": ROOT}}
    return {"versionControlProvenance": [details | ({"revisionId": report.revision} if report.revision else {})]}
