"""Finds the file in the working tree that defines a dataset."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.editing.text.document import EditRefusedError
from dcr.errors import DcrError, UsageError, quote_for_shell
from dcr.formats import read_content
from dcr.git.changes import list_worktree_files
from dcr.git.contracts.text_search import list_search_words
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
    """No file in scope defines the dataset."""

    consequence = "nothing was written"


class AmbiguousDatasetError(DcrError):
    """More than one file defines the dataset."""

    consequence = "nothing was written"


class SourceFile(NamedTuple):
    """A file that defines a dataset. `is_whole_file` is set if the user named the file's own id, or its path."""

    path: str
    content: bytes
    reading: ParsedFile
    is_whole_file: bool = False


def get_worktree(folder: str) -> tuple[Repository, str]:
    """Return the repository of a folder and the root of its working tree. Raise `UsageError` if it is bare."""
    repository = discover_repository(folder)
    if repository.top is None:
        raise UsageError("this repository is bare: it has no files to edit", "run dcr in a working tree")
    return repository, repository.top


def get_source_file(repository: Repository, name: str) -> SourceFile:
    """Return the file in scope that defines a dataset, or that has the name as its own id.

    Raise `UnknownDatasetError`, `AmbiguousDatasetError`, or `EditRefusedError` if the file cannot be read.
    """
    return get_source_files(repository, [name])[0]


def get_source_files(repository: Repository, names: Sequence[str]) -> list[SourceFile]:
    """Return the files of some datasets, in their order. Raise the same errors as `get_source_file`."""
    words = {name: list_search_words([name]) for name in names}
    matches: dict[str, list[SourceFile]] = {name: [] for name in names}
    errors: dict[str, EditRefusedError] = {}
    links: list[str] = []
    for path, content in _read_files_in_scope(repository):
        if isinstance(content, str):
            links.append(path)
            continue
        candidates = [name for name in names if any(word in content for word in words[name])]
        if candidates:
            file = SourceFile(path, content, read_content(path, content))
            for name in candidates:
                _record_match(name, file, matches, errors)
    return [_get_only_match(repository, name, matches[name], errors.get(name), links) for name in names]


def read_source_file(top: str, path: str) -> SourceFile:
    """Return the file at a path. Raise `EditRefusedError` if it is not a regular file."""
    content = read_file(top, path)
    if isinstance(content, str):
        raise EditRefusedError(Location(path), f"the file is {content}", "edit the file that it refers to")
    return SourceFile(path, content, read_content(path, content), is_whole_file=True)


def get_editable_file(folder: str, name: str, key: str, command: str = "") -> tuple[str, SourceFile]:
    """Return the root of the working tree and the file in which a key of a dataset can be edited.

    Raise `EditRefusedError` if other datasets share the key, unless the user named the whole file. `command` edits
    the whole file; its `{}` is the file's id.
    """
    repository, top = get_worktree(folder)
    file = get_source_file(repository, name)
    contracts = file.reading.contracts
    if len(contracts) > 1 and not file.is_whole_file:
        location = contracts[0].section.locate(key) if contracts[0].section else Location(file.path)
        others = ", ".join(f"'{contract.dataset_id}'" for contract in contracts if contract.dataset_id != name)
        file_id = file.reading.dataset_id
        hint = f"edit all of them: {command.format(quote_for_shell(file_id))}" if command and file_id else ""
        raise EditRefusedError(location, f"'{name}' shares the {key} of this file with {others}", hint)
    return top, file


def _record_match(
    name: str, file: SourceFile, matches: dict[str, list[SourceFile]], errors: dict[str, EditRefusedError]
) -> None:
    reading = file.reading
    if any(contract.dataset_id == name for contract in reading.contracts):
        matches[name].append(file)
    elif reading.contracts and reading.dataset_id == name:
        matches[name].append(file._replace(is_whole_file=True))
    elif reading.is_unreadable and reading.dataset_id == name:
        errors[name] = _make_invalid_error(reading)
    elif reading.is_unreadable and reading.dataset_id is None and _contains_id(file.content, name):
        errors.setdefault(name, _make_invalid_error(reading, f"; it contains '{name}'"))


def _get_only_match(
    repository: Repository, name: str, files: list[SourceFile], error: EditRefusedError | None, links: list[str]
) -> SourceFile:
    if len(files) > 1:
        locations = " and ".join(sorted(_format_location(file, name) for file in files))
        raise AmbiguousDatasetError(f"dataset id '{name}' is defined in several files: {locations}", "keep one of them")
    if files:
        return files[0]
    if error is not None:
        raise error
    hint = format_suggestion(name, _list_dataset_ids(repository))
    if not hint and links:
        hint = f"'{links[0]}' was not read: it is a symbolic link or not a regular file"
    raise UnknownDatasetError(f"no contract in scope defines dataset '{name}'", hint or "dcr lint reads all contracts")


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
    return list(dict.fromkeys(contract.dataset_id for reading in readings for contract in reading.contracts))


def _contains_id(content: bytes, name: str) -> bool:
    """Return whether a file that cannot be read contains an id as a whole word."""
    word = re.escape(name.encode("utf-8", "surrogateescape"))
    return re.search(rb"(?<![\w.-])" + word + rb"(?![\w.-])", content) is not None


def _make_invalid_error(reading: ParsedFile, more: str = "") -> EditRefusedError:
    problem = next(problem for problem in reading.problems if problem.is_fatal)
    return EditRefusedError(problem.location, f"invalid contract: {problem.message}{more}", problem.hint)


def _format_location(file: SourceFile, name: str) -> str:
    contracts = file.reading.contracts
    contract = next((contract for contract in contracts if contract.dataset_id == name), contracts[0])
    location = contract.section.locate("dataset_id") if contract.section else Location(file.path)
    return f"{location.path}:{location.line}"
