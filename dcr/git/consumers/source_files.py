"""Reads the files of a source in the versions that a check compares, without those that mention no dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.dbt_projects import DbtProjects, read_project
from dcr.consumers.declaration_paths import is_project_file
from dcr.git.consumers.sources import build_pathspecs
from dcr.git.consumers.tree_search import search_texts
from dcr.git.contracts.changed_files import read_previous_contents
from dcr.git.proposed_contents import UNMERGED, read_proposed_contents

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from dcr.git.consumers.search import ConsumerSearch
    from dcr.git.consumers.sources import Source


class FileVersion(NamedTuple):
    """The text of a file, None for a conflict; `commit` is the merge base if the proposed version lacks this text."""

    path: str
    text: bytes | None
    commit: str = ""


def read_versions(search: ConsumerSearch, source: Source, words: Sequence[bytes]) -> Iterator[FileVersion]:
    """Yield the versions of a source's files that may declare a consumer, the proposed ones first.

    Files that the change leaves alone are searched for the words; without words, all are read.
    """
    for path, text, commit in _read_texts(search, source.covers, source.filter_paths, source.pathspecs, words):
        if bool(source.own_keys) if text is None else source.may_declare(text):
            yield FileVersion(path, text, commit)


def read_unchanged(search: ConsumerSearch, source: Source, words: Sequence[bytes]) -> dict[str, bytes]:
    """Return the texts of those files that the change leaves alone and that contain one of the words."""
    changed = {change.path for change in search.change_set.changes}
    paths = [path for path in source.filter_paths(search.change_set.paths) if path not in changed]
    return search_texts(search, paths, source.pathspecs, words)


def search_unchanged_texts(search: ConsumerSearch, paths: Collection[str], words: Sequence[bytes]) -> dict[str, bytes]:
    """Return the texts of those unchanged consumer files that contain one of the words; of all files without words.

    Raise a `DcrError` if git fails.
    """
    return search_texts(search, paths, build_pathspecs(search.scope.globs), words)


def read_projects(search: ConsumerSearch) -> DbtProjects:
    """Return the dbt projects of all versions, so that a change of a project's settings hides none of its files."""
    paths = search.change_set.paths
    has_project = any(is_project_file(path) for path in paths)
    if not has_project and not any(is_project_file(change.path) for change in search.change_set.changes):
        return DbtProjects()
    texts = [(path, text) for path, text, _ in _read_texts(search, is_project_file, None, (), ()) if text is not None]
    projects = {read_project(path, text): None for path, text in texts}
    return DbtProjects(projects, paths)


def _read_texts(
    search: ConsumerSearch,
    covers: Callable[[str], bool],
    filter_paths: Callable[[Sequence[str]], list[str]] | None,
    pathspecs: tuple[str, ...],
    words: Sequence[bytes],
) -> Iterator[tuple[str, bytes | None, str]]:
    """Yield the path, the text (None for a conflict) and the commit of each version of the covered files."""
    changes = [change for change in search.change_set.changes if covers(change.path)]
    changed = {change.path for change in changes}
    all_paths = search.change_set.paths
    covered = filter_paths(all_paths) if filter_paths else [path for path in all_paths if covers(path)]
    paths = [path for path in covered if path not in changed]
    for path, content in read_proposed_contents(search.repository, changes).items():
        if isinstance(content, bytes):
            yield path, content, ""
        elif content == UNMERGED:  # any other text is the kind of something that declares nothing, such as a link
            yield path, None, ""
    yield from ((path, text, "") for path, text in search_texts(search, paths, pathspecs, words).items())
    yield from ((path, text, "") for path, text in search.tip.read_texts(covers).items())
    for path, text in read_previous_contents(search.repository, changes).items():
        yield path, text, search.merge_base
