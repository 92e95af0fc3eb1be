"""Which file of the working tree holds a dataset: exactly one, or the edit has nowhere to go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.editing.text.document import EditRefusedError
from dcr.errors import DcrError, UsageError
from dcr.formats import read
from dcr.git.changes import listed_files
from dcr.git.contracts.claims import words_of
from dcr.git.repository import discover
from dcr.git.worktree import read_file
from dcr.lint import own_policy
from dcr.parsing.location import Location
from dcr.policy.detection import may_be_contract
from dcr.text.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.formats.reading import Reading
    from dcr.git.repository import Repository


class UnknownDatasetError(DcrError):
    """No file in scope holds the dataset."""

    undone = "nothing was written"


class TwoHomesError(DcrError):
    """More than one file claims the dataset."""

    undone = "nothing was written"


class Home(NamedTuple):
    """The file that holds a dataset; `whole` says that the file was named by its own id, and so all that is in it."""

    path: str
    content: bytes
    reading: Reading
    whole: bool = False


def worktree_of(folder: str) -> tuple[Repository, str]:
    """Return the repository around a folder and the root of its working tree. Raises `UsageError` for a bare one."""
    repository = discover(folder)
    if repository.top is None:
        raise UsageError("this repository is bare: it has no files to edit", "run dcr in a working tree")
    return repository, repository.top


def home_of(repository: Repository, name: str) -> Home:
    """Return the file in scope that holds a dataset, or whose own id is the name.

    Raises `UnknownDatasetError`, `TwoHomesError`, and `EditRefusedError` for a file that cannot be read.
    """
    return homes_of(repository, [name])[0]


def homes_of(repository: Repository, names: Sequence[str]) -> list[Home]:
    """Return the files of some datasets, in their order; raises as `home_of` does."""
    words = {name: words_of([name]) for name in names}
    found: dict[str, list[Home]] = {name: [] for name in names}
    broken: dict[str, EditRefusedError] = {}
    links: list[str] = []
    for path, content in _files(repository):
        if isinstance(content, str):
            links.append(path)
            continue
        likely = [name for name in names if any(word in content for word in words[name])]
        if likely:
            home = Home(path, content, read(path, content))
            for name in likely:
                _note(name, home, found, broken)
    return [_only(repository, name, found[name], broken.get(name), links) for name in names]


def _note(name: str, home: Home, found: dict[str, list[Home]], broken: dict[str, EditRefusedError]) -> None:
    reading = home.reading
    if any(contract.dataset_id == name for contract in reading.contracts):
        found[name].append(home)
    elif reading.contracts and reading.dataset_id == name:
        found[name].append(home._replace(whole=True))
    elif reading.unreadable and reading.dataset_id == name:
        broken[name] = _broken(reading)
    elif reading.unreadable and reading.dataset_id is None and _names(home.content, name):
        broken.setdefault(name, _broken(reading, f", and '{name}' stands in it"))


def _only(
    repository: Repository, name: str, found: list[Home], broken: EditRefusedError | None, links: list[str]
) -> Home:
    if len(found) > 1:
        places = " and ".join(sorted(_shown(each, name) for each in found))
        raise TwoHomesError(f"'{name}' is claimed twice: {places}", "keep one of them")
    if found:
        return found[0]
    if broken is not None:
        raise broken
    hint = did_you_mean(name, _all_ids(repository))
    if not hint and links:
        hint = f"'{links[0]}' is no regular file (a link?), and is not looked into"
    raise UnknownDatasetError(f"no contract in scope is about '{name}'", hint or "dcr lint reads every contract")


def home_at(top: str, path: str) -> Home:
    """Return the file at a path. Raises `EditRefusedError` when it is no regular file."""
    content = read_file(top, path)
    if isinstance(content, str):
        raise EditRefusedError(Location(path), f"the file is {content}", "edit what it stands for")
    return Home(path, content, read(path, content), whole=True)


def _files(repository: Repository) -> Iterator[tuple[str, bytes | str]]:
    top = repository.top or ""
    policy, _ = own_policy(top)
    for path in policy.scope.covered(listed_files(repository)):
        yield path, read_file(top, path)


def _all_ids(repository: Repository) -> list[str]:
    readings = [
        read(path, content)
        for path, content in _files(repository)
        if isinstance(content, bytes) and may_be_contract(content)
    ]
    ids = [contract.dataset_id for reading in readings for contract in reading.contracts]
    return list(dict.fromkeys(ids))


def _names(content: bytes, name: str) -> bool:
    """Whether an id stands in a text as a whole word; what cannot be read may be about it."""
    word = re.escape(name.encode("utf-8", "surrogateescape"))
    return re.search(rb"(?<![\w.-])" + word + rb"(?![\w.-])", content) is not None


def _broken(reading: Reading, more: str = "") -> EditRefusedError:
    problem = next(each for each in reading.problems if each.fatal)
    return EditRefusedError(problem.location, f"the file is no valid contract: {problem.message}{more}", problem.hint)


def _shown(home: Home, name: str) -> str:
    contract = next((each for each in home.reading.contracts if each.dataset_id == name), home.reading.contracts[0])
    place = contract.place.at("dataset_id") if contract.place else Location(home.path)
    return f"{place.path}:{place.line}"
