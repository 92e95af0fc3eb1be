"""Checks all consumers of a folder by themselves and against its contracts, for dcr lint.

The files are read twice, so that only the names of the consumers and the contracts that they use are in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.consumer_pairs import ConsumerPair, UsedDataset
from dcr.consumers.consumer import ParsedConsumers
from dcr.consumers.use_locations import locate_consumer
from dcr.contract.compact import without_sections
from dcr.formats import read_content
from dcr.git.consumers.declaration_files import describe_special_file, parse_file
from dcr.git.consumers.own_changes import adjust_issues, check_located
from dcr.git.contracts.dataset_ids import list_dataset_ids
from dcr.git.contracts.text_search import list_search_words
from dcr.git.worktree import read_file
from dcr.policy.detection import may_be_contract

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dcr.compatibility.issue import Issue
    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import ParsedFile
    from dcr.parsing.location import Location
    from dcr.policy.policy import StricterPolicy


class ConsumerLint:
    """The consumers of some files; contracts are added before the issues are listed.

    `paths` are those of the files that declare consumers, or are meant to.
    """

    def __init__(self, top: str, paths: Iterable[str], policy: StricterPolicy) -> None:
        self._top, self._policy = top, policy
        self._is_meant = policy.consumers.scope.matches_globs if policy.consumers.has_paths else lambda _: False
        self._locations: dict[str, list[Location]] = {}
        self._strict_ids: set[str] = set()
        self._contracts: dict[str, Contract] = {}
        self._unreadable: list[tuple[str, str | None]] = []
        self._other_ids: set[str] = set()
        self.used_ids: set[str] = set()
        self.count = 0
        self.paths = frozenset(path for path in paths if self._read_names(path))

    def _read_names(self, path: str) -> bool:
        """Add the names and used ids of a file, and return whether it declares consumers, or is meant to."""
        parsed = self._read(path)
        for consumer in parsed.consumers:
            self._locations.setdefault(consumer.name, []).append(locate_consumer(consumer))
            self.used_ids.update(use.dataset_id for use in consumer.uses)
            self._strict_ids.update(use.dataset_id for use in consumer.uses if use.is_strict)
        self.count += len(parsed.consumers)
        return parsed.format is not None

    def _read(self, path: str) -> ParsedConsumers:
        content = read_file(self._top, path)
        is_meant = self._is_meant(path)
        if isinstance(content, bytes):
            return parse_file(path, content, in_scope=True, is_meant=is_meant)
        return describe_special_file(path, content) if is_meant else ParsedConsumers(path, None)

    def add_datasets(self, ids: Iterable[str], contracts: Iterable[Contract]) -> None:
        """Add the datasets of a file. `contracts` are those that some consumer uses, without sections."""
        self._other_ids.update(dataset_id for dataset_id in ids if dataset_id not in self.used_ids)
        for contract in contracts:
            self._contracts.setdefault(contract.dataset_id, contract)

    def add_unreadable(self, path: str, dataset_id: str | None) -> None:
        """Add a file that should be a contract and is not, with the dataset id that it declares."""
        self._unreadable.append((path, dataset_id))

    def find_contracts(self, paths: Iterable[str]) -> None:
        """Add the used contracts of further files, which are not linted themselves."""
        words = list_search_words(self.used_ids)
        for path in paths if self.used_ids else ():
            content = read_file(self._top, path)
            if isinstance(content, bytes) and may_be_contract(content):
                if any(word in content for word in words):
                    self._add_parsed_file(read_content(path, content))
                else:
                    self._other_ids.update(list_dataset_ids([(path, content)]))

    def _add_parsed_file(self, parsed: ParsedFile) -> None:
        used = (contract for contract in parsed.contracts if contract.dataset_id in self.used_ids)
        self.add_datasets((contract.dataset_id for contract in parsed.contracts), map(without_sections, used))
        if parsed.is_unreadable:
            self.add_unreadable(parsed.path, parsed.dataset_id)

    def list_issues(self, today: str) -> tuple[Issue, ...]:
        """Return the issues of all consumers, as the policy adjusts them; `today` is YYYY-MM-DD."""
        missing = self.used_ids - self._contracts.keys()
        unreadable = dict(self._find_unreadable(missing)) if missing else {}
        known_ids = (*self._contracts, *sorted(self._other_ids)) if missing & self._strict_ids else ()
        datasets = {
            **{dataset_id: UsedDataset(contract) for dataset_id, contract in self._contracts.items()},
            **{
                dataset_id: UsedDataset(None, unreadable.get(dataset_id, ""), None, known_ids) for dataset_id in missing
            },
        }
        issues: list[Issue] = []
        for path in sorted(self.paths):
            for pair in self._list_pairs(path):
                issues += check_located(pair._replace(datasets=datasets, today=today))
        return adjust_issues(issues, self._policy)

    def _list_pairs(self, path: str) -> Iterator[ConsumerPair]:
        """Yield a pair without a previous side for each consumer of a file; the first one has the file's problems."""
        parsed = self._read(path)
        problems = parsed.problems
        if not parsed.consumers:
            yield ConsumerPair(path, None, None, problems)
        for consumer in parsed.consumers:
            own = locate_consumer(consumer)
            others = tuple(location for location in self._locations.get(consumer.name, ()) if location != own)
            yield ConsumerPair(path, None, consumer, problems, others)
            problems = ()

    def _find_unreadable(self, ids: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield those of the datasets that an unreadable contract seems to define, with its path."""
        words = {dataset_id: list_search_words([dataset_id]) for dataset_id in ids}
        for path, declared_id in sorted(self._unreadable, key=lambda file: file[1] is not None):  # the last one counts
            content = read_file(self._top, path) if declared_id is None else b""
            for dataset_id in ids:
                is_mentioned = isinstance(content, bytes) and any(word in content for word in words[dataset_id])
                if declared_id == dataset_id or is_mentioned:
                    yield dataset_id, path
