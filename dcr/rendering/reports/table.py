"""The report for people at a terminal or reading a CI log: a group per contract, hints under messages.

Terminals with the room get columns, the same in every group; narrower ones get the same words stacked. Rich
is only loaded when there is something to lay out.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.rendering.reports._layout import GAP, INDENT, Layout, broken, layout_of, place_of, width_of
from dcr.rendering.reports._wording import reason_of, verdict_on_row, who_breaks_when, written_row
from dcr.report.report import RENAMED, UNCHANGED
from dcr.report.summary import format_severity, list_closing_parts

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

    from dcr.compatibility.issue import Issue
    from dcr.rendering.style import Style
    from dcr.report.report import ContractReport, Report

_COLORS = {ERROR: "bold red", WARNING: "yellow", INFO: "cyan"}
_CODES = re.compile("\x1b\\[[0-9;]*m")
CLOSES = True  # with the closing line


def render(report: Report, style: Style) -> str:
    """Return the groups and the closing line."""
    shown = [each for each in report.contracts if each.issues or (each.change != UNCHANGED and not style.quiet)]
    if style.quiet and not shown and not report.issues:
        return ""
    closing = Layout(style.width, style.unicode).shown(
        (" · " if style.unicode else "; ").join(list_closing_parts(report))
    )
    if not shown and not report.issues:
        return "".join(f"{_harmless(line)}\n" for line in _folded(closing, style.width - 1))
    layout = layout_of(tuple(report.iterate_issues()), style)
    groups = [(_heading(each, layout, compared=report.base is not None), each.issues) for each in shown]
    if report.issues:
        groups.append((_text().append("policy and acceptances", style="bold"), report.issues))
    console = _console(style)
    spaced = True
    for heading, issues in groups:
        if issues and not spaced:
            console.print()
        spaced = bool(issues)
        _print_group(console, heading, issues, layout)
    if not style.quiet:
        console.print(_text(closing, _closing_color(report)), overflow="fold", width=style.width - 1)
    file = console.file
    text = file.getvalue() if isinstance(file, io.StringIO) else ""
    return "".join(f"{_harmless(line.rstrip())}\n" for line in text.split("\n")[:-1])


def _folded(text: str, width: int) -> list[str]:
    """Return a sentence in lines, without rich: an ordinary run has only this to say."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines += [word[at : at + width] for at in range(0, len(word), width)]
    return lines


def _console(style: Style) -> Console:
    from rich.console import Console  # noqa: PLC0415 (40 ms, paid only when there is something to show)

    return Console(
        file=io.StringIO(),
        width=style.width,
        height=100,  # without one, rich looks at the terminal and forgets the width where TERM is dumb
        force_terminal=style.color,
        no_color=not style.color,
        color_system="standard" if style.color else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )


def _text(text: str = "", style: str = "") -> Text:
    from rich.text import Text  # noqa: PLC0415

    return Text(text, style=style)


def _harmless(line: str) -> str:
    """Return a line that no CI runner takes for a command, as wide as before where it is indented.

    The closing line is not, so it leaves a column free.
    """
    if not _CODES.sub("", line).lstrip().startswith("::"):
        return line
    return f".{line.removeprefix(' ')}"


def _heading(contract: ContractReport, layout: Layout, *, compared: bool) -> Text:
    heading = _text().append(layout.shown(contract.dataset_id or contract.path), style="bold")
    versions = [each for each in (contract.previous, contract.proposed) if each]
    if contract.previous == contract.proposed:
        versions = versions[:1]
    facts = [layout.shown(" → ".join(versions))] if versions else []
    if compared:
        moved = contract.change == RENAMED and contract.previous_path
        facts.append(f"renamed from {layout.shown(moved)}" if moved else contract.change)
    if contract.mode and contract.change != UNCHANGED:
        facts.append(contract.mode)
    if contract.required_bump != "none":
        taken = (contract.actual_bump or "none").upper()
        facts.append(f"owes {contract.required_bump.upper()}, took {taken}")
    if facts:
        heading.append(f"  {', '.join(facts)}", style="dim")
    return heading


def _print_group(console: Console, heading: Text, issues: tuple[Issue, ...], layout: Layout) -> None:
    """Print a heading, marked by the worst of its issues, and the issues under it."""
    mark, color = _mark(issues)
    console.print(_rows([1, layout.width - 2], 1, [[_text(layout.shown(mark), color), heading]]))
    if issues:
        console.print(_indented(_rows(layout.columns, GAP, [_cells(issue, layout) for issue in issues])))
        console.print()


def _mark(issues: tuple[Issue, ...]) -> tuple[str, str]:
    if any(issue.severity == ERROR for issue in issues):
        return "✗", "bold red"
    if any(issue.severity == WARNING or issue.accepted for issue in issues):
        return "!", "bold yellow"
    return "✓", "green"


def _rows(widths: list[int], gap: int, rows: list[list[RenderableType]]) -> Table:
    """Return rows in columns of fixed widths; the gaps are columns too, since padding differs between releases."""
    from rich.table import Table  # noqa: PLC0415

    table = Table.grid()
    for number, width in enumerate(widths):
        if number:
            table.add_column(width=gap)
        table.add_column(width=width, overflow="fold")
    for first, *others in rows:
        table.add_row(first, *[each for cell in others for each in ("", cell)])
    return table


def _cells(issue: Issue, layout: Layout) -> list[RenderableType]:
    """Return one issue's cells, in the order of the layout's columns."""
    severity, field, place = _text(format_severity(issue), _color(issue)), issue.field or "", place_of(issue, layout)
    details = _details(issue, layout)
    if layout.kind:
        fields = [_text(layout.shown(field), "cyan")] if layout.field else []
        return [severity, _text(issue.kind, "bold"), *fields, details, _text(place, "dim")]
    head = _text() if layout.severity else _text().append_text(severity).append("  ")
    head.append(issue.kind, style="bold")
    if field:
        head.append(f"  {layout.shown(field)}", style="cyan")
    if place:
        beside = head.cell_len + GAP + width_of(place) <= layout.message
        head.append(f"  {place}" if beside else f"\n{broken(place, layout.message)}", style="dim")
    if layout.severity:
        return [severity, head.append("\n").append_text(details)]
    return [_above(head, _indented(details))]


def _above(head: Text, below: RenderableType) -> RenderableType:
    from rich.console import Group  # noqa: PLC0415

    return Group(head, below)


def _indented(content: RenderableType) -> RenderableType:
    from rich.padding import Padding  # noqa: PLC0415

    return Padding(content, (0, 0, 0, INDENT))


def _details(issue: Issue, layout: Layout) -> Text:
    """Return the message, and under it who breaks, the row that proves it, and what to do."""
    text = _text(layout.shown(issue.message))
    if issue.accepted:
        text.append(f"\nACCEPTED: {layout.shown(reason_of(issue.accepted))}", style="bold yellow")
    if issue.breaks:
        text.append(f"\nbreaks {who_breaks_when(issue)}", style="dim")
    if issue.witness:
        row = layout.shown(written_row(issue.witness, issue.field))
        text.append(f"\n{verdict_on_row(issue.witness)}: {row}", style="dim")
    if issue.hint:
        text.append(f"\nhint: {layout.shown(issue.hint)}", style="green")
    return text


def _color(issue: Issue) -> str:
    return "bold yellow" if issue.accepted else _COLORS[issue.severity]


def _closing_color(report: Report) -> str:
    if not report.compatible:
        return "bold red"
    return "bold yellow" if report.accepted or report.count_issues(WARNING) else "bold green"
