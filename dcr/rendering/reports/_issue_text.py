"""Words an issue for people, the same in every format: who breaks, the example row, and what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dcr.compatibility.issue import NEW_READERS, OLD_READERS
from dcr.errors import quote_for_shell

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue, IssueAcceptance, Witness

MAX_ROW = 240
"""Characters of a row that are printed. The member that the issue is about comes first, so the end can be cut."""

_READER_IMPACTS = {NEW_READERS: "reject existing rows", OLD_READERS: "reject new rows"}


def describe_on_one_line(issue: Issue) -> str:
    """Return everything about an issue except its row. The text of the user in it is not escaped."""
    parts = [issue.message]
    if issue.accepted:
        parts.append(f"ACCEPTED: {describe_acceptance(issue.accepted)}")
    if impact := describe_impact(issue):
        parts.append(impact)
    if issue.hint:
        parts.append(f"help: {issue.hint}")
    return "; ".join(parts)


def describe_impact(issue: Issue, *, with_names: bool = True) -> str:
    """Return who breaks and how: `breaks new readers: they reject existing rows`. Empty if nobody breaks.

    Declared consumers are named, the first ones if there are many: `breaks a (finance, #finance-data) and b (growth):
    queries and joins that select it`. Without names, they are counted.
    """
    if issue.consumers is None:
        return _describe_parties(issue)
    from dcr.rendering.reports._consumer_text import describe_reach, name_consumers  # noqa: PLC0415 (few runs need it)
    from dcr.report.summary import format_count  # noqa: PLC0415

    if not issue.consumers:
        return "; ".join(part for part in (_describe_parties(issue), describe_reach(issue)) if part)
    count = len(issue.consumers)
    who = name_consumers(issue.consumers) if with_names else format_count(count, "declared consumer")
    how = describe_consequence(issue)
    return f"breaks {who}: {how}" if how else f"breaks {who}"


def _describe_parties(issue: Issue) -> str:
    impacts = list_impacts(issue)
    if not impacts:
        return ""
    parties = " and ".join(party for party, _ in impacts)
    how = " and ".join(impact for _, impact in impacts if impact)
    return f"breaks {parties}: {how}" if how and len(impacts) == 1 else f"breaks {parties}"


def describe_consequence(issue: Issue) -> str:
    """Return how an issue breaks its declared consumers: `new readers reject existing rows`."""
    from dcr.compatibility.reach import LOST_VALUES, NEW_VALUES  # noqa: PLC0415 (only an issue needs it)
    from dcr.consumers.consumer import QUERIES  # noqa: PLC0415
    from dcr.rendering.reports._consumer_text import join_words  # noqa: PLC0415

    readings = {consumer.reads == QUERIES for consumer in issue.consumers or ()}
    values = {
        LOST_VALUES: "queries for a value that no longer occurs",
        NEW_VALUES: "queries that do not expect a new value",
    }
    switches = values.get(issue.reach.breaks, "") if issue.reach and True in readings else ""
    if switches and False not in readings:
        return switches
    impacts = [
        f"{words} {_READER_IMPACTS[party]}" if party in _READER_IMPACTS else impact
        for (party, _), (words, impact) in zip(issue.parties, list_impacts(issue), strict=True)
    ]
    ways = [way for way in (*impacts, switches) if way]
    return join_words(ways) if ways else ""


def list_impacts(issue: Issue) -> list[tuple[str, str]]:
    """Return who breaks, in words, and how."""
    from dcr.compatibility.rule import get_rule  # noqa: PLC0415 (a report without issues needs no rules)

    return [
        (
            party.replace("_", " "),
            f"they {_READER_IMPACTS[party]}" if party in _READER_IMPACTS else get_rule(issue.kind).impact,
        )
        for party, _ in issue.parties
    ]


def describe_acceptance(accepted: IssueAcceptance) -> str:
    """Return why a break was accepted, until when, and by which consumers."""
    reason = f"{accepted.reason} (until {accepted.expires})" if accepted.expires else accepted.reason
    return f"{reason}, accepted by {', '.join(accepted.accepted_by)}" if accepted.accepted_by else reason


def describe_witness(witness: Witness) -> str:
    """Return what an example row shows: `example row, valid before, invalid now`."""
    before, now = ("valid", "invalid") if witness.accepted_by == "previous" else ("invalid", "valid")
    subject = "two identical rows" if witness.times > 1 else "example row"
    return f"{subject}, {before} before, {now} now"


def sort_members(witness: Witness, field: str | None) -> Any:
    """Return the row of a witness, with the member that the issue is about in front."""
    row = witness.row
    subject = re.split(r"[.\[]", field or "")[0]
    return {subject: row[subject], **row} if isinstance(row, dict) and subject in row else row


def format_row(witness: Witness, field: str | None) -> str:
    """Return the row of a witness as JSON, cut after `MAX_ROW` characters."""
    import json  # noqa: PLC0415 (an unchanged repository has no rows to show)

    return truncate(json.dumps(sort_members(witness, field), ensure_ascii=False), MAX_ROW)


def build_accept_command(issue: Issue, dataset_id: str | None) -> str:
    """Return the command that accepts a break. Empty for any other issue."""
    from dcr.policy.policy_application import NEVER_ACCEPTED  # noqa: PLC0415 (only an issue needs it)

    if (
        dataset_id is None
        or not issue.breaks
        or issue.severity != "error"
        or issue.accepted
        or issue.missing_acceptances  # the hint has the command
        or issue.kind in NEVER_ACCEPTED
    ):
        return ""
    field = f" {quote_for_shell(issue.field)}" if issue.field else ""
    return f"dcr accept {quote_for_shell(dataset_id)} {issue.kind}{field} --reason TEXT"


def truncate(text: str, most: int) -> str:
    """Return text with an ellipsis at its end if it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[:most]}…"
