"""Judges the changed files of a check in portions, with the result of judging them all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dcr.check_portions.judge import FirstPortion, LinkedPortion, PortionResult, prepare_judge
from dcr.check_portions.links import FileLinks, group_files, list_one_sided_ids, pack_groups
from dcr.check_run import JudgedChanges, create_context, find_uses
from dcr.git.base.tip import BaseTip
from dcr.git.contracts.changed_files import ChangedFiles
from dcr.parallel import Work, Workers, choose_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from dcr.check_run import DatasetReport, Judging, PortionOptions
    from dcr.git.consumers.declared_uses import DeclaredUses
    from dcr.parsing.location import Location

_SECONDS_PER_FILE = 0.0015
"""About how long one process takes for a changed file of twenty fields."""


@dataclass(slots=True)
class _Collected:
    """What the portions have returned so far. `linked` are the results of the second pass, with their paths."""

    links: dict[str, FileLinks] = field(default_factory=dict)
    first: list[PortionResult] = field(default_factory=list)
    linked: list[tuple[frozenset[str], PortionResult]] = field(default_factory=list)
    former_formats: frozenset[str] = frozenset()
    claims: dict[str, tuple[Location, ...]] = field(default_factory=dict)
    searched_ids: set[str] = field(default_factory=set)


def judge_in_portions(
    judging: Judging, options: PortionOptions, progress: Callable[[str], None] = lambda _: None
) -> JudgedChanges:
    """Return the datasets of changed files, as `judge_changes` does. Raise `WorkerEndedError`."""
    count = len(judging.changes)
    jobs = choose_jobs(options.jobs, count * _SECONDS_PER_FILE, portions=-(-count // options.size))
    with Workers(Work(prepare_judge, judging), jobs) as workers:
        session = _Session(judging, options.size, workers, progress)
        session.judge_first()
        session.judge_linked()
        session.judge_reaching()
    return session.build_result()


class _Session:
    """The passes over the changed files of one check."""

    def __init__(
        self,
        judging: Judging,
        size: int,
        workers: Workers[FirstPortion | LinkedPortion, PortionResult],
        progress: Callable[[str], None],
    ) -> None:
        self._judging, self._size, self._workers, self._progress = judging, size, workers, progress
        self._collected = _Collected()
        self._positions: dict[str, int] = {}

    def judge_first(self) -> None:
        """Judge the files that can be judged by themselves, and read the ids of the others."""
        changes, collected = self._judging.changes, self._collected
        portions = (FirstPortion(changes[start : start + self._size]) for start in range(0, len(changes), self._size))
        formats: set[str] = set()
        for number, result in enumerate(self._workers.map(portions)):
            self._progress(f"checking {number * self._size:,} of {len(changes):,} changed files")
            collected.links.update((file.path, file) for file in result.links)
            formats |= result.former_formats
            collected.first.append(result._replace(links=()))
        collected.former_formats = frozenset(formats)

    def judge_linked(self) -> None:
        """Judge the files that share ids, until no file turns out to have another id than was known."""
        while missing := self._list_missing_groups():
            self._search_claims()
            portions = pack_groups(missing, self._size)
            for paths, result in zip(portions, self._workers.map(map(self._build_portion, portions)), strict=True):
                if result.links:
                    self._collected.links.update(
                        (file.path, self._collected.links[file.path].add(file)) for file in result.links
                    )
                else:
                    self._collected.linked.append((frozenset(paths), result))

    def _list_missing_groups(self) -> list[list[str]]:
        """Return the groups that are not judged. Results of files that are in another group now are dropped."""
        collected = self._collected
        groups = group_files(collected.links.values())
        group_by_path = {path: number for number, group in enumerate(groups) for path in group}
        grouped = group_by_path.keys()
        collected.first = [_drop_paths(result, grouped) for result in collected.first] if groups else collected.first
        sizes = [len(group) for group in groups]
        kept, judged = [], set()
        for paths, result in collected.linked:
            numbers = {group_by_path[path] for path in paths}
            if sum(sizes[number] for number in numbers) == len(paths):
                kept.append((paths, result))
                judged |= numbers
        collected.linked = kept
        return [group for number, group in enumerate(groups) if number not in judged]

    def _search_claims(self) -> None:
        """Search unchanged files once for the added and removed datasets of all groups."""
        collected = self._collected
        ids = list_one_sided_ids(collected.links) - collected.searched_ids
        if ids:
            run = self._judging.run
            context = create_context(
                self._judging, BaseTip(run.repository, run.base, run.scope), ChangedFiles({}, {}, {})
            )
            collected.claims.update(context.find_claims(ids))
            collected.searched_ids |= ids

    def _build_portion(self, paths: Sequence[str], uses: DeclaredUses | None = None) -> LinkedPortion:
        collected = self._collected
        if not self._positions:
            self._positions = {change.path: number for number, change in enumerate(self._judging.changes)}
        links = {path: collected.links[path] for path in paths}
        ids = {dataset_id for file in links.values() for dataset_id in file.ids}
        return LinkedPortion(
            [self._judging.changes[number] for number in sorted(self._positions[path] for path in paths)],
            links,
            {dataset_id: collected.claims[dataset_id] for dataset_id in ids & collected.claims.keys()},
            frozenset(ids & collected.searched_ids),
            collected.former_formats,
            None if uses is None else {dataset_id: uses[dataset_id] for dataset_id in ids & uses.keys()},
        )

    def judge_reaching(self) -> None:
        """Judge the files again whose verdicts may reach consumers, if the repository declares any."""
        collected = self._collected
        reaching = [each for result in self._list_results() for each in result.reaching]
        if not reaching:
            return
        self._progress("reading the consumers")
        run = self._judging.run
        reaching.sort(key=lambda each: each.sort_key)
        datasets = {each.dataset.dataset_id: each.dataset for each in reaching}
        uses = find_uses(run, BaseTip(run.repository, run.base, run.scope), list(datasets.values()))
        if uses is None:
            return
        reaching_paths = {path for each in reaching for path in each.paths if path in collected.links}
        again = [paths for paths, _ in collected.linked if not paths.isdisjoint(reaching_paths)]
        in_groups = {path for paths, _ in collected.linked for path in paths}
        alone = [[path] for path in sorted(reaching_paths - in_groups)]
        collected.first = [_drop_paths(result, reaching_paths) for result in collected.first]
        collected.linked = [(paths, result) for paths, result in collected.linked if paths.isdisjoint(reaching_paths)]
        portions = [*pack_groups(alone, self._size), *map(list, again)]
        judged = self._workers.map(self._build_portion(paths, uses) for paths in portions)
        collected.linked += [(frozenset(paths), result) for paths, result in zip(portions, judged, strict=True)]

    def _list_results(self) -> Iterator[PortionResult]:
        yield from self._collected.first
        yield from (result for _, result in self._collected.linked)

    def build_result(self) -> JudgedChanges:
        """Return the reports of all portions in the order of their files."""
        datasets: list[DatasetReport] = []
        non_contracts: list[str] = []
        acceptance_paths: dict[str, None] = {}
        for result in self._list_results():
            datasets += result.datasets
            non_contracts += result.non_contracts
            acceptance_paths.update(dict.fromkeys(result.acceptance_paths))
        folders = self._judging.run.policy.folders
        if folders is not None:
            folders.get_files(list(acceptance_paths))
        return JudgedChanges(sorted(datasets, key=lambda each: each.sort_key), non_contracts)


def _drop_paths(result: PortionResult, paths: AbstractSet[str]) -> PortionResult:
    """Return a result of the first pass without what concerns some files."""
    return result._replace(
        datasets=[each for each in result.datasets if each.report.path not in paths],
        non_contracts=[path for path in result.non_contracts if path not in paths],
        reaching=[each for each in result.reaching if each.paths.isdisjoint(paths)],
    )
