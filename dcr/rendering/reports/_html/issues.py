"""Prepares the issues of a report for the page: state, anchor, consequence, excerpts and witness row."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dcr.rendering.reports._consumer_text import describe_reach, list_notes, list_owners
from dcr.rendering.reports._html.figures import Excerpts
from dcr.rendering.reports._html.states import STATES, get_state
from dcr.rendering.reports._issue_text import describe_consequence, list_impacts, sort_members, truncate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.compatibility.issue import Issue, Witness
    from dcr.rendering.reports._html.contracts import Group
    from dcr.rendering.reports._html.figures import Figure
    from dcr.report.report import Report

MAX_COLUMNS = 12
"""Columns of a witness row that are shown; the others are folded."""
MAX_VALUE = 400


class Column(NamedTuple):
    """A column of a witness row; the issue's own column is its subject."""

    name: str
    value: str
    is_subject: bool


class Row(NamedTuple):
    """A witness row. `columns` is None for a row that is not a mapping, which `value` shows as JSON."""

    valid_under: str
    invalid_under: str
    is_repeated: bool
    value: str = ""
    columns: Sequence[Column] | None = None
    more_columns: Sequence[Column] = ()


class ShownConsumer(NamedTuple):
    """A declared consumer that an issue reaches, and where it is declared."""

    name: str
    owners: list[str]
    notes: list[str]
    location: str


class ShownIssue(NamedTuple):
    """One issue with its number and anchor on the page; `group` is the anchor of its group."""

    issue: Issue
    number: int
    anchor: str
    group: Group
    excerpts: Excerpts | None

    @property
    def state(self) -> str:
        """The state of the issue."""
        return get_state(self.issue)

    @property
    def who_breaks(self) -> str:
        """Who breaks: `new readers and old readers`."""
        return " and ".join(party for party, _ in list_impacts(self.issue))

    @property
    def consequence(self) -> str:
        """What breaks for whom, in which modes and against which version."""
        impact = "; ".join(impact for _, impact in list_impacts(self.issue) if impact)
        modes = f" \u00b7 {', '.join(self.issue.modes)}" if self.issue.modes else ""
        against = f" \u00b7 against {self.issue.against}" if self.issue.against else ""
        return f"{impact}{modes}{against}"

    @property
    def reach(self) -> str:
        """How it breaks declared consumers, or that it reaches none of them. Empty if none are declared."""
        return describe_consequence(self.issue) if self.issue.consumers else describe_reach(self.issue).capitalize()

    @property
    def consumers(self) -> list[ShownConsumer]:
        """The declared consumers that it reaches."""
        return [
            ShownConsumer(
                consumer.name,
                list_owners(consumer, str, len(consumer.owners)),
                list_notes(consumer, str),
                f"{consumer.location.path}:{consumer.location.line}",
            )
            for consumer in self.issue.consumers or ()
        ]

    @property
    def figures(self) -> list[Figure]:
        """The excerpts of both versions, computed each time: the page needs the excerpts of one issue at a time."""
        return self.excerpts.figures_of(self.issue, self.group.contract) if self.excerpts else []

    @property
    def row(self) -> Row | None:
        """The witness row, if the issue has one."""
        return _build_row(self.issue.witness, self.issue.field) if self.issue.witness else None


def list_issues(report: Report, groups: list[Group], max_excerpts: int) -> dict[str, list[ShownIssue]]:
    """Return the issues of each group by its anchor. The worst `max_excerpts` issues have excerpts."""
    all_issues = [(issue, group) for group in groups for issue in group.issues]
    worst_first = sorted(range(len(all_issues)), key=lambda at: STATES.index(get_state(all_issues[at][0])))
    with_lines = set(worst_first[:max_excerpts])
    excerpts = Excerpts(report)
    anchors: Counter[str] = Counter()
    shown: dict[str, list[ShownIssue]] = {group.anchor: [] for group in groups}
    for at, (issue, group) in enumerate(all_issues):
        known = re.sub(r"[^0-9a-z]", "", issue.fingerprint)
        anchor = f"issue-{known or at + 1}"
        anchors[anchor] += 1
        if anchors[anchor] > 1:
            anchor = f"{anchor}-{anchors[anchor]}"
        shown[group.anchor].append(ShownIssue(issue, at + 1, anchor, group, excerpts if at in with_lines else None))
    return shown


def _build_row(witness: Witness, field: str | None) -> Row:
    """Return a witness row with its subject first."""
    row = sort_members(witness, field)
    shown = Row(witness.accepted_by, witness.refused_by, witness.times > 1)
    if not isinstance(row, dict):
        return shown._replace(value=_format_value(row))
    subject = re.split(r"[.\[]", field or "")[0]
    columns = [Column(str(name), _format_value(value), name == subject) for name, value in row.items()]
    return shown._replace(columns=columns[:MAX_COLUMNS], more_columns=columns[MAX_COLUMNS:])


def _format_value(value: object) -> str:
    return truncate(json.dumps(value, ensure_ascii=False), MAX_VALUE)
