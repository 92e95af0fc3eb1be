"""What dcr does with each key of a foreign format: the types that the vocabularies of the formats are written in.

A vocabulary is plain data. It is loaded when a changed file is compared or when a file is linted strictly, and never
for a file that did not change.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COMPARED, IGNORED, UNREAD, UNKNOWN = "judged", "ignored", "unread", "unknown"
"""A key is read and compared, breaks nobody, is known and not compared, or is not known at all."""

ONE, SEVERAL, ANYTHING = "one", "several", "anything"
"""What the reader takes for the value of a judged key: a single value, a list of such values too, or any value."""

EXTENSION = "x-"
"""Keys that begin like this are the author's own, in every format."""


class NestedMappings(NamedTuple):
    """What stands below a key: one mapping of the kind `one`, or several mappings of the kind `many`.

    Several are a list, or a mapping by name. They are paired by the first of the keys in `identity` that they have.
    Where both kinds may stand, a mapping that has one of the keys in `one_if` is the one. `allows_scalars` is whether an entry
    may be a single value, `allows_groups` whether an entry without any known key is itself a mapping by name.
    """

    one: str = ""
    many: str = ""
    identity: tuple[str, ...] = ("name",)
    one_if: tuple[str, ...] = ()
    allows_scalars: bool = False
    allows_groups: bool = False


class MappingKeys(NamedTuple):
    """The keys of one kind of mapping.

    `compared` maps each judged key to what its value may be, `nested` has those with mappings below them. A key that
    begins with `prefix`, if there is one, is judged, and every further key is what `other_use` says. `older` are keys of
    older editions of the standard, `extra` keys that dcr reads although the standard has none of them.
    `unless` maps a key to another one beside which it is not read. `subject` is `dataset` or `field` where the mapping is
    one.
    """

    title: str
    compared: Mapping[str, str]
    ignored: frozenset[str]
    unread: frozenset[str]
    nested: Mapping[str, NestedMappings]
    prefix: str = ""
    other_use: str = UNKNOWN
    older: frozenset[str] = frozenset()
    extra: frozenset[str] = frozenset()
    subject: str = ""
    unless: Mapping[str, str] = MappingProxyType({})

    def get_use(self, key: str) -> str:
        """Return what dcr does with a key."""
        if key in self.compared or key in self.nested:
            return COMPARED
        if key in self.ignored or key.startswith(EXTENSION):
            return IGNORED
        if key in self.unread:
            return UNREAD
        return COMPARED if self.prefix and key.startswith(self.prefix) else self.other_use

    def list_names(self) -> Iterator[str]:
        """Yield every key that is written out."""
        yield from dict.fromkeys((*self.compared, *self.nested, *sorted(self.ignored), *sorted(self.unread)))


class Vocabulary(NamedTuple):
    """All kinds of mappings of a format, the file itself being the kind `file`.

    `nested_datasets_key` is the key of a dataset that may hold further ones, as dbt's versions of a model are; `ignores_non_datasets`
    is whether what looks like a dataset and is none is left alone.
    """

    kinds: Mapping[str, MappingKeys]
    nested_datasets_key: str = ""
    ignores_non_datasets: bool = False


_SUFFIXES = {"[]": SEVERAL, "*": ANYTHING}


def define_keys(
    title: str,
    judged: str = "",
    *,
    ignored: str = "",
    unread: str = "",
    below: Mapping[str, NestedMappings] | None = None,
    prefix: str = "",
    further: str = UNKNOWN,
    older: str = "",
    beyond: str = "",
    about: str = "",
    unless: Mapping[str, str] = MappingProxyType({}),
) -> MappingKeys:
    """Return the keys of one kind, each list written as words; `word[]` may be a list and `word*` anything."""
    found = {}
    for word in judged.split():
        suffix = next((each for each in _SUFFIXES if word.endswith(each)), "")
        found[word.removesuffix(suffix)] = _SUFFIXES.get(suffix, ONE)
    return MappingKeys(
        title, found, frozenset(ignored.split()), frozenset(unread.split()), below or {}, prefix, further,
        frozenset(older.split()), frozenset(beyond.split()), about, unless,
    )  # fmt: skip
