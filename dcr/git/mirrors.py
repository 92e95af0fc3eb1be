"""Mirrors other repositories with `git clone --bare` and `git fetch`, the only git commands that use a network."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from typing import NamedTuple, TextIO

from dcr.errors import DcrError
from dcr.git.command import Git, GitFailedError, GitResult, create_git_error
from dcr.git.ref_names import OBJECT_ID
from dcr.git.refs import check_ref_format
from dcr.git.repository import Repository

_USER_VARIABLES = re.compile(
    r"GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_\w+|PROXY_\w+|CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG_NOSYSTEM"
    r"|CONFIG_COUNT|CONFIG_KEY_\d+|CONFIG_VALUE_\d+)"
)
"""The user's variables that a connection or a credential helper needs."""

_NETWORK_FLAGS = ("-c", "credential.interactive=false", "-c", "fetch.recurseSubmodules=false")
_PACK_FLAGS = ("-c", "gc.auto=6700", "-c", "gc.autoPackLimit=50", "-c", "gc.autoDetach=false")
"""A mirror is fetched into for years, and only a fetch packs it."""


class Remote(NamedTuple):
    """A repository to mirror: the path of a local one, or an https or ssh address."""

    address: str
    is_local: bool


class RemoteRef(NamedTuple):
    """The full name of a ref, `HEAD` if that is detached, and its commit."""

    name: str
    commit: str


class MissingRefError(DcrError):
    """The repository lacks the ref, or has no commits."""


def find_remote_ref(remote: Remote, ref: str | None) -> RemoteRef:
    """Return a branch, a tag or a full name of a ref of a remote, by default its HEAD.

    Raise `MissingRefError` if it does not exist, `GitFailedError` if the remote cannot be read.
    """
    if ref is not None:
        check_ref_format(ref, "ref = ")
    if remote.is_local and not os.path.isdir(remote.address):
        raise GitFailedError(f"folder '{remote.address}' does not exist", "correct its path, or remove its entry")
    found = find_local_ref(remote, ref)
    if found is not None:
        return found
    listing = _list_remote_refs(remote, ref)
    names = ("HEAD",) if ref is None else _list_names(ref)
    for name in names:
        commit = listing.get(f"{name}^{{}}", listing.get(name))
        if commit is not None:
            return RemoteRef(listing.get("", name), commit)
    if ref is None:
        raise MissingRefError(f"'{remote.address}' has no commits on its default branch", "commit, or name a ref")
    raise MissingRefError(f"'{remote.address}' has no ref '{ref}'", "name a branch or a tag")


def clone_mirror(remote: Remote, ref: RemoteRef, folder: str) -> None:
    """Clone a remote into a folder, which exists only once it is complete. Raise `GitFailedError`."""
    parent = os.path.dirname(folder)
    temporary = tempfile.mkdtemp(prefix=".part-", dir=parent)
    try:
        arguments = ("clone", "--bare", "--quiet", "--template=", "--no-tags", "--", remote.address, temporary)
        _run(remote, Git(parent), *arguments)
        if not ref.name.startswith("refs/heads/"):
            fetch_mirror(remote, ref, temporary)
        shutil.rmtree(folder, ignore_errors=True)  # a damaged mirror
        _rename(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _rename(folder: str, target: str) -> None:
    try:
        os.rename(folder, target)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise GitFailedError(f"mirror '{target}' cannot be replaced: {reason}", "remove it, then sync again") from error


def fetch_mirror(remote: Remote, ref: RemoteRef, folder: str) -> None:
    """Fetch one ref into a mirror. Raise `GitFailedError`."""
    target = ref.name if ref.name.startswith("refs/") else "refs/dcr/HEAD"
    arguments = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--force", "--", remote.address)
    _run(remote, Git(folder, {"GIT_DIR": folder}), *_PACK_FLAGS, *arguments, f"+{ref.name}:{target}")


def open_mirror(folder: str) -> Repository:
    """Return a mirror as a repository, without a git process."""
    git = Git(folder, {"GIT_DIR": folder})
    return Repository(git, None, folder, os.path.exists(os.path.join(folder, "shallow")), git)


def _run(remote: Remote, git: Git, *arguments: str) -> GitResult:
    """Return the result of a command that may use the network. Raise `GitFailedError` if it fails."""
    variables = {name: value for name, value in os.environ.items() if _USER_VARIABLES.fullmatch(name)}
    protocols = {"GIT_ALLOW_PROTOCOL": "file" if remote.is_local else "https:ssh"}
    allowed = git._replace(variables={**variables, **git.variables, **protocols})
    result = allowed.run_unchecked(*_NETWORK_FLAGS, *arguments)
    if result.exit_code != 0:
        words = [word for word in arguments if not word.startswith("-") and "=" not in word]
        raise create_git_error(tuple(words), _choose_reason(result))
    return result


def _choose_reason(result: GitResult) -> GitResult:
    """Return the result with the line of git's message that has the cause, not the advice that follows it."""
    lines = [
        line for line in result.stderr.splitlines() if line.startswith(("fatal: ", "error: ", "remote: ", "ssh: "))
    ]
    return result._replace(stderr=lines[0]) if lines else result


def _list_names(ref: str) -> tuple[str, ...]:
    return (ref,) if ref.startswith("refs/") else (f"refs/heads/{ref}", f"refs/tags/{ref}")


def _list_remote_refs(remote: Remote, ref: str | None) -> dict[str, str]:
    """Return the ids of the refs that a ref may mean, and under an empty name the target of a symbolic HEAD."""
    patterns = ["HEAD"] if ref is None else [each for name in _list_names(ref) for each in (name, f"{name}^{{}}")]
    result = _run(remote, Git(os.sep), "ls-remote", "--symref", "--", remote.address, *patterns)
    listing: dict[str, str] = {}
    for line in result.stdout.decode("utf-8", "surrogateescape").splitlines():
        value, _, name = line.partition("\t")
        if value.startswith("ref: ") and name == "HEAD":
            listing[""] = value.removeprefix("ref: ")
        elif OBJECT_ID.match(value):
            listing[name] = value
    return listing if ref is None else {name: value for name, value in listing.items() if name}


def find_local_ref(remote: Remote, ref: str | None) -> RemoteRef | None:
    """Return a ref of a local repository from its files, or None if git has to read it.

    A process of git takes more CPU than everything else that an unchanged repository needs.
    """
    if not remote.is_local:
        return None
    git_dir = os.path.join(remote.address, ".git")
    if not os.path.isdir(git_dir):
        git_dir = remote.address
    if not os.path.isdir(os.path.join(git_dir, "objects")) or os.path.exists(os.path.join(git_dir, "reftable")):
        return None
    names = (_read_line(git_dir, "HEAD").removeprefix("ref: "),) if ref is None else _list_names(ref)[:1]
    for name in names:
        if name.startswith("refs/heads/"):  # the commit of a tag may have to be looked up
            commit = _read_line(git_dir, name) or _read_packed_refs(git_dir).get(name, "")
            if OBJECT_ID.match(commit):
                return RemoteRef(name, commit)
    return None


def _read_line(git_dir: str, name: str) -> str:
    """Return the content of a small file, empty if there is none."""
    try:
        with _open_text(git_dir, name) as file:
            return file.read(4096).rstrip("\n")
    except (OSError, ValueError):  # no file can have a name with NUL
        return ""


def _read_packed_refs(git_dir: str) -> dict[str, str]:
    try:
        with _open_text(git_dir, "packed-refs") as file:
            lines = [line.rstrip("\n").partition(" ") for line in file if not line.startswith(("#", "^"))]
    except OSError:
        return {}
    return {name: commit for commit, _, name in lines}


def _open_text(git_dir: str, name: str) -> TextIO:
    """Open a file of a repository, which others prepared: a named pipe must not wait for a writer."""
    flags = getattr(os, "O_NONBLOCK", 0)
    return open(
        os.path.join(git_dir, name),
        encoding="utf-8",
        errors="surrogateescape",
        opener=lambda path, mode: os.open(path, mode | flags),
    )
