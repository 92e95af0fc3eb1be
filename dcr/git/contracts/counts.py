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
from dcr.git.command import failure, records
from dcr.git.objects import MAX_READ, each_named
from dcr.policy.detection import ESCAPES, UNCLEAR, WORDS, glance, is_contract

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.git.command import Git
    from dcr.git.repository import Repository
    from dcr.policy.globs import Scope

AT_MOST = 1_000
"""More files than this are not counted one by one."""

_OTHER = "unreadable"


class Count(NamedTuple):
    """How many files are in scope, and how many of them are contracts: None where they were not counted."""

    files: int
    contracts: int | None
    formats: tuple[tuple[str, int], ...] = ()


def count_contracts(repository: Repository, head: str, paths: Sequence[str], scope: Scope) -> Count:
    """Return how many of the files in scope are contracts; `head` is the side that has them.

    Costs no git process for a working tree, another one for an index or a commit. Where there are many files, and
    none of the first of them is a contract, all of them are searched by one `git grep`.
    """
    found = _formats(repository, head, _likely_first(paths)) if len(paths) > AT_MOST else None
    if found is not None:
        if any(name is not None for name in found):
            return Count(len(paths), None)
        holding = set(_holding(repository, head, scope))
        paths, every = [each for each in paths if each in holding], len(paths)
        if len(paths) > AT_MOST:
            return Count(every, None)
    else:
        every = len(paths)
    formats: Counter[str] = Counter()
    for name in _formats(repository, head, paths):
        if name is _UNREAD:
            return Count(every, None)
        if name is not None:
            formats[name] += 1
    return Count(every, formats.total(), tuple(sorted(formats.items(), key=lambda each: (-each[1], each[0]))))


_UNREAD = ""
"""What stands for the format of a file that is not here to be looked at."""


def _likely_first(paths: Sequence[str]) -> list[str]:
    likely = [each for each in paths if "contract" in each or "odcs" in each][:AT_MOST]
    return [*likely, *paths[: AT_MOST - len(likely)]]


def _formats(repository: Repository, head: str, paths: Iterable[str]) -> Iterator[str | None]:
    """Yield the format of each file, None for one that is no contract, or `_UNREAD`."""
    for path, content in _contents(repository, head, list(paths)):
        if content is None:
            yield _UNREAD
            continue
        name = glance(content)
        if name == UNCLEAR:
            from dcr.formats import read  # noqa: PLC0415 (few files leave it open)

            reading = read(path, content)
            unreadable = reading.format == "unknown"
            name = (_OTHER if unreadable else reading.format) if is_contract(reading, content) else None
        yield name


def _contents(repository: Repository, head: str, paths: list[str]) -> Iterator[tuple[str, bytes | None]]:
    if head != WORKTREE:
        git, side = (repository.index_git, "") if head == INDEX else (repository.git, head)
        yield from _objects(git, side, paths)
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
            content = os.read(descriptor, MAX_READ)
        except OSError:
            content = b""  # nor is a folder, which a submodule is
        finally:
            os.close(descriptor)
        yield path, content
    if absent:  # not checked out, and the same in the index
        yield from _objects(repository.git, "", absent)


def _objects(git: Git, side: str, paths: list[str]) -> Iterator[tuple[str, bytes | None]]:
    named = [each for each in paths if "\n" not in each]
    yield from zip(named, each_named(git, [f"{side}:{each}" for each in named]), strict=True)


def _holding(repository: Repository, head: str, scope: Scope) -> list[str]:
    """Return the files that hold a word of which every contract has one."""
    git = repository.index_git if head == INDEX else repository.git
    where = {WORKTREE: "--untracked", INDEX: "--cached"}.get(head, head)
    words = [argument for word in (*WORDS, *ESCAPES) for argument in ("-e", word.decode())]
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
    answer = git.attest("--no-literal-pathspecs", *arguments)
    if answer.code not in (0, 1) or bool(answer.out) is not (answer.code == 0):
        raise failure(arguments, answer._replace(code=0 if answer.code == 1 else answer.code))
    found = records(answer.out)
    return [each.partition(":")[2] for each in found] if head not in (WORKTREE, INDEX) else found
