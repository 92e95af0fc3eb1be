"""The baseline: issues that were there when dcr came, listed in a file so that they need no mending today.

An entry names one issue by its fingerprint, which stays while lines, versions and unrelated text change. The rest
of it is for people who read the file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.compatibility.issue import IssueAcceptance
from dcr.compatibility.severities import INFO
from dcr.errors import DcrError
from dcr.policy.issue_adjustment import NEVER_ACCEPTED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.compatibility.issue import Issue

SCHEMA_VERSION = 1
_ABOUT = "Issues that were known when this was written, by dcr {by} --write-baseline. Mend one, and write it anew."
_TEXTS = ("dataset", "path", "field", "message")


class BaselineError(DcrError):
    """A baseline is not there, or is not what dcr wrote."""


class BaselineEntry(NamedTuple):
    """One issue that is known; `by` is the command that found it, and `fingerprint` what makes it the same one."""

    by: str
    fingerprint: str
    kind: str
    dataset: str | None
    path: str | None
    field: str | None
    message: str

    @property
    def key(self) -> tuple[str, str]:
        """What an issue is matched by."""
        return self.kind, self.fingerprint


class Baseline(NamedTuple):
    """What is known: `merged` was in the file before this change, `added` is new with it."""

    name: str
    merged: frozenset[tuple[str, str]]
    added: frozenset[tuple[str, str]] = frozenset()

    def filter_issue(self, issue: Issue) -> Issue | None:
        """Return None for an issue that was known before, an accepted one for what this change itself declares known.

        A kind that no acceptance covers can only be known from before.
        """
        key = (issue.kind, issue.fingerprint)
        if issue.accepted is not None:
            return issue
        if key in self.merged:
            return None
        if key not in self.added or issue.kind in NEVER_ACCEPTED:
            return issue
        return issue._replace(
            severity=INFO, accepted=IssueAcceptance(f"added to {self.name} by this change", issue.severity)
        )


def parse_baseline(name: str, content: bytes) -> tuple[BaselineEntry, ...]:
    """Return the entries of a baseline's file. Raises `BaselineError` for anything that dcr would not write."""
    try:
        written = json.loads(content.decode("utf-8"))
    except ValueError as error:
        raise BaselineError(f"the baseline '{name}' is no JSON: {error}", _build_rewrite_hint(name)) from error
    if not isinstance(written, dict) or written.get("schema_version") != SCHEMA_VERSION:
        raise BaselineError(f"the baseline '{name}' has no schema_version {SCHEMA_VERSION}", _build_rewrite_hint(name))
    listed = written.get("issues")
    if not isinstance(listed, list):
        raise BaselineError(f"the baseline '{name}' has no list of issues", _build_rewrite_hint(name))
    return tuple(_parse_entry(name, number, each) for number, each in enumerate(listed, start=1))


def _parse_entry(name: str, number: int, written: Any) -> BaselineEntry:
    known = written if isinstance(written, dict) else {}
    for key in ("by", "fingerprint", "kind"):
        if not isinstance(known.get(key), str):
            raise BaselineError(f"entry {number} of the baseline '{name}' has no {key}", _build_rewrite_hint(name))
    dataset, path, field, message = (str(known[key]) if key in known else None for key in _TEXTS)
    return BaselineEntry(known["by"], known["fingerprint"], known["kind"], dataset, path, field, message or "")


def _build_rewrite_hint(name: str) -> str:
    return f"write it anew: dcr check --baseline {name} --write-baseline"


def create_entries(by: str, issues: Iterable[tuple[str | None, str | None, Issue]]) -> tuple[BaselineEntry, ...]:
    """Return an entry for each issue that nothing lets through yet; `issues` come with their dataset and path."""
    found = {
        (issue.kind, issue.fingerprint): BaselineEntry(
            by, issue.fingerprint, issue.kind, dataset, path, issue.field, issue.message
        )
        for dataset, path, issue in issues
        if issue.severity != INFO and issue.accepted is None
    }
    return tuple(found.values())


def merge_entries(
    by: str, old: Iterable[BaselineEntry], new: Iterable[BaselineEntry], *, whole: bool
) -> tuple[BaselineEntry, ...]:
    """Return what a baseline holds after a run: the new entries, and old ones that the run could not have found.

    Those are the other command's, and all of them where the run was limited to some paths and so not `whole`.
    """
    kept = (each for each in old if not whole or each.by != by)
    return tuple({each.key: each for each in (*kept, *new)}.values())


def render_baseline(by: str, entries: Iterable[BaselineEntry]) -> str:
    """Return a baseline's text, in an order that makes small diffs."""
    ordered = sorted(entries, key=lambda each: (each.dataset or "", each.path or "", each.by, *each.key))
    written = [{key: value for key, value in each._asdict().items() if value is not None} for each in ordered]
    document = {"about": _ABOUT.format(by=by), "schema_version": SCHEMA_VERSION, "issues": written}
    return json.dumps(document, indent=2) + "\n"
