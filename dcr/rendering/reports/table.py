"""Renders a report for a terminal or a CI log, grouped by contract.

A wide terminal gets columns, a narrow one gets the same text stacked. Rich is loaded only for a report that has
something to lay out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.rendering.console import console_lines, create_console, harmless
from dcr.rendering.reports._issue_text import (
    build_accept_command,
    describe_acceptance,
    describe_impact,
    describe_witness,
    format_row,
)
from dcr.rendering.reports._layout import GAP, INDENT, break_path, choose_layout, format_location, measure
from dcr.report.report import ADDED, MODIFIED, RENAMED, UNCHANGED
from dcr.report.summary import format_severity, list_closing_parts, name_run_issues

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

    from dcr.compatibility.issue import Issue
    from dcr.rendering.reports._layout import Layout
    from dcr.rendering.style import Style
    from dcr.report.report import ContractReport, Report

_COLORS = {ERROR: "bold red", WARNING: "yellow", INFO: "cyan"}
CLOSES = True  # with the closing line


def render(report: Report, style: Style) -> str:
    """Return the contracts that changed or have issues, and the closing line."""
    contracts = [
        contract
        for contract in report.contracts
        if contract.issues or (contract.change != UNCHANGED and not style.quiet)
    ]
    if style.quiet and not contracts and not report.issues:
        return ""
    closing = style.sanitize((" · " if style.unicode else "; ").join(list_closing_parts(report)))
    if not contracts and not report.issues:
        return "".join(f"{harmless(line)}\n" for line in _wrap(closing, style.width - 1))
    table = _ReportTable(report, style)
    console = create_console(style)
    groups = [(table.heading(contract), contract.issues, contract.dataset_id) for contract in contracts]
    if report.issues:
        groups.append((_text().append(name_run_issues(report.issues), style="bold"), report.issues, None))
    has_gap = True
    for heading, issues, dataset_id in groups:
        if issues and not has_gap:
            console.print()
        has_gap = bool(issues)
        table.print_group(console, heading, issues, dataset_id)
    if not style.quiet:
        if any(issue.consumers for issue in report.iterate_issues()):
            table.print_teams(console, report)
        console.print(_text(closing, _choose_closing_color(report)), overflow="fold", width=style.width - 1)
    return "".join(f"{line}\n" for line in console_lines(console))


class _ReportTable:
    """Lays out the groups of one report, with the same columns in each."""

    def __init__(self, report: Report, style: Style) -> None:
        self.style, self.is_check = style, report.base is not None
        self.layout: Layout = choose_layout(tuple(report.iterate_issues()), style)

    def heading(self, contract: ContractReport) -> Text:
        """Return the dataset with its versions, change, mode and bumps."""
        heading = _text().append(self.style.sanitize(contract.dataset_id or contract.path), style="bold")
        versions = [version for version in dict.fromkeys((contract.previous, contract.proposed)) if version]
        facts = [self.style.sanitize(" → ".join(versions))] if versions else []
        if self.is_check and contract.change != UNCHANGED:
            if contract.change == RENAMED and contract.previous_path:
                facts.append(f"renamed from {self.style.sanitize(contract.previous_path)}")
            elif contract.change != MODIFIED:
                facts.append(contract.change)
            if contract.mode and contract.change != ADDED:
                facts.append(f"(mode {contract.mode})")
        heading.append("".join(f"  {fact}" for fact in facts), style="dim")
        if contract.required_bump != "none":
            actual = (contract.actual_bump or "none").upper()
            heading.append(f"  needs a {contract.required_bump.upper()} bump, has {actual}", style="dim")
        return heading

    def print_group(self, console: Console, heading: Text, issues: tuple[Issue, ...], dataset_id: str | None) -> None:
        """Print a heading, marked by the worst issue, and the issues below it."""
        mark, color = _choose_mark(issues)
        console.print(_grid([1, self.style.width - 2], 1, [[_text(self.style.sanitize(mark), color), heading]]))
        if issues:
            rows = [self._cells(issue, dataset_id) for issue in issues]
            console.print(_indent(_grid(self.layout.columns, GAP, rows)))
            console.print()

    def _cells(self, issue: Issue, dataset_id: str | None) -> list[RenderableType]:
        """Return the cells of one issue, in the order of the layout's columns."""
        layout, sanitize = self.layout, self.style.sanitize
        severity = _text(format_severity(issue), "bold yellow" if issue.accepted else _COLORS[issue.severity])
        field, location = issue.field or "", format_location(issue, self.style)
        details = self._details(issue, dataset_id)
        if layout.kind:
            fields = [_text(sanitize(field), "cyan")] if layout.field else []
            return [severity, _text(issue.kind, "bold"), *fields, details, _text(location, "dim")]
        head = _text() if layout.severity else _text().append_text(severity).append("  ")
        head.append(issue.kind, style="bold")
        if field:
            head.append(f"  {sanitize(field)}", style="cyan")
        if location:
            fits = head.cell_len + GAP + measure(location) <= layout.message
            head.append(f"  {location}" if fits else f"\n{break_path(location, layout.message)}", style="dim")
        if layout.severity:
            return [severity, head.append("\n").append_text(details)]
        return [_stack(head, _indent(details))]

    def _format_impact(self, issue: Issue, impact: str) -> Text:
        """Return who breaks and how, dim except for the consumers and their owners."""
        text, rest = _text("\n"), impact
        if issue.consumers:
            from dcr.rendering.reports._consumer_text import list_descriptions  # noqa: PLC0415 (few runs need it)

            for name, owners in list_descriptions(issue.consumers):
                name, owners = self.style.sanitize(name), self.style.sanitize(owners)  # noqa: PLW2901
                before, _, rest = rest.partition(f"{name}{owners}")
                text.append(before, style="dim").append(name, style="bold").append(owners)
        return text.append(rest, style="dim")

    def print_teams(self, console: Console, report: Report) -> None:
        """Print whom to ask, a team on each line."""
        from dcr.rendering.reports._consumer_text import list_team_lines  # noqa: PLC0415 (few runs need it)

        if lines := list_team_lines(report):
            rows: list[list[RenderableType]] = [[_indent(_text(self.style.sanitize(line)))] for line in lines]
            console.print(_text("teams to talk to", "bold"))
            console.print(_grid([self.style.width - 1], 0, rows))
            console.print()

    def _details(self, issue: Issue, dataset_id: str | None) -> Text:
        """Return the message, who breaks, the example row, and what to do."""
        sanitize = self.style.sanitize
        text = _text(sanitize(issue.message))
        if issue.accepted:
            text.append(f"\nACCEPTED: {sanitize(describe_acceptance(issue.accepted))}", style="bold yellow")
        if impact := describe_impact(issue):
            text.append_text(self._format_impact(issue, sanitize(impact)))
        if issue.witness:
            row = sanitize(format_row(issue.witness, issue.field))
            text.append(f"\n{describe_witness(issue.witness)}: {row}", style="dim")
        if issue.hint:
            text.append(f"\nhelp: {sanitize(issue.hint)}", style="green")
        command = build_accept_command(issue, dataset_id) if self.is_check else ""
        if command:
            text.append(f"\nor accept it: {sanitize(command)}", style="dim")
        return text


def _wrap(text: str, width: int) -> list[str]:
    """Return a text in lines, without rich: most runs print nothing else."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines += [word[start : start + width] for start in range(0, len(word), width)]
    return lines


def _text(text: str = "", style: str = "") -> Text:
    from rich.text import Text  # noqa: PLC0415

    return Text(text, style=style)


def _choose_mark(issues: tuple[Issue, ...]) -> tuple[str, str]:
    if any(issue.severity == ERROR for issue in issues):
        return "✗", "bold red"
    if any(issue.severity == WARNING or issue.accepted for issue in issues):
        return "!", "bold yellow"
    return "✓", "green"


def _grid(widths: list[int], gap: int, rows: list[list[RenderableType]]) -> Table:
    """Return rows in columns of fixed widths. The gaps are columns too, because padding differs between releases."""
    from rich.table import Table  # noqa: PLC0415

    table = Table.grid()
    for number, width in enumerate(widths):
        if number:
            table.add_column(width=gap)
        table.add_column(width=width, overflow="fold")
    for first, *others in rows:
        table.add_row(first, *[renderable for cell in others for renderable in ("", cell)])
    return table


def _stack(head: Text, below: RenderableType) -> RenderableType:
    from rich.console import Group  # noqa: PLC0415

    return Group(head, below)


def _indent(content: RenderableType) -> RenderableType:
    from rich.padding import Padding  # noqa: PLC0415

    return Padding(content, (0, 0, 0, INDENT))


def _choose_closing_color(report: Report) -> str:
    if not report.compatible:
        return "bold red"
    return "bold yellow" if report.accepted or report.count_issues(WARNING) else "bold green"
