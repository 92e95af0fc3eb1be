"""Checks a proposed file against one state of the registry, as `dcr check` checks a commit with that file."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.issue_locations import create_location_resolver
from dcr.compatibility.matching import MatchContext, match_contracts
from dcr.compatibility.modes import combine_modes
from dcr.compatibility.pair_verdict import MatchVerdict, check_pair
from dcr.formats import read_as_former_format, read_content
from dcr.git.changes import Change
from dcr.git.command import split_records
from dcr.git.consumers.impact import add_uses, list_searched_datasets
from dcr.git.contracts.changed_files import is_same_text, read_previous_versions
from dcr.git.history import require_full_history
from dcr.parsing.location import Location
from dcr.policy.required_history import RequiredHistory, find_required_history
from dcr.registry.history_lookup import add_history, select_history
from dcr.report.policy_issues import get_today, list_policy_issues
from dcr.report.report import BaseReport, Report, build_contract_report, combine_contract_reports

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dcr.api.snapshots.state import RegistryState
    from dcr.compatibility.match import Match
    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import ParsedFile
    from dcr.index.other_repositories import OtherRepositories
    from dcr.report.report import ContractReport

FILE_MODE = "100644"
HEAD = "request"
"""What reports name as the head: the body of the request."""


class ProposedFile(NamedTuple):
    """A file as it would be committed."""

    path: str
    content: bytes
    parsed: ParsedFile

    @property
    def ids(self) -> list[str]:
        """The datasets that the file defines."""
        return [each.dataset_id for each in self.parsed.contracts]


def parse_proposed(path: str, content: bytes) -> ProposedFile:
    """Return a file with its contracts."""
    return ProposedFile(path, content, read_content(path, content))


def check_proposed_file(state: RegistryState, file: ProposedFile, mode: str | None = None) -> Report:
    """Return the report on a file that would replace the one at its path, or be added there.

    `mode` makes the policy's mode stricter, never laxer. Raise a `DcrError` if the repository cannot be read.
    """
    blob = _find_blob(state, file.path)
    if blob is not None and is_same_text(state.loader.read_text(blob), file.content):
        return _build_report(state, file, [])
    previous = _read_previous(state, file.path, blob)
    proposed = {file.path: _reread_former_format(file, previous.get(file.path))}
    matches = match_contracts(previous, proposed, _create_context(state, file))
    resolve_location = create_location_resolver(previous, proposed)
    policy = state.governing.policy
    today = get_today()

    def get_mode(match: Match) -> str:
        chosen = policy.get_mode(match.dataset_id or "")
        return chosen if mode is None else combine_modes(chosen, mode)

    verdicts = []
    for match in matches:
        with_history = _add_history(state, match, get_mode(match))
        dataset_id = match.dataset_id or file.parsed.dataset_id
        verdicts.append(MatchVerdict(with_history, dataset_id, *check_pair(with_history.pair, get_mode(match))))
    others = _find_other_repositories(state)
    reports = []
    for match, dataset_id, verdict, older in _add_consumers(state, verdicts, others, today):
        issues = tuple(resolve_location(each) for each in state.governing.apply(verdict, match.pair, today, older))
        report = build_contract_report(
            match, verdict, issues, dataset_id=dataset_id, mode=get_mode(match), merge_base=state.commit
        )
        reports.append((report, match.reported_by))
    result = _build_report(state, file, reports)
    if others is None or others.problem is None:
        return result
    problems = state.governing.list_index_issues(others.problem.message, others.problem.hint)
    return result._replace(issues=(*result.issues, *problems))


def _find_other_repositories(state: RegistryState) -> OtherRepositories | None:
    """Return the repositories of the index that DCR_INDEX or the policy names; None without one."""
    settings, url = state.governing.policy.index_settings, os.environ.get("DCR_INDEX")
    if settings is None and not url:
        return None
    from dcr.index.other_repositories import create_other_repositories  # noqa: PLC0415 (few policies name an index)

    return create_other_repositories(state.repository, settings, url, os.getcwd())


def _add_consumers(
    state: RegistryState, verdicts: Sequence[MatchVerdict], others: OtherRepositories | None, today: str
) -> Sequence[MatchVerdict]:
    """Return the verdicts with the consumers that they reach. They are read only if an issue may reach any."""
    reached = [verdict.match for verdict in verdicts if verdict.may_reach_consumers]
    if not reached:
        return verdicts
    ids = list(dict.fromkeys(name for match in reached for name in match.ids))
    uses = state.usage.find_declared_uses(ids)
    if others is not None:
        uses = others.add_uses(uses, [dataset for match in reached for dataset in list_searched_datasets(match)])
    return add_uses(verdicts, uses, today, state.governing.policy.consumers.are_complete)


def _build_report(state: RegistryState, file: ProposedFile, reports: list[tuple[ContractReport, str | None]]) -> Report:
    contracts = combine_contract_reports(reports)
    files = {path for paths in state.source_files.values() for path in paths}
    return Report(
        base=BaseReport(state.ref, state.source, state.commit, state.commit),
        head=HEAD,
        contracts=contracts,
        issues=list_policy_issues(state.governing, contracts),
        total=len(files | {file.path} if file.parsed.contracts else files),
        non_contracts=int(file.parsed.format is None),
        policy=state.governing.source,
        fail_on=state.policy.fail_on,
        files=len(files | {file.path}),
        scope=str(state.scope),
    )


def _read_previous(state: RegistryState, path: str, blob: str | None) -> Mapping[str, ParsedFile]:
    """Return the file at a path as it is at the state's commit; nothing if there is no contract."""
    if any(each.path == path for each in state.still_unreadable):
        return _read_unreadable(state, path)
    return {} if blob is None else {path: read_content(path, state.loader.read_text(blob))}


def _reread_former_format(file: ProposedFile, previous: ParsedFile | None) -> ParsedFile:
    """Return a file that no format detects any more in its former format, if that still defines its datasets."""
    if file.parsed.format is not None or previous is None or not previous.contracts:
        return file.parsed
    again = read_as_former_format(file.path, file.content, {previous.format or ""})
    ids = {each.dataset_id for each in previous.contracts}
    return file.parsed if ids.isdisjoint(again.unenforced) else again


def _read_unreadable(state: RegistryState, path: str) -> Mapping[str, ParsedFile]:
    """Return a file that cannot be read, with the contracts of its newest version that can."""
    git = state.repository.git
    entries = split_records(git.run("ls-tree", "-z", "--full-tree", state.commit, "--", path))
    if not entries:
        return {}
    mode, _, oid = entries[0].partition("\t")[0].split(" ")
    change = Change(path, mode, FILE_MODE, oid, None)
    return read_previous_versions(state.repository, [change], state.commit, lambda _: True)


def _find_blob(state: RegistryState, path: str) -> str | None:
    """Return the blob of the contract file at a path. Return None if no contract is there."""
    for dataset_id, paths in state.source_files.items():
        if path in paths:
            return next(each.blob for each in reversed(state.revisions[dataset_id]) if each.path == path)
    return None


def _create_context(state: RegistryState, file: ProposedFile) -> MatchContext:
    def find_claims(ids: Iterable[str]) -> Mapping[str, tuple[Location, ...]]:
        found = {}
        for dataset_id in ids:
            paths = [path for path in state.source_files.get(dataset_id, ()) if path != file.path]
            if paths:
                found[dataset_id] = tuple(_locate_id(state, dataset_id, path) for path in paths)
        return found

    def find_out_of_scope(_ids: Iterable[str]) -> Mapping[str, Contract]:
        return {}

    return MatchContext(find_claims, find_out_of_scope, dict)


def _locate_id(state: RegistryState, dataset_id: str, path: str) -> Location:
    blob = next(each.blob for each in reversed(state.revisions[dataset_id]) if each.path == path)
    contract = state.loader.read_contract(path, blob, dataset_id)
    return contract.section.locate("dataset_id") if contract.section else Location(path)


def _add_history(state: RegistryState, match: Match, mode: str) -> Match:
    """Return a match with the parts of the history that its change needs."""
    policy = state.governing.policy
    needs = find_required_history(match.pair, mode, policy)
    if needs == RequiredHistory():
        return match
    if needs.needs_full_history:
        require_full_history(state.repository, "a transitive mode or a time of deprecation")
    ids = match.ids
    history = select_history(state.select_history(ids), ids)
    pair = add_history(match.pair, needs, history, policy, datetime.now(UTC).date())
    return match._replace(pair=pair)
