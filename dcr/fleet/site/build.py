"""Builds a site over all repositories of a fleet in a folder, and writes only the files that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.fleet.site.links import FleetFileLinks
from dcr.fleet.site.pages import SHARED_PAGES, list_page_ids, render_dataset
from dcr.fleet.site.views import read_dataset_views
from dcr.index.queries import list_datasets
from dcr.site.assets import get_assets
from dcr.site.build import SiteResult
from dcr.site.links import ASSETS, DATASETS, get_dataset_path
from dcr.site.manifest import NAME, FileRecord, Manifest, format_manifest
from dcr.site.output_folder import OutputFolder
from dcr.site.site_writer import SiteWriter, read_manifest, require_own_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.index.connection import OpenIndex

PROGRESS_INTERVAL = 100
"""The number of datasets between two notes of progress."""


def build_fleet_site(
    index: OpenIndex, out: str, base_url: str = "", progress: Callable[[str], None] = lambda _: None
) -> SiteResult:
    """Write the pages of a fleet to a folder, and remove the files that dcr wrote there and that are not needed.

    Raise `SiteFolderError` for a folder with other files in it, `UnwritableSiteError` if a file cannot be written.
    """
    ids = list_page_ids(list_datasets(index.connection))
    shared = {f"{name}.html": render for name, render in SHARED_PAGES.items()}
    paths = [*shared, *map(get_dataset_path, ids)]
    with OutputFolder(out) as folder:
        before = read_manifest(folder)
        present = {path: size for name in ("", DATASETS, ASSETS) for path, size in folder.list_sizes(name).items()}
        require_own_files(folder, before, present, paths)
        unwritten = dict.fromkeys(paths, FileRecord(-1, ""))
        folder.write(NAME, format_manifest(Manifest("", {**unwritten, **before.files}, {}, {})))
        writer = SiteWriter(folder, before, present)
        for asset in get_assets().values():
            writer.write(f"{ASSETS}/{asset.file_name}", asset.content)
        for number, view in enumerate(read_dataset_views(index, ids)):
            if number % PROGRESS_INTERVAL == 0:
                progress(f"writing {number:,} of {len(ids):,} datasets")
            path = get_dataset_path(view.dataset_id)
            writer.write(path, render_dataset(view, FleetFileLinks(path, base_url)).encode("ascii"))
        for path, render in shared.items():
            writer.write(path, render(index, FleetFileLinks(path, base_url)).encode("ascii"))
        removed = [path for path in before.files if path not in writer.files]
        for path in removed:
            folder.remove(path)
        folder.write(NAME, format_manifest(Manifest("", writer.files, {}, {})))
    return SiteResult(len(ids), writer.written, len(writer.files) - writer.written, len(removed))
