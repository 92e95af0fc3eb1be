"""Lists the changes between two versions of a dataset, each with the version bump it requires."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.aliases import is_reported_by_version
from dcr.compatibility.engine import run_rules
from dcr.compatibility.modes import DIRECTIONS, FORWARD
from dcr.compatibility.owners import list_owner_changes
from dcr.compatibility.pairs import ContractPair, list_field_pairs
from dcr.compatibility.rule import FIELD, load_rules
from dcr.compatibility.semver import BUMPS, MAJOR, MINOR, NONE, PATCH
from dcr.compatibility.wording import format_lag
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.compatibility.issue import Issue
    from dcr.contract.contract import Contract, Field

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_CONTRACT_KINDS = frozenset(("primary_key_changed", "freshness_sla_loosened", "freshness_sla_removed"))


class ChangelogLine(NamedTuple):
    """One change. `bump` is the bump it requires in the mode; `field` is None for the whole contract."""

    bump: str
    field: str | None
    message: str
    kind: str | None = None
    breaks: str | None = None


class ChangelogEntry(NamedTuple):
    """The changes of one dataset. `previous` is None for an added dataset, `proposed` for a removed one."""

    dataset_id: str
    previous: Contract | None
    proposed: Contract | None
    mode: str
    required_bump: str
    actual_bump: str | None
    lines: tuple[ChangelogLine, ...]

    @property
    def change(self) -> str:
        """Whether the dataset was added, removed or changed."""
        return ADDED if self.previous is None else REMOVED if self.proposed is None else CHANGED


def build_entry(previous: Contract | None, proposed: Contract | None, mode: str) -> ChangelogEntry:
    """Return the changes between two contracts of one dataset. At most one of them is None."""
    if previous is None or proposed is None:
        return _build_one_sided_entry(previous, proposed, mode)
    pair = ContractPair(previous, proposed)
    verdict = run_rules(pair, mode)
    lines = sorted(_list_lines(pair, mode), key=lambda line: -BUMPS.index(line.bump))
    if not lines and (pair.is_changed or previous.version != proposed.version):
        message = "the contract changed" if pair.is_changed else "only the version changed"
        lines = [ChangelogLine(verdict.required_bump, None, message)]
    return ChangelogEntry(
        proposed.dataset_id, previous, proposed, mode, verdict.required_bump, verdict.actual_bump, tuple(lines)
    )


def _build_one_sided_entry(previous: Contract | None, proposed: Contract | None, mode: str) -> ChangelogEntry:
    contract = proposed or previous
    if contract is None:
        raise ValueError("a changelog entry needs at least one contract")
    if proposed is not None:
        line = ChangelogLine(MINOR, None, f"the dataset was added with {format_count(len(contract.fields), 'field')}")
    else:
        bump = NONE if contract.status == "archived" else MAJOR
        message = f"the dataset was removed; its status was '{contract.status}'"
        line = ChangelogLine(bump, None, message, "contract_removed", "consumers")
    return ChangelogEntry(contract.dataset_id, previous, proposed, mode, line.bump, None, (line,))


def list_entries(
    previous: Iterable[Contract], proposed: Iterable[Contract], modes: Iterable[tuple[str, str]]
) -> Iterator[ChangelogEntry]:
    """Yield an entry for each dataset that differs. Of several contracts of a dataset, each side's first counts.

    `modes` are pairs of a dataset id and its mode.
    """
    mode_by_id = dict(modes)
    before: dict[str, Contract] = {}
    after: dict[str, Contract] = {}
    for contracts, by_id in ((previous, before), (proposed, after)):
        for contract in contracts:
            by_id.setdefault(contract.dataset_id, contract)
    for dataset_id in sorted({*before, *after}):
        if is_reported_by_version(dataset_id, before, after):
            continue
        entry = build_entry(before.get(dataset_id), after.get(dataset_id), mode_by_id[dataset_id])
        if entry.lines:
            yield entry


def _list_lines(pair: ContractPair, mode: str) -> Iterator[ChangelogLine]:
    if pair.both is None:
        return
    listed_fields: set[str] = set()
    issues = [issue for issue in run_rules(pair, "full").issues if _is_listed(issue)]
    removed = {issue.field for issue in issues if issue.kind == "field_removed"}
    for issue in issues:
        if issue.kind == "field_required_removed" and issue.field in removed:
            continue
        listed_fields.add(issue.field or "")
        is_protected = not issue.modes or any(direction in DIRECTIONS[mode] for direction in issue.modes)
        bump = _compute_bump(issue, is_protected=is_protected)
        breaks = _find_party(issue, mode) if is_protected else None
        yield ChangelogLine(bump, issue.field, issue.message, issue.kind, breaks)
    yield from _list_field_lines(pair, listed_fields)
    lists_freshness = any(issue.kind.startswith("freshness") for issue in issues)
    yield from _list_contract_lines(*pair.both, lists_freshness=lists_freshness)


def _is_listed(issue: Issue) -> bool:
    return load_rules()[issue.kind].about == FIELD or issue.kind in _CONTRACT_KINDS


def _find_party(issue: Issue, mode: str) -> str | None:
    """Return who breaks in a mode, consumers or producers, or None."""
    parties = (
        party
        for party, directions in issue.parties
        if not directions or any(direction in DIRECTIONS[mode] for direction in directions)
    )
    return next(parties, None)


def _compute_bump(issue: Issue, *, is_protected: bool) -> str:
    """Return the bump of an issue. As in the engine, a break that the mode does not protect is MINOR at most.

    It is MINOR if rows may contain more than before, otherwise PATCH.
    """
    bump = load_rules()[issue.kind].bump
    if is_protected or bump != MAJOR:
        return bump
    return MINOR if FORWARD in issue.modes else PATCH


def _list_field_lines(pair: ContractPair, listed_fields: set[str]) -> Iterator[ChangelogLine]:
    if pair.both is None:
        return
    for field in list_field_pairs(*pair.both):
        if field.previous is None and field.path not in listed_fields:
            yield ChangelogLine(MINOR, field.path, f"field '{field.path}' was added")
        elif field.both is not None:
            yield from _list_wording_lines(field.path, *field.both)


def _list_wording_lines(path: str, before: Field, after: Field) -> Iterator[ChangelogLine]:
    if before.deprecated != after.deprecated:
        change = "was deprecated" if after.deprecated else "is no longer deprecated"
        yield ChangelogLine(PATCH, path, f"field '{path}' {change}")
    if before.description != after.description:
        change = _describe_text_change(before.description, after.description)
        yield ChangelogLine(PATCH, path, f"the description of field '{path}' {change}")


def _list_contract_lines(before: Contract, after: Contract, *, lists_freshness: bool) -> Iterator[ChangelogLine]:
    if before.description != after.description:
        change = _describe_text_change(before.description, after.description)
        yield ChangelogLine(PATCH, None, f"the description of the dataset {change}")
    for message in list_owner_changes(before, after):
        yield ChangelogLine(PATCH, None, message)
    if before.freshness_sla != after.freshness_sla and not lists_freshness:
        sla = after.freshness_sla
        lag = "none" if sla is None else sla.written or format_lag(sla.max_lag_seconds or 0, after)
        yield ChangelogLine(PATCH, None, f"the freshness SLA changed to {lag}")
    if before.status != after.status:
        old, new = (
            side.status if side.is_changed_in_place else side.written_status or side.status for side in (before, after)
        )
        if old == new:  # the status depends on a date
            old, new = before.status, after.status
        yield ChangelogLine(NONE, None, f"the status changed from '{old}' to '{new}'")
    if before.consumers_complete != after.consumers_complete:
        change = "now declares" if after.consumers_complete else "no longer declares"
        yield ChangelogLine(NONE, None, f"the contract {change} its consumers complete")
    if before.deprecation_uri != after.deprecation_uri and after.deprecation_uri:
        yield ChangelogLine(NONE, None, f"the migration plan is at '{after.deprecation_uri}'")


def _describe_text_change(before: str | None, after: str | None) -> str:
    return "changed" if before and after else "was added" if after else "was removed"
