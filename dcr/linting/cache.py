"""Keeps what dcr lint found in each content, by its blob id, so that an unchanged file need not be read again.

Git knows which files are unchanged. A file that it does not know to be unchanged is read, and its content identified.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from typing import TYPE_CHECKING, Any

from dcr.git.cache_file import CacheFile
from dcr.git.clean_files import list_clean_blobs
from dcr.git.worktree import UnreadableFileError, read_file
from dcr.linting.blobs import identify_blob
from dcr.linting.entries import NotStorableError, findings_from_json, findings_to_json
from dcr.registry.history.facts import DATE_DEPENDENT_FORMATS
from dcr.report.policy_issues import get_today

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.repository import Repository
    from dcr.linting.findings import FileFindings, LintedFile, ReadFile
    from dcr.policy.policy import Policy

READERS = (
    "compatibility", "contract", "formats", "linting", "parsing", "policy", "report", "text",
    "git/object_stream.py", "git/objects.py", "git/worktree.py",
)  # fmt: skip
"""The packages and modules that entries depend on."""

MAX_ENTRIES = 300_000
"""With more entries than this, only those of the current run are kept."""

_FORMAT_VERSION = 1


class LintCache:
    """The cached findings of one repository. The constructor reads the file, and ignores one that is invalid.

    An entry without findings applies to every path and policy. One with findings is for one path and one policy, since
    messages and fingerprints may contain the path.
    """

    def __init__(self, repository: Repository, policy: Policy, *, strict: bool) -> None:
        self._repository = repository
        self._file = CacheFile(repository.common_dir, "lint", _FORMAT_VERSION, READERS)
        self._stored = self._file.load()
        self._new: dict[str, list[Any]] = {}
        self._seen: set[str] = set()
        self._scope = policy.scope
        self._settings = hashlib.blake2b(repr(policy).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        self._strict = strict
        self._today = get_today()
        self.hash_name = _find_hash_name(repository) if self._file.is_enabled else ""

    def find_all(self, top: str, files: Iterable[LintedFile]) -> dict[str, FileFindings]:
        """Return the cached findings by path. A file that git does not know to be unchanged is read."""
        if not self._stored:
            return {}
        clean = list_clean_blobs(self._repository)
        found = {}
        for file in files:
            oid = clean.get(file.path)
            findings = self._find_unchanged(top, file, oid) if oid is not None else None
            if findings is None:
                findings = self._find_content(top, file)
            if findings is not None:
                found[file.path] = findings
        return found

    def add(self, file: LintedFile, read: ReadFile) -> None:
        """Add the findings in a file that was read."""
        if read.blob is None:
            return
        try:
            entry = findings_to_json(read.findings)
        except NotStorableError:
            return
        self._seen.add(read.blob.oid)
        day = self._today if read.findings.format in DATE_DEPENDENT_FORMATS else ""
        key = self._build_key(file, read.blob.oid, of_path=read.findings.has_findings)
        value = [read.blob.size, day, *entry]
        if self._stored.get(key) != value:
            self._new[key] = value

    def save(self, *, is_complete: bool) -> None:
        """Write the file if there are new entries. Only those of this run are kept if it `is_complete`."""
        if not self._new:
            return
        stored = self._stored
        if is_complete or len(stored) > MAX_ENTRIES:
            stored = {key: entry for key, entry in stored.items() if key.partition(" ")[0] in self._seen}
        self._file.save({**stored, **self._new})

    def _find_unchanged(self, top: str, file: LintedFile, oid: str) -> FileFindings | None:
        """Return the findings in a file that git knows to be unchanged, if its size is that of the blob."""
        entry = self._find_entry(file, oid)
        if entry is None:
            return None
        try:
            status = os.lstat(os.path.join(top, file.path))
        except (OSError, ValueError):
            return None
        if status.st_size != entry[0] or not stat.S_ISREG(status.st_mode):
            return None  # line ends were converted
        return self._restore(file, oid, entry)

    def _find_content(self, top: str, file: LintedFile) -> FileFindings | None:
        """Return the findings in a file by its content."""
        try:
            content = read_file(top, file.path)
        except UnreadableFileError:
            return None  # it is reported in its turn
        blob = identify_blob(content, self.hash_name) if isinstance(content, bytes) else None
        entry = self._find_entry(file, blob.oid) if blob else None
        return self._restore(file, blob.oid, entry) if blob and entry is not None else None

    def _find_entry(self, file: LintedFile, oid: str) -> list[Any] | None:
        key = self._build_key(file, oid, of_path=False)
        entry = self._stored.get(key) or self._stored.get(self._build_key(file, oid, of_path=True))
        return entry if isinstance(entry, list) and entry else None

    def _restore(self, file: LintedFile, oid: str, entry: list[Any]) -> FileFindings | None:
        try:
            _, day, *values = entry
            findings = findings_from_json(values, file.path) if day in ("", self._today) else None
        except (TypeError, ValueError):
            return None
        if findings is not None:
            self._seen.add(oid)
        return findings

    def _build_key(self, file: LintedFile, oid: str, *, of_path: bool) -> str:
        """Return the key of an entry: the blob id, how the file is read and, if the findings depend on it, the path."""
        may_be_other = self._scope.by_content and not self._scope.matches_globs(file.path)
        role = "explicit" if file.is_explicit else "by_content" if may_be_other else "in_scope"
        key = f"{oid} {role}{' strict' if self._strict else ''}"
        return f"{key} {self._settings} {file.path}" if of_path else key


def _find_hash_name(repository: Repository) -> str:
    """Return the hash function of a repository's blob ids; another one than git's would only find fewer entries."""
    with contextlib.suppress(OSError), open(os.path.join(repository.common_dir, "config"), "rb") as file:
        if re.search(rb"objectformat\s*=\s*\"?sha256", file.read(), re.IGNORECASE):
            return "sha256"
    return "sha1"
