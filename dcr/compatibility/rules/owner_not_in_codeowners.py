"""CODEOWNERS does not assign the file of a contract to the team that owns it.

Why it breaks
    The service asks the owners in CODEOWNERS to approve a change. The team that owns the dataset is not asked, so
    others change its contract.

Instead
    Assign the file to a handle of the team: the hint has the line. Of several handles, one is enough. The table
    `[teams]` of the policy maps teams to handles. `dcr owners check` reports this kind; other commands do not read
    CODEOWNERS.

Example
    dcr owners check --fail-on warning
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.wording import format_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.ownership import Ownership
    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT, severity=WARNING)
def owner_not_in_codeowners(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each team without a handle among the owners, and for each team that has no handle."""
    ownership = pair.ownership
    if ownership is None:
        return
    for team, handles in ownership.missing:
        yield Finding(
            f"{_describe_assignment(ownership)}, expected {_format_handles(handles)} of team '{team}'",
            f"add to {ownership.code_owners}, below the other lines: {ownership.line}",
            key="owners",
            detail=team,
        )
    for team, entry in ownership.unmapped:
        yield Finding(
            f"team '{team}' has no handle: {ownership.table} does not map it",
            f"add to {ownership.table}: {entry}",
            key="owners",
            detail=team,
        )


def _describe_assignment(ownership: Ownership) -> str:
    if not ownership.lines:
        return f"no line of {ownership.code_owners} matches '{ownership.path}'"
    many = len(ownership.lines) > 1
    lines = f"line{'s' * many} {', '.join(map(str, ownership.lines))} of {ownership.code_owners}"
    if not ownership.assigned:
        return f"{lines} leave{'s' * (not many)} '{ownership.path}' without owners"
    return f"{lines} assign{'s' * (not many)} '{ownership.path}' to {format_list(ownership.assigned)}"


def _format_handles(handles: tuple[str, ...]) -> str:
    return " or ".join(f"'{handle}'" for handle in handles)
