"""Matched pairs: a rule is handed both sides of one thing and never looks for a counterpart itself."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.semver import NONE
from dcr.contract.contract import Contract, Field, build_field_key, is_equivalent, join_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.history import HistoryContext, ReleasedVersion
    from dcr.formats.parsed_file import KnownProblems, Problem, UnenforcedDataset
    from dcr.formats.unread_keys import UnreadKey
    from dcr.parsing.location import Location

ITEMS = "[]"
MAX_ADDED = 100  # among more new fields, a likeness says little, and looking for one takes the square of them


class FieldPair(NamedTuple):
    """Both sides of one field; one side is None when the field is only in the other.

    `steps` are the names that lead to it, `[]` standing for the elements of an array. `added` are the fields
    of its level that only the proposed contract has. `history` is what the history knows, where it was asked. `in_map`
    is whether it is what the keys or the values of a map are.
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
        """Whether it has no name of its own in a row: the elements of an array, the keys or the values of a map."""
        return self.in_map or self.steps[-1] == ITEMS

    @property
    def both(self) -> tuple[Field, Field] | None:
        """Both sides, or None when one is missing."""
        return (self.previous, self.proposed) if self.previous and self.proposed else None

    @property
    def same_type(self) -> tuple[Field, Field] | None:
        """Both sides when they have one type: what else they say can then be compared."""
        both = self.both
        return both if both and both[0].type == both[1].type else None

    def get_key_name(self, key: str) -> str:
        """Return the user's own format's word for one of dcr's keys."""
        side = self.proposed or self.previous
        return side.section.get_key_name(key) if side and side.section else key

    @property
    def renamed_to(self) -> str | None:
        """The new field that is like the removed one in everything but its name, if there is one."""
        if self.previous is None or self.proposed is not None or len(self.added) > MAX_ADDED:
            return None
        wanted, plain = _get_shape(self.previous), (self.previous.type, len(self.previous.fields))
        near = [each for each in self.added if (each.type, len(each.fields)) == plain]  # cheap, and tells most apart
        alike = [each.name for each in near if _get_shape(each) == wanted]
        if len(alike) < 2:
            return alike[0] if alike else None
        closest = difflib.get_close_matches(self.previous.name, alike, n=1, cutoff=0.4)
        return closest[0] if closest else None


class ContractPair(NamedTuple):
    """Both sides of one dataset and what is known around them.

    `published` is the base's own newest contract of the dataset when that is not `previous`; `known_problems` are
    the identities of what the previous file held already; `duplicates` are other files that claim the dataset;
    `out_of_scope` is the path a contract moved to that no glob covers. Of a contract that is gone, `replaced_by` is the
    dataset that seems to have taken its place, `removed_at` where the file that held it lists the datasets it has now,
    and `unenforced` where its dataset is still defined without an enforced contract. `former_id` is the id it had before
    its file changed the format. `shared_version` are contracts of both sides of a file that got or lost this dataset, and that
    has one version for all. `older_versions` are the older released versions that a transitive mode asks about, newest first,
    and `history` is what else the history knows, where it was asked. `unread_keys` are keys of a
    foreign file that dcr does not read and that changed.
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

    @property
    def both(self) -> tuple[Contract, Contract] | None:
        """Both sides, or None when one is missing."""
        return (self.previous, self.proposed) if self.previous and self.proposed else None

    @property
    def is_repeated(self) -> bool:
        """Whether both sides are an alias of the same contract, whose own pair reports everything."""
        return self.both is not None and self.both[0].alias_of == self.both[1].alias_of is not None

    @property
    def is_changed(self) -> bool:
        """Whether both sides exist and mean different things (version, status and URI aside)."""
        return self.both is not None and not is_equivalent(*self.both)

    @property
    def is_unchanged(self) -> bool:
        """Whether both sides exist and say the same, versions and status included: only the file around it differs."""
        if self.both is None or self.is_changed or self.former_id is not None:
            return False
        before, after = ((each.version, each.status, each.deprecation_uri) for each in self.both)
        return before == after

    @property
    def versions(self) -> tuple[Contract, Contract] | None:
        """Contracts of both sides whose versions are to be compared."""
        return self.both or self.shared_version

    @property
    def needs_bump(self) -> bool:
        """Whether what is between both sides asks for a greater version."""
        return self.is_changed or self.shared_version is not None or self.former_id is not None

    def with_required_bump(self, bump: str) -> ContractPair:
        """Return the same pair with the bump that its change owes."""
        return self._replace(required_bump=bump)


def list_field_pairs(previous: Contract, proposed: Contract) -> Iterator[FieldPair]:
    """Yield every matched field, in the previous contract's order, then the new ones.

    The children of a field that is gone, new or of another type are not yielded: one cause, one issue.
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
    before = {each.name: each for each in previous}
    after = {each.name: each for each in proposed}
    added = tuple(each for each in proposed if each.name not in before)
    for name, field in before.items():
        pair = FieldPair(join_path(parent, name), (*steps, name), field, after.get(name), added, in_map=in_map)
        yield from _list_nested_pairs(pair)
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
    meant = build_field_key(field)
    return (*meant[:2], *meant[4:-1])  # without its description, its deprecation and its terms
