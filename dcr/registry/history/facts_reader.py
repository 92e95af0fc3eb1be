"""Reads each content of a history once, for its facts, and retains the contracts of changed datasets.

The contents of one file are read one after another, oldest first. In a file with many datasets, only the parts whose
text is new are read. The previous content stays in memory, so that both sides of a change can be retained.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from yaml import MappingNode

from dcr.formats import detect_format, read_content, read_tree
from dcr.formats.parts import is_within_limits, split_file
from dcr.parsing.yaml_reader import InvalidYamlError, compose, decode
from dcr.registry.history.facts import (
    DATE_DEPENDENT_FORMATS,
    DatasetFacts,
    FileFacts,
    collect_facts,
    is_same_except_version,
)
from dcr.registry.history.native_facts import NativeFacts, NativeFactsReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dcr.contract.contract import Contract
    from dcr.formats import Format
    from dcr.formats.parsed_file import ParsedFile, Problem
    from dcr.formats.parts import FilePart, SplitFile
    from dcr.registry.history.facts import Retention

MAX_PARTS = 100_000
"""The maximum number of file parts whose facts one reader keeps."""

ContractKey = tuple[str, str, str]
"""A path, a blob id and a dataset id."""


class _PartFacts(NamedTuple):
    """The facts of one part of a file."""

    facts: tuple[DatasetFacts, ...]
    size: tuple[int, ...]


class _FileContent:
    """A content and its YAML tree, composed on first use. `parsed_parts` are the parts that were parsed, by number.

    `contract` is that of a native file if it was built along with its facts.
    """

    def __init__(self, path: str, blob: str, content: bytes) -> None:
        self.path, self.blob, self.content = path, blob, content
        self.parts: SplitFile | None = None
        self.contract: Contract | None = None
        self.part_ids: list[frozenset[str]] = []
        self.parsed_parts: dict[int, ParsedFile] = {}
        self._parsed_file: ParsedFile | None = None

    @cached_property
    def root(self) -> Any:
        """The tree, or None if the file is empty or invalid."""
        try:
            return compose(self.content)
        except InvalidYamlError:
            self._parsed_file = read_content(self.path, self.content)
            return None

    @cached_property
    def format(self) -> Format | None:
        """The format of the file, or None if it has none."""
        return detect_format(self.root) if isinstance(self.root, MappingNode) else None

    def split(self) -> SplitFile | None:
        """Return the parts of the file, or None if it has to be read as a whole."""
        if self.parts is None and self._parsed_file is None and self.format is not None:
            self.parts = split_file(self.format, self.root, decode(self.content))
        return self.parts

    def read(self) -> ParsedFile:
        """Return the whole file, parsed."""
        root = self.root
        if self._parsed_file is None:
            self._parsed_file = read_tree(self.path, root)
        return self._parsed_file

    def read_contracts(self, includes: Callable[[str], bool]) -> Iterable[tuple[Contract, int]]:
        """Yield one contract for each selected dataset, with the length of the text it was read from."""
        if self.parts is None:
            contracts = self.read().contracts if self.contract is None else (self.contract,)
            yield from _drop_duplicates(
                (contract, len(self.content)) for contract in contracts if includes(contract.dataset_id)
            )
            return
        numbers = [number for number, ids in enumerate(self.part_ids) if any(map(includes, ids))]
        for number in numbers:
            if number not in self.parsed_parts:
                parsed = self.parts.read_part(self.path, self.parts.parts[number])
                if parsed is None:
                    raise InvalidYamlError("a part of a file could be read once, but not a second time")
                self.parsed_parts[number] = parsed
        yield from _drop_duplicates(
            (contract, self.parts.parts[number].length)
            for number in numbers
            for contract in self.parsed_parts[number].contracts
            if includes(contract.dataset_id)
        )


class FactsReader:
    """Reads contents and keeps the facts of their parts. `retained` are the contracts that `retention` selects."""

    def __init__(self, retention: Retention | None = None) -> None:
        self.retained: dict[ContractKey, Contract] = {}
        self._retention, self._bytes_left = retention, retention.max_bytes if retention else 0
        known = retention.known_texts if retention else None
        self._native_reader = NativeFactsReader(known, builds_contracts=known is not None)
        self._part_facts: dict[tuple[bytes, bytes], _PartFacts] = {}
        self._previous_content: _FileContent | None = None
        self._previous_facts: dict[str, DatasetFacts] = {}

    def read_facts(self, path: str, blob: str, content: bytes) -> FileFacts:
        """Return the facts of a content. Callers pass the contents of one path in one run, oldest first."""
        if self._previous_content is not None and self._previous_content.path != path:
            self.finish_file()
        file = _FileContent(path, blob, content)
        facts = self._read_facts(file)
        if self._retention is not None:
            self._retain_changed(file, {dataset.dataset_id: dataset for dataset in facts.datasets}, self._retention)
        file.parsed_parts.clear()
        return facts

    def _retain_changed(self, file: _FileContent, facts: dict[str, DatasetFacts], retention: Retention) -> None:
        """Retain the contracts that differ between the previous content and this one, on both sides."""
        before = self._previous_facts
        changed = {
            dataset_id
            for dataset_id in facts.keys() | before.keys()
            if retention.includes(dataset_id)
            and not is_same_except_version(facts.get(dataset_id), before.get(dataset_id))
        }
        if self._previous_content is not None and (retention.single_dataset_files or len(before) > 1):
            self._retain(self._previous_content, changed & before.keys())
        if len(facts) > 1 or (retention.single_dataset_files and self._previous_content is not None):
            self._retain(file, changed & facts.keys())
        self._previous_content, self._previous_facts = file, facts

    def finish_file(self) -> None:
        """Retain the last content of a file if the retention includes it, and drop the content."""
        retention, facts = self._retention, self._previous_facts
        if (
            self._previous_content is not None
            and retention is not None
            and retention.last_versions
            and (retention.single_dataset_files or len(facts) > 1)
        ):
            self._retain(self._previous_content, set(filter(retention.includes, facts)))
        self._previous_content, self._previous_facts = None, {}

    def find_contracts(self, path: str, content: bytes, ids: frozenset[str]) -> tuple[list[Contract], Problem | None]:
        """Return the contracts of some datasets in a content, and the problem that prevents reading it, if any."""
        file = _FileContent(path, "", content)
        if self._find_part_facts(file) is None:
            parsed = file.read()
            contracts = [contract for contract in parsed.contracts if contract.dataset_id in ids]
            return contracts, next((problem for problem in parsed.problems if problem.is_fatal), None)
        return [contract for contract, _ in file.read_contracts(ids.__contains__)], None

    def read_contracts(self, path: str, blob: str, content: bytes, ids: frozenset[str]) -> dict[str, Contract]:
        """Return the contracts of some datasets in a content, by id."""
        contract = self._native_reader.read_contract(path, content)
        if contract is not None:
            return {contract.dataset_id: contract}
        file = _FileContent(path, blob, content)
        self._find_part_facts(file)
        return {contract.dataset_id: contract for contract, _ in file.read_contracts(ids.__contains__)}

    def _retain(self, file: _FileContent, ids: set[str]) -> None:
        ids = {dataset_id for dataset_id in ids if (file.path, file.blob, dataset_id) not in self.retained}
        for contract, length in file.read_contracts(ids.__contains__) if ids and self._bytes_left > 0 else ():
            self._bytes_left -= length
            if self._bytes_left > 0:
                self.retained[file.path, file.blob, contract.dataset_id] = contract

    def _read_facts(self, file: _FileContent) -> FileFacts:
        native_facts: NativeFacts | None
        found = self._native_reader.read_text(file.path, file.content)
        if found is not None:
            native_facts, file.contract = found
        else:
            native_facts = self._native_reader.find_facts(file.root, file.format)
        if native_facts is not None:
            return FileFacts((DatasetFacts(*native_facts),))
        return self._find_part_facts(file) or collect_facts(file.read())

    def _find_part_facts(self, file: _FileContent) -> FileFacts | None:
        """Return the facts of a file that can be read by parts. Otherwise drop its parts and return None."""
        facts = self._read_parts(file) if file.split() is not None else None
        if facts is None:
            file.parts = None
        return facts

    def _read_parts(self, file: _FileContent) -> FileFacts | None:
        """Return the facts of a file, part by part, or None if the file has to be read as a whole."""
        parts = file.parts
        if parts is None:
            return None
        part_facts = []
        for number, part in enumerate(parts.parts):
            facts = self._read_part(file, parts, number, part)
            if facts is None:
                return None
            part_facts.append(facts)
        if not part_facts or not is_within_limits(facts.size for facts in part_facts):
            return None
        file.part_ids = [frozenset(dataset.dataset_id for dataset in facts.facts) for facts in part_facts]
        datasets: dict[str, DatasetFacts] = {}
        for dataset in (dataset for facts in part_facts for dataset in facts.facts):
            versioned = dataset if parts.version is None else dataset._replace(version=parts.version)
            datasets.setdefault(dataset.dataset_id, versioned)
        return FileFacts(tuple(datasets.values()), is_cacheable=parts.format.NAME not in DATE_DEPENDENT_FORMATS)

    def _read_part(self, file: _FileContent, parts: SplitFile, number: int, part: FilePart) -> _PartFacts | None:
        key = None if part.digest is None else (parts.head_digest, part.digest)
        facts = None if key is None else self._part_facts.get(key)
        if facts is not None:
            return facts
        parsed = parts.read_part(file.path, part)
        if parsed is None:
            return None
        file.parsed_parts[number] = parsed
        facts = _PartFacts(collect_facts(parsed).datasets, parsed.size)
        if key is not None and len(self._part_facts) < MAX_PARTS:
            self._part_facts[key] = facts
        return facts


def _drop_duplicates(contracts: Iterable[tuple[Contract, int]]) -> Iterable[tuple[Contract, int]]:
    """Yield the first contract of each dataset."""
    seen: set[str] = set()
    for contract, length in contracts:
        if contract.dataset_id not in seen:
            seen.add(contract.dataset_id)
            yield contract, length
