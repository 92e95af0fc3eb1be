"""Builds a site in a folder: one pass over the datasets, and only the pages that changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.history import list_first_parents, require_full_history
from dcr.git.sides import Side
from dcr.registry.datasets import list_datasets
from dcr.registry.usage import read_usage
from dcr.report.policy_issues import get_today
from dcr.site.assets import get_assets
from dcr.site.consumer_pages import ConsumerPages
from dcr.site.keys import compute_dataset_key, compute_site_key
from dcr.site.links import (
    ASSETS,
    COMPARISONS,
    CONSUMER_PAGES,
    CONSUMERS,
    DATASETS,
    FileLinks,
    get_comparison_path,
    get_dataset_path,
)
from dcr.site.manifest import (
    NAME,
    DatasetRecord,
    FileRecord,
    Manifest,
    format_manifest,
)
from dcr.site.output_folder import OutputFolder
from dcr.site.pages import build_search_entry, build_search_text, render_comparison, render_dataset
from dcr.site.shared_pages import SharedPages
from dcr.site.site_writer import SiteWriter, read_manifest, require_own_files
from dcr.site.views.audit import transition_to_json
from dcr.site.views.consumers import DeclaredConsumers
from dcr.site.views.dataset import list_unreadable, read_datasets
from dcr.site.views.registry import read_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dcr.registry.datasets import Dataset
    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Snapshot
    from dcr.site.views.dataset import DatasetView

PROGRESS_INTERVAL = 100
"""The number of datasets between two notes of progress."""


class SiteResult(NamedTuple):
    """The counts of a build: datasets on the site, and files written, left as they were, and removed."""

    datasets: int
    written: int
    unchanged: int
    removed: int


def build_site(
    snapshot: Snapshot,
    history: History,
    out: str,
    base_url: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> SiteResult:
    """Write the pages of a registry to a folder, and remove the files that dcr wrote there and that are not needed.

    Raise `SiteFolderError` for a folder with other files in it, `UnwritableSiteError` if a file cannot be written, and
    `ShallowHistoryError` in a shallow clone.
    """
    require_full_history(snapshot.repository, "a site")
    with OutputFolder(out) as folder:
        before = read_manifest(folder)
        present = {
            path: size
            for name in ("", DATASETS, COMPARISONS, CONSUMER_PAGES, ASSETS)
            for path, size in folder.list_sizes(name).items()
        }
        writer = SiteWriter(folder, before, present)
        datasets = list_datasets(history)
        consumers = read_declared_consumers(snapshot, datasets)
        build = _Build(snapshot, history, consumers, base_url, progress)
        site_key = compute_site_key(snapshot, base_url, has_consumers=not consumers.is_empty)
        keys = {each.facts.dataset_id: build.compute_key(site_key, each) for each in datasets}
        consumer_pages = ConsumerPages(consumers, site_key, before.pages, writer)
        stale = [each for each in datasets if not _is_current(each, keys, before, writer)]
        records = {
            dataset_id: record
            for dataset_id, record in before.datasets.items()
            if dataset_id in keys and record.key == keys[dataset_id]
        }
        paths = [*_list_paths(stale), *consumer_pages.stale_paths, *([] if consumers.is_empty else [CONSUMERS])]
        require_own_files(folder, before, present, paths)
        if stale or consumer_pages.stale_paths:
            _record_intent(folder, before, paths, stale, records)
            for each in stale:
                records.pop(each.facts.dataset_id, None)
        for dataset_id, record in records.items():
            writer.keep(get_dataset_path(dataset_id))
            if record.has_comparison:
                writer.keep(get_comparison_path(dataset_id))
        for asset in get_assets().values():
            writer.write(f"{ASSETS}/{asset.file_name}", asset.content)
        _write_datasets(build, stale, keys, writer, records)
        consumer_pages.write(history, base_url)
        shared = SharedPages(
            read_registry(snapshot, history),
            records,
            consumers,
            list_first_parents(snapshot.repository, snapshot.commit),
            base_url,
        )
        pages = {**shared.write(site_key, before.pages, writer), **consumer_pages.keys}
        removed = [path for path in before.files if path not in writer.files]
        for path in removed:
            folder.remove(path)
        after = format_manifest(Manifest(snapshot.commit, writer.files, pages, records))
        if folder.read(NAME) != after:
            folder.write(NAME, after)
    return SiteResult(len(datasets), writer.written, len(writer.files) - writer.written, len(removed))


def read_declared_consumers(snapshot: Snapshot, datasets: Iterable[Dataset]) -> DeclaredConsumers:
    """Return the consumers that a commit declares. Raise a `DcrError` if they cannot be read."""
    side = Side(snapshot.repository, snapshot.commit, snapshot.ref, snapshot.policy)
    return DeclaredConsumers(read_usage(side), datasets, get_today())


class _Build(NamedTuple):
    snapshot: Snapshot
    history: History
    consumers: DeclaredConsumers
    base_url: str
    progress: Callable[[str], None]

    def compute_key(self, site_key: str, dataset: Dataset) -> str:
        uses = self.consumers.find_uses(dataset.facts.dataset_id)
        return compute_dataset_key(site_key, self.history, dataset, list_unreadable(self.history, dataset), uses)

    def create_links(self, path: str) -> FileLinks:
        return FileLinks(path, self.base_url, has_consumers=not self.consumers.is_empty)


def _is_current(dataset: Dataset, keys: Mapping[str, str], before: Manifest, writer: SiteWriter) -> bool:
    dataset_id = dataset.facts.dataset_id
    known = before.datasets.get(dataset_id)
    return (
        known is not None
        and known.key == keys[dataset_id]
        and writer.is_intact(get_dataset_path(dataset_id))
        and (not known.has_comparison or writer.is_intact(get_comparison_path(dataset_id)))
    )


def _list_paths(datasets: Iterable[Dataset]) -> list[str]:
    ids = [each.facts.dataset_id for each in datasets]
    return [path for each in ids for path in (get_dataset_path(each), get_comparison_path(each))]


def _record_intent(
    folder: OutputFolder,
    before: Manifest,
    paths: Iterable[str],
    stale: Iterable[Dataset],
    records: Mapping[str, DatasetRecord],
) -> None:
    """Record the files that are about to be written, so that the run after an aborted one may replace them."""
    unwritten = FileRecord(-1, "")
    files = {**dict.fromkeys(paths, unwritten), **before.files}
    left = {each.facts.dataset_id for each in stale}
    kept = {dataset_id: record for dataset_id, record in records.items() if dataset_id not in left}
    folder.write(NAME, format_manifest(Manifest("", files, {}, kept)))


def _write_datasets(
    build: _Build,
    stale: list[Dataset],
    keys: Mapping[str, str],
    writer: SiteWriter,
    records: dict[str, DatasetRecord],
) -> None:
    views = read_datasets(build.snapshot, build.history, stale, build.consumers.find_uses)
    for number, view in enumerate(views):
        if number % PROGRESS_INTERVAL == 0:
            build.progress(f"writing {number:,} of {len(stale):,} datasets")
        dataset_id = view.row.dataset_id
        path = get_dataset_path(dataset_id)
        links = build.create_links(path)
        writer.write(path, render_dataset(view, links).encode("ascii"))
        if view.comparison is not None:
            path = get_comparison_path(dataset_id)
            writer.write(path, render_comparison(view, build.create_links(path)).encode("ascii"))
        records[dataset_id] = _build_record(view, keys[dataset_id], links)


def _build_record(view: DatasetView, key: str, links: FileLinks) -> DatasetRecord:
    transitions = json.dumps([transition_to_json(each) for each in view.transitions]) if view.transitions else ""
    entry = build_search_entry(view.row, links, *build_search_text(view))
    return DatasetRecord(key, entry, view.comparison is not None, transitions, view.transition_count)
