"""Groups changed files that have to be judged together, because they define the same datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.git.contracts.dataset_ids import find_plain_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dcr.formats.parsed_file import ParsedFile
    from dcr.git.contracts.changed_files import Contents


class FileLinks(NamedTuple):
    """The ids that link a changed file to others: those of its contracts on each side, and `others`.

    An id may be listed that the file does not define. `is_judged` is whether the file can be judged by itself, and was,
    unless another file turns out to have one of its ids.
    """

    path: str
    previous: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    is_judged: bool = False

    @property
    def ids(self) -> frozenset[str]:
        """All ids."""
        return frozenset((*self.previous, *self.proposed, *self.others))

    def add(self, other: FileLinks) -> FileLinks:
        """Return the links with those of another reading of the same file."""
        return FileLinks(
            self.path,
            _combine(self.previous, other.previous),
            _combine(self.proposed, other.proposed),
            _combine(self.others, other.others),
        )


def _combine(*ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({each for group in ids for each in group}))


def find_plain_links(path: str, contents: Contents) -> FileLinks | None:
    """Return the links of a file from its bytes, or None if it has to be parsed."""
    before, after = contents.before.get(path, b""), contents.after.get(path, b"")
    previous = find_plain_ids(before)
    proposed = find_plain_ids(after) if isinstance(after, bytes) else None
    if previous is None or proposed is None:
        return None
    return FileLinks(path, _combine(map(bytes.decode, previous)), _combine(map(bytes.decode, proposed)))


def read_links(path: str, previous: ParsedFile | None, proposed: ParsedFile | None) -> FileLinks:
    """Return the links of a file from both sides of it."""
    others: set[str] = set()
    for side in (previous, proposed):
        if side is not None:
            others.update(side.unenforced, filter(None, (side.dataset_id, *(each.alias_of for each in side.contracts))))
    return FileLinks(path, _list_ids(previous), _list_ids(proposed), _combine(others))


def _list_ids(file: ParsedFile | None) -> tuple[str, ...]:
    return _combine(contract.dataset_id for contract in file.contracts) if file else ()


def group_files(links: Iterable[FileLinks]) -> list[list[str]]:
    """Return groups of files that share an id, directly or through others, without files that were judged alone."""
    owners: dict[str, str] = {}
    leaders: dict[str, str] = {}

    def find_leader(path: str) -> str:
        while (leader := leaders.get(path, path)) != path:
            leaders[path] = path = leaders.get(leader, leader)
        return path

    grouped: dict[str, None] = {}
    for file in links:
        if not file.is_judged:
            grouped[file.path] = None
        for dataset_id in file.ids:
            owner = owners.setdefault(dataset_id, file.path)
            if owner != file.path:
                grouped[owner] = grouped[file.path] = None
                leaders[find_leader(file.path)] = find_leader(owner)
    groups: dict[str, list[str]] = {}
    for path in grouped:
        groups.setdefault(find_leader(path), []).append(path)
    return list(groups.values())


def pack_groups(groups: Iterable[Sequence[str]], size: int) -> list[list[str]]:
    """Return portions of at most `size` files, or of one group that is larger; a group is never divided."""
    portions: list[list[str]] = []
    for group in groups:
        if not portions or len(portions[-1]) + len(group) > size:
            portions.append([])
        portions[-1] += group
    return portions


def list_one_sided_ids(links: Mapping[str, FileLinks]) -> set[str]:
    """Return the ids that are only on one side of the change: those of added and of removed datasets."""
    previous = {dataset_id for file in links.values() for dataset_id in file.previous}
    return previous ^ {dataset_id for file in links.values() for dataset_id in file.proposed}
