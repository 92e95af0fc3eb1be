"""Reads the files of one side: a commit, the index or the working tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.git.changes import INDEX, WORKTREE, list_worktree_files
from dcr.git.objects import list_index, list_tree, stream_blobs
from dcr.git.worktree import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.git.repository import Repository
    from dcr.policy.policy import Policy


class Side(NamedTuple):
    """One side of a repository, and the policy that applies to it.

    `head` is `worktree`, `index` or a commit id, and `name` is how the user named it.
    """

    repository: Repository
    head: str
    name: str
    policy: Policy

    @property
    def description(self) -> str:
        """The side in words, for messages."""
        return {WORKTREE: "in the working tree", INDEX: "in the index"}.get(self.head, f"at '{self.name}'")


def list_side_files(repository: Repository, head: str) -> dict[str, str]:
    """Return the paths of a side with their object ids, which are empty in the working tree and for links."""
    if head == WORKTREE:
        return dict.fromkeys(list_worktree_files(repository), "")
    return list_index(repository.index_git) if head == INDEX else list_tree(repository.git, head)


def stream_side_texts(repository: Repository, head: str, ids: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield the text of those paths of `list_side_files` that are regular files; one git process reads them all."""
    if head == WORKTREE:
        for path in ids:
            content = read_file(repository.top or "", path)
            if isinstance(content, bytes):
                yield path, content
        return
    paths: dict[str, list[str]] = {}
    for path, oid in ids.items():
        if oid:
            paths.setdefault(oid, []).append(path)
    for oid, content in stream_blobs(repository.git, paths):
        for path in paths[oid]:
            yield path, content
