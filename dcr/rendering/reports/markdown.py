"""Renders a report as a comment on a pull request, with a table per contract and folded details.

The teams whose consumers break come first. Only handles that the policy maps a team to are mentions.

The first line is a hidden mark, by which a bot finds its comment and edits it. GitHub accepts 65,536 characters. Text
beyond `MAX_LENGTH` is left out, the least severe issues first, and the comment mentions it.
"""

from __future__ import annotations

from enum import IntEnum, auto
from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.rendering.reports._code_spans import format_cell, format_code
from dcr.rendering.reports._fitting import Piece, measure_length, select_pieces
from dcr.rendering.reports._issue_text import build_accept_command, describe_impact, describe_witness, format_row
from dcr.rendering.reports._located_issues import locate_issues
from dcr.rendering.reports._markdown_consumers import list_consumers, list_team_lines
from dcr.report.report import RENAMED, UNCHANGED
from dcr.report.summary import format_count, list_closing_parts, name_run_issues

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.rendering.reports._located_issues import LocatedIssue
    from dcr.rendering.style import Style
    from dcr.report.report import ContractReport, Report

MARK = "<!-- dcr -->"
MAX_LENGTH = 60_000

_ROOM_FOR_NOTE = 300
_ICONS = {ERROR: "❌", WARNING: "⚠️", INFO: "\u2139\ufe0f"}
_TABLE = "\n| | kind | field | message | line |\n|---|---|---|---|---|\n"
_ACCEPTED_BREAKS = ("\n> **Breaks ACCEPTED by this change**\n>\n", "")
_TEAMS = "\n**Teams to talk to**\n\n"
_FOLDED = ("\n<details>\n<summary>Who breaks, example rows, what to do</summary>\n\n", "\n</details>\n")


class _Rank(IntEnum):
    """The importance of a piece of the comment. `REASON` is a break that the change accepts, with its reason."""

    TEAM = auto()
    ERROR = auto()
    REASON = auto()
    ACCEPTED = auto()
    ERROR_DETAILS = auto()
    WARNING = auto()
    INFO = auto()
    ACCEPTED_DETAILS = auto()
    WARNING_DETAILS = auto()
    INFO_DETAILS = auto()
    COMPATIBLE = auto()


_DETAILS = {
    _Rank.ERROR: _Rank.ERROR_DETAILS,
    _Rank.ACCEPTED: _Rank.ACCEPTED_DETAILS,
    _Rank.WARNING: _Rank.WARNING_DETAILS,
    _Rank.INFO: _Rank.INFO_DETAILS,
}


def render(report: Report, _style: Style) -> str:
    """Return the comment."""
    compared = report.base is not None
    opening = _format_opening(report)
    teams, more_teams = (
        list_team_lines(report) if any(issue.consumers for issue in report.iterate_issues()) else ([], 0)
    )
    frames = {
        "teams": (_TEAMS, f"- and {format_count(more_teams, 'more team')}\n" if more_teams else ""),
        "accepted": _ACCEPTED_BREAKS,
        "compatible": ("\n", ""),
    }
    pieces, reasons = [Piece(f"- {line}\n", _Rank.TEAM, "teams") for line in teams], []
    for located in locate_issues(report):
        rows, folded = f"rows of {located.number}", f"details of {located.number}"
        if rows not in frames:
            frames[rows] = (_format_heading(located.contract, report) + _TABLE, "")
            frames[folded] = _FOLDED
        rank = _rank(located.issue)
        pieces.append(Piece(_format_issue_row(located), rank, rows))
        if details := _format_details(located):
            pieces.append(Piece(details, _DETAILS[rank], folded))
        if located.issue.accepted:
            reasons.append(Piece(_format_reason(located), _Rank.REASON, "accepted"))
    order = {group: number for number, group in enumerate(frames)}
    pieces = sorted([*pieces, *reasons], key=lambda piece: order[piece.group])
    compatible = [
        Piece(_format_compatible(contract, compared=compared), _Rank.COMPATIBLE, "compatible")
        for contract in report.contracts
        if not contract.issues and contract.change != UNCHANGED
    ]
    room = MAX_LENGTH - measure_length(opening) - _ROOM_FOR_NOTE
    body, left_out = select_pieces([*pieces, *compatible], frames, room)
    return opening + (_format_note(left_out) if left_out else "") + body


def _format_opening(report: Report) -> str:
    first, *others = list_closing_parts(report, escape=format_code)
    command = "lint" if report.base is None else "check"
    has_warnings = report.accepted or report.count_issues(WARNING)
    icon = (
        _ICONS[ERROR] if not report.compatible else _ICONS[WARNING] if has_warnings or report.has_no_contracts else "✅"
    )
    facts = f"\n{' · '.join(others)}\n" if others else ""
    return f"{MARK}\n### {icon} dcr {command}: {first}\n{facts}"


def _format_heading(contract: ContractReport | None, report: Report) -> str:
    if contract is None:
        return f"\n#### {name_run_issues(report.issues).capitalize()}\n"
    compared = report.base is not None
    facts = _list_facts(contract, compared=compared)
    if contract.dataset_id:
        facts.insert(0, format_code(contract.path))
    return f"\n#### {_format_name(contract)}\n" + (f"\n{', '.join(facts)}\n" if facts else "")


def _format_compatible(contract: ContractReport, *, compared: bool) -> str:
    return f"- ✅ {_format_name(contract)}: {', '.join(_list_facts(contract, compared=compared))}\n"


def _format_name(contract: ContractReport) -> str:
    return format_code(contract.dataset_id or contract.path)


def _list_facts(contract: ContractReport, *, compared: bool) -> list[str]:
    """Return the versions, the change, the mode and the bumps of a contract."""
    versions = [format_code(version) for version in dict.fromkeys((contract.previous, contract.proposed)) if version]
    facts = [" → ".join(versions)] if versions else []
    if compared:
        old_path = contract.previous_path if contract.change == RENAMED else None
        facts.append(f"renamed from {format_code(old_path)}" if old_path else contract.change)
    if contract.mode and contract.change != UNCHANGED:
        facts.append(contract.mode)
    if contract.required_bump != "none":
        required, actual = contract.required_bump.upper(), (contract.actual_bump or "none").upper()
        bumps = f"needs a {required} bump, has {actual}"
        facts.append(bumps if required == actual else f"**{bumps}**")
    return facts


def _rank(issue: Issue) -> _Rank:
    return _Rank.ACCEPTED if issue.accepted else _Rank[issue.severity.upper()]


def _format_issue_row(located: LocatedIssue) -> str:
    issue, location = located.issue, located.issue.location
    severity = "⚠️&nbsp;**ACCEPTED**" if issue.accepted else f"{_ICONS[issue.severity]}&nbsp;{issue.severity}"
    is_elsewhere = location and (located.contract is None or location.path != located.contract.path)
    line = f"{f'{format_cell(location.path)} ' if is_elsewhere else ''}{location.line}" if location else ""
    cells = (severity, f"`{issue.kind}`", format_cell(issue.field or "", 200), format_cell(issue.message), line)
    return f"| {' | '.join(cells)} |\n"


def _format_details(located: LocatedIssue) -> str:
    issue, lines = located.issue, []
    if impact := describe_impact(issue, with_names=False):
        lines.append("\n    - ".join([impact, *list_consumers(issue.consumers or ())]))
    if issue.witness:
        lines.append(f"{describe_witness(issue.witness)}: {format_code(format_row(issue.witness, issue.field))}")
    if issue.hint:
        lines.append(f"help: {format_code(issue.hint)}")
    if command := build_accept_command(issue, located.contract.dataset_id if located.contract else None):
        lines.append(f"or accept it: {format_code(command)}")
    if not lines:
        return ""
    head = f"- `{issue.kind}` {format_code(issue.field or '', 200)}".rstrip()
    if issue.location:
        head += f", line {issue.location.line}"
    return "".join(f"{line}\n" for line in [head, *(f"  - {line}" for line in lines)])


def _format_reason(located: LocatedIssue) -> str:
    """Return an accepted break with its reason and its last day, for the reviewer."""
    issue, contract, accepted = located.issue, located.contract, located.issue.accepted
    dataset = contract.dataset_id if contract else None
    name = " ".join(filter(None, (format_code(dataset or ""), f"`{issue.kind}`", format_code(issue.field or "", 200))))
    until = f" (until {format_code(accepted.expires)})" if accepted and accepted.expires else ""
    names = ", ".join(map(format_code, accepted.accepted_by)) if accepted else ""
    by = f", accepted by {names}" if names else ""
    return f"> - {name}: {format_code(accepted.reason if accepted else '')}{until}{by}\n"


def _format_note(left_out: list[Piece]) -> str:
    """Return a note that counts what the comment leaves out."""
    ranks = [piece.rank for piece in left_out]
    rows, errors = sum(rank in _DETAILS for rank in ranks), ranks.count(_Rank.ERROR)
    details = sum(rank in _DETAILS.values() for rank in ranks)
    teams = ranks.count(_Rank.TEAM)
    parts = [format_count(teams, "team")] if teams else []
    parts += [f"{format_count(rows, 'issue')}, {format_count(errors, 'error')} of them"] if rows else []
    parts += [f"the details of {format_count(details, 'issue')}"] if details else []
    left_out_text = "; ".join(parts) or "contracts without issues"
    return f"\n> **Left out to fit the length of a comment: {left_out_text}.** Other formats have all issues.\n"
