"""What changed between two versions in words people release by, each change with the bump it owes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.aliases import is_reported_by_version
from dcr.compatibility.engine import run_rules
from dcr.compatibility.modes import DIRECTIONS, FORWARD
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
    """One change: `bump` is what it owes under the mode, `field` None for one about the whole contract."""

    bump: str
    field: str | None
    message: str
    kind: str | None = None
    breaks: str | None = None


class ChangelogEntry(NamedTuple):
    """What became of one dataset; one side is None for an added or removed one."""

    dataset_id: str
    previous: Contract | None
    proposed: Contract | None
    mode: str
    required_bump: str
    actual_bump: str | None
    lines: tuple[ChangelogLine, ...]

    @property
    def change(self) -> str:
        """Whether it was added, removed or changed."""
        return ADDED if self.previous is None else REMOVED if self.proposed is None else CHANGED


def build_entry(previous: Contract | None, proposed: Contract | None, mode: str) -> ChangelogEntry:
    """Return what changed between two contracts of one dataset, of which one at least is there."""
    one = proposed or previous
    if one is None:
        raise ValueError("there is no contract to tell of")
    pair = ContractPair(previous, proposed)
    if pair.both is None:
        return _build_one_sided_entry(one, previous, proposed, mode)
    verdict = run_rules(pair, mode)
    lines = sorted(_list_lines(pair, mode), key=lambda line: -BUMPS.index(line.bump))
    if not lines and (pair.is_changed or pair.both[0].version != pair.both[1].version):
        said = "what the contract says changed" if pair.is_changed else "only the version changed"
        lines = [ChangelogLine(verdict.required_bump, None, said)]
    return ChangelogEntry(
        one.dataset_id, previous, proposed, mode, verdict.required_bump, verdict.actual_bump, tuple(lines)
    )


def _build_one_sided_entry(
    one: Contract, previous: Contract | None, proposed: Contract | None, mode: str
) -> ChangelogEntry:
    if proposed is not None:
        line = ChangelogLine(MINOR, None, f"a new dataset with {format_count(len(one.fields), 'field')}")
    else:
        owed = NONE if one.status == "archived" else MAJOR
        line = ChangelogLine(
            owed, None, f"the dataset was removed; it was {one.status}", "contract_removed", "consumers"
        )
    return ChangelogEntry(one.dataset_id, previous, proposed, mode, line.bump, None, (line,))


def list_entries(
    previous: Iterable[Contract], proposed: Iterable[Contract], mode_of: Iterable[tuple[str, str]]
) -> Iterator[ChangelogEntry]:
    """Yield an entry for each dataset that differs; of two contracts of one dataset on a side, the first counts."""
    modes = dict(mode_of)
    before: dict[str, Contract] = {}
    after: dict[str, Contract] = {}
    for contracts, by_id in ((previous, before), (proposed, after)):
        for contract in contracts:
            by_id.setdefault(contract.dataset_id, contract)
    for dataset_id in sorted({*before, *after}):
        if is_reported_by_version(dataset_id, before, after):
            continue
        entry = build_entry(before.get(dataset_id), after.get(dataset_id), modes[dataset_id])
        if entry.lines:
            yield entry


def _list_lines(pair: ContractPair, mode: str) -> Iterator[ChangelogLine]:
    if pair.both is None:
        return
    told: set[str] = set()
    issues = [each for each in run_rules(pair, "full").issues if _is_listed(each)]
    removed = {each.field for each in issues if each.kind == "field_removed"}
    for issue in issues:
        if issue.kind == "field_required_removed" and issue.field in removed:
            continue
        told.add(issue.field or "")
        protected = _is_protected(issue, mode)
        owed = _compute_bump(issue, protected=protected)
        yield ChangelogLine(
            owed, issue.field, issue.message, issue.kind, _find_party(issue, mode) if protected else None
        )
    yield from _list_field_lines(pair, told)
    yield from _list_contract_lines(
        *pair.both, told_freshness=any(each.kind.startswith("freshness") for each in issues)
    )


def _is_listed(issue: Issue) -> bool:
    return load_rules()[issue.kind].about == FIELD or issue.kind in _CONTRACT_KINDS


def _is_protected(issue: Issue, mode: str) -> bool:
    return not issue.modes or any(each in DIRECTIONS[mode] for each in issue.modes)


def _find_party(issue: Issue, mode: str) -> str | None:
    """Return who breaks under a mode, of those who break in either direction."""
    asked = (who for who, modes in issue.parties if not modes or any(each in DIRECTIONS[mode] for each in modes))
    return next(asked, None)


def _compute_bump(issue: Issue, *, protected: bool) -> str:
    """What a mode does not protect is let in: where rows may hold more than before it owes MINOR, as to the engine."""
    bump = load_rules()[issue.kind].bump
    if protected or bump != MAJOR:
        return bump
    return MINOR if FORWARD in issue.modes else PATCH


def _list_field_lines(pair: ContractPair, told: set[str]) -> Iterator[ChangelogLine]:
    if pair.both is None:
        return
    for field in list_field_pairs(*pair.both):
        if field.previous is None and field.path not in told:
            yield ChangelogLine(MINOR, field.path, f"field '{field.path}' was added")
        elif field.both is not None:
            yield from _list_wording_lines(field.path, *field.both)


def _list_wording_lines(path: str, before: Field, after: Field) -> Iterator[ChangelogLine]:
    if before.deprecated != after.deprecated:
        yield ChangelogLine(PATCH, path, f"field '{path}' is {'now' if after.deprecated else 'no longer'} deprecated")
    if before.description != after.description:
        yield ChangelogLine(
            PATCH, path, f"field '{path}' is described {_describe_text_change(before.description, after.description)}"
        )


def _list_contract_lines(before: Contract, after: Contract, *, told_freshness: bool) -> Iterator[ChangelogLine]:
    if before.description != after.description:
        yield ChangelogLine(
            PATCH, None, f"the dataset is described {_describe_text_change(before.description, after.description)}"
        )
    if frozenset(before.owners) != frozenset(after.owners):
        teams = (", ".join(each.team for each in side.owners) or "nobody" for side in (before, after))
        yield ChangelogLine(PATCH, None, "the owners went from '{}' to '{}'".format(*teams))
    if before.freshness_sla != after.freshness_sla and not told_freshness:
        promised = after.freshness_sla
        lag = "nothing" if promised is None else promised.written or format_lag(promised.max_lag_seconds or 0, after)
        yield ChangelogLine(PATCH, None, f"the freshness promised is {lag}")
    if before.status != after.status:
        old, new = (
            each.status if each.is_changed_in_place else each.written_status or each.status for each in (before, after)
        )
        if old == new:  # it follows from a date
            old, new = before.status, after.status
        yield ChangelogLine(NONE, None, f"the status went from {old} to {new}")
    if before.deprecation_uri != after.deprecation_uri and after.deprecation_uri:
        yield ChangelogLine(NONE, None, f"the migration plan is at '{after.deprecation_uri}'")


def _describe_text_change(before: str | None, after: str | None) -> str:
    return "in other words" if before and after else "now" if after else "no longer"
