"""Walks both sides of a foreign file in step with its format's vocabulary, and finds the keys that are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.contract.contract import path_of
from dcr.formats._foreign.mapping import entries
from dcr.formats._keys.values import is_null, same, short_text
from dcr.formats._keys.vocabulary import ANYTHING, IGNORED, JUDGED, ONE, UNKNOWN, UNREAD, Below, Keys, Vocabulary
from dcr.text.suggestions import MAX_WORD

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FOUND = 200
"""Keys that are listed of one file; one more says that there are more."""

_Sides = tuple[Any, Any]
"""The node of the previous and of the proposed side; None where there is none."""


class Frame(NamedTuple):
    """The dataset that a mapping stands in, by its nodes on both sides, and the fields, each with its name.

    In what is `new`, keys that are known and not compared mean nothing yet to anybody, and are left out.
    """

    new: bool = False
    dataset: _Sides | None = None
    fields: tuple[tuple[_Sides, str], ...] = ()


class FoundKey(NamedTuple):
    """One key that is not read, by its way from the top of the file.

    `keys` and `values` are its nodes on both sides. `parent` is where a new one would stand. `near` is a known key that
    may be meant, as a question.
    """

    way: str
    keys: _Sides
    values: _Sides
    parent: Any
    frame: Frame
    near: str = ""


class KeyWalk:
    """One walk. Both sides are trees that `check_tree` has bounded: nothing in them holds itself or repeats too often.

    Without a previous side every key of the proposed one is new.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.kinds = vocabulary.kinds
        self.found: list[FoundKey] = []
        self.seen: set[tuple[int, ...]] = set()
        self.compares = False

    @property
    def full(self) -> bool:
        """Whether more was found than is listed."""
        return len(self.found) > MAX_FOUND

    def start(self, previous: Any, proposed: Any, *, new: bool = False) -> None:
        """Walk a file from its top; `new` is whether all of it is."""
        nodes = (previous, proposed)
        self.compares = previous is not None
        self._mapping(self.kinds["file"], nodes, FoundKey("", nodes, nodes, proposed, Frame(new)))

    def _mapping(self, kind: Keys, nodes: _Sides, inside: FoundKey) -> None:
        before, after = (_pairs_of(node) for node in nodes)
        for name in dict.fromkeys((*after, *before)):
            if self.full:
                return
            use = UNREAD if kind.unless.get(name) in after else kind.use_of(name)
            if use == IGNORED or (use == UNREAD and inside.frame.new):
                continue
            keys, values = zip(before.get(name, _NONE), after.get(name, _NONE), strict=True)
            key = FoundKey(_way(inside.way, name), keys, values, inside.parent, inside.frame)
            if use != JUDGED:
                self._add(key, kind if use == UNKNOWN else None)
            elif (below := kind.below.get(name)) is not None:
                self._below(below, key)
            elif not all(_fits(kind.judged.get(name, ANYTHING), value) for value in values):
                self._add(key)

    def _below(self, below: Below, key: FoundKey) -> None:
        shapes = [_shape(below, value) for value in key.values]
        if _MISSHAPEN in shapes:
            self._add(key)
            return
        before, after = ((shape, value) for shape, value in zip(shapes, key.values, strict=True))
        ones, many = (
            tuple(value if shape == wanted else None for shape, value in (before, after)) for wanted in (_ONE, _MANY)
        )
        if any(ones):
            self._enter(below.one, (ones[0], ones[1]), key._replace(parent=key.keys[1] or key.parent))
        if any(many):
            self._several(below, (many[0], many[1]), key)

    def _several(self, below: Below, nodes: _Sides, key: FoundKey) -> None:
        """Walk what both sides hold of a list; what is gone of it is judged as a whole, or breaks nobody."""
        known = frozenset(self.kinds[below.many].names())
        for element, other in _paired(below, nodes, known):
            way = f"{key.way}{element.name}" if element.identity is None else _way(key.way, element.name)
            values = (other, element.value)
            at = element.key or element.value
            if any(each is not None and each.id != "mapping" for each in values):
                if not (below.plain or all(each is None or is_null(each) for each in values)):
                    self._add(FoundKey(way, (other, at), values, at, key.frame))
            elif below.groups and _is_group(element.value, known):
                self._several(below, values, key._replace(way=way))
            else:
                frame = key.frame._replace(new=True) if self.compares and other is None else key.frame
                self._enter(below.many, values, key._replace(way=way, parent=at, frame=frame), element.name)

    def _enter(self, kind: str, nodes: _Sides, key: FoundKey, name: str = "") -> None:
        """Walk one mapping; `key` is what it stands below, or is an entry of."""
        keys, frame = self.kinds[kind], key.frame
        if keys.about == "dataset":
            frame = Frame(frame.new, nodes)
        elif keys.about == "field" and frame.dataset:
            frame = frame._replace(fields=(*frame.fields, (nodes, name)))
        self._mapping(keys, nodes, key._replace(frame=frame))

    def _add(self, key: FoundKey, unknown_in: Keys | None = None) -> None:
        """Note a key whose value differs, by the one key below it that does where there is only one."""
        if same(*key.values):
            return
        name = key.keys[1].value if unknown_in and key.keys[1] is not None else ""
        key = key._replace(near=_near(name, unknown_in) if unknown_in else "")
        while (inner := _only_difference(key)) is not None:
            key = inner
        about = key.frame.dataset or _NONE
        identity = (*map(id, key.keys), *map(id, about))  # what an anchor repeats in a dataset is one key
        if identity not in self.seen:
            self.seen.add(identity)
            self.found.append(key)


_NONE: tuple[Any, Any] = (None, None)
_ONE, _MANY, _NOTHING, _MISSHAPEN = "one", "many", "nothing", "misshapen"


def _pairs_of(node: Any) -> dict[str, tuple[Any, Any]]:
    """Return a mapping's keys, merged ones too, with the nodes of key and value."""
    return {} if node is None else {key.value: (key, value) for key, value in entries(node)}


def _shape(below: Below, node: Any) -> str:
    """Return what a value is to the reader: one mapping, several, nothing, or what it does not look into."""
    if node is None or is_null(node):
        return _NOTHING
    if node.id == "sequence":
        return _MANY if below.many else _MISSHAPEN
    if node.id != "mapping":
        return _MISSHAPEN
    if not (below.one and below.many):
        return _ONE if below.one else _MANY
    return _ONE if any(key in below.one_if for key in _pairs_of(node)) else _MANY


def _fits(wanted: str, node: Any) -> bool:
    """Whether a judged key has a value that the reader looks at."""
    if node is None or wanted == ANYTHING or node.id == "scalar":
        return True
    if wanted == ONE or node.id != "sequence":
        return False
    return all(each.id == "scalar" for each in node.value)


class _Element(NamedTuple):
    """An entry of a list: what it is called, what it is paired by, its key if it has one, and its value."""

    name: str
    identity: tuple[object, ...] | None
    key: Any
    value: Any


def _paired(below: Below, nodes: _Sides, known: frozenset[str]) -> Iterator[tuple[_Element, Any]]:
    """Yield the entries of the proposed side with the values of their counterparts.

    Entries without an identity are paired in their order, those apart that are equal at both ends of the list.
    """
    before, after = ([] if node is None else list(_elements(below, node, known)) for node in nodes)
    by_identity = {each.identity: each.value for each in before if each.identity is not None}
    old, new = ([each.value for each in side if each.identity is None] for side in (before, after))
    start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if not same(one, other)), None)
    most = min(len(old), len(new))
    start = most if start is None else start
    end = 0
    while end < most - start and same(old[-1 - end], new[-1 - end]):
        end += 1
    partners = dict(zip(map(id, new[: len(new) - end]), old[: len(old) - end], strict=False))
    partners |= dict(zip(map(id, reversed(new)), old[: -end - 1 : -1], strict=False)) if end else {}
    for each in after:
        yield each, partners.get(id(each.value)) if each.identity is None else by_identity.get(each.identity)


def _elements(below: Below, node: Any, known: frozenset[str]) -> Iterator[_Element]:
    if node.id == "mapping":
        for key, value in entries(node):
            group = below.groups and _is_group(value, known)
            yield _Element(key.value, (key.value, 0, group), key, None if is_null(value) else value)
        return
    times: dict[str, int] = {}
    for number, value in enumerate(node.value):
        name = _identity(below, value)
        if name is None:
            yield _Element(f"[{number}]", None, None, value)
        else:
            times[name] = times.get(name, -1) + 1
            yield _Element(name, (name, times[name], False), None, value)


def _identity(below: Below, node: Any) -> str | None:
    if node.id != "mapping":
        return None
    pairs = _pairs_of(node)
    found = (pairs[key][1] for key in below.identity if key in pairs)
    return next((each.value for each in found if each.id == "scalar" and each.value), None)


def _is_group(node: Any, known: frozenset[str]) -> bool:
    return node.id == "mapping" and bool(node.value) and known.isdisjoint(key.value for key, _ in entries(node))


def _near(name: str, kind: Keys) -> str:
    """Ask for the known key that an unknown one is very like: most of them are no slips of the pen."""
    if not name or len(name) > MAX_WORD:
        return ""
    import difflib  # noqa: PLC0415 (only unknown keys need it)

    found = difflib.get_close_matches(name, list(kind.names()), n=1, cutoff=0.8)
    return f"did you mean '{found[0]}'?" if found else ""


def _way(parent: str, name: str) -> str:
    """Return the way to a key; of a long name only the beginning."""
    return path_of(parent, short_text(name))


def _only_difference(key: FoundKey) -> FoundKey | None:
    if any(value is None or value.id != "mapping" for value in key.values):
        return None
    before, after = (_pairs_of(value) for value in key.values)
    differing = [
        name
        for name in dict.fromkeys((*after, *before))
        if not same(before.get(name, _NONE)[1], after.get(name, _NONE)[1])
    ]
    if len(differing) != 1:
        return None
    name = differing[0]
    keys, values = zip(before.get(name, _NONE), after.get(name, _NONE), strict=True)
    return key._replace(way=_way(key.way, name), keys=keys, values=values, parent=key.keys[1], near="")
