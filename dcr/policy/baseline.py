"""Reads and writes baselines: files that list known issues, which dcr no longer reports.

An entry identifies an issue by its fingerprint, which does not depend on lines, versions and unrelated text. The other
values are for readers of the file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.compatibility.issue import IssueAcceptance
from dcr.compatibility.severities import INFO
from dcr.errors import DcrError
from dcr.policy.policy_application import NEVER_ACCEPTED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.compatibility.issue import Issue

SCHEMA_VERSION = 1
_ABOUT = "Known issues, written by dcr {by} --write-baseline. After fixing an issue, write this file again."
_TEXTS = ("dataset", "path", "field", "message")


class BaselineError(DcrError):
    """A baseline does not exist, or was not written by dcr."""


class BaselineEntry(NamedTuple):
    """One known issue; `by` is the command that found it, and `fingerprint` identifies it."""

    by: str
    fingerprint: str
    kind: str
    dataset: str | None
    path: str | None
    field: str | None
    message: str

    @property
    def key(self) -> tuple[str, str]:
        """The kind and fingerprint by which an issue is matched."""
        return self.kind, self.fingerprint


class Baseline(NamedTuple):
    """The known issues: `merged` were in the file before this change, `added` are new in it.

    With `keeps_reached`, no entry applies to an issue that reaches consumers: these have to accept it.
    """

    name: str
    merged: frozenset[tuple[str, str]]
    added: frozenset[tuple[str, str]] = frozenset()
    keeps_reached: bool = False

    def filter_issue(self, issue: Issue) -> Issue | None:
        """Return None for an issue in the merged baseline, and an accepted issue for one that this change adds to it.

        This change cannot add a kind that cannot be accepted.
        """
        key = (issue.kind, issue.fingerprint)
        if issue.accepted is not None or (self.keeps_reached and issue.consumers):
            return issue
        if key in self.merged:
            return None
        if key not in self.added or issue.kind in NEVER_ACCEPTED:
            return issue
        return issue._replace(
            severity=INFO, accepted=IssueAcceptance(f"added to {self.name} by this change", issue.severity)
        )


def parse_baseline(name: str, content: bytes) -> tuple[BaselineEntry, ...]:
    """Return the entries of a baseline file. Raise `BaselineError` for anything that dcr would not write."""
    try:
        document = json.loads(content.decode("utf-8"))
    except ValueError as error:
        raise BaselineError(f"invalid JSON in baseline '{name}': {error}", _build_rewrite_hint(name)) from error
    if not isinstance(document, dict) or document.get("schema_version") != SCHEMA_VERSION:
        raise BaselineError(
            f"baseline '{name}' does not have schema_version {SCHEMA_VERSION}", _build_rewrite_hint(name)
        )
    entries = document.get("issues")
    if not isinstance(entries, list):
        raise BaselineError(f"baseline '{name}' does not have a list of issues", _build_rewrite_hint(name))
    return tuple(_parse_entry(name, number, entry) for number, entry in enumerate(entries, start=1))


def _parse_entry(name: str, number: int, entry: Any) -> BaselineEntry:
    values = entry if isinstance(entry, dict) else {}
    for key in ("by", "fingerprint", "kind"):
        if not isinstance(values.get(key), str):
            raise BaselineError(f"entry {number} of baseline '{name}' does not have '{key}'", _build_rewrite_hint(name))
    dataset, path, field, message = (str(values[key]) if key in values else None for key in _TEXTS)
    return BaselineEntry(values["by"], values["fingerprint"], values["kind"], dataset, path, field, message or "")


def _build_rewrite_hint(name: str) -> str:
    return f"rewrite it: dcr check --baseline {name} --write-baseline"


def create_entries(by: str, issues: Iterable[tuple[str | None, str | None, Issue]]) -> tuple[BaselineEntry, ...]:
    """Return an entry for each issue that is not accepted; `issues` come with their dataset and path."""
    entries = {
        (issue.kind, issue.fingerprint): BaselineEntry(
            by, issue.fingerprint, issue.kind, dataset, path, issue.field, issue.message
        )
        for dataset, path, issue in issues
        if issue.severity != INFO and issue.accepted is None
    }
    return tuple(entries.values())


def merge_entries(
    by: str, old: Iterable[BaselineEntry], new: Iterable[BaselineEntry], *, whole: bool
) -> tuple[BaselineEntry, ...]:
    """Return the entries of a baseline after a run: the new ones, and old ones that the run could not find.

    A run cannot find the entries of the other command. If it was limited to some paths, it is not `whole`, and all
    old entries are kept.
    """
    kept = (entry for entry in old if not whole or entry.by != by)
    return tuple({entry.key: entry for entry in (*kept, *new)}.values())


def render_baseline(by: str, entries: Iterable[BaselineEntry]) -> str:
    """Return the text of a baseline, sorted so that diffs are small."""
    ordered = sorted(entries, key=lambda entry: (entry.dataset or "", entry.path or "", entry.by, *entry.key))
    issues = [{key: value for key, value in entry._asdict().items() if value is not None} for entry in ordered]
    document = {"about": _ABOUT.format(by=by), "schema_version": SCHEMA_VERSION, "issues": issues}
    return json.dumps(document, indent=2) + "\n"
