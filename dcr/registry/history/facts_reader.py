"""Reads the contents of a history, each once: the facts of all datasets, and the contracts of those that changed.

The contents of one file come one after another. Of a file with many datasets, only those are read whose text was not
met before, and only the content before is held, so that what differs can be read on both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from yaml import MappingNode

from dcr.formats import detect_format, read_content, read_tree
from dcr.formats.parts import is_within_limits, split_file
from dcr.parsing.yaml_reader import InvalidYamlError, compose, decode
from dcr.registry.history.facts import (
    DATE_DEPENDENT_FORMATS,
    FileFacts,
    collect_facts,
    facts_in,
    is_same_except_version,
)
from dcr.registry.history.native_facts import NativeFactsReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dcr.contract.contract import Contract
    from dcr.formats import Format
    from dcr.formats.parsed_file import ParsedFile, Problem
    from dcr.formats.parts import FilePart, SplitFile
    from dcr.registry.history.facts import DatasetFacts, Retention

MAX_PARTS = 100_000
"""Parts of files whose facts are remembered."""

ContractKey = tuple[str, str, str]
"""A path, a blob and a dataset."""


class _PartFacts(NamedTuple):
    """What a part of a file said when it was read."""

    facts: tuple[DatasetFacts, ...]
    size: tuple[int, ...]


class _FileContent:
    """A content that has been composed; `readings` are those of its parts that were read, by their number."""

    def __init__(self, path: str, blob: str, content: bytes) -> None:
        self.path, self.blob, self.content = path, blob, content
        self.root: Any = None
        self.format: Format | None = None
        self.parts: SplitFile | None = None
        self.part_ids: list[frozenset[str]] = []
        self.readings: dict[int, ParsedFile] = {}
        self.whole_reading: ParsedFile | None = None
        try:
            self.root = compose(content)
        except InvalidYamlError:
            self.whole_reading = read_content(path, content)
        else:
            self.format = detect_format(self.root) if isinstance(self.root, MappingNode) else None

    def split(self) -> SplitFile | None:
        """Return its parts; None for a file that is read as a whole."""
        if self.whole_reading is None and self.parts is None:
            self.parts = split_file(self.format, self.root, decode(self.content))
        return self.parts

    def read(self) -> ParsedFile:
        """Return all that it says."""
        if self.whole_reading is None:
            self.whole_reading = read_tree(self.path, self.root)
        return self.whole_reading

    def read_contracts(self, wanted: Callable[[str], bool]) -> Iterable[tuple[Contract, int]]:
        """Yield the contracts of some datasets, each once, with the length of text that is held with it."""
        if self.parts is None:
            contracts = self.read().contracts
            yield from _drop_duplicates((each, len(self.content)) for each in contracts if wanted(each.dataset_id))
            return
        numbers = [number for number, ids in enumerate(self.part_ids) if any(map(wanted, ids))]
        for number in numbers:
            if number not in self.readings:
                reading = self.parts.read_part(self.path, self.parts.parts[number])
                if reading is None:
                    raise InvalidYamlError("a part of a file that was read can no longer be")
                self.readings[number] = reading
        yield from _drop_duplicates(
            (each, self.parts.parts[number].length)
            for number in numbers
            for each in self.readings[number].contracts
            if wanted(each.dataset_id)
        )


class FactsReader:
    """Reads contents and remembers what their parts said; contracts are kept as long as there is room."""

    def __init__(self, keep: Retention | None = None) -> None:
        self.retained: dict[ContractKey, Contract] = {}
        self._retention, self._bytes_left = keep, keep.max_bytes if keep else 0
        self._native_reader = NativeFactsReader()
        self._part_facts: dict[tuple[bytes, bytes], _PartFacts] = {}
        self._previous_content: _FileContent | None = None
        self._previous_facts: dict[str, DatasetFacts] = {}

    def read_facts(self, path: str, blob: str, content: bytes) -> FileFacts:
        """Return the facts of a content; those of one path come oldest first, without another one between them."""
        if self._previous_content is not None and self._previous_content.path != path:
            self.finish_file()
        found = _FileContent(path, blob, content)
        facts = self._read_facts(found)
        if self._retention is not None:
            self._retain_changed(found, {each.dataset_id: each for each in facts.datasets}, self._retention)
        found.readings.clear()
        return facts

    def _retain_changed(self, content: _FileContent, now: dict[str, DatasetFacts], keep: Retention) -> None:
        """Keep what a content changed against the one before it, on both sides."""
        before = self._previous_facts
        changed = {
            each for each in now.keys() | before.keys()
            if keep.includes(each) and not is_same_except_version(now.get(each), before.get(each))
        }  # fmt: skip
        if self._previous_content is not None and (keep.single_dataset_files or len(before) > 1):
            self._retain(self._previous_content, changed & before.keys())
        if len(now) > 1 or (keep.single_dataset_files and self._previous_content is not None):
            self._retain(content, changed & now.keys())
        self._previous_content, self._previous_facts = content, now

    def finish_file(self) -> None:
        """Keep what the last content of a file says, and let go of it."""
        keep, before = self._retention, self._previous_facts
        if (
            self._previous_content is not None
            and keep is not None
            and keep.last_versions
            and (keep.single_dataset_files or len(before) > 1)
        ):
            self._retain(self._previous_content, set(filter(keep.includes, before)))
        self._previous_content, self._previous_facts = None, {}

    def find_contracts(self, path: str, content: bytes, ids: frozenset[str]) -> tuple[list[Contract], Problem | None]:
        """Return the contracts of some datasets that a content may hold, and why it cannot be read, if so."""
        found = _FileContent(path, "", content)
        if self._find_part_facts(found) is None:
            problems = found.read().problems
            return [each for each in found.read().contracts if each.dataset_id in ids], next(
                (each for each in problems if each.is_fatal), None
            )
        return [contract for contract, _ in found.read_contracts(ids.__contains__)], None

    def read_contracts(self, path: str, blob: str, content: bytes, ids: frozenset[str]) -> dict[str, Contract]:
        """Return the contracts of some datasets that a content holds."""
        found = _FileContent(path, blob, content)
        self._find_part_facts(found)
        return {contract.dataset_id: contract for contract, _ in found.read_contracts(ids.__contains__)}

    def _retain(self, content: _FileContent, ids: set[str]) -> None:
        ids = {each for each in ids if (content.path, content.blob, each) not in self.retained}
        for contract, length in content.read_contracts(ids.__contains__) if ids and self._bytes_left > 0 else ():
            self._bytes_left -= length
            if self._bytes_left > 0:
                self.retained[content.path, content.blob, contract.dataset_id] = contract

    def _read_facts(self, content: _FileContent) -> FileFacts:
        if content.whole_reading is None:
            sketch = self._native_reader.find_facts(content.root, content.format)
            if sketch is not None:
                return FileFacts((facts_in(sketch),))
            found = self._find_part_facts(content)
            if found is not None:
                return found
        return collect_facts(content.read())

    def _find_part_facts(self, content: _FileContent) -> FileFacts | None:
        """Return the facts of a content that is told part by part; one that is not is left to be read as a whole."""
        found = self._read_parts(content) if content.split() is not None else None
        if found is None:
            content.parts = None
        return found

    def _read_parts(self, content: _FileContent) -> FileFacts | None:
        """Return the facts of a content, part by part; None where only the whole file can tell."""
        parts = content.parts
        if parts is None:
            return None
        known = []
        for number, part in enumerate(parts.parts):
            one = self._read_part(content, parts, number, part)
            if one is None:
                return None
            known.append(one)
        if not known or not is_within_limits(each.size for each in known):
            return None
        content.part_ids = [frozenset(each.dataset_id for each in one.facts) for one in known]
        found: dict[str, DatasetFacts] = {}
        for each in (facts for one in known for facts in one.facts):
            found.setdefault(each.dataset_id, each if parts.version is None else each._replace(version=parts.version))
        return FileFacts(tuple(found.values()), is_cacheable=parts.format.NAME not in DATE_DEPENDENT_FORMATS)

    def _read_part(self, content: _FileContent, parts: SplitFile, number: int, part: FilePart) -> _PartFacts | None:
        key = None if part.digest is None else (parts.head_digest, part.digest)
        known = None if key is None else self._part_facts.get(key)
        if known is not None:
            return known
        reading = parts.read_part(content.path, part)
        if reading is None:
            return None
        content.readings[number] = reading
        known = _PartFacts(collect_facts(reading).datasets, reading.size)
        if key is not None and len(self._part_facts) < MAX_PARTS:
            self._part_facts[key] = known
        return known


def _drop_duplicates(found: Iterable[tuple[Contract, int]]) -> Iterable[tuple[Contract, int]]:
    """Yield contracts, of two of one dataset the first."""
    seen: set[str] = set()
    for contract, length in found:
        if contract.dataset_id not in seen:
            seen.add(contract.dataset_id)
            yield contract, length
