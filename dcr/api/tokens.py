"""Creates bearer tokens, stores their SHA-256 in a file, and finds the person that a token belongs to.

The file has one JSON object a line. A line that is removed revokes its token at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import threading
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.errors import DcrError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN_PREFIX = "dcr_"  # noqa: S105 (what tokens begin with, so that scanners recognize them)
MAX_DAYS = 3_650
MAX_FILE_BYTES = 4 * 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f<>\ud800-\udfff\u2028\u2029]{1,100}\Z")
_EMAIL = re.compile(r"[^\s\x00-\x1f\x7f<>@]{1,64}@[^\s\x00-\x1f\x7f<>@]{1,190}\Z")


class TokensFileError(DcrError):
    """The tokens file cannot be read, or a line of it is invalid."""

    consequence = "nothing was written"


class Person(NamedTuple):
    """The owner of a token: `datasets` are patterns of the ids that it may write, `expires` its last day."""

    name: str
    email: str
    datasets: tuple[str, ...] = ("*",)
    expires: str | None = None

    def may_write(self, dataset_id: str) -> bool:
        """Whether a pattern of the token matches a dataset."""
        return any(fnmatchcase(dataset_id, pattern) for pattern in self.datasets)

    @property
    def is_expired(self) -> bool:
        """Whether the last day is over, in UTC."""
        return self.expires is not None and datetime.now(UTC).date() > date.fromisoformat(self.expires)


def create_token(path: str, person: Person) -> str:
    """Return a new token for a person, whose digest is appended to a file. Raise a `DcrError`."""
    _check_person(person)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    entry: dict[str, Any] = {"sha256": _digest(token), "name": person.name, "email": person.email}
    entry["datasets"] = list(person.datasets)
    if person.expires is not None:
        entry["expires"] = person.expires
    entry["created"] = datetime.now(UTC).date().isoformat()
    if os.path.lexists(path):
        read_tokens(path)  # a file that the server would refuse is not extended
    _append_line(path, json.dumps(entry) + "\n")
    return token


def compute_expiry(days: int | None) -> str | None:
    """Return the last day of a token that is valid for some days. Raise `UsageError`."""
    if days is None:
        return None
    if not 1 <= days <= MAX_DAYS:
        raise UsageError(f"--days is {days}, expected 1 to {MAX_DAYS}", "--days 90")
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


class TokenFile:
    """The tokens of a file, read again when the file changes. Safe to use from several threads."""

    def __init__(self, path: str) -> None:
        """Raise `TokensFileError` if the file cannot be read now."""
        self._path = path
        self._lock = threading.Lock()
        self._signature: tuple[int, int, int] | None = None
        self._tokens: list[tuple[str, Person]] = []
        self._load()

    def find_person(self, token: str) -> Person | None:
        """Return the owner of a token that is valid today. Every digest is compared, in constant time."""
        digest = _digest(token)
        found: Person | None = None
        for known, person in self._load():
            if hmac.compare_digest(known, digest):
                found = person
        return None if found is None or found.is_expired else found

    def _load(self) -> list[tuple[str, Person]]:
        with self._lock:
            try:
                status = os.stat(self._path)
            except OSError as error:
                raise _create_file_error(self._path, error) from error
            signature = (status.st_ino, status.st_size, status.st_mtime_ns)
            if signature != self._signature:
                self._tokens, self._signature = read_tokens(self._path), signature
            return self._tokens


def read_tokens(path: str) -> list[tuple[str, Person]]:
    """Return the digests and persons of a tokens file. Raise `TokensFileError`."""
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise _create_file_error(path, error) from error
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise TokensFileError(f"the tokens file '{path}' can be written by other users", f"chmod 600 {path}")
    if len(content) > MAX_FILE_BYTES:
        raise TokensFileError(f"the tokens file '{path}' is larger than {MAX_FILE_BYTES:,} bytes")
    return list(_parse_lines(path, content))


def _parse_lines(path: str, content: bytes) -> Iterator[tuple[str, Person]]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            digest, person = _read_digest(entry), _read_person(entry)
            _check_person(person)
        except (ValueError, TypeError, KeyError, RecursionError, UsageError) as error:
            raise TokensFileError(
                f"line {number} of the tokens file '{path}' is invalid", "dcr token NAME --email EMAIL makes a line"
            ) from error
        yield digest, person


def _read_digest(entry: Any) -> str:
    digest = entry["sha256"]
    if not isinstance(digest, str) or not _DIGEST.match(digest):
        raise ValueError("sha256")
    return digest


def _read_person(entry: Any) -> Person:
    datasets = entry.get("datasets", ["*"])
    if not isinstance(datasets, list) or not all(isinstance(each, str) and each for each in datasets):
        raise ValueError("datasets")
    expires = entry.get("expires")
    if expires is not None:
        date.fromisoformat(expires)
    return Person(entry["name"], entry["email"], tuple(datasets), expires)


def _check_person(person: Person) -> None:
    if not isinstance(person.name, str) or not _NAME.match(person.name) or not person.name.strip():
        raise UsageError(f"the name is {person.name!r}, expected 1 to 100 characters without < and >")
    if not isinstance(person.email, str) or not _EMAIL.match(person.email):
        raise UsageError(f"the email is {person.email!r}, expected NAME@DOMAIN")
    if not person.datasets or not all(person.datasets):
        raise UsageError("a pattern of datasets is empty", "--datasets 'users.*'")


def _append_line(path: str, line: str) -> None:
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0) as file:
            with contextlib.suppress(ImportError, OSError):
                import fcntl  # noqa: PLC0415 (not on Windows)

                fcntl.flock(file, fcntl.LOCK_EX)
            size = os.fstat(file.fileno()).st_size
            if size:
                file.seek(size - 1)
                if file.read(1) != b"\n":
                    line = "\n" + line
            file.write(line.encode("utf-8"))
            os.fsync(file.fileno())
    except OSError as error:
        raise _create_file_error(path, error) from error


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _create_file_error(path: str, error: OSError) -> TokensFileError:
    reason = (error.strerror or "unknown").lower()
    return TokensFileError(f"the tokens file '{path}' cannot be used: {reason}", "dcr token NAME --email EMAIL")
