"""Edits of one contract: deprecated, archived, given owners."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.editing.source_files import SourceFile, get_source_file, get_worktree
from dcr.editing.text import contracts as editing
from dcr.editing.text.document import EditRefusedError
from dcr.errors import quote_for_shell
from dcr.git.writing.rewrites import rewrite_file
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.contract.contract import Owner


class FileEdit(NamedTuple):
    """One file and what becomes of it; `before` is None for a file that is begun. `summary` is the edit in words."""

    top: str
    path: str
    before: bytes | None
    after: bytes
    summary: str

    @property
    def has_changes(self) -> bool:
        """Whether there is anything to write."""
        return self.before != self.after

    def write(self) -> None:
        """Write the file. Raises `UnwritableFileError`, and then it is as it was."""
        if self.has_changes:
            rewrite_file(self.top, self.path, self.before, self.after)


def deprecate(folder: str, dataset_id: str, uri: str) -> FileEdit:
    """Return the edit that marks a dataset deprecated. Raises a `DcrError` when it cannot be made."""
    top, home = _get_editable_file(folder, dataset_id, "status", f"dcr deprecate {{}} --uri {quote_for_shell(uri)}")
    after = editing.set_deprecated(home.reading, home.content, uri)
    said = f"'{dataset_id}' is deprecated" if after != home.content else f"'{dataset_id}' is deprecated so already"
    return FileEdit(top, home.path, home.content, after, said)


def archive(folder: str, dataset_id: str) -> FileEdit:
    """Return the edit that archives a dataset. Raises a `DcrError` when it cannot be made."""
    top, home = _get_editable_file(folder, dataset_id, "status", "dcr archive {}")
    after = editing.set_archived(home.reading, home.content)
    said = f"'{dataset_id}' is archived" if after != home.content else f"'{dataset_id}' is archived already"
    return FileEdit(top, home.path, home.content, after, said)


def assign_owners(folder: str, dataset_id: str, owners: Sequence[Owner]) -> FileEdit:
    """Return the edit that gives a dataset these owners and no others. Raises a `DcrError` when it cannot be made."""
    top, home = _get_editable_file(folder, dataset_id, "owners", "")
    after = editing.set_owners(home.reading, home.content, owners)
    before = ", ".join(f"'{each.team}'" for each in home.reading.contracts[0].owners)
    now = ", ".join(f"'{each.team}'" for each in owners)
    if after == home.content:
        said = f"'{dataset_id}' has these owners already"
    else:
        said = f"'{dataset_id}' is owned by {now}" + (f", no longer by {before}" if before else "")
    return FileEdit(top, home.path, home.content, after, said)


def _get_editable_file(folder: str, name: str, key: str, for_all: str) -> tuple[str, SourceFile]:
    """Return the file of one dataset; one that shares it with others is refused unless the whole file was named."""
    repository, top = get_worktree(folder)
    home = get_source_file(repository, name)
    contracts = home.reading.contracts
    if len(contracts) > 1 and not home.is_whole_file:
        place = contracts[0].section.locate(key) if contracts[0].section else Location(home.path)
        others = ", ".join(f"'{each.dataset_id}'" for each in contracts if each.dataset_id != name)
        own = home.reading.dataset_id
        hint = f"all of them: {for_all.format(quote_for_shell(own))}" if for_all and own else ""
        raise EditRefusedError(place, f"'{name}' shares this file's {key} with {others}", hint)
    return top, home
