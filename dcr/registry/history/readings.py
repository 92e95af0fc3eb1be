"""Reads the contents of a history, each once: the facts of all datasets, and the contracts of those that changed.

The contents of one file come one after another. Of a file with many datasets, only those are read whose text was not
met before, and only the content before is held, so that what differs can be read on both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from yaml import MappingNode

from dcr.formats import detected, read, read_composed
from dcr.formats.parts import fits, split
from dcr.parsing.reader import YamlRefusedError, compose, decode
from dcr.registry.history.facts import DATED, FileFacts, alike, facts_in, full_facts
from dcr.registry.history.native_facts import Sketches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dcr.contract.contract import Contract
    from dcr.formats import Format
    from dcr.formats.parts import Part, Parts
    from dcr.formats.reading import Problem, Reading
    from dcr.registry.history.facts import Facts, Keep

MAX_KNOWN = 100_000
"""Parts of files whose facts are remembered."""

Key = tuple[str, str, str]
"""A path, a blob and a dataset."""


class _Known(NamedTuple):
    """What a part of a file said when it was read."""

    facts: tuple[Facts, ...]
    size: tuple[int, ...]


class _Content:
    """A content that has been composed; `readings` are those of its parts that were read, by their number."""

    def __init__(self, path: str, blob: str, content: bytes) -> None:
        self.path, self.blob, self.content = path, blob, content
        self.root: Any = None
        self.format: Format | None = None
        self.parts: Parts | None = None
        self.ids: list[frozenset[str]] = []
        self.readings: dict[int, Reading] = {}
        self.whole: Reading | None = None
        try:
            self.root = compose(content)
        except YamlRefusedError:
            self.whole = read(path, content)
        else:
            self.format = detected(self.root) if isinstance(self.root, MappingNode) else None

    def split(self) -> Parts | None:
        """Return its parts; None for a file that is read as a whole."""
        if self.whole is None and self.parts is None:
            self.parts = split(self.format, self.root, decode(self.content))
        return self.parts

    def read(self) -> Reading:
        """Return all that it says."""
        if self.whole is None:
            self.whole = read_composed(self.path, self.root)
        return self.whole

    def contracts(self, wanted: Callable[[str], bool]) -> Iterable[tuple[Contract, int]]:
        """Yield the contracts of some datasets, each once, with the length of text that is held with it."""
        if self.parts is None:
            contracts = self.read().contracts
            yield from _once((each, len(self.content)) for each in contracts if wanted(each.dataset_id))
            return
        numbers = [number for number, ids in enumerate(self.ids) if any(map(wanted, ids))]
        for number in numbers:
            if number not in self.readings:
                reading = self.parts.read(self.path, self.parts.parts[number])
                if reading is None:
                    raise YamlRefusedError("a part of a file that was read can no longer be")
                self.readings[number] = reading
        yield from _once(
            (each, self.parts.parts[number].length)
            for number in numbers
            for each in self.readings[number].contracts
            if wanted(each.dataset_id)
        )


class Readings:
    """Reads contents and remembers what their parts said; contracts are kept as long as there is room."""

    def __init__(self, keep: Keep | None = None) -> None:
        self.kept: dict[Key, Contract] = {}
        self._keep, self._room = keep, keep.room if keep else 0
        self._sketches = Sketches()
        self._known: dict[tuple[bytes, bytes], _Known] = {}
        self._before: _Content | None = None
        self._before_facts: dict[str, Facts] = {}

    def facts(self, path: str, blob: str, content: bytes) -> FileFacts:
        """Return the facts of a content; those of one path come oldest first, without another one between them."""
        if self._before is not None and self._before.path != path:
            self.finish()
        found = _Content(path, blob, content)
        facts = self._facts(found)
        if self._keep is not None:
            self._keep_changed(found, {each.dataset_id: each for each in facts.datasets}, self._keep)
        found.readings.clear()
        return facts

    def _keep_changed(self, content: _Content, now: dict[str, Facts], keep: Keep) -> None:
        """Keep what a content changed against the one before it, on both sides."""
        before = self._before_facts
        changed = {
            each for each in now.keys() | before.keys()
            if keep.wants(each) and not alike(now.get(each), before.get(each))
        }  # fmt: skip
        if self._before is not None and (keep.singles or len(before) > 1):
            self._add(self._before, changed & before.keys())
        if len(now) > 1 or (keep.singles and self._before is not None):
            self._add(content, changed & now.keys())
        self._before, self._before_facts = content, now

    def finish(self) -> None:
        """Keep what the last content of a file says, and let go of it."""
        keep, before = self._keep, self._before_facts
        if self._before is not None and keep is not None and keep.ends and (keep.singles or len(before) > 1):
            self._add(self._before, set(filter(keep.wants, before)))
        self._before, self._before_facts = None, {}

    def older(self, path: str, content: bytes, ids: frozenset[str]) -> tuple[list[Contract], Problem | None]:
        """Return the contracts of some datasets that a content may hold, and why it cannot be read, if so."""
        found = _Content(path, "", content)
        if self._of_parts_if_any(found) is None:
            problems = found.read().problems
            return [each for each in found.read().contracts if each.dataset_id in ids], next(
                (each for each in problems if each.fatal), None
            )
        return [contract for contract, _ in found.contracts(ids.__contains__)], None

    def contracts(self, path: str, blob: str, content: bytes, ids: frozenset[str]) -> dict[str, Contract]:
        """Return the contracts of some datasets that a content holds."""
        found = _Content(path, blob, content)
        self._of_parts_if_any(found)
        return {contract.dataset_id: contract for contract, _ in found.contracts(ids.__contains__)}

    def _add(self, content: _Content, ids: set[str]) -> None:
        ids = {each for each in ids if (content.path, content.blob, each) not in self.kept}
        for contract, length in content.contracts(ids.__contains__) if ids and self._room > 0 else ():
            self._room -= length
            if self._room > 0:
                self.kept[content.path, content.blob, contract.dataset_id] = contract

    def _facts(self, content: _Content) -> FileFacts:
        if content.whole is None:
            sketch = self._sketches.sketch(content.root, content.format)
            if sketch is not None:
                return FileFacts((facts_in(sketch),))
            found = self._of_parts_if_any(content)
            if found is not None:
                return found
        return full_facts(content.read())

    def _of_parts_if_any(self, content: _Content) -> FileFacts | None:
        """Return the facts of a content that is told part by part; one that is not is left to be read as a whole."""
        found = self._of_parts(content) if content.split() is not None else None
        if found is None:
            content.parts = None
        return found

    def _of_parts(self, content: _Content) -> FileFacts | None:
        """Return the facts of a content, part by part; None where only the whole file can tell."""
        parts = content.parts
        if parts is None:
            return None
        known = []
        for number, part in enumerate(parts.parts):
            one = self._of_part(content, parts, number, part)
            if one is None:
                return None
            known.append(one)
        if not known or not fits(each.size for each in known):
            return None
        content.ids = [frozenset(each.dataset_id for each in one.facts) for one in known]
        found: dict[str, Facts] = {}
        for each in (facts for one in known for facts in one.facts):
            found.setdefault(each.dataset_id, each if parts.version is None else each._replace(version=parts.version))
        return FileFacts(tuple(found.values()), lasting=parts.format.NAME not in DATED)

    def _of_part(self, content: _Content, parts: Parts, number: int, part: Part) -> _Known | None:
        key = None if part.key is None else (parts.head, part.key)
        known = None if key is None else self._known.get(key)
        if known is not None:
            return known
        reading = parts.read(content.path, part)
        if reading is None:
            return None
        content.readings[number] = reading
        known = _Known(full_facts(reading).datasets, reading.size)
        if key is not None and len(self._known) < MAX_KNOWN:
            self._known[key] = known
        return known


def _once(found: Iterable[tuple[Contract, int]]) -> Iterable[tuple[Contract, int]]:
    """Yield contracts, of two of one dataset the first."""
    seen: set[str] = set()
    for contract, length in found:
        if contract.dataset_id not in seen:
            seen.add(contract.dataset_id)
            yield contract, length
