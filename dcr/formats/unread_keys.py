"""The keys of a foreign file that dcr does not read: those that a change touches, and all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.contract.contract import walk_fields
from dcr.formats._foreign.mapping import list_entries
from dcr.parsing.location import locate_node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.contract.contract import Contract
    from dcr.formats._keys.comparison import FoundKey, KeyContext
    from dcr.formats._keys.vocabulary import Vocabulary
    from dcr.formats.parsed_file import ParsedFile
    from dcr.parsing.location import Location


class UnreadKey(NamedTuple):
    """A key that dcr does not read, with its value on both sides; None where it is not written.

    It is about the datasets named, or about the whole file where there are none. `is_uncompared` is whether it is listed
    because it is there, and not because it changed. An empty `key_path` stands for the rest of very many.
    """

    key_path: str
    previous: str | None
    proposed: str | None
    location: Location
    previous_location: Location | None = None
    datasets: tuple[str, ...] = ()
    field: str | None = None
    suggestion: str = ""
    is_uncompared: bool = False


def list_unread_keys(reading: ParsedFile) -> tuple[UnreadKey, ...]:
    """Return every key of a file that is not read."""
    return tuple(each._replace(is_uncompared=True) for each in _compare_files(None, reading))


def list_changed_keys(previous: ParsedFile, proposed: ParsedFile) -> tuple[UnreadKey, ...]:
    """Return every key that is not read and differs between two versions of a file.

    Where the format differs too, nothing has a counterpart: every key that neither format knows is removed or added.
    Nothing is compared with what cannot be read, which is said elsewhere.
    """
    if previous.root is None or proposed.root is None:
        return ()
    if previous.format == proposed.format:
        return tuple(_compare_files(previous, proposed))
    gone = (each._replace(datasets=(), field=None) for each in _compare_files(None, previous, new=True))
    removed = (
        each._replace(
            previous=each.proposed, proposed=None, previous_location=each.location, location=_locate_root(proposed)
        )
        for each in gone
    )
    return *removed, *_compare_files(None, proposed, new=True)


def filter_keys(found: Iterable[UnreadKey], dataset_id: str | None) -> tuple[UnreadKey, ...]:
    """Return the keys that are about a dataset, and those about the whole file."""
    return tuple(each for each in found if not each.datasets or dataset_id in each.datasets)


def _locate_root(reading: ParsedFile) -> Location:
    return locate_node(reading.path, reading.root)


def _compare_files(previous: ParsedFile | None, proposed: ParsedFile, *, new: bool = False) -> Iterator[UnreadKey]:
    from dcr.formats._keys.comparison import MAX_KEYS, KeyComparison  # noqa: PLC0415 (only a changed foreign file pays for it)
    from dcr.formats._keys.vocabularies import find_vocabulary  # noqa: PLC0415

    vocabulary = find_vocabulary(proposed.format or "")
    if vocabulary is None or proposed.root is None:
        return
    found = KeyComparison(vocabulary)
    found.compare_files(previous.root if previous else None, proposed.root, new=new)
    if not found.found:
        return
    noted = {(each.location.line, each.location.column) for each in proposed.problems}
    before, after = (_NodeIndex(each, vocabulary) if each else None for each in (previous, proposed))
    for number, key in enumerate(found.found):
        if number == MAX_KEYS:
            yield UnreadKey("", None, None, _locate_root(proposed))
            return
        if any(node is not None and _get_position(node) in noted for node in (key.keys[1], key.values[1])):
            continue  # the reader said already that it does not understand what stands there
        datasets, field = _resolve_frame(key.context, before, after)
        if datasets or key.context.dataset is None or not vocabulary.ignores_non_datasets:
            yield _build_unread_key(key, previous, proposed, (datasets, field))


def _build_unread_key(
    key: FoundKey, previous: ParsedFile | None, proposed: ParsedFile, about: tuple[tuple[str, ...], str | None]
) -> UnreadKey:
    from dcr.formats._keys.nodes import format_node  # noqa: PLC0415

    (old_key, new_key), (old, new) = key.keys, key.values
    was_at = old_key or old
    return UnreadKey(
        key.path,
        None if old is None else format_node(old),
        None if new is None else format_node(new),
        locate_node(proposed.path, key.parent if new is None else new_key or new),
        locate_node(previous.path, was_at) if previous and was_at is not None else None,
        *about,
        suggestion=key.suggestion,
    )


def _get_position(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _resolve_frame(
    frame: KeyContext, before: _NodeIndex | None, after: _NodeIndex | None
) -> tuple[tuple[str, ...], str | None]:
    """Return the datasets and the field that a frame is about, by the side that has it."""
    if frame.dataset is None:
        return (), None
    side, names = (1, after) if frame.dataset[1] is not None else (0, before)
    contracts = names.find_contracts(frame.dataset[side]) if names else []
    field = None
    for nodes, name in reversed(frame.fields) if names and contracts else ():
        field = field or (
            names.find_field_path(contracts[0], nodes[side], name) if names and nodes[side] is not None else None
        )
    return tuple(each.dataset_id for each in contracts), field


class _NodeIndex:
    """What a reader called the mappings of its file: which dataset and which field each of them is."""

    def __init__(self, reading: ParsedFile, vocabulary: Vocabulary) -> None:
        self.inside = vocabulary.nested_datasets_key
        self.by_node: dict[int, list[Contract]] = {}
        self.paths: dict[str, dict[int, list[str]]] = {}
        for contract in reading.contracts:
            if contract.fields_section is not None:
                self.by_node.setdefault(id(contract.fields_section.node), []).append(contract)

    def find_contracts(self, node: Any) -> list[Contract]:
        """Return the contracts that were read from a mapping, or from what it holds further ones in."""
        inner = (value.value for key, value in list_entries(node) if key.value == self.inside)
        nodes = [node, *(each for listed in inner for each in listed if isinstance(listed, list))]
        return [each for one in nodes for each in self.by_node.get(id(one), ())]

    def find_field_path(self, contract: Contract, node: Any, name: str) -> str | None:
        """Return the path of the field that was read from a mapping; `name` tells apart what an anchor repeats."""
        if contract.dataset_id not in self.paths:
            known: dict[int, list[str]] = {}
            for path, field in walk_fields(contract.fields):
                if field.section is not None:
                    known.setdefault(id(field.section.node), []).append(path)
            self.paths[contract.dataset_id] = known
        found = self.paths[contract.dataset_id].get(id(node), [])
        return next((each for each in found if each == name or each.endswith(f".{name}")), next(iter(found), None))
