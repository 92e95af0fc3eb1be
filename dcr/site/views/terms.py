"""Describes what a contract promises apart from its fields: freshness, quality, service levels, servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.contract import Contract
    from dcr.contract.terms import QualityRule, Relationship, Server, ServiceLevel, Terms


_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


class TermGroup(NamedTuple):
    """Terms of one sort; each is a name and a text, either of which may be empty."""

    title: str
    terms: tuple[tuple[str, str], ...]


def list_facts(contract: Contract) -> Iterator[tuple[str, str]]:
    """Yield the facts of a contract that fit on one line, as pairs of a name and a text."""
    if contract.primary_key:
        yield "primary key", ", ".join(contract.primary_key)
    sla = contract.freshness_sla
    if sla is not None:
        lag = sla.written or "?" if sla.max_lag_seconds is None else f"at most {_format_duration(sla.max_lag_seconds)}"
        yield "freshness", f"{lag}, measured by {sla.measurement}" if sla.measurement else lag
    if contract.access:
        yield "access", contract.access
    if contract.latest:
        yield "latest version", contract.latest
    if contract.terms and contract.terms.physical_name:
        yield "physical name", contract.terms.physical_name
    if contract.terms and contract.terms.materialized:
        yield "materialized", contract.terms.materialized


def list_term_groups(terms: Terms | None) -> Iterator[TermGroup]:
    """Yield the terms that only foreign formats have, by their sort."""
    if terms is None:
        return
    groups = (
        ("Service levels", map(_describe_service_level, terms.service_levels)),
        ("Quality rules", map(_describe_quality_rule, terms.quality)),
        ("Relationships", map(_describe_relationship, terms.relationships)),
        ("Constraints of the table", ((kind, ", ".join(fields)) for kind, fields in terms.constraints)),
        ("Servers", map(_describe_server, terms.servers)),
    )
    for title, described in groups:
        found = tuple(described)
        if found:
            yield TermGroup(title, found)


def _describe_service_level(level: ServiceLevel) -> tuple[str, str]:
    value = f"{level.value} {level.unit}" if level.unit else level.value
    extra = f", {level.value_ext}" if level.value_ext else ""
    element = f", of {level.element}" if level.element else ""
    driver = f", for {level.driver}" if level.driver else ""
    return level.label, f"{value}{extra}{element}{driver}"


def _describe_quality_rule(rule: QualityRule) -> tuple[str, str]:
    parts = [f"{key}: {value}" for key, value in rule.statement]
    parts += [f"{key} {value}{f' {rule.unit}' if rule.unit else ''}" for key, value in rule.thresholds]
    if rule.severity:
        parts.append(f"severity {rule.severity}")
    if rule.field:
        parts.append(f"of {rule.field}")
    return rule.label, "; ".join(parts)


def _describe_relationship(relationship: Relationship) -> tuple[str, str]:
    return relationship.type, f"{', '.join(relationship.source)} \u2192 {', '.join(relationship.target)}"


def _describe_server(server: Server) -> tuple[str, str]:
    return server.name, "; ".join(f"{key}: {value}" for key, value in server.address)


def _format_duration(seconds: int) -> str:
    """Return a duration in the largest unit that holds a whole number of it."""
    return next(format_count(seconds // size, unit) for size, unit in _UNITS if seconds % size == 0)
