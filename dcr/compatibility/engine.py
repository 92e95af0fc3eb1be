"""Runs every rule on one pair of contracts and builds issues with severities, witnesses and the required bump."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.counterexamples.rows import UNKNOWN, NoValueError, accepts, build_row
from dcr.compatibility.dbt_hints import add_version_hint
from dcr.compatibility.issue import READERS_BY_DIRECTION, Issue, Witness, compute_fingerprint
from dcr.compatibility.modes import BACKWARD, DIRECTIONS, FORWARD
from dcr.compatibility.pairs import ContractPair, FieldPair, list_field_pairs
from dcr.compatibility.reach import EVERY_USE, LOST_VALUES, NEW_VALUES, ROWS, Reach
from dcr.compatibility.rule import CONTRACT, FIELD, Finding, Rule, load_rules_about
from dcr.compatibility.semver import MAJOR, MINOR, NONE, PATCH, compute_bump, get_largest_bump
from dcr.compatibility.severities import ERROR, OFF, SEVERITIES
from dcr.contract.contract import count_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.contract import Contract
    from dcr.parsing.location import Location, SourceNode


MAX_ROW_FIELDS = 1_000_000
"""How many fields dcr visits to build the witness rows of one pair."""


_VERSION_KIND_PREFIX = "version_"


class Verdict(NamedTuple):
    """The issues and bumps of one pair; `actual_bump` is None if the version decreases or cannot be ordered."""

    issues: tuple[Issue, ...]
    required_bump: str
    actual_bump: str | None


def run_rules(pair: ContractPair, mode: str) -> Verdict:
    """Return the issues of one pair in a mode, worst first, and its bumps.

    Severities are those of the rules; the policy adjusts them later.
    """
    directions = DIRECTIONS[mode]
    field_findings = list(_run_field_rules(pair))
    rules, version_rules = _list_contract_rules(
        foreign=_is_foreign(pair), with_modes=bool(directions) or pair.both is not None
    )
    contract_findings = list(_run_contract_rules(pair, rules))
    findings = [*((rule, finding) for rule, finding, _ in field_findings), *contract_findings]
    pair = pair.with_required_bump(_compute_required_bump(pair, findings, directions))
    witness_limit = _get_witness_limit(pair) if field_findings else 0
    issues = [
        _build_issue(
            pair, rule, finding if number < witness_limit else finding._replace(needs_witness=False), broken, field
        )
        for number, (rule, finding, field) in enumerate(field_findings)
        if finding.severity != OFF and (broken := _find_broken_directions(rule, finding, directions)) is not None
    ]
    issues += [
        _build_issue(pair, rule, finding, broken, None)
        for rule, finding in (*contract_findings, *_run_contract_rules(pair, version_rules))
        if (broken := _find_broken_directions(rule, finding, directions)) is not None
    ]
    actual_bump = compute_bump(pair.versions[0].version, pair.versions[1].version) if pair.versions else None
    return Verdict(tuple(sorted(issues, key=_get_sort_key)), pair.required_bump, actual_bump)


def _get_witness_limit(pair: ContractPair) -> int:
    """Return how many findings get a witness row: a row for each takes quadratic time in the number of fields."""
    return MAX_ROW_FIELDS // max(sum(count_fields(contract.fields) for contract in pair.both or ()), 1)


def _is_foreign(pair: ContractPair) -> bool:
    return any(contract is not None and contract.format != "native" for contract in (pair.previous, pair.proposed))


def _run_field_rules(pair: ContractPair) -> Iterator[tuple[Rule, Finding, FieldPair]]:
    if not pair.is_changed or pair.both is None:
        return
    rules = load_rules_about(FIELD, foreign=_is_foreign(pair))
    for field_pair in list_field_pairs(*pair.both):
        if field_pair.is_identical:
            continue
        field = field_pair._replace(history=pair.history) if pair.history else field_pair
        for rule in rules:
            for finding in rule.find(field):
                yield rule, finding if isinstance(finding, Finding) else Finding(finding), field


@lru_cache(maxsize=4)
def _list_contract_rules(*, foreign: bool, with_modes: bool) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Return the rules on the contract; those of versions are apart and run last, since they need the required bump.

    Without directions, a rule with modes only counts for the required bump, which a single contract does not have.
    """
    rules = [rule for rule in load_rules_about(CONTRACT, foreign=foreign) if with_modes or not rule.modes]
    of_versions = tuple(rule for rule in rules if rule.kind.startswith(_VERSION_KIND_PREFIX))
    return tuple(rule for rule in rules if rule not in of_versions), of_versions


def _run_contract_rules(pair: ContractPair, rules: tuple[Rule, ...]) -> Iterator[tuple[Rule, Finding]]:
    for rule in rules:
        for finding in rule.find(pair):
            yield rule, finding if isinstance(finding, Finding) else Finding(finding)


def _find_broken_directions(rule: Rule, finding: Finding, directions: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the directions of the mode that a finding breaks, or None if it breaks none of them."""
    modes = finding.modes or rule.modes
    if not modes:
        return ()
    return tuple(mode for mode in directions if mode in modes) or None


def _compute_required_bump(
    pair: ContractPair, findings: list[tuple[Rule, Finding]], directions: tuple[str, ...]
) -> str:
    """Return the bump that a change requires: MAJOR for a break, MINOR for an addition, PATCH for anything else."""
    if pair.shared_version is not None:
        return MINOR if pair.proposed else MAJOR
    if not pair.needs_bump or pair.both is None:
        return NONE
    bumps = [MAJOR if pair.former_id else PATCH]
    for rule, finding in findings:
        if _find_broken_directions(rule, finding, directions):
            bumps.append(finding.bump or rule.bump)
        elif FORWARD in (finding.modes or rule.modes) and (finding.bump or rule.bump) == MAJOR:
            bumps.append(MINOR)  # it allows more values without breaking what this mode protects
    if any(field_pair.previous is None for field_pair in list_field_pairs(*pair.both)):
        bumps.append(MINOR)
    if pair.both[0].primary_key != pair.both[1].primary_key:
        bumps.append(MAJOR)
    return get_largest_bump(bumps)


def _build_issue(
    pair: ContractPair, rule: Rule, finding: Finding, broken: tuple[str, ...], field: FieldPair | None
) -> Issue:
    path = field.path if field else finding.field
    contract = pair.proposed or pair.previous
    location, previous_location = _get_locations(pair, finding, field)
    location = finding.location or location
    witness = _find_witness(pair, finding, field, broken)
    is_breaking = (finding.bump or rule.bump) == MAJOR and (finding.severity or rule.severity) == ERROR
    dataset_id = contract.dataset_id if contract else location.path if location else ""
    return Issue(
        kind=rule.kind,
        severity=finding.severity or rule.severity,
        message=finding.message,
        field=path,
        hint=add_version_hint(pair, finding.hint) if is_breaking else finding.hint,
        modes=broken,
        breaks=finding.breaks or _find_broken_party(rule, broken, witness),
        against=finding.against or (pair.previous.version if pair.previous and (broken or pair.both) else None),
        location=location,
        previous_location=finding.previous_location or previous_location,
        witness=witness,
        fingerprint=compute_fingerprint(dataset_id, rule.kind, path, finding.detail),
        reach=_find_reach(rule, finding, path, field, broken),
    )


def _find_reach(
    rule: Rule, finding: Finding, path: str | None, field: FieldPair | None, broken: tuple[str, ...]
) -> Reach | None:
    """Return what a finding breaks for declared consumers, or None if it breaks nothing for them."""
    if not rule.reaches:
        return None
    if rule.reaches == ROWS and broken == (FORWARD,) and field is not None and field.previous is None:
        return None  # readers of the previous contract ignore a field that they do not know
    paths = finding.fields or ((path,) if path is not None else ())
    if field is not None and field.proposed is None:
        return Reach(EVERY_USE, paths)  # nobody can read the field, whatever the mode protects
    if field is not None and rule.reaches in (LOST_VALUES, NEW_VALUES):
        return Reach(rule.reaches, paths, field.previous, field.proposed, finding.key)
    return Reach(rule.reaches, paths)


def _find_broken_party(rule: Rule, broken: tuple[str, ...], witness: Witness | None) -> str | None:
    """Return who breaks: the readers in the direction of the witness, if there is one."""
    if rule.breaks or not broken:
        return rule.breaks
    if witness is None:
        return READERS_BY_DIRECTION[broken[0]]
    return READERS_BY_DIRECTION[BACKWARD if witness.refused_by == "proposed" else FORWARD]


def _get_locations(
    pair: ContractPair, finding: Finding, field: FieldPair | None
) -> tuple[Location | None, Location | None]:
    """Return the locations of a finding in the proposed and in the previous contract."""
    top_key = (finding.key or "").partition(".")[0]
    in_dataset = field is not None or top_key in ("primary_key", "fields", "dataset")
    before, after = (_get_section(contract, in_dataset=in_dataset) for contract in (pair.previous, pair.proposed))
    if field is None:
        previous = _find_location(before, finding.key)
        return _find_location(after, finding.key) or previous, previous
    section = field.proposed.section if field.proposed else None
    previous = _find_location(field.previous.section if field.previous else None, finding.key)
    location = _find_location(section, finding.key if section is not None else "fields")
    return location or _find_location(_find_parent_section(pair, field) or after, "fields"), previous


def _get_section(contract: Contract | None, *, in_dataset: bool) -> SourceNode | None:
    return None if contract is None else contract.fields_section if in_dataset else contract.section


def _find_parent_section(pair: ContractPair, field: FieldPair) -> SourceNode | None:
    """Return the section of the proposed object that contained a removed field."""
    section = _get_section(pair.proposed, in_dataset=True)
    fields = pair.proposed.fields if pair.proposed else ()
    for step in field.steps[:-1]:
        parent = next((candidate for candidate in fields if candidate.name == step), None)
        if parent is None:
            break
        while parent.items is not None:
            parent = parent.items
        section, fields = parent.section, parent.fields
    return section


def _find_location(section: SourceNode | None, key: str | None) -> Location | None:
    return section.locate(key) if section else None


def _find_witness(
    pair: ContractPair, finding: Finding, field: FieldPair | None, broken: tuple[str, ...]
) -> Witness | None:
    """Return a row that one contract accepts and the other refuses, or None if none can be built."""
    if not finding.needs_witness or field is None or pair.both is None or not broken:
        return None
    previous, proposed = pair.both
    for mode in broken:
        writer, reader = (previous, proposed) if mode == BACKWARD else (proposed, previous)
        has_forward_value = mode == FORWARD and finding.forward_value is not NotImplemented
        value = finding.forward_value if has_forward_value else finding.value
        if value is UNKNOWN:
            continue
        try:
            row = build_row(writer, field.steps, value)
        except NoValueError:
            continue
        if not accepts(writer, row):
            continue
        if finding.times > 1 or not accepts(reader, row, lenient=mode == FORWARD):
            names = ("previous", "proposed") if mode == BACKWARD else ("proposed", "previous")
            return Witness(row, *names, times=finding.times)
    return None


def _get_sort_key(issue: Issue) -> tuple[int, bool, int, int]:
    """Return the sort key of an issue: worst severity first, issues of the version last, then by location."""
    line, column = (issue.location.line, issue.location.column) if issue.location else (0, 0)
    rank = SEVERITIES.index(issue.severity) if issue.severity in SEVERITIES else SEVERITIES.index(ERROR)
    return rank, issue.kind.startswith(_VERSION_KIND_PREFIX), line, column


def with_severity(issue: Issue, severity: str) -> Issue:
    """Return the same issue with another severity."""
    return issue._replace(severity=severity)
