"""Renders what a change would do, as `dcr impact` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.compatibility.semver import NONE
from dcr.errors import quote_for_shell
from dcr.rendering.listings.consumers import format_owners, side_document
from dcr.rendering.listings.json_documents import location_document
from dcr.rendering.listings.page import BOLD, DIM, GREEN, INDENT, RED, YELLOW, Cell, Page, join_lines
from dcr.rendering.reports._consumer_text import describe_consumer
from dcr.rendering.reports._issue_text import build_accept_command, describe_impact
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.compatibility.issue import Issue
    from dcr.compatibility.reach import ReachedConsumer
    from dcr.git.sides import Side
    from dcr.registry.impact import Impact
    from dcr.rendering.style import Style

_COLORS = {"error": RED, "warning": YELLOW}


def render(impact: Impact, change: str, style: Style) -> str:
    """Return the issues with the consumers that each reaches, the required version and the next step.

    `change` describes the change, such as `removing field 'ltv' of users.daily_active 1.0.0`.
    """
    page = Page(style)
    lines = [page.line(Cell(f"{change} {_summarize(impact)}", BOLD))]
    for issue in impact.issues:
        lines += _issue_lines(page, issue, "")
    for issue in impact.unreported:
        lines += _issue_lines(page, issue, f"dcr check does not report it (mode {impact.mode})")
    if impact.proposed is None and not impact.issues:
        lines += (_consumer_line(page, consumer) for consumer in impact.reached or ())
    if impact.required_bump != NONE:
        bump = impact.required_bump.upper()
        version = f"version {impact.required_version} ({bump})" if impact.required_version else f"a {bump} version bump"
        lines.append(page.line(Cell(f"requires {version}")))
    lines += (page.line(Cell(f"next: {step}", GREEN)) for step in list_next_steps(impact))
    return join_lines(lines)


def document(side: Side, impact: Impact, change: str) -> dict[str, Any]:
    """Return the same as a JSON document. `reached` is null if the repository declares no consumers."""
    return {**side_document(side), **impact_document(impact, change)}


def impact_document(impact: Impact, change: str) -> dict[str, Any]:
    """Return an impact as JSON values, without where it was computed."""
    reported = [_issue_document(issue, is_reported=True) for issue in impact.issues]
    return {
        "dataset_id": impact.contract.dataset_id,
        "version": impact.contract.version,
        "change": change,
        "mode": impact.mode,
        "required_bump": impact.required_bump,
        "required_version": impact.required_version,
        "reached": None if impact.reached is None else [consumer_document(each) for each in impact.reached],
        "issues": [*reported, *(_issue_document(issue, is_reported=False) for issue in impact.unreported)],
        "next": list(list_next_steps(impact)),
    }


def consumer_document(consumer: ReachedConsumer) -> dict[str, Any]:
    """Return a reached consumer as JSON values."""
    return {
        "consumer": consumer.name,
        **({"repository": consumer.repository} if consumer.repository else {}),
        "owners": [owner._asdict() for owner in consumer.owners],
        "source": consumer.source,
        "reads": consumer.reads,
        "until": consumer.until,
        "location": location_document(consumer.location),
    }


def list_next_steps(impact: Impact) -> Iterator[str]:
    """Yield what to do next, as sentences."""
    contract = impact.contract
    if impact.reached:
        owners = {owner: None for consumer in impact.reached for owner in consumer.owners}
        yield (
            f"contact the owners: {format_owners(owners)}"
            if owners
            else "contact the owners, whom the files do not name"
        )
        days = [consumer.until for consumer in impact.reached]
        last_day = max((day for day in days if day), default=None)
        if last_day and all(days):
            yield f"wait until {last_day}, when the last of them moves away"
        elif impact.proposed is None and contract.status in ("draft", "active") and contract.has_status:
            yield f"deprecate it: dcr deprecate {quote_for_shell(contract.dataset_id)} --uri URI"
        return
    if impact.proposed is not None:
        bump = f", then: dcr bump {quote_for_shell(contract.dataset_id)}" if impact.required_version else ""
        yield f"make the change{bump}"
    for issue in impact.issues:
        command = build_accept_command(issue, contract.dataset_id)
        if command:
            yield f"dcr check fails all the same until it is accepted: {command}"


def _summarize(impact: Impact) -> str:
    if impact.reached is None:
        return "reaches nobody who is known: no consumers are declared"
    if not impact.reached:
        return "reaches no declared consumer"
    return f"reaches {format_count(len(impact.reached), 'declared consumer')}"


def _issue_lines(page: Page, issue: Issue, note: str) -> Iterator[str]:
    severity = "" if note else issue.severity
    yield page.line(
        Cell(severity, _COLORS.get(severity, "")), Cell(f"{issue.message} [{issue.kind}]"), Cell(note, YELLOW)
    )
    text = describe_impact(issue, with_names=False)
    if text:
        yield page.line(Cell(text), indent=INDENT)
    yield from _list_consumer_lines(page, issue.consumers)
    if issue.hint:
        yield page.line(Cell(f"help: {issue.hint}", DIM), indent=INDENT)


def _list_consumer_lines(page: Page, consumers: Iterable[ReachedConsumer] | None) -> Iterator[str]:
    for consumer in consumers or ():
        yield _consumer_line(page, consumer)


def _consumer_line(page: Page, consumer: ReachedConsumer) -> str:
    location = f"{consumer.location.path}:{consumer.location.line}"
    if consumer.is_unreadable:
        repository = f" in {consumer.repository}" if consumer.repository else ""
        return page.line(Cell(f"may reach {location}{repository}, which cannot be read"), indent=INDENT)
    return page.line(Cell(f"reaches {describe_consumer(consumer)}"), Cell(location, DIM), indent=INDENT)


def _issue_document(issue: Issue, *, is_reported: bool) -> dict[str, Any]:
    location = issue.previous_location or issue.location
    return {
        "kind": issue.kind,
        "severity": issue.severity if is_reported else None,
        "reported": is_reported,
        "field": issue.field,
        "message": issue.message,
        "hint": issue.hint,
        "breaks": issue.breaks,
        "location": location_document(location) if location else None,
        "consumers": None if issue.consumers is None else [consumer_document(each) for each in issue.consumers],
    }
