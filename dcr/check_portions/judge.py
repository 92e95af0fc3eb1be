"""Judges one portion of the changed files of a check, in any process."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from dcr.check_portions.links import FileLinks, find_plain_links, read_links
from dcr.check_portions.reaching import ReachingDataset, list_reaching
from dcr.check_run import (
    Judging,
    add_histories,
    build_reports,
    check_matches,
    create_context,
    create_contract_filter,
    create_history_request,
    exclude_other_files,
    list_checked_matches,
)
from dcr.formats import list_formats, read_as_former_format, read_content
from dcr.git.base.tip import BaseTip
from dcr.git.contracts.changed_files import (
    ChangedFiles,
    Contents,
    list_former_formats,
    list_former_ids,
    parse_changed_files,
    read_contents,
    reread_former_formats,
)
from dcr.git.contracts.contract_locations import locate_contracts
from dcr.report.policy_issues import get_today

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dcr.check_run import DatasetReport, Run
    from dcr.compatibility.matching import MatchContext
    from dcr.compatibility.pair_verdict import MatchVerdict
    from dcr.git.changes import Change
    from dcr.git.consumers.declared_uses import DeclaredUses
    from dcr.parsing.location import Location
    from dcr.registry.history.timeline import History


class FirstPortion(NamedTuple):
    """Changed files in the order of git. Those that can be judged by themselves are judged, and the ids of all read."""

    changes: Sequence[Change]


class LinkedPortion(NamedTuple):
    """Changed files that share ids with each other only, and are judged together.

    `links` are what is known of each file. `claims` are where unchanged files define the datasets `searched_ids`, which
    were added or removed. `former_formats` are those of all previous contracts. `uses` are the declared uses of the
    datasets, None if the repository declares no consumers, or not yet known.
    """

    changes: Sequence[Change]
    links: Mapping[str, FileLinks]
    claims: Mapping[str, tuple[Location, ...]]
    searched_ids: frozenset[str]
    former_formats: frozenset[str]
    uses: DeclaredUses | None = None


class PortionResult(NamedTuple):
    """The reports of a portion; it is small, and holds nothing of the parsed files.

    `non_contracts` are the checked files of neither kind. `links` are those of the first portions, and those that a
    linked portion has to be judged again with: it then has no reports. `reaching` are the datasets of verdicts that may
    reach consumers. `acceptance_paths` are the acceptance files in folders that were needed.
    """

    datasets: Sequence[DatasetReport] = ()
    non_contracts: Sequence[str] = ()
    links: Sequence[FileLinks] = ()
    former_formats: frozenset[str] = frozenset()
    reaching: Sequence[ReachingDataset] = ()
    acceptance_paths: Sequence[str] = ()


def prepare_judge(judging: Judging) -> Callable[[FirstPortion | LinkedPortion], PortionResult]:
    """Return the function that judges a portion of the changes of `judging`."""
    return _PortionJudge(judging).judge


class _PortionJudge:
    """Judges portions, with what they share: the tip of the base, and the history of all datasets."""

    def __init__(self, judging: Judging) -> None:
        self._judging = judging
        self._run: Run = judging.run
        self._tip = BaseTip(self._run.repository, self._run.base, self._run.scope)
        self._matches_globs = create_contract_filter(judging)

    def judge(self, portion: FirstPortion | LinkedPortion) -> PortionResult:
        """Return the result of a portion. Raise a `DcrError` if a file or the history cannot be read."""
        if isinstance(portion, FirstPortion):
            return self._judge_first(portion.changes)
        return self._judge_linked(portion)

    @cached_property
    def _history(self) -> History:
        from dcr.registry.history.history_reader import read_history  # noqa: PLC0415 (few changes need the history)

        return read_history(self._run.repository, self._run.base.merge_base, self._run.scope)

    def _judge_first(self, changes: Sequence[Change]) -> PortionResult:
        contents = read_contents(self._run.repository, changes)
        unchanged = contents.find_unchanged()
        links = {change.path: find_plain_links(change.path, contents) for change in changes}
        parsed_changes = []
        for change in changes:
            path, plain = change.path, links[change.path]
            if path in unchanged:
                links[path] = FileLinks(path, others=_list_ids(path, unchanged[path], plain), is_judged=True)
            elif plain is None or plain.previous == plain.proposed:
                parsed_changes.append(change)
        files = self._parse(parsed_changes, contents)
        former_formats = frozenset(list_former_formats(files))
        for path in (change.path for change in parsed_changes):
            links[path] = _find_links(path, files, contents, links[path])
        judged = {file.path for file in links.values() if file is not None and file.is_judged}
        files = ChangedFiles(
            {path: file for path, file in files.previous.items() if path in judged},
            {path: file for path, file in files.proposed.items() if path in judged},
            unchanged,
        )
        files = self._tip.exclude_identical_files(files, [change for change in changes if change.path in judged])
        result = self._judge_files(judged, files, lambda context: context, None)
        return result._replace(links=[file for file in links.values() if file], former_formats=former_formats)

    def _judge_linked(self, portion: LinkedPortion) -> PortionResult:
        contents = read_contents(self._run.repository, portion.changes)
        files = self._parse(portion.changes, contents)
        files = reread_former_formats(files, contents.after, portion.former_formats, list_former_ids(files))
        found = (
            read_links(path, files.previous.get(path), files.proposed.get(path))
            for path in dict.fromkeys((*files.previous, *files.proposed))
        )
        unknown = [links for links in found if not links.ids <= portion.links[links.path].ids]
        if unknown:
            return PortionResult(links=unknown)
        files = self._tip.exclude_identical_files(files, portion.changes)

        def use_claims(context: MatchContext) -> MatchContext:
            return context._replace(find_claims=lambda ids: self._find_claims(portion, files, context, ids))

        return self._judge_files({change.path for change in portion.changes}, files, use_claims, portion.uses)

    def _parse(self, changes: Sequence[Change], contents: Contents) -> ChangedFiles:
        paths = {change.path for change in changes}
        selected = Contents(
            {path: content for path, content in contents.before.items() if path in paths},
            {path: content for path, content in contents.after.items() if path in paths},
        )
        run = self._run
        return parse_changed_files(run.repository, changes, selected, run.base.merge_base, self._matches_globs)

    def _find_claims(
        self, portion: LinkedPortion, files: ChangedFiles, context: MatchContext, ids: Iterable[str]
    ) -> Mapping[str, tuple[Location, ...]]:
        """Return the claims that were searched for all portions, with those of the portion's own unchanged texts."""
        all_ids = set(ids)
        claims = dict(context.find_claims(all_ids - portion.searched_ids)) if all_ids - portion.searched_ids else {}
        covered = {path: text for path, text in files.unchanged.items() if self._run.scope.covers(path)}
        own = locate_contracts(covered, all_ids & portion.searched_ids, self._run.scope) if covered else {}
        for dataset_id in all_ids & portion.searched_ids:
            found = (*portion.claims.get(dataset_id, ()), *own.get(dataset_id, ()))
            if found:
                claims[dataset_id] = found
        return claims

    def _judge_files(
        self,
        paths: set[str],
        files: ChangedFiles,
        adapt: Callable[[MatchContext], MatchContext],
        uses: DeclaredUses | None,
    ) -> PortionResult:
        run = self._run
        judging = self._judging._replace(checked=self._judging.checked & paths)
        files = exclude_other_files(judging, files)
        context = adapt(create_context(judging, self._tip, files))
        matches = list_checked_matches(judging, files, context)
        if matches:
            blobs = {path: file_id for path, file_id in self._previous_ids.items() if path in paths}
            request = create_history_request(run)._replace(blobs=blobs, get_history=lambda: self._history)
            matches = add_histories(run, matches, lambda _: None, request)
        verdicts: Sequence[MatchVerdict] = check_matches(run, files, matches)
        reaching: list[ReachingDataset] = []
        if not run.base.is_empty and any(verdict.may_reach_consumers for verdict in verdicts):
            from dcr.git.consumers.impact import add_uses  # noqa: PLC0415 (few changes break anything)

            reaching = list(list_reaching(verdicts))
            verdicts = add_uses(verdicts, uses, get_today(), run.policy.policy.consumers.are_complete)
        judged = build_reports(judging, files, verdicts)
        folders = run.policy.folders
        needed = folders.list_paths() if folders is not None else ()
        return PortionResult(judged.datasets, judged.non_contracts, reaching=reaching, acceptance_paths=needed)

    @cached_property
    def _previous_ids(self) -> dict[str, str]:
        return {change.path: change.previous_id for change in self._judging.changes}


def _list_ids(path: str, text: bytes, plain: FileLinks | None) -> tuple[str, ...]:
    """Return the ids of the datasets of a text."""
    if plain is not None:
        return plain.previous
    return tuple(sorted({contract.dataset_id for contract in read_content(path, text).contracts}))


def _find_links(path: str, files: ChangedFiles, contents: Contents, plain: FileLinks | None) -> FileLinks:
    """Return the links of a parsed file. It is judged by itself if it defines the same datasets on both sides."""
    proposed = files.proposed.get(path)
    links = read_links(path, files.previous.get(path), proposed)
    content = contents.after.get(path)
    others = {*links.others, *(plain.ids if plain else ())}
    is_judged = links.previous == links.proposed
    if plain is None and proposed is not None and proposed.format is None and isinstance(content, bytes):
        # A file that was a contract in another place may still define a dataset that is no longer enforced.
        reread = read_as_former_format(path, content, [file_format.NAME for file_format in list_formats()])
        others.update(reread.unenforced)
        is_judged = is_judged and not reread.unenforced
    return links._replace(others=tuple(sorted(others)), is_judged=is_judged)
