"""Decides whether the consumers that an issue reaches accept it, each in its own folder.

The policy `accept_by = "consumers"` requires it, so that CODEOWNERS asks the teams that break.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import IssueAcceptance
from dcr.compatibility.severities import ERROR, INFO
from dcr.errors import quote_for_shell
from dcr.policy.scope import ACCEPTANCE_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dcr.compatibility.acceptance import Acceptance
    from dcr.compatibility.issue import Issue
    from dcr.compatibility.reach import ReachedConsumer
    from dcr.policy.acceptances import Acceptances

_MAX_LISTED_FILES = 3

_Key = tuple[str, str, str, str | None]


class FolderAcceptances:
    """The acceptance files in folders: those that the change edits, and those of reached consumers once needed.

    `read` returns the acceptances of some paths. A file that does not exist has none.
    """

    def __init__(self, read: Callable[[Sequence[str]], Mapping[str, Acceptances]], changed: Sequence[str]) -> None:
        self._read, self._changed = read, changed
        self._files: dict[str, Acceptances] = {}

    def get_files(self, paths: Sequence[str]) -> dict[str, Acceptances]:
        """Return the acceptances of some paths. Raise a `DcrError` if git fails."""
        missing = [path for path in dict.fromkeys(paths) if path not in self._files]
        if missing:
            self._files.update(self._read(missing))
        return {path: self._files[path] for path in paths}

    def list_paths(self) -> list[str]:
        """Return the paths of the files that were read."""
        return sorted(self._files)

    def accept(self, issue: Issue, key: _Key, today: str) -> Issue:
        """Return an issue as accepted if each consumer that it reaches accepts it, or else with those that do not.

        `key` identifies the issue as in `Acceptance.key`, and `today` is YYYY-MM-DD.
        """
        paths = [(consumer.name, list_acceptance_paths(consumer)) for consumer in issue.consumers or ()]
        files = self.get_files([path for _, group in paths for path in group])
        found = {
            path: entry for path, file in files.items() if (entry := _find_acceptance(file, key, today)) is not None
        }
        missing = tuple(dict.fromkeys(name for name, group in paths if not found.keys() >= set(group)))
        if missing:
            files_without_it = [path for path in files if path not in found]
            hints = (issue.hint, _build_hint(key, missing[0], files_without_it) if issue.severity == ERROR else "")
            return issue._replace(missing_acceptances=missing, hint="; ".join(filter(None, hints)))
        names = tuple(dict.fromkeys(name for name, _ in paths))
        entries = [found[path] for _, group in paths for path in group]
        reason = "; ".join(dict.fromkeys(entry.reason for entry in entries))
        expires = min((entry.expires for entry in entries if entry.expires), default=None)
        return issue._replace(severity=INFO, accepted=IssueAcceptance(reason, issue.severity, expires, names))

    def list_keys(self, issue: Issue, key: tuple[object, ...]) -> set[tuple[object, ...]]:
        """Return the keys of the acceptances that an issue needs: each begins with the path, except in the root."""
        paths = {path for consumer in issue.consumers or () for path in list_acceptance_paths(consumer)}
        return {key if path == ACCEPTANCE_FILE else (path, *key) for path in paths}

    def list_files(self) -> list[Acceptances]:
        """Return the acceptances of each file that the change edits or that was needed, except that of the root."""
        self.get_files(self._changed)
        return [self._files[path] for path in sorted(self._files) if path != ACCEPTANCE_FILE]


def get_acceptance_path(path: str) -> str:
    """Return the path of the acceptances next to a file."""
    folder = path.rpartition("/")[0]
    return f"{folder}/{ACCEPTANCE_FILE}" if folder else ACCEPTANCE_FILE


def list_acceptance_paths(consumer: ReachedConsumer) -> tuple[str, ...]:
    """Return the files in which a consumer accepts breaks: one in each folder that declares a use that breaks.

    Consumers of other repositories have no folder here: the file at the root counts for them.
    """
    if consumer.repository:
        return (ACCEPTANCE_FILE,)
    paths = consumer.paths or (consumer.location.path,)
    return tuple(dict.fromkeys(map(get_acceptance_path, paths)))


def _find_acceptance(file: Acceptances, key: _Key, today: str) -> Acceptance | None:
    valid = (entry for entry in file.entries if entry.expires is None or entry.expires >= today)
    return next((entry for entry in valid if entry.key == key), None)


def _build_hint(key: _Key, consumer: str, files: Sequence[str]) -> str:
    """Return which files lack an acceptance, and the command that writes the first one."""
    dataset_id, _, kind, field = key
    further = f" and {len(files) - _MAX_LISTED_FILES} more" if len(files) > _MAX_LISTED_FILES else ""
    about = f" {quote_for_shell(field)}" if field else ""
    command = f"dcr accept {quote_for_shell(dataset_id)} {kind}{about} --consumer {quote_for_shell(consumer)}"
    listed = f"{', '.join(files[:_MAX_LISTED_FILES])}{further}"
    return f"consumers have to accept it in {listed}: {command} --reason TEXT"
