"""List the changes between two refs or versions: grouped by required bump, as for release notes.

A..B compares two commits. A alone compares A with the working tree, or with HEAD in a bare repository. Without
arguments, dcr compares the merge base with the working tree. DATASET@1.0.0..2.0.0 compares two versions;
DATASET@1.0.0 alone compares that version with the latest.
"""

import contextlib
from typing import Annotated

import typer

from dcr.cli.messages import print_note, print_warning
from dcr.cli.options import ColorOption, NoPagerOption, format_option
from dcr.cli.pager import show_page
from dcr.cli.progress import Progress
from dcr.cli.reading import PageOptions, get_revisions, read_history, warn_unreadable
from dcr.cli.working_folder import get_working_folder
from dcr.errors import UsageError, quote_for_shell
from dcr.git.base.resolution import resolve_base
from dcr.git.changes import WORKTREE
from dcr.git.refs import BadRefError, resolve_commit
from dcr.git.repository import Repository, discover_repository
from dcr.registry.changelog import build_entry, list_entries
from dcr.registry.comparison import compare_commits
from dcr.registry.snapshot import open_snapshot
from dcr.registry.version_lookup import VersionSpec, get_version, parse_version_spec
from dcr.rendering.listings.changelog import Changelog, document, render, render_markdown
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr diff v1.0.0..main --format markdown"
_FORMATS = ("table", "json", "markdown")


def diff(
    refs: Annotated[
        str | None, typer.Argument(help="Two refs; or DATASET@V[..V], or a dataset.", metavar="A[..B]")
    ] = None,
    dataset: Annotated[
        str | None, typer.Argument(help="Compare only this dataset; or the second version.", metavar="DATASET")
    ] = None,
    ref: Annotated[
        str | None,
        typer.Option(help="Look for the versions in the history of this commit. Default: the base.", metavar="REF"),
    ] = None,
    format: Annotated[str, format_option(_FORMATS)] = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the changes to stdout."""
    page = PageOptions(format, color, no_pager).check(_FORMATS)
    repository = discover_repository(get_working_folder())
    versions = _parse_versions(repository, refs, dataset) if refs is not None else None
    if versions is not None:
        changelog = _compare_versions(repository, versions, ref)
    elif ref is not None:
        raise UsageError("--ref requires two versions", "name them: dcr diff ID@1.0.0..2.0.0")
    else:
        changelog = _compare_refs(repository, refs, dataset)
    for file in changelog.unread:
        print_warning(f"'{file.path}' was not compared: cannot read the {file.side} content, {file.message}")
    if format == "markdown":
        show_page(render_markdown(changelog), pager=not no_pager)
    else:
        page.print_page(lambda style: render(changelog, style), lambda: document(changelog))


def _parse_versions(repository: Repository, refs: str, second: str | None) -> tuple[VersionSpec, VersionSpec] | None:
    """Return the two versions in `ID@1.0.0`, `ID@1.0.0 2.0.0` or `ID@1.0.0..2.0.0`; None if they are refs."""
    before, dots, after = refs.partition("..")
    first = parse_version_spec(before)
    if first.version is None or (dots and second is not None):
        return None
    if dots:
        try:
            resolve_commit(repository, before, option="")
        except BadRefError:
            second = after or None
        else:
            return None
    if second is None:
        return first, VersionSpec(first.dataset_id, None)
    spec = parse_version_spec(second)
    return first, spec if spec.version or not second[:1].isdigit() else VersionSpec(first.dataset_id, second)


def _compare_versions(repository: Repository, specs: tuple[VersionSpec, VersionSpec], ref: str | None) -> Changelog:
    snapshot = open_snapshot(repository, ref)
    dataset_id = specs[0].dataset_id
    if specs[1].dataset_id != dataset_id:
        raise UsageError(
            f"'{dataset_id}' and '{specs[1].dataset_id}' are different datasets", "compare versions of one dataset"
        )
    history = read_history(snapshot, dataset_id, with_contracts=True)
    warn_unreadable(history.still_unreadable)
    get_revisions(snapshot, history, dataset_id)
    versions = [get_version(history, spec) for spec in specs]
    for version in versions:
        for release in version.other_releases:
            commit = release.first.commit
            print_note(
                f"version '{release.version}' also had another content, of {commit.day} in "
                f"{commit.id[:10]}; the newest is compared"
            )
    previous, proposed = history.read_contracts([version.revision for version in versions])
    entry = build_entry(previous, proposed, snapshot.policy.get_mode(dataset_id))
    before, after = (f"{dataset_id}@{contract.version if contract else ''}" for contract in (previous, proposed))
    return Changelog(before, after, (entry,), about=dataset_id)


def _compare_refs(repository: Repository, refs: str | None, dataset: str | None) -> Changelog:
    before, after, names, dataset = _resolve_refs(repository, refs, dataset)
    with Progress() as progress:
        progress("comparing")
        comparison = compare_commits(repository, before, after)
    ids = {contract.dataset_id for contract in (*comparison.previous, *comparison.proposed)}
    modes = [(dataset_id, comparison.policy.get_mode(dataset_id)) for dataset_id in ids]
    entries = tuple(list_entries(comparison.previous, comparison.proposed, modes))
    if dataset is not None:
        entries = tuple(entry for entry in entries if entry.dataset_id == dataset)
        if not entries:
            _require_dataset(repository, dataset, before, after, names)
    return Changelog(*names, entries, comparison.unreadable, dataset)


def _resolve_refs(
    repository: Repository, refs: str | None, dataset: str | None
) -> tuple[str, str, tuple[str, str], str | None]:
    """Return the two commits, their names, and the dataset. A single word that is not a ref is a dataset."""
    head, name = (resolve_commit(repository, "HEAD"), "HEAD") if repository.is_bare else (WORKTREE, "the working tree")
    if refs is not None and ".." in refs:
        first, _, second = refs.partition("..")
        if second.startswith("."):
            raise UsageError(f"'{refs}' has three dots", f"write {first}..{second.lstrip('.')}")
        names = (first or "HEAD", second or "HEAD")
        before, after = (resolve_commit(repository, ref, option="") for ref in names)
        return before, after, names, dataset
    if refs is not None:
        try:
            return resolve_commit(repository, refs, option=""), head, (refs, name), dataset
        except BadRefError:
            if dataset is not None:
                raise
            dataset = refs
    base = resolve_base(repository, None, WORKTREE)
    if base.other_merge_bases:
        raise UsageError(
            f"'{base.ref}' and the head have {len(base.merge_bases)} merge bases (a criss-cross merge)",
            f"choose one: dcr diff {base.merge_base[:12]}",
        )
    return base.merge_base, head, (base.ref, name), dataset


def _require_dataset(repository: Repository, dataset: str, before: str, after: str, names: tuple[str, str]) -> None:
    """Raise `UsageError` if a dataset without changes does not exist in either commit."""
    snapshot = open_snapshot(repository, before)
    if snapshot.read_history(dataset).find_current(dataset) is not None:
        return
    if after != WORKTREE and open_snapshot(repository, after).read_history(dataset).find_current(dataset) is not None:
        return
    known = snapshot.read_history().list_datasets()
    if dataset in known:
        raise UsageError(
            f"dataset '{dataset}' was removed before '{names[0]}'", f"dcr log {quote_for_shell(dataset)} shows when"
        )
    with contextlib.suppress(BadRefError):
        resolve_commit(repository, dataset, option="")
        raise UsageError(
            f"'{dataset}' is a ref, but not a dataset in either commit",
            f"dcr diff {quote_for_shell(f'{names[0]}..{dataset}')}",
        )
    raise UsageError(
        f"'{dataset}' is neither a ref nor a dataset in either commit",
        format_suggestion(dataset, known) or "dcr datasets lists all datasets",
    )
