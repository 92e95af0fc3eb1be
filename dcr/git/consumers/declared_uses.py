"""Finds the declared uses of datasets, in the proposed version, at the merge base and at the base's tip.

A declaration counts wherever it is, so that a change cannot remove the one that it breaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.consumer import UNKNOWN_READS, Consumer, DeclaredUse, Use
from dcr.consumers.readers import UNREADABLE, read_consumers
from dcr.git.command import GitFailedError
from dcr.git.contracts.changed_files import read_previous_contents
from dcr.git.contracts.text_search import MAX_SEARCHED_IDS, list_search_words, search_paths
from dcr.git.objects import list_tree, read_blobs
from dcr.git.proposed_contents import read_proposed_contents
from dcr.parsing.location import SourceNode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from dcr.consumers.consumer import ParsedConsumers
    from dcr.git.consumers.search import ConsumerSearch

DeclaredUses = dict[str, tuple[DeclaredUse, ...]]
"""The declared uses of datasets by dataset id; those of the proposed version come first."""

_CONSUMER_WORDS = (b"uses", b"dataUsageAgreementSpecification")


class ConsumerFile(NamedTuple):
    """A file that may declare consumers; `commit` is the merge base if the proposed version lacks the file's text."""

    parsed: ParsedConsumers
    text: bytes
    commit: str = ""


def find_declared_uses(search: ConsumerSearch, ids: Collection[str]) -> DeclaredUses | None:
    """Return the declared uses of some datasets, or None if the repository declares no consumers.

    A file that mentions a dataset and cannot be read counts as a use of all of it. Raise a `DcrError` if git fails.
    """
    changes = [change for change in search.change_set.changes if search.scope.matches_globs(change.path)]
    changed_paths = {change.path for change in changes}
    all_paths = search.scope.filter_paths(search.change_set.paths)
    unchanged_paths = [path for path in all_paths if path not in changed_paths]
    words = list_search_words(ids) if len(ids) <= MAX_SEARCHED_IDS else []
    proposed = read_proposed_contents(search.repository, changes)
    files = [
        *_parse(proposed),
        *_parse(search_unchanged_texts(search, unchanged_paths, words)),
        *_parse(search.tip.read_texts(search.scope.matches_globs)),
        *_parse(read_previous_contents(search.repository, changes), search.merge_base),
    ]
    uses: dict[str, list[DeclaredUse]] = {}
    for file in files:
        for declared in list_uses(file, set(ids)):
            uses.setdefault(declared.use.dataset_id, []).append(declared)
    if not uses and not any(file.parsed.consumers for file in files):
        others = search_unchanged_texts(search, unchanged_paths, _CONSUMER_WORDS) if words else {}
        if not any(file.parsed.consumers for file in _parse(others)):
            return None
    return {dataset_id: tuple(uses.get(dataset_id, ())) for dataset_id in ids}


def _parse(texts: Mapping[str, bytes | str], commit: str = "") -> Iterator[ConsumerFile]:
    for path, text in texts.items():
        if isinstance(text, bytes):  # a link or a submodule declares nothing
            yield ConsumerFile(read_consumers(path, text), text, commit)


def search_unchanged_texts(search: ConsumerSearch, paths: Sequence[str], words: Sequence[bytes]) -> dict[str, bytes]:
    """Return the texts of those unchanged files that contain one of the words; of all files without words.

    Raise a `DcrError` if git fails.
    """
    git, commit = search.repository.git, search.merge_base

    def read_texts(requested: Sequence[str]) -> dict[str, bytes]:
        ids = list_tree(git, commit, requested)
        if not all(path in ids for path in requested):
            raise GitFailedError(
                "two listings of files by git differ", "run it again, while no other program adds files"
            )
        regular = [path for path in requested if ids[path]]
        blobs = read_blobs(git, (ids[path] for path in regular))
        return {path: blobs[ids[path]] for path in regular}

    if not paths:
        return {}
    if not words:
        return read_texts(paths)
    pathspecs = tuple(f":(top,glob){glob}" for glob in search.scope.globs)
    return read_texts(search_paths(git, commit, words, paths, pathspecs=pathspecs, read_texts=read_texts))


def list_uses(file: ConsumerFile, ids: Collection[str]) -> Iterator[DeclaredUse]:
    """Yield the uses of some datasets that a file declares. An unreadable file uses those that it mentions."""
    for consumer in file.parsed.consumers:
        for use in consumer.uses:
            if use.dataset_id in ids:
                yield DeclaredUse(consumer, use, file.commit)
    if any(problem.is_fatal for problem in file.parsed.problems):
        yield from list_possible_uses(file, ids)


def list_possible_uses(file: ConsumerFile, ids: Iterable[str]) -> Iterator[DeclaredUse]:
    """Yield a use of each dataset that an unreadable file mentions."""
    path = file.parsed.path
    unknown = Consumer(path, (), (), source=UNREADABLE, section=SourceNode(path, None))
    for dataset_id in sorted(ids):
        if any(word in file.text for word in list_search_words([dataset_id])):
            yield DeclaredUse(unknown, Use(dataset_id, reads=UNKNOWN_READS), file.commit)
