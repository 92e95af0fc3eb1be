"""Renders a report as a SARIF log, which GitHub code scanning and other tools display.

Source: SARIF 2.1.0 Errata 01 (OASIS, 28 August 2023); GitHub, "SARIF support for code scanning". The JSON is
strict and in ASCII. Text is made printable first, because some readers reject lone surrogates. Paths are URIs with
percent-encoded bytes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dcr.compatibility.severities import SEVERITIES
from dcr.rendering.reports._located_issues import locate_issues
from dcr.rendering.reports._sarif_results import ROOT, build_result
from dcr.rendering.reports._sarif_rules import build_descriptors
from dcr.text.printable import escape_ci_markers
from dcr.version import __version__

if TYPE_CHECKING:
    from dcr.rendering.reports._located_issues import LocatedIssue
    from dcr.rendering.style import Style
    from dcr.report.report import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAX_RESULTS = 25_000
"""Results of a run. GitHub rejects a run with more."""


def render(report: Report, _style: Style) -> str:
    """Return the log: one run, with one result per issue and the rules of the results."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_build_run(report)]}
    return escape_ci_markers(json.dumps(log, indent=2, allow_nan=False) + "\n", escape="\\u0023")


def _build_run(report: Report) -> dict[str, Any]:
    located = list(locate_issues(report))
    kept = _select_results(located)
    kinds = list(dict.fromkeys(issue.issue.kind for issue in kept))
    driver = {"name": "dcr", "semanticVersion": __version__, "rules": build_descriptors(kinds)}
    return {
        "tool": {"driver": driver},
        "invocations": [_build_invocation(report, left_out=len(located) - len(kept))],
        "automationDetails": {"id": "dcr/lint/" if report.base is None else "dcr/check/"},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        **_build_provenance(report),
        "columnKind": "unicodeCodePoints",
        "results": [build_result(issue, kinds.index(issue.issue.kind)) for issue in kept],
    }


def _select_results(located: list[LocatedIssue]) -> list[LocatedIssue]:
    """Return the issues that fit into a run, the most severe first if not all fit, in the order of the report."""
    if len(located) <= MAX_RESULTS:
        return located
    worst = sorted(range(len(located)), key=lambda position: SEVERITIES.index(located[position].issue.severity))
    return [located[position] for position in sorted(worst[:MAX_RESULTS])]


def _build_invocation(report: Report, *, left_out: int) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": True, "exitCode": int(report.fails)}
    if left_out:
        text = f"the {left_out:,} least severe issues are left out: a run contains at most {MAX_RESULTS:,}."
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return invocation


def _build_provenance(report: Report) -> dict[str, Any]:
    """Return the repository of the checked files. In SARIF, a repository without a URL has no provenance."""
    if not report.repository:
        return {}
    details = {"repositoryUri": report.repository, "mappedTo": {"uriBaseId": ROOT}}
    return {"versionControlProvenance": [details | ({"revisionId": report.revision} if report.revision else {})]}
