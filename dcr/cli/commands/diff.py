"""Tell what changed between two refs or versions: by the bump it owes, in words to release by.

A..B compares two commits, A alone that commit with the working tree (in a bare repository, with HEAD); nothing at
all compares the merge-base with the base. DATASET@1.0.0..2.0.0 compares two versions, DATASET@1.0.0 alone that one with
the latest.
"""

import contextlib
from typing import Annotated

import typer

from dcr.cli.output import COLORS, Progress, words, working_folder
from dcr.cli.reading import checked, history_at, page_style, show, states_of, tell
from dcr.errors import UsageError, typed
from dcr.git.base.resolution import resolve_base
from dcr.git.changes import WORKTREE
from dcr.git.policies import named_base
from dcr.git.refs import BadRefError, resolve_commit
from dcr.git.repository import Repository, discover
from dcr.registry.changelog import entries_of, entry_of
from dcr.registry.comparison import compare
from dcr.registry.lookup import Named, find, parse
from dcr.registry.snapshot import open_at
from dcr.rendering.listings.changelog import Changelog, document, render, render_markdown
from dcr.rendering.listings.json_documents import render_json
from dcr.rendering.listings.page import format_day
from dcr.text.suggestions import did_you_mean

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
            "--format", "-f", help=f"One of: {', '.join(_FORMATS)}.", metavar="FORMAT", autocompletion=words(*_FORMATS)
        ),
    ] = "table",
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Print a long page as it is.")] = False,
    color: Annotated[
        str, typer.Option(help=f"One of: {', '.join(COLORS)}.", metavar="WHEN", autocompletion=words(*COLORS))
    ] = "auto",
) -> None:
    """Print to stdout."""
    checked(format, color, _FORMATS)
    repository = discover(working_folder())
    versions = _versions(repository, refs, dataset) if refs is not None else None
    if versions is not None:
        log = _between_versions(repository, versions, ref)
    elif ref is not None:
        raise UsageError("--ref says whose history has the versions", "name two of them: dcr diff ID@1.0.0..2.0.0")
    else:
        log = _between_refs(repository, refs, dataset)
    for each in log.unread:
        tell(f"not compared: '{each.path}' could not be read ({each.side} side, {each.message})")
    if format == "json":
        show(render_json(document(log)), pager=False)
    else:
        show(render_markdown(log) if format == "markdown" else render(log, page_style(color)), pager=not no_pager)


def _versions(repository: Repository, refs: str, second: str | None) -> tuple[Named, Named] | None:
    """Return the two versions that are meant: `ID@1.0.0`, `ID@1.0.0 2.0.0` or `ID@1.0.0..2.0.0`; None for refs."""
    before, dots, after = refs.partition("..")
    first = parse(before)
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
        return first, Named(first.dataset_id, None)
    other = parse(second)
    return first, other if other.version or not second[:1].isdigit() else Named(first.dataset_id, second)


def _between_versions(repository: Repository, versions: tuple[Named, Named], ref: str | None) -> Changelog:
    opened = open_at(repository, ref)
    first, other = versions
    if other.dataset_id != first.dataset_id:
        raise UsageError(
            f"'{first.dataset_id}' and '{other.dataset_id}' are two datasets", "compare versions of one dataset"
        )
    history = history_at(opened, first.dataset_id, compares=True)
    states_of(opened, history, first.dataset_id)
    sides = [find(history, named) for named in (first, other)]
    for side in sides:
        for each in side.others:
            commit = each.first.commit
            tell(f"version '{each.version}' has another content, of {format_day(commit.date)} in {commit.id[:10]}; the newest"
                 " is compared")  # fmt: skip
    previous, proposed = history.contracts([side.state for side in sides])
    entry = entry_of(previous, proposed, opened.policy.mode_of(first.dataset_id))
    before, after = (f"{first.dataset_id}@{each.version if each else ''}" for each in (previous, proposed))
    return Changelog(before, after, (entry,), about=first.dataset_id)


def _between_refs(repository: Repository, refs: str | None, dataset: str | None) -> Changelog:
    before, after, names, dataset = _sides(repository, refs, dataset)
    progress = Progress()
    try:
        progress("comparing")
        found = compare(repository, before, after)
    finally:
        progress.done()
    ids = {each.dataset_id for each in (*found.previous, *found.proposed)}
    entries = tuple(entries_of(found.previous, found.proposed, [(each, found.policy.mode_of(each)) for each in ids]))
    if dataset is not None:
        entries = tuple(each for each in entries if each.dataset_id == dataset)
        if not entries:
            _insist_on(repository, dataset, before, after, names)
    return Changelog(*names, entries, found.unread, dataset)


def _sides(
    repository: Repository, refs: str | None, dataset: str | None
) -> tuple[str, str, tuple[str, str], str | None]:
    """Return both sides, their names, and the dataset that is meant; a lone word that is no ref is a dataset."""
    here, name = (resolve_commit(repository, "HEAD"), "HEAD") if repository.bare else (WORKTREE, "the working tree")
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
    base = resolve_base(repository, None, None, lambda at: named_base(repository, at))
    if base.others:
        raise UsageError(
            f"'{base.ref}' and the head have {len(base.merge_bases)} merge bases (a criss-cross merge)",
            f"name one: dcr diff {base.merge_base[:12]}",
        )
    return base.merge_base, here, (base.ref, name), dataset


def _insist_on(repository: Repository, dataset: str, before: str, after: str, names: tuple[str, str]) -> None:
    """Raise unless a dataset in which nothing differs is there at all."""
    opened = open_at(repository, before)
    if opened.history(dataset).current(dataset) is not None:
        return
    if after != WORKTREE and open_at(repository, after).history(dataset).current(dataset) is not None:
        return
    known = opened.history().datasets()
    if dataset in known:
        raise UsageError(f"'{dataset}' was gone before '{names[0]}'", f"dcr log {typed(dataset)} tells when")
    with contextlib.suppress(BadRefError):
        resolve_commit(repository, dataset, option="")
        raise UsageError(
            f"'{dataset}' is a ref, and no dataset on either side", f"dcr diff {typed(f'{names[0]}..{dataset}')}"
        )
    raise UsageError(
        f"'{dataset}' is no ref, and no dataset on either side",
        did_you_mean(dataset, known) or "dcr datasets lists those there are",
    )
