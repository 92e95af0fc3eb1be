"""Tell what changed between two refs or versions: by the bump it owes, in words to release by.

A..B compares two commits, A alone that commit with the working tree (in a bare repository, with HEAD); nothing at
all compares the merge-base with the base. DATASET@1.0.0..2.0.0 compares two versions, DATASET@1.0.0 alone that one with
the latest.
"""

import contextlib
from typing import Annotated

import typer

from dcr.cli.output import COLORS, Progress, complete_with, get_working_folder
from dcr.cli.reading import (
    check_format_and_color,
    get_dataset_states,
    get_page_style,
    print_warning,
    read_history_with_warnings,
    show_page,
)
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
from dcr.rendering.listings.json_documents import render_json
from dcr.rendering.listings.page import format_day
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr diff v1.0.0..main --format markdown"
_FORMATS = ("table", "json", "markdown")


def diff(
    refs: Annotated[
        str | None,
        typer.Argument(help="Also DATASET@V[..V], or a dataset alone.", metavar="A[..B]"),
    ] = None,
    dataset: Annotated[
        str | None, typer.Argument(help="Only this dataset; or the other version.", metavar="DATASET")
    ] = None,
    ref: Annotated[
        str | None, typer.Option(help="Commit whose history has the versions. Default: the base.", metavar="REF")
    ] = None,
    format: Annotated[  # noqa: A002 (the option's name)
        str,
        typer.Option(
            "--format",
            "-f",
            help=f"One of: {', '.join(_FORMATS)}.",
            metavar="FORMAT",
            autocompletion=complete_with(*_FORMATS),
        ),
    ] = "table",
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Print a long page as it is.")] = False,
    color: Annotated[
        str, typer.Option(help=f"One of: {', '.join(COLORS)}.", metavar="WHEN", autocompletion=complete_with(*COLORS))
    ] = "auto",
) -> None:
    """Print to stdout."""
    check_format_and_color(format, color, _FORMATS)
    repository = discover_repository(get_working_folder())
    versions = _parse_versions(repository, refs, dataset) if refs is not None else None
    if versions is not None:
        log = _compare_versions(repository, versions, ref)
    elif ref is not None:
        raise UsageError("--ref says whose history has the versions", "name two of them: dcr diff ID@1.0.0..2.0.0")
    else:
        log = _compare_refs(repository, refs, dataset)
    for each in log.unread:
        print_warning(f"not compared: '{each.path}' could not be read ({each.side} side, {each.message})")
    if format == "json":
        show_page(render_json(document(log)), pager=False)
    else:
        show_page(
            render_markdown(log) if format == "markdown" else render(log, get_page_style(color)), pager=not no_pager
        )


def _parse_versions(repository: Repository, refs: str, second: str | None) -> tuple[VersionSpec, VersionSpec] | None:
    """Return the two versions that are meant: `ID@1.0.0`, `ID@1.0.0 2.0.0` or `ID@1.0.0..2.0.0`; None for refs."""
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
    other = parse_version_spec(second)
    return first, other if other.version or not second[:1].isdigit() else VersionSpec(first.dataset_id, second)


def _compare_versions(repository: Repository, versions: tuple[VersionSpec, VersionSpec], ref: str | None) -> Changelog:
    opened = open_snapshot(repository, ref)
    first, other = versions
    if other.dataset_id != first.dataset_id:
        raise UsageError(
            f"'{first.dataset_id}' and '{other.dataset_id}' are two datasets", "compare versions of one dataset"
        )
    history = read_history_with_warnings(opened, first.dataset_id, compares=True)
    get_dataset_states(opened, history, first.dataset_id)
    sides = [get_version(history, named) for named in (first, other)]
    for side in sides:
        for each in side.other_releases:
            commit = each.first.commit
            print_warning(f"version '{each.version}' has another content, of {format_day(commit.date)} in {commit.id[:10]}; the newest"
                 " is compared")  # fmt: skip
    previous, proposed = history.read_contracts([side.revision for side in sides])
    entry = build_entry(previous, proposed, opened.policy.get_mode(first.dataset_id))
    before, after = (f"{first.dataset_id}@{each.version if each else ''}" for each in (previous, proposed))
    return Changelog(before, after, (entry,), about=first.dataset_id)


def _compare_refs(repository: Repository, refs: str | None, dataset: str | None) -> Changelog:
    before, after, names, dataset = _resolve_refs(repository, refs, dataset)
    progress = Progress()
    try:
        progress("comparing")
        found = compare_commits(repository, before, after)
    finally:
        progress.finish()
    ids = {each.dataset_id for each in (*found.previous, *found.proposed)}
    entries = tuple(list_entries(found.previous, found.proposed, [(each, found.policy.get_mode(each)) for each in ids]))
    if dataset is not None:
        entries = tuple(each for each in entries if each.dataset_id == dataset)
        if not entries:
            _require_dataset(repository, dataset, before, after, names)
    return Changelog(*names, entries, found.unreadable, dataset)


def _resolve_refs(
    repository: Repository, refs: str | None, dataset: str | None
) -> tuple[str, str, tuple[str, str], str | None]:
    """Return both sides, their names, and the dataset that is meant; a lone word that is no ref is a dataset."""
    here, name = (resolve_commit(repository, "HEAD"), "HEAD") if repository.is_bare else (WORKTREE, "the working tree")
    if refs is not None and ".." in refs:
        first, _, second = refs.partition("..")
        if second.startswith("."):
            raise UsageError(f"'{refs}' has three dots", f"write {first}..{second.lstrip('.')}")
        names = (first or "HEAD", second or "HEAD")
        before, after = (resolve_commit(repository, each, option="") for each in names)
        return before, after, names, dataset
    if refs is not None:
        try:
            return resolve_commit(repository, refs, option=""), here, (refs, name), dataset
        except BadRefError:
            if dataset is not None:
                raise
            dataset = refs
    base = resolve_base(repository, None, WORKTREE)
    if base.other_merge_bases:
        raise UsageError(
            f"'{base.ref}' and the head have {len(base.merge_bases)} merge bases (a criss-cross merge)",
            f"name one: dcr diff {base.merge_base[:12]}",
        )
    return base.merge_base, here, (base.ref, name), dataset


def _require_dataset(repository: Repository, dataset: str, before: str, after: str, names: tuple[str, str]) -> None:
    """Raise unless a dataset in which nothing differs is there at all."""
    opened = open_snapshot(repository, before)
    if opened.read_history(dataset).find_current(dataset) is not None:
        return
    if after != WORKTREE and open_snapshot(repository, after).read_history(dataset).find_current(dataset) is not None:
        return
    known = opened.read_history().list_datasets()
    if dataset in known:
        raise UsageError(f"'{dataset}' was gone before '{names[0]}'", f"dcr log {quote_for_shell(dataset)} tells when")
    with contextlib.suppress(BadRefError):
        resolve_commit(repository, dataset, option="")
        raise UsageError(
            f"'{dataset}' is a ref, and no dataset on either side",
            f"dcr diff {quote_for_shell(f'{names[0]}..{dataset}')}",
        )
    raise UsageError(
        f"'{dataset}' is no ref, and no dataset on either side",
        format_suggestion(dataset, known) or "dcr datasets lists those there are",
    )
