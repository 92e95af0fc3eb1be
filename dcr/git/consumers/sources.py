"""Lists the kinds of files that may declare uses of some datasets, each with the words to search for."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.dbt_projects import CODE_SUFFIXES
from dcr.consumers.declaration_paths import (
    AGREEMENT_SUFFIXES,
    PROPERTY_SUFFIXES,
    is_agreement_path,
    may_be_agreement_path,
)
from dcr.git.contracts.text_search import MAX_SEARCHED_IDS, list_search_words
from dcr.git.objects import MAX_BLOB_BYTES
from dcr.policy.detection import ESCAPE_PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dcr.consumers.dataset_index import SearchedDataset
    from dcr.consumers.dbt_projects import DbtProjects
    from dcr.policy.scope import Scope

_DBT_KEYS = (b"exposures", b"semantic_models", b"snapshots", b"metrics")
_AGREEMENT_KEYS = (b"dataUsageAgreementSpecification",)


class Source(NamedTuple):
    """A kind of files that may declare consumers.

    `words` are the search words of each dataset that such files may use; files at `own_paths` need none of them.
    `keys` are words of which each file that declares a consumer contains one; without them, each file counts.
    `own_keys` are words of files that exist to declare consumers. `pathspecs` cover the files; without them, all
    files are searched. `filter_many` filters many paths faster than `covers`.
    """

    covers: Callable[[str], bool]
    words: Mapping[str, tuple[bytes, ...]]
    keys: tuple[bytes, ...] = ()
    own_keys: tuple[bytes, ...] = ()
    pathspecs: tuple[str, ...] = ()
    own_paths: frozenset[str] = frozenset()
    filter_many: Callable[[Sequence[str]], list[str]] | None = None

    def filter_paths(self, paths: Sequence[str]) -> list[str]:
        """Return the paths of such files."""
        return self.filter_many(paths) if self.filter_many else [path for path in paths if self.covers(path)]

    def may_declare(self, text: bytes) -> bool:
        """Return whether a text may declare a consumer."""
        return not self.keys or any(key in text for key in (*self.keys, *ESCAPE_PREFIXES))

    def list_search_words(self) -> list[bytes]:
        """Return words of which each file that uses one of the datasets contains one; none to read every file."""
        if len(self.words) > MAX_SEARCHED_IDS:
            return [*self.keys, *ESCAPE_PREFIXES] if self.keys else []
        return [*dict.fromkeys(word for words in self.words.values() for word in words), *ESCAPE_PREFIXES]

    def may_mention(self, path: str, text: bytes | None) -> bool:
        """Return whether a file may mention one of the datasets; a conflict may mention any."""
        return path in self.own_paths or len(self.words) > MAX_SEARCHED_IDS or bool(self.list_mentioned(text))

    def list_mentioned(self, text: bytes | None) -> list[str]:
        """Return the datasets that a text may mention, however it is written; all if it cannot be searched."""
        if text is None or not is_searchable(text):
            return sorted(self.words)
        has_escape = any(prefix in text for prefix in ESCAPE_PREFIXES)
        return sorted(
            dataset_id for dataset_id, words in self.words.items() if has_escape or any(word in text for word in words)
        )


def list_sources(
    consumer_scope: Scope, contract_scope: Scope, projects: DbtProjects, datasets: Sequence[SearchedDataset] = ()
) -> tuple[Source, ...]:
    """Return the kinds of files that may declare consumers, with the search words of some datasets."""
    words = {dataset.dataset_id: _list_words(dataset) for dataset in datasets}
    consumer_files = Source(
        consumer_scope.matches_globs,
        words,
        own_keys=(b"uses", *_AGREEMENT_KEYS, *_DBT_KEYS),
        pathspecs=build_pathspecs(consumer_scope.globs),
        filter_many=consumer_scope.filter_paths,
    )
    agreements = Source(
        lambda path: is_agreement_path(path) and not consumer_scope.matches_globs(path),
        words,
        _AGREEMENT_KEYS,
        own_keys=_AGREEMENT_KEYS,
        pathspecs=list_pathspecs(AGREEMENT_SUFFIXES),
        filter_many=lambda paths: [
            path
            for path in (paths if may_be_agreement_path("\n".join(paths)) else ())
            if is_agreement_path(path) and not consumer_scope.matches_globs(path)
        ],
    )
    models = {dataset.dataset_id: _list_model_words(dataset) for dataset in datasets if dataset.model_names}
    properties = Source(
        projects.covers_properties,
        models,
        _DBT_KEYS,
        own_keys=(b"exposures",),
        pathspecs=list_pathspecs(PROPERTY_SUFFIXES),
    )
    code = Source(projects.covers_code, models, keys=(b"ref",), pathspecs=list_pathspecs(CODE_SUFFIXES))
    odcs = {
        dataset.dataset_id: tuple(f"{basename(path)}#".encode("utf-8", "surrogateescape") for path in dataset.paths)
        for dataset in datasets
        if dataset.has_format("odcs")
    }
    contracts = Source(
        contract_scope.covers,
        odcs,
        keys=(b"relationships",),
        pathspecs=contract_scope.pathspecs,
        own_paths=frozenset(path for dataset in datasets if dataset.dataset_id in odcs for path in dataset.paths),
    )
    return consumer_files, agreements, properties, code, contracts


def may_mention_dataset(text: bytes | None, dataset_id: str) -> bool:
    """Return whether a text may contain the id of a dataset; a conflict may."""
    return Source(lambda _: True, {dataset_id: _list_id_words([dataset_id])}).may_mention("", text)


def is_searchable(text: bytes) -> bool:
    """Return whether a text is complete and in the encoding in which it is searched."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return len(text) < MAX_BLOB_BYTES


def build_pathspecs(globs: Sequence[str]) -> tuple[str, ...]:
    """Return git pathspecs that match the same paths, or none: git reads `**` next to other characters as `*`."""
    if any("**" in part and part != "**" for glob in globs for part in glob.split("/")):
        return ()
    return tuple(f":(top,glob){glob}" for glob in globs)


def list_pathspecs(suffixes: Iterable[str]) -> tuple[str, ...]:
    """Return git pathspecs for the files with some suffixes."""
    return tuple(f":(top,glob)**/*{suffix}" for suffix in suffixes)


def _list_words(dataset: SearchedDataset) -> tuple[bytes, ...]:
    """Return the words for files that may name a dataset, its contract or its dbt model."""
    names = [dataset.dataset_id, *([dataset.contract_id] if dataset.contract_id else [])]
    return tuple(dict.fromkeys((*_list_id_words(names), *_list_model_words(dataset))))


def _list_id_words(ids: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(word for word in list_search_words(ids) if word not in ESCAPE_PREFIXES)


def _list_model_words(dataset: SearchedDataset) -> tuple[bytes, ...]:
    names = {name.rpartition(".v")[0] or name for name in dataset.model_names}
    return tuple(name.encode("utf-8", "surrogateescape") for name in sorted(names))
