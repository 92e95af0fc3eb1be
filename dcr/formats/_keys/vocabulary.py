"""Defines how a format declares what dcr does with each of its keys.

A vocabulary is plain data. It is loaded when a changed file is compared or when a file is linted strictly, and never
for an unchanged file.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COMPARED, IGNORED, UNREAD, UNKNOWN = "compared", "ignored", "unread", "unknown"
"""A key is read and compared, has no effect on consumers, is known and not compared, or is unknown."""

ONE, SEVERAL, ANYTHING = "one", "several", "anything"
"""What the reader reads as the value of a compared key: a single value, also a list of such values, or any value."""

EXTENSION = "x-"
"""The prefix of the author's own keys, in every format."""


class NestedMappings(NamedTuple):
    """The mappings below a key: one mapping of the kind `one`, or several mappings of the kind `many`.

    Several are a list, or a mapping by name. They are paired by the first of the keys in `identity` that they have. If
    both kinds are allowed, a mapping that has one of the keys in `one_if` is a single one. `allows_scalars` is whether
    an entry may be a single value, `allows_groups` whether an entry without any known key is itself a mapping by name.
    """

    one: str = ""
    many: str = ""
    identity: tuple[str, ...] = ("name",)
    one_if: tuple[str, ...] = ()
    allows_scalars: bool = False
    allows_groups: bool = False


class MappingKeys(NamedTuple):
    """The keys of one kind of mapping.

    `compared` maps each compared key to the shape of its value, `nested` holds those with mappings below them. A key
    that begins with `prefix`, if there is one, is compared; `other_use` applies to every other key. `older` lists keys
    of older editions of the standard, `extra` keys that dcr reads although the standard has none of them. `unless` maps
    a key to another one next to which it is not read. `subject` is `dataset` or `field` if the mapping is one.
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
        """Yield every key that is listed by name."""
        yield from dict.fromkeys((*self.compared, *self.nested, *sorted(self.ignored), *sorted(self.unread)))


class Vocabulary(NamedTuple):
    """All kinds of mappings of a format; the file itself is of the kind `file`.

    `nested_datasets_key` is the key of a dataset that may have further datasets, such as dbt's versions of a model.
    `ignores_non_datasets` is whether mappings that look like datasets and are none are skipped.
    """

    kinds: Mapping[str, MappingKeys]
    nested_datasets_key: str = ""
    ignores_non_datasets: bool = False


_SUFFIXES = {"[]": SEVERAL, "*": ANYTHING}


def define_keys(
    title: str,
    compared: str = "",
    *,
    ignored: str = "",
    unread: str = "",
    nested: Mapping[str, NestedMappings] | None = None,
    prefix: str = "",
    other_use: str = UNKNOWN,
    older: str = "",
    extra: str = "",
    subject: str = "",
    unless: Mapping[str, str] = MappingProxyType({}),
) -> MappingKeys:
    """Return the keys of one kind, from lists of words; `word[]` may be a list and `word*` anything."""
    shapes = {}
    for key in compared.split():
        suffix = next((candidate for candidate in _SUFFIXES if key.endswith(candidate)), "")
        shapes[key.removesuffix(suffix)] = _SUFFIXES.get(suffix, ONE)
    return MappingKeys(
        title, shapes, frozenset(ignored.split()), frozenset(unread.split()), nested or {}, prefix, other_use,
        frozenset(older.split()), frozenset(extra.split()), subject, unless,
    )  # fmt: skip
