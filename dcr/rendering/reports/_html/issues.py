"""The issues of each contract: what happened, for whom, the lines, the row that proves it, and what to do."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.issue import CONSUMERS, NEW_READERS, OLD_READERS
from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.rendering.reports._html.markup import Markup, block, element, hidden, join
from dcr.rendering.reports._issue_text import describe_impact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.compatibility.issue import Issue, Witness
    from dcr.parsing.location import Location

ACCEPTED = "accepted"
STATES = (ERROR, ACCEPTED, WARNING, INFO)
"""How an issue is shown and filtered, worst first; what is accepted is shown before what only warns."""

MAX_ROW = 12
"""Keys of a row that are shown at once; the others unfold."""
MAX_VALUE = 400

WHO = {
    CONSUMERS: "who selects the field, joins on the key or relies on the promise",
    NEW_READERS: "the proposed contract on rows already written",
    OLD_READERS: "the previous contract on rows to come",
}


class Shown(NamedTuple):
    """One issue with its place on the page; `lines` is its excerpt, if it has one."""

    issue: Issue
    anchor: str
    lines: Markup | None
    folded: bool


def state_of(issue: Issue) -> str:
    """Return an issue's severity, or that it is accepted."""
    return ACCEPTED if issue.accepted else issue.severity


def anchor_of(issue: Issue, number: int) -> str:
    """Return where an issue can be linked to, whatever else the report holds; `number` is for one without an id."""
    known = re.sub(r"[^0-9a-z]", "", issue.fingerprint)
    return f"issue-{known or number}"


def state_badge(state: str) -> Markup:
    """Return a severity as a word with a sign, so that it needs no color to be told from another."""
    return element("span", state, class_=f"badge {state}")


def article(shown: Shown, contract: str, number: int) -> Markup:
    """Return one issue; `contract` is the value by which the filter knows what it belongs to."""
    issue = shown.issue
    head = element(
        "div",
        state_badge(state_of(issue)),
        element("a", element("code", issue.kind), class_="kind", href=f"#kind-{issue.kind}"),
        element("code", issue.field, class_="field") if issue.field is not None else None,
        _place(issue.location),
        element("a", "#", hidden(f" link to issue {number}"), class_="link", href=f"#{shown.anchor}"),
        class_="tags",
    )
    title = element("h3", issue.message, id=f"{shown.anchor}-title")
    return block(
        "article",
        head,
        title,
        _who(issue),
        _accepted(issue),
        _unfolding(shown),
        _hint(issue.hint),
        id=shown.anchor,
        class_=f"issue {state_of(issue)}",
        aria_labelledby=f"{shown.anchor}-title",
        data_state=state_of(issue),
        data_kind=issue.kind,
        data_contract=contract,
    )


def _place(place: Location | None) -> Markup | None:
    if place is None:
        return None
    where = f"{place.path}:{place.line}:{place.column}"
    key = join(" \u00b7 ", element("code", place.key)) if place.key else None
    return element("span", element("code", where), key, class_="place")


def _accepted(issue: Issue) -> Markup | None:
    if issue.accepted is None:
        return None
    until = f" until {issue.accepted.expires}" if issue.accepted.expires else ""
    said = element("strong", f"Accepted{until}: this would be of severity {issue.accepted.severity}.")
    return element("div", said, element("blockquote", issue.accepted.reason), class_="decision")


def _who(issue: Issue) -> Markup | None:
    if not issue.breaks:
        return None
    modes = f" \u00b7 {', '.join(issue.modes)}" if issue.modes else ""
    against = f" \u00b7 against {issue.against}" if issue.against else ""
    who = element("strong", describe_impact(issue).capitalize())
    meant = "; ".join(WHO.get(each, "") for each, _ in issue.parties)
    return element("p", who, f": {meant}{modes}{against}", class_="who")


def _unfolding(shown: Shown) -> Markup | None:
    """Return lines and row, open unless the report is so large that this would hide what it is about."""
    witness = _witness(shown.issue.witness, shown.issue.field) if shown.issue.witness else None
    if not shown.folded or not (shown.lines or witness):
        return join(*filter(None, (shown.lines, witness)), between="\n")
    summary = "Lines and row" if shown.lines and witness else "Lines" if shown.lines else "Row"
    return block("details", element("summary", summary), shown.lines, witness)


def _hint(hint: str) -> Markup | None:
    if not hint:
        return None
    copy = element("button", "Copy", hidden(" the hint"), type="button", class_="copy", hidden=True)
    return element("p", element("strong", "What to do"), element("span", hint, class_="words"), copy, class_="hint")


def _witness(witness: Witness, field: str | None) -> Markup:
    """Return the row that proves a break: a table where it has columns, what it is about first."""
    times = ", when it is written twice" if witness.times > 1 else ""
    said = join(
        "This row is ", element("b", f"accepted by the {witness.accepted_by}", class_="yes"), " contract and ",
        element("b", f"refused by the {witness.refused_by}", class_="no"), f" one{times}",
    )  # fmt: skip
    row = witness.row
    if not isinstance(row, dict):
        return element("figure", element("figcaption", said), element("pre", _value(row)), class_="row")
    about = re.split(r"[.\[]", field or "")[0]
    named = {about: row[about], **row} if about in row else row
    rows = [_column(name, value, about=name == about) for name, value in named.items()]
    caption = element("caption", said)
    table = block("table", caption, block("tbody", rows[:MAX_ROW]))
    if len(rows) <= MAX_ROW:
        return element("div", table, class_="row")
    more = element("summary", f"{len(rows) - MAX_ROW:,} more columns")
    rest = block("table", element("caption", hidden("the other columns of this row")), block("tbody", rows[MAX_ROW:]))
    return block("div", table, element("details", more, rest), class_="row")


def _column(name: str, value: object, *, about: bool) -> Markup:
    head = element("th", element("code", str(name)), scope="row")
    return element("tr", head, element("td", element("code", _value(value))), class_="about" if about else None)


def _value(value: object) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= MAX_VALUE else f"{written[:MAX_VALUE]}\u2026"


def counts(issues: Iterable[Issue]) -> dict[str, int]:
    """Return how many issues there are of each state that occurs, worst first."""
    found = [state_of(issue) for issue in issues]
    return {state: found.count(state) for state in STATES if state in found}
