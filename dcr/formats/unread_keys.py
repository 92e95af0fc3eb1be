"""The keys of a foreign file that dcr does not read: those that a change touches, and all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.contract.contract import walk
from dcr.formats._foreign.mapping import entries
from dcr.parsing.location import mark_location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.contract.contract import Contract
    from dcr.formats._keys.vocabulary import Vocabulary
    from dcr.formats._keys.walk import FoundKey, Frame
    from dcr.formats.reading import Reading
    from dcr.parsing.location import Location


class UnreadKey(NamedTuple):
    """A key that dcr does not read, with its value on both sides; None where it is not written.

    It is about the datasets named, or about the whole file where there are none. `standing` is whether it is listed
    because it is there, and not because it changed. An empty `way` stands for the rest of very many.
    """

    way: str
    previous: str | None
    proposed: str | None
    location: Location
    previous_location: Location | None = None
    datasets: tuple[str, ...] = ()
    field: str | None = None
    near: str = ""
    standing: bool = False


def unread_keys(reading: Reading) -> tuple[UnreadKey, ...]:
    """Return every key of a file that is not read."""
    return tuple(each._replace(standing=True) for each in _compared(None, reading))


def changed_keys(previous: Reading, proposed: Reading) -> tuple[UnreadKey, ...]:
    """Return every key that is not read and differs between two versions of a file.

    Where the format differs too, nothing has a counterpart: every key that neither format knows is removed or added.
    Nothing is compared with what cannot be read, which is said elsewhere.
    """
    if previous.root is None or proposed.root is None:
        return ()
    if previous.format == proposed.format:
        return tuple(_compared(previous, proposed))
    gone = (each._replace(datasets=(), field=None) for each in _compared(None, previous, new=True))
    removed = (
        each._replace(previous=each.proposed, proposed=None, previous_location=each.location, location=_top(proposed))
        for each in gone
    )
    return *removed, *_compared(None, proposed, new=True)


def keys_about(found: Iterable[UnreadKey], dataset_id: str | None) -> tuple[UnreadKey, ...]:
    """Return the keys that are about a dataset, and those about the whole file."""
    return tuple(each for each in found if not each.datasets or dataset_id in each.datasets)


def _top(reading: Reading) -> Location:
    return mark_location(reading.path, reading.root)


def _compared(previous: Reading | None, proposed: Reading, *, new: bool = False) -> Iterator[UnreadKey]:
    from dcr.formats._keys.vocabularies import vocabulary_of  # noqa: PLC0415
    from dcr.formats._keys.walk import MAX_FOUND, KeyWalk  # noqa: PLC0415 (only a changed foreign file pays for it)

    vocabulary = vocabulary_of(proposed.format or "")
    if vocabulary is None or proposed.root is None:
        return
    found = KeyWalk(vocabulary)
    found.start(previous.root if previous else None, proposed.root, new=new)
    if not found.found:
        return
    noted = {(each.location.line, each.location.column) for each in proposed.problems}
    before, after = (_Names(each, vocabulary) if each else None for each in (previous, proposed))
    for number, key in enumerate(found.found):
        if number == MAX_FOUND:
            yield UnreadKey("", None, None, _top(proposed))
            return
        if any(node is not None and _start(node) in noted for node in (key.keys[1], key.values[1])):
            continue  # the reader said already that it does not understand what stands there
        datasets, field = _named(key.frame, before, after)
        if datasets or key.frame.dataset is None or not vocabulary.only_datasets:
            yield _unread_key(key, previous, proposed, (datasets, field))


def _unread_key(
    key: FoundKey, previous: Reading | None, proposed: Reading, about: tuple[tuple[str, ...], str | None]
) -> UnreadKey:
    from dcr.formats._keys.values import shown  # noqa: PLC0415

    (old_key, new_key), (old, new) = key.keys, key.values
    was_at = old_key or old
    return UnreadKey(
        key.way,
        None if old is None else shown(old),
        None if new is None else shown(new),
        mark_location(proposed.path, key.parent if new is None else new_key or new),
        mark_location(previous.path, was_at) if previous and was_at is not None else None,
        *about,
        near=key.near,
    )


def _start(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _named(frame: Frame, before: _Names | None, after: _Names | None) -> tuple[tuple[str, ...], str | None]:
    """Return the datasets and the field that a frame is about, by the side that has it."""
    if frame.dataset is None:
        return (), None
    side, names = (1, after) if frame.dataset[1] is not None else (0, before)
    contracts = names.contracts(frame.dataset[side]) if names else []
    field = None
    for nodes, name in reversed(frame.fields) if names and contracts else ():
        field = field or (names.field(contracts[0], nodes[side], name) if names and nodes[side] is not None else None)
    return tuple(each.dataset_id for each in contracts), field


class _Names:
    """What a reader called the mappings of its file: which dataset and which field each of them is."""

    def __init__(self, reading: Reading, vocabulary: Vocabulary) -> None:
        self.inside = vocabulary.datasets_in
        self.by_node: dict[int, list[Contract]] = {}
        self.paths: dict[str, dict[int, list[str]]] = {}
        for contract in reading.contracts:
            if contract.fields_place is not None:
                self.by_node.setdefault(id(contract.fields_place.node), []).append(contract)

    def contracts(self, node: Any) -> list[Contract]:
        """Return the contracts that were read from a mapping, or from what it holds further ones in."""
        inner = (value.value for key, value in entries(node) if key.value == self.inside)
        nodes = [node, *(each for listed in inner for each in listed if isinstance(listed, list))]
        return [each for one in nodes for each in self.by_node.get(id(one), ())]

    def field(self, contract: Contract, node: Any, name: str) -> str | None:
        """Return the path of the field that was read from a mapping; `name` tells apart what an anchor repeats."""
        if contract.dataset_id not in self.paths:
            known: dict[int, list[str]] = {}
            for path, field in walk(contract.fields):
                if field.place is not None:
                    known.setdefault(id(field.place.node), []).append(path)
            self.paths[contract.dataset_id] = known
        found = self.paths[contract.dataset_id].get(id(node), [])
        return next((each for each in found if each == name or each.endswith(f".{name}")), next(iter(found), None))
