"""The report as a comment on a pull request: what breaks in a table per contract, the details folded below it.

The first line is a hidden mark, so that a bot finds its comment again and edits it. GitHub takes 65,536
characters; what does not fit into `MOST` is left out, the least severe first, and the comment says so.
"""

from __future__ import annotations

from enum import IntEnum, auto
from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.rendering.reports._code_spans import cell, code
from dcr.rendering.reports._fitting import Piece, fitted, length
from dcr.rendering.reports._placed import placed_issues
from dcr.rendering.reports._wording import verdict_on_row, who_breaks_when, written_row
from dcr.report.report import RENAMED, UNCHANGED
from dcr.report.summary import format_count, list_closing_parts

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.rendering.reports._placed import Placed
    from dcr.rendering.style import Style
    from dcr.report.report import ContractReport, Report

MARK = "<!-- dcr -->"
MOST = 60_000

_ROOM_FOR_THE_CUT = 300
_ICONS = {ERROR: "❌", WARNING: "⚠️", INFO: "\u2139\ufe0f"}
_TABLE = "\n| | kind | field | what happened | line |\n|---|---|---|---|---|\n"
_LET_THROUGH = ("\n> **Breaks ACCEPTED by this change**\n>\n", "")
_FOLDED = ("\n<details>\n<summary>Who breaks, rows that prove it, what to do</summary>\n\n", "\n</details>\n")


class _Rank(IntEnum):
    """What is kept first where not all fits; `LET_THROUGH` are the breaks that the change accepts, with the reasons."""

    ERROR = auto()
    LET_THROUGH = auto()
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
    opening = _opening(report)
    frames = {"let through": _LET_THROUGH, "compatible": ("\n", "")}
    pieces, let_through = [], []
    for placed in placed_issues(report):
        rows, folded = f"rows of {placed.number}", f"details of {placed.number}"
        if rows not in frames:
            frames[rows] = (_heading(placed.contract, compared=compared) + _TABLE, "")
            frames[folded] = _FOLDED
        rank = _rank(placed.issue)
        pieces.append(Piece(_row(placed), rank, rows))
        if details := _details(placed.issue):
            pieces.append(Piece(details, _DETAILS[rank], folded))
        if placed.issue.accepted:
            let_through.append(Piece(_reason(placed), _Rank.LET_THROUGH, "let through"))
    order = {group: number for number, group in enumerate(frames)}
    pieces.sort(key=lambda piece: order[piece.group])
    compatible = [
        Piece(_line(each, compared=compared), _Rank.COMPATIBLE, "compatible")
        for each in report.contracts
        if not each.issues and each.change != UNCHANGED
    ]
    body, left_out = fitted([*let_through, *pieces, *compatible], frames, MOST - length(opening) - _ROOM_FOR_THE_CUT)
    return opening + (_cut(left_out) if left_out else "") + body


def _opening(report: Report) -> str:
    first, *others = list_closing_parts(report, escape=code)
    command = "lint" if report.base is None else "check"
    warned = report.accepted or report.count_issues(WARNING)
    icon = _ICONS[ERROR] if not report.compatible else _ICONS[WARNING] if warned or report.has_no_contracts else "✅"
    facts = f"\n{' · '.join(others)}\n" if others else ""
    return f"{MARK}\n### {icon} dcr {command}: {first}\n{facts}"


def _heading(contract: ContractReport | None, *, compared: bool) -> str:
    if contract is None:
        return "\n#### Policy and acceptances\n"
    facts = _facts(contract, compared=compared)
    if contract.dataset_id:
        facts.insert(0, code(contract.path))
    return f"\n#### {_named(contract)}\n" + (f"\n{', '.join(facts)}\n" if facts else "")


def _line(contract: ContractReport, *, compared: bool) -> str:
    return f"- ✅ {_named(contract)}: {', '.join(_facts(contract, compared=compared))}\n"


def _named(contract: ContractReport) -> str:
    return code(contract.dataset_id or contract.path)


def _facts(contract: ContractReport, *, compared: bool) -> list[str]:
    """Return versions, how the contract changed, its mode, and what the change owes: what a table's heading says."""
    versions = [code(each) for each in dict.fromkeys((contract.previous, contract.proposed)) if each]
    facts = [" → ".join(versions)] if versions else []
    if compared:
        moved = contract.previous_path if contract.change == RENAMED else None
        facts.append(f"renamed from {code(moved)}" if moved else contract.change)
    if contract.mode and contract.change != UNCHANGED:
        facts.append(contract.mode)
    if contract.required_bump != "none":
        owed, taken = contract.required_bump.upper(), (contract.actual_bump or "none").upper()
        facts.append(f"owes {owed}, took {taken}" if owed == taken else f"**owes {owed}, took {taken}**")
    return facts


def _rank(issue: Issue) -> _Rank:
    return _Rank.ACCEPTED if issue.accepted else _Rank[issue.severity.upper()]


def _row(placed: Placed) -> str:
    issue, place = placed.issue, placed.issue.location
    severity = "⚠️&nbsp;**ACCEPTED**" if issue.accepted else f"{_ICONS[issue.severity]}&nbsp;{issue.severity}"
    elsewhere = place and (placed.contract is None or place.path != placed.contract.path)
    where = f"{f'{cell(place.path)} ' if elsewhere else ''}{place.line}" if place else ""
    return f"| {severity} | `{issue.kind}` | {cell(issue.field or '', 200)} | {cell(issue.message)} | {where} |\n"


def _details(issue: Issue) -> str:
    lines = []
    if issue.breaks:
        lines.append(f"breaks {who_breaks_when(issue)}")
    if issue.witness:
        lines.append(f"{verdict_on_row(issue.witness)}: {code(written_row(issue.witness, issue.field))}")
    if issue.hint:
        lines.append(f"hint: {code(issue.hint)}")
    if not lines:
        return ""
    head = f"- `{issue.kind}` {code(issue.field or '', 200)}".rstrip()
    if issue.location:
        head += f", line {issue.location.line}"
    return "".join(f"{line}\n" for line in [head, *(f"  - {line}" for line in lines)])


def _reason(placed: Placed) -> str:
    """Return a break that was let through, why, and until when: what a reviewer agrees to."""
    issue, contract, accepted = placed.issue, placed.contract, placed.issue.accepted
    dataset = contract.dataset_id if contract else None
    named = " ".join(filter(None, (code(dataset or ""), f"`{issue.kind}`", code(issue.field or "", 200))))
    until = f" (until {code(accepted.expires)})" if accepted and accepted.expires else ""
    return f"> - {named}: {code(accepted.reason if accepted else '')}{until}\n"


def _cut(left_out: list[Piece]) -> str:
    """Return what says that the comment is not all there is to say."""
    ranks = [piece.rank for piece in left_out]
    rows, errors = sum(rank in _DETAILS for rank in ranks), ranks.count(_Rank.ERROR)
    details = sum(rank in _DETAILS.values() for rank in ranks)
    said = [f"{format_count(rows, 'issue')}, {format_count(errors, 'error')} among them"] if rows else []
    said += [f"the details of {format_count(details, 'issue')}"] if details else []
    what = "; ".join(said) or "contracts without issues"
    return f"\n> **Left out, for the length of a comment: {what}.** Another format of dcr shows all.\n"
