"""Runs every rule on one pair of contracts: issues with their severities, witnesses and owed bump."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.counterexamples.rows import UNKNOWN, NoValueError, accepts, build_row
from dcr.compatibility.dbt_hints import add_version_hint
from dcr.compatibility.issue import READERS_BY_DIRECTION, Issue, Witness, compute_fingerprint
from dcr.compatibility.modes import BACKWARD, DIRECTIONS, FORWARD
from dcr.compatibility.pairs import ContractPair, FieldPair, list_field_pairs
from dcr.compatibility.rule import CONTRACT, FIELD, Finding, Rule, load_rules_about
from dcr.compatibility.semver import MAJOR, MINOR, NONE, PATCH, compute_bump, get_largest_bump
from dcr.compatibility.severities import ERROR, OFF, SEVERITIES
from dcr.contract.contract import walk_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.contract import Contract
    from dcr.parsing.location import Location, SourceNode


MAX_ROW_FIELDS = 1_000_000
"""Fields that are gone through to make all rows of one pair."""


_VERSION_KIND_PREFIX = "version_"


class Verdict(NamedTuple):
    """What the engine says about one pair; `actual_bump` is None when versions do not grow or have no order."""

    issues: tuple[Issue, ...]
    required_bump: str
    actual_bump: str | None


def run_rules(pair: ContractPair, mode: str) -> Verdict:
    """Return everything that is to be said about one pair under a mode, worst first.

    Severities are the rules' own; what a policy makes of them is decided later.
    """
    directions = DIRECTIONS[mode]
    seen = list(_run_field_rules(pair))
    whole = list(_run_contract_rules(pair, of_versions=False))
    shown = _get_witness_limit(pair)
    pair = pair.with_required_bump(
        _compute_required_bump(pair, [*((rule, finding) for rule, finding, _ in seen), *whole], directions)
    )
    issues = [
        _build_issue(pair, rule, finding if number < shown else finding._replace(needs_witness=False), asked, field)
        for number, (rule, finding, field) in enumerate(seen)
        if finding.severity != OFF and (asked := _find_broken_directions(rule, finding, directions)) is not None
    ]
    issues += [
        _build_issue(pair, rule, finding, asked, None)
        for rule, finding in (*whole, *_run_contract_rules(pair, of_versions=True))
        if (asked := _find_broken_directions(rule, finding, directions)) is not None
    ]
    taken = compute_bump(pair.versions[0].version, pair.versions[1].version) if pair.versions else None
    return Verdict(tuple(sorted(issues, key=_get_sort_key)), pair.required_bump, taken)


def _get_witness_limit(pair: ContractPair) -> int:
    """Return how many findings get a row that proves them: with very many fields, a row for each takes the square."""
    return MAX_ROW_FIELDS // max(sum(1 for side in pair.both or () for _ in walk_fields(side.fields)), 1)


def _is_foreign(pair: ContractPair) -> bool:
    return any(side is not None and side.format != "native" for side in (pair.previous, pair.proposed))


def _run_field_rules(pair: ContractPair) -> Iterator[tuple[Rule, Finding, FieldPair]]:
    if not pair.is_changed or pair.both is None:
        return
    rules = load_rules_about(FIELD, foreign=_is_foreign(pair))
    for each in list_field_pairs(*pair.both):
        field = each._replace(history=pair.history) if pair.history else each
        for rule in rules:
            for found in rule.find(field):
                yield rule, found if isinstance(found, Finding) else Finding(found), field


def _run_contract_rules(pair: ContractPair, *, of_versions: bool) -> Iterator[tuple[Rule, Finding]]:
    """Yield what is found on the contract as a whole; what its version owes is known only after the rest."""
    for rule in load_rules_about(CONTRACT, foreign=_is_foreign(pair)):
        if rule.kind.startswith(_VERSION_KIND_PREFIX) is of_versions:
            for found in rule.find(pair):
                yield rule, found if isinstance(found, Finding) else Finding(found)


def _find_broken_directions(rule: Rule, finding: Finding, directions: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the directions that were asked for and that the finding breaks; None when it breaks none of them."""
    modes = finding.modes or rule.modes
    if not modes:
        return ()
    asked = tuple(mode for mode in directions if mode in modes)
    return asked or None


def _compute_required_bump(pair: ContractPair, seen: list[tuple[Rule, Finding]], directions: tuple[str, ...]) -> str:
    """Return the bump a change owes: MAJOR for what breaks, MINOR for what adds, PATCH for the rest."""
    if pair.shared_version is not None:
        return MINOR if pair.proposed else MAJOR
    if not pair.needs_bump or pair.both is None:
        return NONE
    bumps = [MAJOR if pair.former_id else PATCH]
    for rule, finding in seen:
        if _find_broken_directions(rule, finding, directions):
            bumps.append(finding.bump or rule.bump)
        elif FORWARD in (finding.modes or rule.modes) and (finding.bump or rule.bump) == MAJOR:
            bumps.append(MINOR)  # it lets more in without breaking what this mode protects
    if any(each.previous is None for each in list_field_pairs(*pair.both)):
        bumps.append(MINOR)
    if pair.both[0].primary_key != pair.both[1].primary_key:
        bumps.append(MAJOR)
    return get_largest_bump(bumps)


def _build_issue(
    pair: ContractPair, rule: Rule, finding: Finding, asked: tuple[str, ...], field: FieldPair | None
) -> Issue:
    path = field.path if field else finding.field
    contract = pair.proposed or pair.previous
    location, previous_location = _get_locations(pair, finding, field)
    witness = _find_witness(pair, finding, field, asked)
    return Issue(
        kind=rule.kind,
        severity=finding.severity or rule.severity,
        message=finding.message,
        field=path,
        hint=_build_hint(pair, rule, finding),
        modes=asked,
        breaks=finding.breaks or _find_broken_party(rule, asked, witness),
        against=finding.against or (pair.previous.version if pair.previous and (asked or pair.both) else None),
        location=finding.location or location,
        previous_location=finding.previous_location or previous_location,
        witness=witness,
        fingerprint=compute_fingerprint(
            contract.dataset_id if contract else _file(finding.location or location), rule.kind, path, finding.detail
        ),
    )


def _build_hint(pair: ContractPair, rule: Rule, finding: Finding) -> str:
    is_breaking = (finding.bump or rule.bump) == MAJOR and (finding.severity or rule.severity) == ERROR
    return add_version_hint(pair, finding.hint) if is_breaking else finding.hint


def _file(place: Location | None) -> str:
    return place.path if place else ""


def _find_broken_party(rule: Rule, asked: tuple[str, ...], witness: Witness | None) -> str | None:
    """Return who breaks: where a row proves it of one direction only, those who read in that direction."""
    if rule.breaks or not asked:
        return rule.breaks
    if witness is None:
        return READERS_BY_DIRECTION[asked[0]]
    return READERS_BY_DIRECTION[BACKWARD if witness.refused_by == "proposed" else FORWARD]


def _get_locations(
    pair: ContractPair, finding: Finding, field: FieldPair | None
) -> tuple[Location | None, Location | None]:
    about = (finding.key or "").partition(".")[0]
    inside = field is not None or about in ("primary_key", "fields", "dataset")
    before, after = (_get_place(contract, inside=inside) for contract in (pair.previous, pair.proposed))
    if field is None:
        return _find_location(after, finding.key) or _find_location(before, finding.key), _find_location(
            before, finding.key
        )
    here = field.proposed.section if field.proposed else None
    there = field.previous.section if field.previous else None
    key = finding.key if here is not None else "fields"
    return _find_location(here, key) or _find_location(
        _find_parent_place(pair, field) or after, "fields"
    ), _find_location(there, finding.key)


def _get_place(contract: Contract | None, *, inside: bool) -> SourceNode | None:
    return None if contract is None else contract.fields_section if inside else contract.section


def _find_parent_place(pair: ContractPair, field: FieldPair) -> SourceNode | None:
    """Return the place of the object that a removed field stood in, on the proposed side."""
    place = _get_place(pair.proposed, inside=True)
    fields = pair.proposed.fields if pair.proposed else ()
    for step in field.steps[:-1]:
        here = next((each for each in fields if each.name == step), None)
        if here is None:
            break
        while here.items is not None:
            here = here.items
        place, fields = here.section, here.fields
    return place


def _find_location(place: SourceNode | None, key: str | None) -> Location | None:
    return place.locate(key) if place else None


def _find_witness(
    pair: ContractPair, finding: Finding, field: FieldPair | None, asked: tuple[str, ...]
) -> Witness | None:
    """Build the row that proves a break, and keep it only if one side does accept and the other refuse it."""
    if not finding.needs_witness or field is None or pair.both is None or not asked:
        return None
    previous, proposed = pair.both
    for mode in asked:
        writer, reader = (previous, proposed) if mode == BACKWARD else (proposed, previous)
        own = mode == FORWARD and finding.forward_value is not NotImplemented
        value = finding.forward_value if own else finding.value
        if value is UNKNOWN:
            continue
        try:
            row = build_row(writer, field.steps, value)
        except NoValueError:
            continue
        if not accepts(writer, row):
            continue
        if finding.times > 1 or not accepts(reader, row, lenient=mode == FORWARD):
            sides = ("previous", "proposed") if mode == BACKWARD else ("proposed", "previous")
            return Witness(row, *sides, times=finding.times)
    return None


def _get_sort_key(issue: Issue) -> tuple[int, bool, int, int]:
    """Worst first; what the version owes comes after what it owes it for; then by place."""
    place = issue.location
    rank = SEVERITIES.index(issue.severity) if issue.severity in SEVERITIES else SEVERITIES.index(ERROR)
    return rank, issue.kind.startswith(_VERSION_KIND_PREFIX), place.line if place else 0, place.column if place else 0


def with_severity(issue: Issue, severity: str) -> Issue:
    """Return the same issue with another severity."""
    return issue._replace(severity=severity)
