"""Defines pairs of contracts and of fields, so that rules need not look for a counterpart."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.semver import NONE
from dcr.contract.contract import Contract, Field, build_field_key, drop_shared, is_equivalent, join_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.history import HistoryContext, ReleasedVersion
    from dcr.compatibility.ownership import Ownership
    from dcr.formats.parsed_file import KnownProblems, Problem, UnenforcedDataset
    from dcr.formats.unread_keys import UnreadKey
    from dcr.parsing.location import Location

ITEMS = "[]"
MAX_ADDED = 100  # with more new fields, similar ones mean little, and comparing them takes quadratic time


class FieldPair(NamedTuple):
    """A field in both contracts; one of them is None if the field is only in the other contract.

    `steps` are the names of its path, with `[]` for the elements of an array. `added` are the new fields of the same
    level. `history` is what the history has about the pair. `in_map` is whether the field stands for the keys or values
    of a map.
    """

    path: str
    steps: tuple[str, ...]
    previous: Field | None
    proposed: Field | None
    added: tuple[Field, ...] = ()
    history: HistoryContext | None = None
    in_map: bool = False

    @property
    def is_element(self) -> bool:
        """Whether it has no name in a row: it stands for array elements, map keys or map values."""
        return self.in_map or self.steps[-1] == ITEMS

    @property
    def both(self) -> tuple[Field, Field] | None:
        """Both fields, or None if one is missing."""
        return (self.previous, self.proposed) if self.previous and self.proposed else None

    @property
    def is_identical(self) -> bool:
        """Whether both fields are written alike, except for their place: no rule finds anything in such a pair."""
        before, after = self.previous, self.proposed
        return (
            before is not None
            and after is not None
            and before == after
            and before.written_type == after.written_type
            and before.written_physical_type == after.written_physical_type
            and (before.enum is None or repr(before.enum) == repr(after.enum))  # 1, 1.0 and True are equal in Python
        )

    @property
    def same_type(self) -> tuple[Field, Field] | None:
        """Both fields if they have the same type, so that their constraints can be compared."""
        both = self.both
        return both if both and both[0].type == both[1].type else None

    def get_key_name(self, key: str) -> str:
        """Return the name of a native key in the file's format."""
        field = self.proposed or self.previous
        return field.section.get_key_name(key) if field and field.section else key

    @property
    def renamed_to(self) -> str | None:
        """The name of a new field that differs from the removed one only by its name, if there is one."""
        if self.previous is None or self.proposed is not None or len(self.added) > MAX_ADDED:
            return None
        shape, outline = _get_shape(self.previous), (self.previous.type, len(self.previous.fields))
        similar = [field for field in self.added if (field.type, len(field.fields)) == outline]  # a cheap first test
        names = [field.name for field in similar if _get_shape(field) == shape]
        if len(names) < 2:
            return names[0] if names else None
        closest = difflib.get_close_matches(self.previous.name, names, n=1, cutoff=0.4)
        return closest[0] if closest else None


class ContractPair(NamedTuple):
    """The previous and the proposed contract of a dataset, and what is known about them.

    Known about the dataset:

    - `published`: the base's newest contract, if that is not `previous`
    - `older_versions`: released versions that a transitive mode compares with, newest first
    - `history`: what the history has about the pair, if it was looked up
    - `duplicates`: other files that define the dataset
    - `ownership`: how CODEOWNERS covers its file, if it was looked up
    - `former_id`: the dataset's id before its file changed the format

    Known about its files:

    - `known_problems`: identities of the problems that the previous file already had
    - `out_of_scope`: the path outside the scope to which the contract moved
    - `unread_keys`: changed keys of a foreign file that dcr does not read
    - `shared_version`: two contracts of a file with one version for all datasets, if the dataset was added or removed

    Known about a removed contract:

    - `replaced_by`: the dataset that seems to replace it
    - `removed_at`: where its file lists the remaining datasets
    - `unenforced`: where its dataset is still defined without an enforced contract
    """

    previous: Contract | None
    proposed: Contract | None
    published: Contract | None = None
    previous_problems: tuple[Problem, ...] = ()
    proposed_problems: tuple[Problem, ...] = ()
    known_problems: KnownProblems = frozenset()
    duplicates: tuple[Location, ...] = ()
    out_of_scope: str | None = None
    replaced_by: str | None = None
    removed_at: Location | None = None
    unenforced: UnenforcedDataset | None = None
    former_id: str | None = None
    shared_version: tuple[Contract, Contract] | None = None
    required_bump: str = NONE
    older_versions: tuple[ReleasedVersion, ...] = ()
    history: HistoryContext | None = None
    unread_keys: tuple[UnreadKey, ...] = ()
    ownership: Ownership | None = None

    @property
    def both(self) -> tuple[Contract, Contract] | None:
        """Both contracts, or None if one is missing."""
        return (self.previous, self.proposed) if self.previous and self.proposed else None

    @property
    def is_repeated(self) -> bool:
        """Whether both contracts are aliases of the same version, whose pair has the same issues."""
        return self.both is not None and self.both[0].alias_of == self.both[1].alias_of is not None

    @property
    def is_changed(self) -> bool:
        """Whether both contracts exist and differ in more than version, status and deprecation URI."""
        return self.both is not None and not is_equivalent(*self.both)

    @property
    def is_unchanged(self) -> bool:
        """Whether both contracts exist and are equal, including version and status."""
        if self.both is None or self.is_changed or self.former_id is not None:
            return False
        before, after = (
            (contract.version, contract.status, contract.deprecation_uri, contract.consumers_complete)
            for contract in self.both
        )
        return before == after

    @property
    def versions(self) -> tuple[Contract, Contract] | None:
        """The two contracts whose versions are compared."""
        return self.both or self.shared_version

    @property
    def needs_bump(self) -> bool:
        """Whether the change requires a greater version."""
        return self.is_changed or self.shared_version is not None or self.former_id is not None

    def with_required_bump(self, bump: str) -> ContractPair:
        """Return the same pair with the bump that its change requires."""
        return self._replace(required_bump=bump)


def list_field_pairs(previous: Contract, proposed: Contract) -> Iterator[FieldPair]:
    """Yield every matched field in the order of the previous contract, then the new fields.

    Fields that are the same object in both contracts are not yielded: no rule finds anything in them.
    Nested fields of a removed, new or retyped field are not yielded, so that each cause is reported once.
    """
    yield from _list_level_pairs(previous.fields, proposed.fields, "", ())


def _list_level_pairs(
    previous: tuple[Field, ...],
    proposed: tuple[Field, ...],
    parent: str,
    steps: tuple[str, ...],
    *,
    in_map: bool = False,
) -> Iterator[FieldPair]:
    if previous is proposed:
        return
    left, right = drop_shared(previous, proposed)
    before = {field.name: field for field in left}
    after = {field.name: field for field in right}
    added = tuple([field for field in right if field.name not in before])
    for name, field in before.items():
        other = after.get(name)
        if other is field:
            continue
        pair = FieldPair(join_path(parent, name), (*steps, name), field, other, added, in_map=in_map)
        if other is not None and (field.fields or field.items or other.fields):
            yield from _list_nested_pairs(pair)
        else:  # most fields have no others
            yield pair
    for field in added:
        yield FieldPair(join_path(parent, field.name), (*steps, field.name), None, field, added)


def _list_nested_pairs(pair: FieldPair) -> Iterator[FieldPair]:
    yield pair
    if pair.same_type is None:
        return
    before, after = pair.same_type
    yield from _list_level_pairs(before.fields, after.fields, pair.path, pair.steps, in_map=before.type == "map")
    if before.items and after.items:
        yield from _list_nested_pairs(FieldPair(f"{pair.path}[]", (*pair.steps, ITEMS), before.items, after.items))


def _get_shape(field: Field) -> tuple[object, ...]:
    key = build_field_key(field)
    return (*key[:2], *key[4:-1])  # without description, deprecation and terms
