"""The report for people at a terminal or reading a CI log: a group per contract, hints under messages.

Wide terminals get columns; narrow ones get the same words stacked. Rich is only loaded when there is
something to lay out.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.reporters.printable import printable
from dcr.reporters.report import UNCHANGED
from dcr.reporters.summary import closing_parts
from dcr.reporters.text import defused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.text import Text

    from dcr.compatibility.issue import Issue, Witness
    from dcr.reporters import Style
    from dcr.reporters.report import ContractReport, Report

WIDE = 120
"""Columns from which severity, kind, field, message and place fit side by side."""

_COLORS = {ERROR: "bold red", WARNING: "yellow", INFO: "cyan"}
_MAX_ROW = 400


def render(report: Report, style: Style) -> str:
    """Return the groups and the closing line."""
    shown = [each for each in report.contracts if each.issues or each.change != UNCHANGED]
    if not shown and not report.issues:
        return f"{_closing(report, style)}\n"
    console = _console(style)
    for contract in shown:
        console.print(_heading(contract, style), overflow="fold")
        _print_issues(console, contract.issues, style)
    if report.issues:
        _print_issues(console, report.issues, style)
    console.print(_colored(_closing(report, style), _closing_color(report)), overflow="fold")
    file = console.file
    text = file.getvalue() if isinstance(file, io.StringIO) else ""
    return "".join(f"{defused(line.rstrip())}\n" for line in text.splitlines())


def _console(style: Style) -> Console:
    from rich.console import Console  # noqa: PLC0415 (40 ms, paid only when there is something to show)

    return Console(
        file=io.StringIO(),
        width=style.width,
        force_terminal=style.color,
        no_color=not style.color,
        color_system="standard" if style.color else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )


def _colored(text: str, color: str) -> Text:
    from rich.text import Text  # noqa: PLC0415

    return Text(text, style=color)


def _heading(contract: ContractReport, style: Style) -> Text:
    from rich.text import Text  # noqa: PLC0415

    mark, color = _mark(contract, style)
    arrow = "→" if style.unicode else "->"
    heading = Text()
    heading.append(f"{mark} ", style=color)
    heading.append(printable(contract.dataset_id or contract.path), style="bold")
    versions = [each for each in (contract.previous, contract.proposed) if each]
    if contract.previous == contract.proposed and versions:
        versions = versions[:1]
    facts = [contract.change]
    if versions:
        facts.insert(0, f" {arrow} ".join(printable(each) for each in versions))
    if contract.mode and contract.change != UNCHANGED:
        facts.append(contract.mode)
    if contract.required_bump != "none":
        taken = (contract.actual_bump or "none").upper()
        facts.append(f"owes {contract.required_bump.upper()}, took {taken}")
    heading.append(f"  {', '.join(facts)}", style="dim")
    return heading


def _mark(contract: ContractReport, style: Style) -> tuple[str, str]:
    severities = {issue.severity for issue in contract.issues}
    if ERROR in severities:
        return ("✗" if style.unicode else "x"), "bold red"
    if WARNING in severities:
        return "!", "yellow"
    return ("✓" if style.unicode else "+"), "green"


def _print_issues(console: Console, issues: tuple[Issue, ...], style: Style) -> None:
    from rich.table import Table  # noqa: PLC0415

    if not issues:
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    for column in _columns(issues, style):
        table.add_column(**column)
    for issue in issues:
        if style.width >= WIDE:
            table.add_row("", *_wide(issue))
        else:
            table.add_row("", *_narrow(issue))
    console.print(table)
    console.print()


def _columns(issues: tuple[Issue, ...], style: Style) -> Iterator[dict[str, Any]]:
    yield {"width": 0}
    yield {"width": max(len(_severity(issue)) for issue in issues), "no_wrap": True}
    if style.width < WIDE:
        yield {"overflow": "fold", "ratio": 1}
        return
    yield {"width": min(max(len(issue.kind) for issue in issues), 28), "overflow": "fold"}
    yield {"width": min(max(len(printable(issue.field or "")) for issue in issues), 30), "overflow": "fold"}
    yield {"overflow": "fold", "ratio": 1}
    yield {"overflow": "fold", "max_width": style.width // 4, "justify": "left"}


def _wide(issue: Issue) -> list[Text]:
    return [
        _colored(_severity(issue), _color(issue)),
        _colored(issue.kind, "bold"),
        _colored(printable(issue.field or ""), "cyan"),
        _details(issue),
        _colored(_place(issue), "dim"),
    ]


def _narrow(issue: Issue) -> list[Text]:
    head = _colored(issue.kind, "bold")
    if issue.field:
        head.append(f"  {printable(issue.field)}", style="not bold cyan")
    if issue.location:
        head.append(f"  {_place(issue)}", style="not bold dim")
    head.append("\n")
    head.append_text(_details(issue))
    return [_colored(_severity(issue), _color(issue)), head]


def _details(issue: Issue) -> Text:
    """The message, and under it who breaks, the row that proves it, and what to do."""
    text = _colored(printable(issue.message), "")
    if issue.accepted:
        until = f" (until {printable(issue.accepted.expires)})" if issue.accepted.expires else ""
        text.append(f"\nACCEPTED: {printable(issue.accepted.reason)}{until}", style="bold yellow")
    if issue.breaks:
        modes = f" ({', '.join(issue.modes)})" if issue.modes else ""
        text.append(f"\nbreaks {issue.breaks.replace('_', ' ')}{modes}", style="dim")
    if issue.witness:
        text.append(f"\nrow {_row(issue.witness)}", style="dim")
    if issue.hint:
        text.append(f"\nhint: {printable(issue.hint)}", style="green")
    return text


def _row(witness: Witness) -> str:
    row = json.dumps(witness.row, ensure_ascii=False)
    row = printable(row if len(row) <= _MAX_ROW else f"{row[:_MAX_ROW]}…")
    twice = " written twice," if witness.times > 1 else ""
    return f"{row}{twice} accepted by {witness.accepted_by}, refused by {witness.refused_by}"


def _severity(issue: Issue) -> str:
    return "ACCEPTED" if issue.accepted else issue.severity


def _color(issue: Issue) -> str:
    return "bold yellow" if issue.accepted else _COLORS[issue.severity]


def _place(issue: Issue) -> str:
    return f"{printable(issue.location.path)}:{issue.location.line}" if issue.location else ""


def _closing(report: Report, style: Style) -> str:
    separator = " · " if style.unicode else "; "
    return separator.join(closing_parts(report))


def _closing_color(report: Report) -> str:
    if not report.compatible:
        return "bold red"
    return "bold yellow" if report.accepted or report.number_of(WARNING) else "bold green"
