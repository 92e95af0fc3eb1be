"""Describes all versions of a dataset as values that a script can compare, each distinct field once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.contract.contract import walk_fields
from dcr.site.views.commits import view_commit
from dcr.site.views.fields import format_type, format_value, list_constraints, list_notes
from dcr.site.views.terms import list_facts, list_term_groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dcr.contract.contract import Contract, Field
    from dcr.registry.history.timeline import Release, Revision
    from dcr.site.views.timeline import TimelineEntry

MIN_RELEASES = 2
"""The number of releases from which on there is something to compare."""


def build_comparison(
    releases: Sequence[Release], contracts: Mapping[Revision, Contract | None], timeline: Sequence[TimelineEntry]
) -> dict[str, Any]:
    """Return the versions of a dataset, oldest first, as JSON values.

    `records` are lists of pairs of a name and a text, each once; `versions` refer to them by number. `changes` are the
    bumps and issues that led to a version, by the number of the version.
    """
    records: dict[tuple[tuple[str, str], ...], int] = {}
    versions = []
    for release in releases:
        contract = contracts.get(release.last)
        if contract is None:
            continue
        head = records.setdefault(tuple(_list_head(contract)), len(records))
        fields = [
            [path, records.setdefault(tuple(_list_field(field)), len(records))]
            for path, field in walk_fields(contract.fields)
        ]
        commit = view_commit(release.first.commit)
        label = release.version if _is_unique(release, releases) else f"{release.version} ({commit.short})".strip()
        versions.append({"label": label, "day": commit.day, "head": head, "fields": fields})
    return {"versions": versions, "records": [list(map(list, each)) for each in records], "changes": _changes(timeline)}


def _is_unique(release: Release, releases: Sequence[Release]) -> bool:
    return release.version != "" and sum(each.version == release.version for each in releases) == 1


def _changes(timeline: Sequence[TimelineEntry]) -> dict[str, Any]:
    return {
        str(entry.release): {
            "bump": entry.bump and [entry.bump.required, entry.bump.actual, entry.bump.is_enough],
            "issues": [[each.state, each.message, each.kind, each.reason] for each in entry.issues],
        }
        for entry in timeline
        if entry.release is not None and (entry.bump or entry.issues)
    }


def _list_head(contract: Contract) -> Iterator[tuple[str, str]]:
    if contract.description:
        yield "description", contract.description
    yield "status", contract.status
    owners = [f"{each.team} ({each.contact})" if each.contact else each.team for each in contract.owners]
    if owners:
        yield "owners", ", ".join(owners)
    yield from list_facts(contract)
    if contract.deprecation_uri:
        yield "migration plan", contract.deprecation_uri
    for group in list_term_groups(contract.terms):
        for name, text in group.terms:
            yield f"{group.title.lower()}: {name}", text


def _list_field(field: Field) -> Iterator[tuple[str, str]]:
    yield "type", format_type(field)
    yield "presence", "required" if field.required else "optional"
    if field.deprecated:
        yield "deprecated", "yes"
    if field.enum is not None:
        yield "values", ", ".join(map(format_value, field.enum))
    for name, value in list_constraints(field):
        yield name, value or "yes"
    if field.description:
        yield "description", field.description
    if field.terms:
        yield from list_notes(field.terms)
