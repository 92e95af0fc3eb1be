"""How many files in scope are contracts, and of which formats, as far as a quick look tells.

Opening ten thousand files costs more than all the rest of a run without changes, so of many files no more is learned
than whether there is a contract among them.
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
"""More files than this are not counted one by one."""

_UNREADABLE_FORMAT = "unreadable"


class ContractCount(NamedTuple):
    """How many files are in scope, and how many of them are contracts: None where they were not counted."""

    files: int
    contracts: int | None
    formats: tuple[tuple[str, int], ...] = ()


def count_contracts(repository: Repository, head: str, paths: Sequence[str], scope: Scope) -> ContractCount:
    """Return how many of the files in scope are contracts; `head` is the side that has them.

    Costs no git process for a working tree, another one for an index or a commit. Where there are many files, and
    none of the first of them is a contract, all of them are searched by one `git grep`.
    """
    found = (
        _detect_formats(repository, head, _select_likely_contracts(paths)) if len(paths) > MAX_COUNTED_FILES else None
    )
    if found is not None:
        if any(name is not None for name in found):
            return ContractCount(len(paths), None)
        holding = set(_search_contract_files(repository, head, scope))
        paths, every = [each for each in paths if each in holding], len(paths)
        if len(paths) > MAX_COUNTED_FILES:
            return ContractCount(every, None)
    else:
        every = len(paths)
    formats: Counter[str] = Counter()
    for name in _detect_formats(repository, head, paths):
        if name is _UNAVAILABLE:
            return ContractCount(every, None)
        if name is not None:
            formats[name] += 1
    return ContractCount(every, formats.total(), tuple(sorted(formats.items(), key=lambda each: (-each[1], each[0]))))


_UNAVAILABLE = ""
"""What stands for the format of a file that is not here to be looked at."""


def _select_likely_contracts(paths: Sequence[str]) -> list[str]:
    likely = [each for each in paths if "contract" in each or "odcs" in each][:MAX_COUNTED_FILES]
    return [*likely, *paths[: MAX_COUNTED_FILES - len(likely)]]


def _detect_formats(repository: Repository, head: str, paths: Iterable[str]) -> Iterator[str | None]:
    """Yield the format of each file, None for one that is no contract, or `_UNAVAILABLE`."""
    for path, content in _read_contents(repository, head, list(paths)):
        if content is None:
            yield _UNAVAILABLE
            continue
        name = guess_format(content)
        if name == UNCLEAR:
            from dcr.formats import read_content  # noqa: PLC0415 (few files leave it open)

            reading = read_content(path, content)
            unreadable = reading.format == "unknown"
            name = (_UNREADABLE_FORMAT if unreadable else reading.format) if is_contract(reading, content) else None
        yield name


def _read_contents(repository: Repository, head: str, paths: list[str]) -> Iterator[tuple[str, bytes | None]]:
    if head != WORKTREE:
        git, side = (repository.index_git, "") if head == INDEX else (repository.git, head)
        yield from _read_blobs(git, side, paths)
        return
    absent = []
    top = os.fsencode(repository.top or "")
    for path in paths:
        try:
            descriptor = os.open(
                os.path.join(top, os.fsencode(path)), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            )
        except OSError as error:
            if error.errno == errno.ENOENT:
                absent.append(path)
            else:
                yield path, b"" if error.errno == errno.ELOOP else None  # a link is no contract
            continue
        try:
            content = os.read(descriptor, MAX_BLOB_BYTES)
        except OSError:
            content = b""  # nor is a folder, which a submodule is
        finally:
            os.close(descriptor)
        yield path, content
    if absent:  # not checked out, and the same in the index
        yield from _read_blobs(repository.git, "", absent)


def _read_blobs(git: Git, side: str, paths: list[str]) -> Iterator[tuple[str, bytes | None]]:
    named = [each for each in paths if "\n" not in each]
    yield from zip(named, stream_named_blobs(git, [f"{side}:{each}" for each in named]), strict=True)


def _search_contract_files(repository: Repository, head: str, scope: Scope) -> list[str]:
    """Return the files that hold a word of which every contract has one."""
    git = repository.index_git if head == INDEX else repository.git
    where = {WORKTREE: "--untracked", INDEX: "--cached"}.get(head, head)
    words = [argument for word in (*SEARCH_STRINGS, *ESCAPE_PREFIXES) for argument in ("-e", word.decode())]
    arguments = (
        "grep",
        "-l",
        "-z",
        "--no-color",
        "--no-textconv",
        "--full-name",
        "-F",
        *words,
        where,
        "--",
        *scope.pathspecs,
    )
    answer = git.run_traced("--no-literal-pathspecs", *arguments)
    if answer.exit_code not in (0, 1) or bool(answer.stdout) is not (answer.exit_code == 0):
        raise create_git_error(arguments, answer._replace(exit_code=0 if answer.exit_code == 1 else answer.exit_code))
    found = split_records(answer.stdout)
    return [each.partition(":")[2] for each in found] if head not in (WORKTREE, INDEX) else found
