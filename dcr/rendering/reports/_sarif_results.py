"""Builds the SARIF result of one issue.

Source: SARIF 2.1.0 Errata 01, 3.11 (message), 3.27 (result), 3.35 (suppression).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dcr.rendering.reports._issue_text import (
    describe_acceptance,
    describe_impact,
    describe_witness,
    sort_members,
    truncate,
)
from dcr.rendering.reports._sarif_rules import LEVELS
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.issue import Issue, Witness
    from dcr.compatibility.reach import ReachedConsumer
    from dcr.parsing.location import Location
    from dcr.rendering.reports._located_issues import LocatedIssue

ROOT = "%SRCROOT%"
"""The base of all URIs: the root of the repository."""

_MAX_ROW = 1_000
_MAX_DECLARATIONS = 100
"""Related locations of consumers in one result. The properties name all consumers."""


def build_result(located: LocatedIssue, rule_index: int) -> dict[str, Any]:
    """Return the result. `rule_index` is the position of its rule among the rules of the run."""
    issue = located.issue
    result = {
        "ruleId": issue.kind,
        "ruleIndex": rule_index,
        "level": LEVELS[issue.severity],
        "message": {"text": escape_message(" ".join(_list_sentences(issue)))},
        "locations": [
            {"physicalLocation": _build_physical_location(located.location), **_build_logical_location(located)}
        ],
        "partialFingerprints": {
            "dcr/v1": issue.fingerprint,
            # GitHub identifies results by this one: a line may have several results, and lines move.
            "primaryLocationLineHash": f"{issue.fingerprint}:{located.occurrence}",
        },
        "suppressions": [],  # either all results of a run have this key, or none
    }
    if properties := _build_properties(located):
        result["properties"] = properties
    if related := list(_build_related_locations(located)):
        result["relatedLocations"] = related
    if issue.accepted:
        reason = make_printable(describe_acceptance(issue.accepted))
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return result


def _list_sentences(issue: Issue) -> list[str]:
    """Return the sentences of the message. Some views display only the first one."""
    sentences = [_end_sentence(issue.message)]
    if issue.accepted:
        sentences.append(f"ACCEPTED: {_end_sentence(describe_acceptance(issue.accepted))}")
    if impact := describe_impact(issue):
        sentences.append(_end_sentence(impact[:1].upper() + impact[1:]))
    if issue.witness:
        witness = describe_witness(issue.witness)
        sentences.append(f"{witness[:1].upper()}{witness[1:]}: {_format_members(issue.witness, issue.field)}.")
    if issue.hint:
        sentences.append(f"Help: {_end_sentence(issue.hint)}")
    return sentences


def _end_sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _format_members(witness: Witness, field: str | None) -> str:
    """Return a row without its braces, which SARIF escapes: `ltv = 0.5, plan = "free"`."""
    row = sort_members(witness, field)
    if not isinstance(row, dict) or not row:
        return json.dumps(row, ensure_ascii=False)
    members = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in row.items())
    return truncate(", ".join(members), _MAX_ROW)


def escape_message(text: str) -> str:
    """Return text as a SARIF message, with braces doubled (3.11.5) and without links (3.11.6)."""
    return make_printable(text).replace("{", "{{").replace("}", "}}").replace("](", "]\\(")


def _build_physical_location(location: Location) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": build_uri(location.path), "uriBaseId": ROOT},
        "region": {"startLine": location.line, "startColumn": location.column},
    }


def build_uri(path: str) -> str:
    """Return a path in the repository as a relative URI, percent-encoded, without scheme and host."""
    try:
        encoded = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # not a path from git
        encoded = path.encode("utf-8", "surrogatepass")
    uri = quote(encoded, safe="/")
    rest = uri.lstrip("/")
    return "%2F" * (len(uri) - len(rest)) + rest


def _build_logical_location(located: LocatedIssue) -> dict[str, Any]:
    """Return the field as a logical location."""
    issue, contract = located.issue, located.contract
    if not issue.field or contract is None:
        return {}
    full = f"{contract.dataset_id}/{issue.field}" if contract.dataset_id else issue.field
    field = {"name": make_printable(issue.field), "fullyQualifiedName": make_printable(full), "kind": "property"}
    return {"logicalLocations": [field]}


def _build_related_locations(located: LocatedIssue) -> Iterator[dict[str, Any]]:
    """Yield the previous contract, and the declarations of consumers that the checked files have."""
    issue = located.issue
    if issue.previous_location:
        yield _build_previous_location(issue.previous_location, located)
    declared = [consumer for consumer in issue.consumers or () if not (consumer.is_removed or consumer.repository)]
    for number, consumer in enumerate(declared[:_MAX_DECLARATIONS], start=2):
        yield {
            "id": number,
            "physicalLocation": _build_physical_location(consumer.location),
            "message": {"text": escape_message(f"The consumer {consumer.name}.")},
        }


def _build_previous_location(location: Location, located: LocatedIssue) -> dict[str, Any]:
    """Return the location in the previous contract, which may not exist in the checked files."""
    commit = location.commit or (located.contract.previous_commit if located.contract else None)
    version = f", version {located.issue.against}" if located.issue.against else ""
    text = f"The previous contract{version}{f', at commit {commit}' if commit else ''}."
    return {"id": 1, "physicalLocation": _build_physical_location(location), "message": {"text": escape_message(text)}}


def _build_properties(located: LocatedIssue) -> dict[str, Any]:
    issue, contract = located.issue, located.contract
    known = {
        "dataset": contract.dataset_id if contract else None,
        "field": issue.field,
        "breaks": issue.breaks,
        "against": issue.against,
        "key": located.location.key,
        "acceptedSeverity": issue.accepted.severity if issue.accepted else None,
    }
    named: dict[str, Any] = {name: make_printable(value) for name, value in known.items() if value}
    if issue.modes:
        named["modes"] = list(issue.modes)
    if issue.consumers is not None:
        named["consumers"] = [_build_consumer(consumer) for consumer in issue.consumers]
    return named


def _build_consumer(consumer: ReachedConsumer) -> dict[str, Any]:
    """Return a consumer with the keys of the JSON report, and the location of its declaration as text."""
    owners = [
        {"team": make_printable(owner.team), "contact": owner.contact and make_printable(owner.contact)}
        for owner in consumer.owners
    ]
    return {
        "consumer": make_printable(consumer.name),
        **({"repository": make_printable(consumer.repository)} if consumer.repository else {}),
        "source": make_printable(consumer.source),
        "owners": owners,
        "reads": consumer.reads,
        "until": consumer.until and make_printable(consumer.until),
        "location": make_printable(f"{consumer.location.path}:{consumer.location.line}"),
        "removed": consumer.is_removed,
        "unreadable": consumer.is_unreadable,
    }
