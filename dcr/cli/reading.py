"""Provides what the reading commands share: the registry, its history, and how a page is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.cli.messages import print_warning
from dcr.cli.options import LISTING_FORMATS, require_choice
from dcr.cli.pager import show_page
from dcr.cli.progress import Progress
from dcr.cli.terminal import get_page_style, get_style
from dcr.cli.working_folder import get_working_folder
from dcr.errors import UsageError
from dcr.git.changes import WORKTREE
from dcr.git.policies import read_policy
from dcr.git.refs import resolve_commit
from dcr.git.repository import discover_repository
from dcr.git.sides import Side
from dcr.registry.history.facts import Retention
from dcr.registry.snapshot import open_snapshot
from dcr.registry.version_lookup import UNSHALLOW_COMMAND
from dcr.rendering.listings.json_documents import render_json
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dcr.registry.history.replay import UnreadableVersion
    from dcr.registry.history.timeline import History, Revision
    from dcr.registry.snapshot import Snapshot
    from dcr.rendering.style import Style

MAX_LISTED_FILES = 5
"""The number of unreadable files that are named on stderr; `--format json` lists all of them."""


class PageOptions(NamedTuple):
    """The options of every reading command: `--format`, `--color` and `--no-pager`."""

    format: str
    color: str
    no_pager: bool

    def check(self, formats: tuple[str, ...] = LISTING_FORMATS) -> PageOptions:
        """Return the options, before any work is done. Raise `UsageError` if a value is unknown."""
        require_choice("--format", self.format, formats)
        get_style(self.color)
        return self

    def print_page(self, render: Callable[[Style], str], build_document: Callable[[], Mapping[str, Any]]) -> None:
        """Print a page: the JSON document where that is the format, else what `render` returns."""
        if self.format == "json":
            show_page(render_json(build_document()), pager=False)
        else:
            show_page(render(get_page_style(self.color)), pager=not self.no_pager)


def open_registry(ref: str | None) -> Snapshot:
    """Return the registry of the current repository at a ref. The default is the base."""
    return open_snapshot(discover_repository(get_working_folder()), ref)


def open_side(ref: str | None) -> Side:
    """Return the side at a ref. The default is the working tree, or HEAD in a bare repository."""
    repository = discover_repository(get_working_folder())
    if ref is None and repository.top is not None:
        from dcr.lint import read_policy as read_worktree_policy

        return Side(repository, WORKTREE, WORKTREE, read_worktree_policy(repository.top)[0])
    commit = resolve_commit(repository, ref or "HEAD", option="--ref ")
    return Side(repository, commit, ref or "HEAD", read_policy(repository, commit))


def read_history(snapshot: Snapshot, dataset_id: str | None = None, *, with_contracts: bool = False) -> History:
    """Read the history of one dataset or all. Warn if the clone is shallow or no contract was found.

    `with_contracts` keeps the contracts in memory that the command compares later.
    """
    if with_contracts:
        is_kept = (lambda _: True) if dataset_id is None else dataset_id.__eq__
        retention = Retention(is_kept, last_versions=dataset_id is not None)
    with Progress() as progress:
        progress("reading the history")
        history = snapshot.read_history(dataset_id, progress, retention if with_contracts else None, jobs=None)
    if not history.is_complete:
        print_warning(
            "this clone is shallow: its history before the first commit is unknown", f"run: {UNSHALLOW_COMMAND}"
        )
    if dataset_id is None and not history.list_datasets():
        commit = f"'{snapshot.ref}' ({history.commit[:10]})"
        print_warning(
            f"no contract found at {commit} or in its history; scope: {snapshot.scope}",
            "check the working tree with dcr lint, or read another commit with --ref REF; to see what a contract is: "
            "dcr schema contract",
        )
    return history


def warn_unreadable(versions: Sequence[UnreadableVersion]) -> None:
    """Print a warning for each file that could not be read, with the commit that wrote it."""
    for version in versions[:MAX_LISTED_FILES]:
        print_warning(f"cannot read '{version.path}' at {version.commit.id[:10]}: {version.message}")
    if len(versions) > MAX_LISTED_FILES:
        print_warning(f"cannot read {len(versions) - MAX_LISTED_FILES} more files: --format json lists them")


def get_revisions(snapshot: Snapshot, history: History, dataset_id: str) -> list[Revision]:
    """Return the revisions of a dataset. Raise `UsageError`, with a suggestion, if it never existed."""
    revisions = history.list_revisions(dataset_id)
    if not revisions:
        known = snapshot.read_history().list_datasets()
        hint = format_suggestion(dataset_id, known) or "dcr datasets lists all datasets"
        where = f"at '{snapshot.ref}' or in its history"
        if not history.is_complete:
            where += ", as far as this shallow clone goes"
        raise UsageError(f"dataset '{dataset_id}' does not exist {where}", hint)
    return revisions
