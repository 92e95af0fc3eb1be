"""Counts the contracts in scope by format.

Opening ten thousand files takes longer than the rest of a run without changes. Of many files it is only determined
whether any is a contract.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.changes import INDEX, WORKTREE
from dcr.git.command import create_git_error, split_records
from dcr.git.objects import MAX_BLOB_BYTES, stream_named_blobs
from dcr.policy.detection import ESCAPE_PREFIXES, SEARCH_STRINGS, UNCLEAR, guess_format, is_contract

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.git.command import Git
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope

MAX_COUNTED_FILES = 1_000
"""With more files than this, contracts are not counted."""

_UNREADABLE_FORMAT = "unreadable"
_UNAVAILABLE = ""
"""Stands for the format of a file whose content is not in this clone."""


class ContractCount(NamedTuple):
    """The number of files in scope, and of contracts among them; None if they were not counted."""

    files: int
    contracts: int | None
    formats: tuple[tuple[str, int], ...] = ()


def count_contracts(repository: Repository, head: str, paths: Sequence[str], scope: Scope) -> ContractCount:
    """Return how many of the files in scope are contracts; `head` is the side that they are on.

    This runs no git process for a working tree, and one for an index or a commit. If there are many files, and none of
    the likely ones is a contract, one `git grep` searches them all.
    """
    file_count = len(paths)
    if file_count > MAX_COUNTED_FILES:
        likely = _detect_formats(repository, head, _select_likely_contracts(paths))
        if any(name is not None for name in likely):
            return ContractCount(file_count, None)
        matching = set(_search_contract_files(repository, head, scope))
        paths = [path for path in paths if path in matching]
        if len(paths) > MAX_COUNTED_FILES:
            return ContractCount(file_count, None)
    formats: Counter[str] = Counter()
    for name in _detect_formats(repository, head, paths):
        if name is _UNAVAILABLE:
            return ContractCount(file_count, None)
        if name is not None:
            formats[name] += 1
    by_frequency = sorted(formats.items(), key=lambda item: (-item[1], item[0]))
    return ContractCount(file_count, formats.total(), tuple(by_frequency))


def _select_likely_contracts(paths: Sequence[str]) -> list[str]:
    likely = [path for path in paths if "contract" in path or "odcs" in path][:MAX_COUNTED_FILES]
    return [*likely, *paths[: MAX_COUNTED_FILES - len(likely)]]


def _detect_formats(repository: Repository, head: str, paths: Iterable[str]) -> Iterator[str | None]:
    """Yield the format of each file, None if it is not a contract, or `_UNAVAILABLE`."""
    for path, content in _read_contents(repository, head, list(paths)):
        if content is None:
            yield _UNAVAILABLE
            continue
        name = guess_format(content)
        if name == UNCLEAR:
            from dcr.formats import read_content  # noqa: PLC0415 (needed for few files)

            file = read_content(path, content)
            format_name = _UNREADABLE_FORMAT if file.format == "unknown" else file.format
            name = format_name if is_contract(file, content) else None
        yield name


def _read_contents(repository: Repository, head: str, paths: list[str]) -> Iterator[tuple[str, bytes | None]]:
    """Yield the content of each path, None if it is not in this clone."""
    if head != WORKTREE:
        git, commit = (repository.index_git, "") if head == INDEX else (repository.git, head)
        yield from _read_blobs(git, commit, paths)
        return
    missing = []
    top = os.fsencode(repository.top or "")
    for path in paths:
        try:
            descriptor = os.open(
                os.path.join(top, os.fsencode(path)), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            )
        except OSError as error:
            if error.errno == errno.ENOENT:
                missing.append(path)
            else:
                yield path, b"" if error.errno == errno.ELOOP else None  # a link is not a contract
            continue
        try:
            content = os.read(descriptor, MAX_BLOB_BYTES)
        except OSError:
            content = b""  # neither is a submodule, which is a folder
        finally:
            os.close(descriptor)
        yield path, content
    if missing:  # a sparse checkout leaves them in the index only
        yield from _read_blobs(repository.git, "", missing)


def _read_blobs(git: Git, commit: str, paths: list[str]) -> Iterator[tuple[str, bytes | None]]:
    """Yield the blob of each path in a commit, or in the index if the commit is empty."""
    readable = [path for path in paths if "\n" not in path]
    yield from zip(readable, stream_named_blobs(git, [f"{commit}:{path}" for path in readable]), strict=True)


def _search_contract_files(repository: Repository, head: str, scope: Scope) -> list[str]:
    """Return the files that contain one of the words of which every contract has at least one."""
    git = repository.index_git if head == INDEX else repository.git
    source = {WORKTREE: "--untracked", INDEX: "--cached"}.get(head, head)
    words = [argument for word in (*SEARCH_STRINGS, *ESCAPE_PREFIXES) for argument in ("-e", word.decode())]
    options = ("-l", "-z", "--no-color", "--no-textconv", "--full-name", "-F")
    arguments = ("grep", *options, *words, source, "--", *scope.pathspecs)
    result = git.run_traced("--no-literal-pathspecs", *arguments)
    if result.exit_code not in (0, 1) or bool(result.stdout) is not (result.exit_code == 0):
        raise create_git_error(arguments, result._replace(exit_code=0 if result.exit_code == 1 else result.exit_code))
    matches = split_records(result.stdout)
    return [match.partition(":")[2] for match in matches] if head not in (WORKTREE, INDEX) else matches
