"""One issue as a SARIF result: readable sentences, both places, what tells it from others, who let it through.

Source: SARIF 2.1.0 Errata 01, 3.11 (message), 3.27 (result), 3.35 (suppression).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dcr.rendering.reports._sarif_rules import LEVELS
from dcr.rendering.reports._wording import cut, reason_of, row_of, verdict_on_row, who_breaks_when
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue, Witness
    from dcr.parsing.location import Location
    from dcr.rendering.reports._placed import Placed

ROOT = "%SRCROOT%"
"""The base of all URIs: the root of the repository, wherever it lies."""

_MOST_OF_A_ROW = 1_000
_SIDES = {"previous": "the previous contract", "proposed": "the proposed contract"}


def result_of(placed: Placed, rule_index: int) -> dict[str, Any]:
    """Return the result; `rule_index` is where its rule stands among the run's rules."""
    issue = placed.issue
    result = {
        "ruleId": issue.kind,
        "ruleIndex": rule_index,
        "level": LEVELS[issue.severity],
        "message": {"text": escaped(" ".join(_sentences(issue)))},
        "locations": [{"physicalLocation": _physical(placed.place), **_logical(placed)}],
        "partialFingerprints": {
            "dcr/v1": issue.fingerprint,
            # GitHub tells results by this one: several stand in one line, and lines move.
            "primaryLocationLineHash": f"{issue.fingerprint}:{placed.occurrence}",
        },
        "suppressions": [],  # in a run, all results say whether they are suppressed, or none does
    }
    if properties := _properties(placed):
        result["properties"] = properties
    if issue.previous_location:
        result["relatedLocations"] = [_previous(issue.previous_location, placed)]
    if issue.accepted:
        reason = make_printable(reason_of(issue.accepted))
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return result


def _sentences(issue: Issue) -> list[str]:
    """Return what is to be read, the message first: where there is little room, only the first sentence is shown."""
    sentences = [_ended(issue.message)]
    if issue.accepted:
        sentences.append(f"ACCEPTED: {_ended(reason_of(issue.accepted))}")
    if issue.breaks:
        sentences.append(f"Breaks {who_breaks_when(issue)}.")
    if issue.witness:
        verdict = verdict_on_row(issue.witness)
        for side, words in _SIDES.items():
            verdict = verdict.replace(f"by {side}", f"by {words}")
        sentences.append(f"A row with {_members(issue.witness, issue.field)} is {verdict.replace(', ', ' and ')}.")
    if issue.hint:
        sentences.append(f"Hint: {_ended(issue.hint)}")
    return sentences


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _members(witness: Witness, field: str | None) -> str:
    """Return a row without the braces around it, which SARIF would have doubled: `ltv = 0.5, plan = "free"`."""
    row = row_of(witness, field)
    if not isinstance(row, dict) or not row:
        return json.dumps(row, ensure_ascii=False)
    members = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in row.items())
    return cut(", ".join(members), _MOST_OF_A_ROW)


def escaped(text: str) -> str:
    """Return the text of a message: braces doubled (3.11.5), and nothing that would be a link (3.11.6)."""
    return make_printable(text).replace("{", "{{").replace("}", "}}").replace("](", "]\\(")


def _physical(place: Location) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": uri_of(place.path), "uriBaseId": ROOT},
        "region": {"startLine": place.line, "startColumn": place.column},
    }


def uri_of(path: str) -> str:
    """Return a path in the repository as a relative URI: no scheme, no host, every byte that is not plain encoded."""
    try:
        written = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # no path that git gave
        written = path.encode("utf-8", "surrogatepass")
    uri = quote(written, safe="/")
    rest = uri.lstrip("/")
    return "%2F" * (len(uri) - len(rest)) + rest


def _logical(placed: Placed) -> dict[str, Any]:
    """Return the field, by its name in the dataset."""
    issue, contract = placed.issue, placed.contract
    if not issue.field or contract is None:
        return {}
    full = f"{contract.dataset_id}/{issue.field}" if contract.dataset_id else issue.field
    named = {"name": make_printable(issue.field), "fullyQualifiedName": make_printable(full), "kind": "property"}
    return {"logicalLocations": [named]}


def _previous(place: Location, placed: Placed) -> dict[str, Any]:
    """Return the place in the previous contract, which lines of the files at hand need not show."""
    commit = place.commit or (placed.contract.previous_commit if placed.contract else None)
    version = f", version {placed.issue.against}" if placed.issue.against else ""
    text = f"The previous contract{version}{f', at commit {commit}' if commit else ''}."
    return {"id": 1, "physicalLocation": _physical(place), "message": {"text": escaped(text)}}


def _properties(placed: Placed) -> dict[str, Any]:
    issue, contract = placed.issue, placed.contract
    known = {
        "dataset": contract.dataset_id if contract else None,
        "field": issue.field,
        "breaks": issue.breaks,
        "against": issue.against,
        "key": placed.place.key,
        "acceptedSeverity": issue.accepted.severity if issue.accepted else None,
    }
    named: dict[str, Any] = {name: make_printable(value) for name, value in known.items() if value}
    return named | ({"modes": list(issue.modes)} if issue.modes else {})
