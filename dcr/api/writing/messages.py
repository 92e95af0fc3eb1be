"""Builds the messages of commits: what was registered, and the closing line of the check."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, WARNING
from dcr.report.summary import format_count
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from dcr.api.snapshots.state import RegistryState
    from dcr.api.writing.changes import PlannedChange

_VERBS = {"register": "Register", "deprecate": "Deprecate", "archive": "Archive"}
_MAX_ID = 60


def build_message(planned: PlannedChange, state: RegistryState) -> str:
    """Return a commit message without control characters of the user's."""
    contract, report = planned.contract, planned.report
    name = make_printable(contract.dataset_id)
    short = name if len(name) <= _MAX_ID else f"{name[: _MAX_ID - 1]}…"
    lines = [f"{_VERBS[planned.action]} {short} {contract.version}", ""]
    compared = f"against {planned.previous.version}" if planned.previous else "the first version"
    judged = next((each for each in report.contracts if each.dataset_id == contract.dataset_id), None)
    parts = [f"compatible ({judged.mode if judged else 'none'}), {compared}"]
    errors, warnings = report.count_issues(ERROR), report.count_issues(WARNING)
    parts.append(f"{format_count(errors, 'error')}, {format_count(warnings, 'warning')}")
    if judged is not None and planned.action == "register" and planned.previous:
        actual = judged.actual_bump or "none"
        parts.append(f"required bump {judged.required_bump.upper()}, actual bump {actual.upper()}")
    lines.append(f"dcr check: {', '.join(parts)}")
    lines += [f"  {each.severity}: {make_printable(each.message)} [{each.kind}]" for each in report.iterate_issues()]
    if report.accepted:
        lines.append(f"{format_count(report.accepted, 'break')} accepted in dcr.accepted.yaml")
    if planned.action == "deprecate" and contract.deprecation_uri:
        lines.append(f"migration plan: {make_printable(contract.deprecation_uri)}")
    # Two servers that commit the same change in the same second would otherwise make one and the same commit.
    lines += ["", f"Checked-at: {state.commit}", f"Request-Id: {secrets.token_hex(8)}"]
    return "\n".join(lines) + "\n"
