"""Which file of the working tree holds a dataset: exactly one, or the edit has nowhere to go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.editing.text.document import EditRefusedError
from dcr.errors import DcrError, UsageError
from dcr.formats import read_content
from dcr.git.changes import list_worktree_files
from dcr.git.contracts.contract_locations import list_search_words
from dcr.git.repository import discover_repository
from dcr.git.worktree import read_file
from dcr.lint import read_policy
from dcr.parsing.location import Location
from dcr.policy.detection import may_be_contract
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.formats.parsed_file import ParsedFile
    from dcr.git.repository import Repository


class UnknownDatasetError(DcrError):
    """No file in scope holds the dataset."""

    consequence = "nothing was written"


class AmbiguousDatasetError(DcrError):
    """More than one file claims the dataset."""

    consequence = "nothing was written"


class SourceFile(NamedTuple):
    """The file that holds a dataset; `is_whole_file` says that the file was named by its own id, and so all that is in it."""

    path: str
    content: bytes
    reading: ParsedFile
    is_whole_file: bool = False


def get_worktree(folder: str) -> tuple[Repository, str]:
    """Return the repository around a folder and the root of its working tree. Raises `UsageError` for a bare one."""
    repository = discover_repository(folder)
    if repository.top is None:
        raise UsageError("this repository is bare: it has no files to edit", "run dcr in a working tree")
    return repository, repository.top


def get_source_file(repository: Repository, name: str) -> SourceFile:
    """Return the file in scope that holds a dataset, or whose own id is the name.

    Raises `UnknownDatasetError`, `AmbiguousDatasetError`, and `EditRefusedError` for a file that cannot be read.
    """
    return get_source_files(repository, [name])[0]


def get_source_files(repository: Repository, names: Sequence[str]) -> list[SourceFile]:
    """Return the files of some datasets, in their order; raises as `get_source_file` does."""
    words = {name: list_search_words([name]) for name in names}
    found: dict[str, list[SourceFile]] = {name: [] for name in names}
    broken: dict[str, EditRefusedError] = {}
    links: list[str] = []
    for path, content in _read_files_in_scope(repository):
        if isinstance(content, str):
            links.append(path)
            continue
        likely = [name for name in names if any(word in content for word in words[name])]
        if likely:
            home = SourceFile(path, content, read_content(path, content))
            for name in likely:
                _record_match(name, home, found, broken)
    return [_get_only_match(repository, name, found[name], broken.get(name), links) for name in names]


def _record_match(
    name: str, home: SourceFile, found: dict[str, list[SourceFile]], broken: dict[str, EditRefusedError]
) -> None:
    reading = home.reading
    if any(contract.dataset_id == name for contract in reading.contracts):
        found[name].append(home)
    elif reading.contracts and reading.dataset_id == name:
        found[name].append(home._replace(is_whole_file=True))
    elif reading.is_unreadable and reading.dataset_id == name:
        broken[name] = _make_invalid_error(reading)
    elif reading.is_unreadable and reading.dataset_id is None and _contains_id(home.content, name):
        broken.setdefault(name, _make_invalid_error(reading, f", and '{name}' stands in it"))


def _get_only_match(
    repository: Repository, name: str, found: list[SourceFile], broken: EditRefusedError | None, links: list[str]
) -> SourceFile:
    if len(found) > 1:
        places = " and ".join(sorted(_format_location(each, name) for each in found))
        raise AmbiguousDatasetError(f"'{name}' is claimed twice: {places}", "keep one of them")
    if found:
        return found[0]
    if broken is not None:
        raise broken
    hint = format_suggestion(name, _list_dataset_ids(repository))
    if not hint and links:
        hint = f"'{links[0]}' is no regular file (a link?), and is not looked into"
    raise UnknownDatasetError(f"no contract in scope is about '{name}'", hint or "dcr lint reads every contract")


def read_source_file(top: str, path: str) -> SourceFile:
    """Return the file at a path. Raises `EditRefusedError` when it is no regular file."""
    content = read_file(top, path)
    if isinstance(content, str):
        raise EditRefusedError(Location(path), f"the file is {content}", "edit what it stands for")
    return SourceFile(path, content, read_content(path, content), is_whole_file=True)


def _read_files_in_scope(repository: Repository) -> Iterator[tuple[str, bytes | str]]:
    top = repository.top or ""
    policy, _ = read_policy(top)
    for path in policy.scope.filter_paths(list_worktree_files(repository)):
        yield path, read_file(top, path)


def _list_dataset_ids(repository: Repository) -> list[str]:
    readings = [
        read_content(path, content)
        for path, content in _read_files_in_scope(repository)
        if isinstance(content, bytes) and may_be_contract(content)
    ]
    ids = [contract.dataset_id for reading in readings for contract in reading.contracts]
    return list(dict.fromkeys(ids))


def _contains_id(content: bytes, name: str) -> bool:
    """Whether an id stands in a text as a whole word; what cannot be read may be about it."""
    word = re.escape(name.encode("utf-8", "surrogateescape"))
    return re.search(rb"(?<![\w.-])" + word + rb"(?![\w.-])", content) is not None


def _make_invalid_error(reading: ParsedFile, more: str = "") -> EditRefusedError:
    problem = next(each for each in reading.problems if each.is_fatal)
    return EditRefusedError(problem.location, f"the file is no valid contract: {problem.message}{more}", problem.hint)


def _format_location(home: SourceFile, name: str) -> str:
    contract = next((each for each in home.reading.contracts if each.dataset_id == name), home.reading.contracts[0])
    place = contract.section.locate("dataset_id") if contract.section else Location(home.path)
    return f"{place.path}:{place.line}"
