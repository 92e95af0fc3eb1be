"""Walks both sides of a foreign file in step with its format's vocabulary, and finds the keys that are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.contract.contract import join_path
from dcr.formats._foreign.mapping import list_entries
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
"""Keys that are listed of one file; one more says that there are more."""

_NodePair = tuple[Any, Any]
"""The node of the previous and of the proposed side; None where there is none."""


class KeyContext(NamedTuple):
    """The dataset that a mapping stands in, by its nodes on both sides, and the fields, each with its name.

    In what is `is_new`, keys that are known and not compared mean nothing yet to anybody, and are left out.
    """

    is_new: bool = False
    dataset: _NodePair | None = None
    fields: tuple[tuple[_NodePair, str], ...] = ()


class FoundKey(NamedTuple):
    """One key that is not read, by its way from the top of the file.

    `keys` and `values` are its nodes on both sides. `parent` is where a new one would stand. `suggestion` is a known key that
    may be meant, as a question.
    """

    path: str
    keys: _NodePair
    values: _NodePair
    parent: Any
    context: KeyContext
    suggestion: str = ""


class KeyComparison:
    """One walk. Both sides are trees that `check_tree` has bounded: nothing in them holds itself or repeats too often.

    Without a previous side every key of the proposed one is new.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.kinds = vocabulary.kinds
        self.found: list[FoundKey] = []
        self.seen: set[tuple[int, ...]] = set()
        self.compares = False

    @property
    def is_full(self) -> bool:
        """Whether more was found than is listed."""
        return len(self.found) > MAX_KEYS

    def compare_files(self, previous: Any, proposed: Any, *, new: bool = False) -> None:
        """Walk a file from its top; `new` is whether all of it is."""
        nodes = (previous, proposed)
        self.compares = previous is not None
        self._compare_mapping(self.kinds["file"], nodes, FoundKey("", nodes, nodes, proposed, KeyContext(new)))

    def _compare_mapping(self, kind: MappingKeys, nodes: _NodePair, inside: FoundKey) -> None:
        before, after = (_read_pairs(node) for node in nodes)
        for name in dict.fromkeys((*after, *before)):
            if self.is_full:
                return
            use = UNREAD if kind.unless.get(name) in after else kind.get_use(name)
            if use == IGNORED or (use == UNREAD and inside.context.is_new):
                continue
            keys, values = zip(before.get(name, _NO_NODES), after.get(name, _NO_NODES), strict=True)
            key = FoundKey(_join_key_path(inside.path, name), keys, values, inside.parent, inside.context)
            if use != COMPARED:
                self._add_key(key, kind if use == UNKNOWN else None)
            elif (below := kind.nested.get(name)) is not None:
                self._compare_nested(below, key)
            elif not all(_has_expected_shape(kind.compared.get(name, ANYTHING), value) for value in values):
                self._add_key(key)

    def _compare_nested(self, below: NestedMappings, key: FoundKey) -> None:
        shapes = [_classify_value(below, value) for value in key.values]
        if _MISSHAPEN in shapes:
            self._add_key(key)
            return
        before, after = ((shape, value) for shape, value in zip(shapes, key.values, strict=True))
        ones, many = (
            tuple(value if shape == wanted else None for shape, value in (before, after)) for wanted in (_ONE, _MANY)
        )
        if any(ones):
            self._compare_kind(below.one, (ones[0], ones[1]), key._replace(parent=key.keys[1] or key.parent))
        if any(many):
            self._compare_entries(below, (many[0], many[1]), key)

    def _compare_entries(self, below: NestedMappings, nodes: _NodePair, key: FoundKey) -> None:
        """Walk what both sides hold of a list; what is gone of it is judged as a whole, or breaks nobody."""
        known = frozenset(self.kinds[below.many].list_names())
        for element, other in _pair_entries(below, nodes, known):
            way = f"{key.path}{element.name}" if element.identity is None else _join_key_path(key.path, element.name)
            values = (other, element.value)
            at = element.key or element.value
            if any(each is not None and each.id != "mapping" for each in values):
                if not (below.allows_scalars or all(each is None or is_null(each) for each in values)):
                    self._add_key(FoundKey(way, (other, at), values, at, key.context))
            elif below.allows_groups and _is_group(element.value, known):
                self._compare_entries(below, values, key._replace(path=way))
            else:
                frame = key.context._replace(is_new=True) if self.compares and other is None else key.context
                self._compare_kind(below.many, values, key._replace(path=way, parent=at, context=frame), element.name)

    def _compare_kind(self, kind: str, nodes: _NodePair, key: FoundKey, name: str = "") -> None:
        """Walk one mapping; `key` is what it stands below, or is an entry of."""
        keys, frame = self.kinds[kind], key.context
        if keys.subject == "dataset":
            frame = KeyContext(frame.is_new, nodes)
        elif keys.subject == "field" and frame.dataset:
            frame = frame._replace(fields=(*frame.fields, (nodes, name)))
        self._compare_mapping(keys, nodes, key._replace(context=frame))

    def _add_key(self, key: FoundKey, unknown_in: MappingKeys | None = None) -> None:
        """Note a key whose value differs, by the one key below it that does where there is only one."""
        if is_same_data(*key.values):
            return
        name = key.keys[1].value if unknown_in and key.keys[1] is not None else ""
        key = key._replace(suggestion=_suggest_key(name, unknown_in) if unknown_in else "")
        while (inner := _find_only_difference(key)) is not None:
            key = inner
        about = key.context.dataset or _NO_NODES
        identity = (*map(id, key.keys), *map(id, about))  # what an anchor repeats in a dataset is one key
        if identity not in self.seen:
            self.seen.add(identity)
            self.found.append(key)


_NO_NODES: tuple[Any, Any] = (None, None)
_ONE, _MANY, _NOTHING, _MISSHAPEN = "one", "many", "nothing", "misshapen"


def _read_pairs(node: Any) -> dict[str, tuple[Any, Any]]:
    """Return a mapping's keys, merged ones too, with the nodes of key and value."""
    return {} if node is None else {key.value: (key, value) for key, value in list_entries(node)}


def _classify_value(below: NestedMappings, node: Any) -> str:
    """Return what a value is to the reader: one mapping, several, nothing, or what it does not look into."""
    if node is None or is_null(node):
        return _NOTHING
    if node.id == "sequence":
        return _MANY if below.many else _MISSHAPEN
    if node.id != "mapping":
        return _MISSHAPEN
    if not (below.one and below.many):
        return _ONE if below.one else _MANY
    return _ONE if any(key in below.one_if for key in _read_pairs(node)) else _MANY


def _has_expected_shape(wanted: str, node: Any) -> bool:
    """Whether a judged key has a value that the reader looks at."""
    if node is None or wanted == ANYTHING or node.id == "scalar":
        return True
    if wanted == ONE or node.id != "sequence":
        return False
    return all(each.id == "scalar" for each in node.value)


class _Entry(NamedTuple):
    """An entry of a list: what it is called, what it is paired by, its key if it has one, and its value."""

    name: str
    identity: tuple[object, ...] | None
    key: Any
    value: Any


def _pair_entries(below: NestedMappings, nodes: _NodePair, known: frozenset[str]) -> Iterator[tuple[_Entry, Any]]:
    """Yield the entries of the proposed side with the values of their counterparts.

    Entries without an identity are paired in their order, those apart that are equal at both ends of the list.
    """
    before, after = ([] if node is None else list(_list_entries(below, node, known)) for node in nodes)
    by_identity = {each.identity: each.value for each in before if each.identity is not None}
    old, new = ([each.value for each in side if each.identity is None] for side in (before, after))
    start = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if not is_same_data(one, other)), None
    )
    most = min(len(old), len(new))
    start = most if start is None else start
    end = 0
    while end < most - start and is_same_data(old[-1 - end], new[-1 - end]):
        end += 1
    partners = dict(zip(map(id, new[: len(new) - end]), old[: len(old) - end], strict=False))
    partners |= dict(zip(map(id, reversed(new)), old[: -end - 1 : -1], strict=False)) if end else {}
    for each in after:
        yield each, partners.get(id(each.value)) if each.identity is None else by_identity.get(each.identity)


def _list_entries(below: NestedMappings, node: Any, known: frozenset[str]) -> Iterator[_Entry]:
    if node.id == "mapping":
        for key, value in list_entries(node):
            group = below.allows_groups and _is_group(value, known)
            yield _Entry(key.value, (key.value, 0, group), key, None if is_null(value) else value)
        return
    times: dict[str, int] = {}
    for number, value in enumerate(node.value):
        name = _find_identity(below, value)
        if name is None:
            yield _Entry(f"[{number}]", None, None, value)
        else:
            times[name] = times.get(name, -1) + 1
            yield _Entry(name, (name, times[name], False), None, value)


def _find_identity(below: NestedMappings, node: Any) -> str | None:
    if node.id != "mapping":
        return None
    pairs = _read_pairs(node)
    found = (pairs[key][1] for key in below.identity if key in pairs)
    return next((each.value for each in found if each.id == "scalar" and each.value), None)


def _is_group(node: Any, known: frozenset[str]) -> bool:
    return node.id == "mapping" and bool(node.value) and known.isdisjoint(key.value for key, _ in list_entries(node))


def _suggest_key(name: str, kind: MappingKeys) -> str:
    """Ask for the known key that an unknown one is very like: most of them are no slips of the pen."""
    if not name or len(name) > MAX_WORD_LENGTH:
        return ""
    import difflib  # noqa: PLC0415 (only unknown keys need it)

    found = difflib.get_close_matches(name, list(kind.list_names()), n=1, cutoff=0.8)
    return f"did you mean '{found[0]}'?" if found else ""


def _join_key_path(parent: str, name: str) -> str:
    """Return the way to a key; of a long name only the beginning."""
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
