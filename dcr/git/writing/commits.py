"""Writes one file as a commit on a branch, without a working tree.

It writes the blob, the trees and the commit, then moves the ref by compare-and-swap. Nothing is visible before the ref
moves. No hook runs: the gateway sets `core.hooksPath`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.git.changes import SUBMODULE_MODE, SYMLINK_MODE
from dcr.git.command import GitFailedError, create_git_error
from dcr.git.objects import FOLDER_MODE
from dcr.git.ref_locations import resolve_full_name
from dcr.git.writing.object_store import DiskFullError, create_object_store, is_disk_full

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.git.repository import Repository

__all__ = ["BranchWriter", "CommitRequest", "DiskFullError", "Identity", "PathTakenError", "RefMovedError"]

FILE_MODE = "100644"
_MAX_TREE_BYTES = 16 * 1024 * 1024
_HEADER = re.compile(rb"([0-9a-f]{40,64}) (blob|tree|commit|tag) ([0-9]+)\n")


class RefMovedError(DcrError):
    """The ref does not have the expected commit any more, or another process holds its lock."""

    consequence = "nothing was written"


class PathTakenError(DcrError):
    """The path of a file cannot be written: something else is in its place."""

    consequence = "nothing was written"


class Identity(NamedTuple):
    """A name and an email, as git writes them."""

    name: str
    email: str


class CommitRequest(NamedTuple):
    """A file to commit on top of `parent`; `time` is in seconds since 1970, in UTC."""

    parent: str
    path: str
    content: bytes
    message: str
    author: Identity
    committer: Identity
    time: int


class WrittenCommit(NamedTuple):
    """A commit that is in the repository and that no ref has yet; `previous` are mode and id of the file before."""

    id: str
    blob: str
    previous: tuple[str, str] | None


class BranchWriter:
    """Writes commits to one repository, one at a time."""

    def __init__(self, repository: Repository) -> None:
        """Raise `GitFailedError` if git does not answer."""
        self._git = repository.git
        self._repository = repository
        self._store = create_object_store(repository)
        self._trees: OrderedDict[str, bytes] = OrderedDict()
        self._roots: OrderedDict[str, str] = OrderedDict()

    def write_commit(self, request: CommitRequest) -> WrittenCommit:
        """Write the objects of a commit. Raise a `DcrError` if that is not possible; no ref has changed then."""
        folders = request.path.split("/")
        trees = self._read_trees(request.parent, folders[:-1])
        blob = self._store.write("blob", request.content)
        previous = trees[-1].get(folders[-1].encode("utf-8", "surrogateescape"))
        if previous is not None and previous[0] in (FOLDER_MODE, SYMLINK_MODE, SUBMODULE_MODE):
            raise _create_taken_error(request.path)
        mode = previous[0] if previous else FILE_MODE
        oid = blob
        for name, entries in zip(reversed(folders), reversed(trees), strict=True):
            entries[name.encode("utf-8", "surrogateescape")] = (mode, oid)
            oid, mode = self._write_tree(entries), FOLDER_MODE
        commit = self._store.write("commit", _format_commit(request, oid))
        self._remember_root(commit, oid)
        return WrittenCommit(commit, blob, previous)

    def find_entry(self, commit: str, path: str) -> tuple[str, str] | None:
        """Return mode and id of what is at a path in a commit. Return None if there is nothing."""
        folders = path.split("/")
        try:
            trees = self._read_trees(commit, folders[:-1])
        except PathTakenError:
            return None
        return trees[-1].get(folders[-1].encode("utf-8", "surrogateescape"))

    def list_names(self, commit: str, folder: str) -> list[str]:
        """Return the names in a folder of a commit; none if there is no such folder."""
        try:
            entries = self._read_trees(commit, folder.split("/") if folder else [])[-1]
        except PathTakenError:
            return []
        return [name.decode("utf-8", "surrogateescape") for name in entries]

    def move_ref(self, ref: str, new: str, old: str | None, committer: Identity, reason: str) -> None:
        """Move a ref from one commit to another; `old` None creates it.

        Raise `RefMovedError` if the ref has another commit, `GitFailedError` if it cannot be written.
        """
        expected = old or "0" * len(new)
        variables = {
            **self._git.variables,
            "GIT_COMMITTER_NAME": committer.name,
            "GIT_COMMITTER_EMAIL": committer.email,
        }
        arguments = ("update-ref", "--no-deref", "-m", reason, ref, new, expected)
        answer = self._git._replace(variables=variables).run_unchecked(*arguments)
        if answer.exit_code == 0:
            return
        now = resolve_full_name(self._repository, ref)
        if now == new:
            return
        if now != old or "File exists" in answer.stderr:
            raise RefMovedError(f"'{ref}' was moved by another process", "send the request again")
        if is_disk_full(answer.stderr):
            raise DiskFullError("the disk is full, and the ref was not moved", "free some space, then try again")
        raise create_git_error(arguments, answer)

    def _read_trees(self, commit: str, folders: list[str]) -> list[dict[bytes, tuple[str, str]]]:
        """Return the entries of the root and of each folder below it; a folder that does not exist has none."""
        root = self._roots.get(commit)
        content = self._trees.get(root) if root else None
        if root is None or content is None:
            root, content = self._read_tree(f"{commit}^{{tree}}")
            self._remember_root(commit, root)
        width = len(root) // 2
        trees = [_parse_tree(content, width)]
        for number, name in enumerate(folders):
            entry = trees[-1].get(name.encode("utf-8", "surrogateescape"))
            if entry is None:
                trees.append({})
                continue
            if entry[0] != FOLDER_MODE:
                raise _create_taken_error("/".join(folders[: number + 1]))
            known = self._trees.get(entry[1])
            trees.append(_parse_tree(known if known is not None else self._read_tree(entry[1])[1], width))
        return trees

    def _read_tree(self, name: str) -> tuple[str, bytes]:
        """Return the id and the content of a tree. Raise `GitFailedError` if it is missing."""
        answer = self._git.run("cat-file", "--batch", stdin=f"{name}\n".encode("ascii"))
        header = _HEADER.match(answer)
        if header is None or header[2] != b"tree" or len(answer) != header.end() + int(header[3]) + 1:
            raise GitFailedError(f"the tree {name[:40]} cannot be read", "git fsck shows what is missing")
        oid, content = header[1].decode("ascii"), answer[header.end() : -1]
        self._remember_tree(oid, content)
        return oid, content

    def _write_tree(self, entries: Mapping[bytes, tuple[str, str]]) -> str:
        def order(name: bytes) -> bytes:
            return name + b"/" if entries[name][0] == FOLDER_MODE else name

        content = b"".join(
            b"%s %s\0%s" % (entries[name][0].encode("ascii"), name, bytes.fromhex(entries[name][1]))
            for name in sorted(entries, key=order)
        )
        oid = self._store.write("tree", content)
        self._remember_tree(oid, content)
        return oid

    def _remember_tree(self, oid: str, content: bytes) -> None:
        self._trees[oid] = content
        self._trees.move_to_end(oid)
        while len(self._trees) > 1 and sum(map(len, self._trees.values())) > _MAX_TREE_BYTES:
            self._trees.popitem(last=False)

    def _remember_root(self, commit: str, tree: str) -> None:
        self._roots[commit] = tree
        while len(self._roots) > 8:
            self._roots.popitem(last=False)


def _parse_tree(content: bytes, width: int) -> dict[bytes, tuple[str, str]]:
    """Return mode and id by name; git writes `MODE NAME`, a NUL and the id's bytes."""
    entries: dict[bytes, tuple[str, str]] = {}
    at = 0
    while at < len(content):
        end = content.index(b"\0", at)
        mode, _, name = content[at:end].partition(b" ")
        at = end + 1 + width
        entries[name] = (mode.decode("ascii"), content[end + 1 : at].hex())
    return entries


def _format_commit(request: CommitRequest, tree: str) -> bytes:
    author, committer = request.author, request.committer
    lines = [
        f"tree {tree}",
        f"parent {request.parent}",
        f"author {author.name} <{author.email}> {request.time} +0000",
        f"committer {committer.name} <{committer.email}> {request.time} +0000",
        "",
        request.message.rstrip("\n"),
        "",
    ]
    return "\n".join(lines).encode("utf-8")


def _create_taken_error(path: str) -> PathTakenError:
    return PathTakenError(f"'{path}' is not a regular file or folder in this commit", "remove what is there first")
