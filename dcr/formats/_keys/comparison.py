"""Compares the keys of both sides of a foreign file and finds those that dcr does not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.contract.contract import join_path
from dcr.formats._foreign.nodes import list_entries
from dcr.formats._keys.nodes import is_null, is_same_data, shorten_line
from dcr.formats._keys.vocabulary import (
    ANYTHING,
    COMPARED,
    IGNORED,
    ONE,
    UNKNOWN,
    UNREAD,
    MappingKeys,
    NestedMappings,
    Vocabulary,
)
from dcr.text.suggestions import MAX_WORD_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_KEYS = 200
"""The number of keys that are listed of one file; one more represents the rest."""

_NodePair = tuple[Any, Any]
"""The nodes of the previous and the proposed side; None where a side has none."""


class KeyContext(NamedTuple):
    """The dataset that a mapping belongs to, by its nodes on both sides, and the fields with their names.

    Keys that are known and not compared are left out of a mapping that `is_new`: they had no effect before.
    """

    is_new: bool = False
    dataset: _NodePair | None = None
    fields: tuple[tuple[_NodePair, str], ...] = ()


class FoundKey(NamedTuple):
    """One key that is not read, with its path from the top of the file.

    `keys` and `values` are its nodes on both sides. `parent` is the node that a new key would belong to. `suggestion`
    is a question with a known key of a similar name.
    """

    path: str
    keys: _NodePair
    values: _NodePair
    parent: Any
    context: KeyContext
    suggestion: str = ""


class KeyComparison:
    """One comparison of two trees that `check_tree` has bounded: no node contains itself or is repeated too often.

    Without a previous side, every key of the proposed side is new.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.kinds = vocabulary.kinds
        self.keys: list[FoundKey] = []
        self.seen: set[tuple[int, ...]] = set()
        self.has_previous = False

    @property
    def is_full(self) -> bool:
        """Whether more keys were found than are listed."""
        return len(self.keys) > MAX_KEYS

    def compare_files(self, previous: Any, proposed: Any, *, is_new: bool = False) -> None:
        """Compare a file from its top; `is_new` is whether all of it is new."""
        nodes = (previous, proposed)
        self.has_previous = previous is not None
        self._compare_mapping(self.kinds["file"], nodes, FoundKey("", nodes, nodes, proposed, KeyContext(is_new)))

    def _compare_mapping(self, kind: MappingKeys, nodes: _NodePair, parent_key: FoundKey) -> None:
        before, after = (_read_pairs(node) for node in nodes)
        for name in dict.fromkeys((*after, *before)):
            if self.is_full:
                return
            use = UNREAD if kind.unless.get(name) in after else kind.get_use(name)
            if use == IGNORED or (use == UNREAD and parent_key.context.is_new):
                continue
            keys, values = zip(before.get(name, _NO_NODES), after.get(name, _NO_NODES), strict=True)
            key = FoundKey(_join_key_path(parent_key.path, name), keys, values, parent_key.parent, parent_key.context)
            if use != COMPARED:
                self._add_key(key, kind if use == UNKNOWN else None)
            elif (nested := kind.nested.get(name)) is not None:
                self._compare_nested(nested, key)
            elif not all(_has_expected_shape(kind.compared.get(name, ANYTHING), value) for value in values):
                self._add_key(key)

    def _compare_nested(self, nested: NestedMappings, key: FoundKey) -> None:
        shapes = [_classify_value(nested, value) for value in key.values]
        if _MISSHAPEN in shapes:
            self._add_key(key)
            return
        before, after = ((shape, value) for shape, value in zip(shapes, key.values, strict=True))
        single, several = (
            tuple(value if shape == wanted_shape else None for shape, value in (before, after))
            for wanted_shape in (_ONE, _MANY)
        )
        if any(single):
            self._compare_kind(nested.one, (single[0], single[1]), key._replace(parent=key.keys[1] or key.parent))
        if any(several):
            self._compare_entries(nested, (several[0], several[1]), key)

    def _compare_entries(self, nested: NestedMappings, nodes: _NodePair, key: FoundKey) -> None:
        """Compare the entries of a list; a removed entry is compared as a whole, or affects no consumer."""
        known_keys = frozenset(self.kinds[nested.many].list_names())
        for entry, previous_value in _pair_entries(nested, nodes, known_keys):
            path = f"{key.path}{entry.name}" if entry.identity is None else _join_key_path(key.path, entry.name)
            values = (previous_value, entry.value)
            node = entry.key or entry.value
            if any(value is not None and value.id != "mapping" for value in values):
                if not (nested.allows_scalars or all(value is None or is_null(value) for value in values)):
                    self._add_key(FoundKey(path, (previous_value, node), values, node, key.context))
            elif nested.allows_groups and _is_group(entry.value, known_keys):
                self._compare_entries(nested, values, key._replace(path=path))
            else:
                context = (
                    key.context._replace(is_new=True) if self.has_previous and previous_value is None else key.context
                )
                self._compare_kind(
                    nested.many, values, key._replace(path=path, parent=node, context=context), entry.name
                )

    def _compare_kind(self, kind: str, nodes: _NodePair, key: FoundKey, name: str = "") -> None:
        """Compare one mapping; `key` is the key above it, or the entry that it is."""
        keys, context = self.kinds[kind], key.context
        if keys.subject == "dataset":
            context = KeyContext(context.is_new, nodes)
        elif keys.subject == "field" and context.dataset:
            context = context._replace(fields=(*context.fields, (nodes, name)))
        self._compare_mapping(keys, nodes, key._replace(context=context))

    def _add_key(self, key: FoundKey, unknown_in: MappingKeys | None = None) -> None:
        """Add a key whose value differs, or the only key below it that differs."""
        if is_same_data(*key.values):
            return
        name = key.keys[1].value if unknown_in and key.keys[1] is not None else ""
        key = key._replace(suggestion=_suggest_key(name, unknown_in) if unknown_in else "")
        while (nested_key := _find_only_difference(key)) is not None:
            key = nested_key
        dataset_nodes = key.context.dataset or _NO_NODES
        identity = (*map(id, key.keys), *map(id, dataset_nodes))  # the copies of an anchor in a dataset are one key
        if identity not in self.seen:
            self.seen.add(identity)
            self.keys.append(key)


_NO_NODES: tuple[Any, Any] = (None, None)
_ONE, _MANY, _NOTHING, _MISSHAPEN = "one", "many", "nothing", "misshapen"


def _read_pairs(node: Any) -> dict[str, tuple[Any, Any]]:
    """Return the keys of a mapping, including merged ones, with the nodes of key and value."""
    return {} if node is None else {key.value: (key, value) for key, value in list_entries(node)}


def _classify_value(nested: NestedMappings, node: Any) -> str:
    """Return how the reader treats a value: as one mapping, as several, as nothing, or not at all."""
    if node is None or is_null(node):
        return _NOTHING
    if node.id == "sequence":
        return _MANY if nested.many else _MISSHAPEN
    if node.id != "mapping":
        return _MISSHAPEN
    if not (nested.one and nested.many):
        return _ONE if nested.one else _MANY
    return _ONE if any(key in nested.one_if for key in _read_pairs(node)) else _MANY


def _has_expected_shape(shape: str, node: Any) -> bool:
    """Return whether a compared key has a value that the reader reads."""
    if node is None or shape == ANYTHING or node.id == "scalar":
        return True
    if shape == ONE or node.id != "sequence":
        return False
    return all(item.id == "scalar" for item in node.value)


class _Entry(NamedTuple):
    """An entry of a list: its name, the identity it is paired by, its key if it has one, and its value."""

    name: str
    identity: tuple[object, ...] | None
    key: Any
    value: Any


def _pair_entries(nested: NestedMappings, nodes: _NodePair, known_keys: frozenset[str]) -> Iterator[tuple[_Entry, Any]]:
    """Yield the entries of the proposed side with the values of their counterparts.

    Entries without an identity are paired in order, except for those that are equal at both ends of the list.
    """
    before, after = ([] if node is None else list(_list_entries(nested, node, known_keys)) for node in nodes)
    by_identity = {entry.identity: entry.value for entry in before if entry.identity is not None}
    old, new = ([entry.value for entry in side if entry.identity is None] for side in (before, after))
    shorter_length = min(len(old), len(new))
    start = end = 0
    while start < shorter_length and is_same_data(old[start], new[start]):
        start += 1
    while end < shorter_length - start and is_same_data(old[-1 - end], new[-1 - end]):
        end += 1
    partners = dict(zip(map(id, new[: len(new) - end]), old[: len(old) - end], strict=False))
    partners |= dict(zip(map(id, reversed(new)), old[: -end - 1 : -1], strict=False)) if end else {}
    for entry in after:
        yield entry, partners.get(id(entry.value)) if entry.identity is None else by_identity.get(entry.identity)


def _list_entries(nested: NestedMappings, node: Any, known_keys: frozenset[str]) -> Iterator[_Entry]:
    if node.id == "mapping":
        for key, value in list_entries(node):
            is_group = nested.allows_groups and _is_group(value, known_keys)
            yield _Entry(key.value, (key.value, 0, is_group), key, None if is_null(value) else value)
        return
    times: dict[str, int] = {}
    for number, value in enumerate(node.value):
        name = _find_identity(nested, value)
        if name is None:
            yield _Entry(f"[{number}]", None, None, value)
        else:
            times[name] = times.get(name, -1) + 1
            yield _Entry(name, (name, times[name], False), None, value)


def _find_identity(nested: NestedMappings, node: Any) -> str | None:
    if node.id != "mapping":
        return None
    pairs = _read_pairs(node)
    nodes = (pairs[key][1] for key in nested.identity if key in pairs)
    return next((node.value for node in nodes if node.id == "scalar" and node.value), None)


def _is_group(node: Any, known_keys: frozenset[str]) -> bool:
    return (
        node.id == "mapping" and bool(node.value) and known_keys.isdisjoint(key.value for key, _ in list_entries(node))
    )


def _suggest_key(name: str, kind: MappingKeys) -> str:
    """Return a question with the known key that is most similar to an unknown one, or an empty text."""
    if not name or len(name) > MAX_WORD_LENGTH:
        return ""
    import difflib  # noqa: PLC0415 (only unknown keys need it)

    matches = difflib.get_close_matches(name, list(kind.list_names()), n=1, cutoff=0.8)
    return f"did you mean '{matches[0]}'?" if matches else ""


def _join_key_path(parent: str, name: str) -> str:
    """Return the path of a key, with a long name cut off."""
    return join_path(parent, shorten_line(name))


def _find_only_difference(key: FoundKey) -> FoundKey | None:
    if any(value is None or value.id != "mapping" for value in key.values):
        return None
    before, after = (_read_pairs(value) for value in key.values)
    differing = [
        name
        for name in dict.fromkeys((*after, *before))
        if not is_same_data(before.get(name, _NO_NODES)[1], after.get(name, _NO_NODES)[1])
    ]
    if len(differing) != 1:
        return None
    name = differing[0]
    keys, values = zip(before.get(name, _NO_NODES), after.get(name, _NO_NODES), strict=True)
    return key._replace(
        path=_join_key_path(key.path, name), keys=keys, values=values, parent=key.keys[1], suggestion=""
    )
