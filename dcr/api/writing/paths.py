"""Chooses the file of a new dataset and the branch of a proposal; no id leads out of the contracts folder."""

from __future__ import annotations

import hashlib
import re

FOLDER = "contracts"
MAX_NAME_BYTES = 200
"""Bytes of a file's name that every file system has room for."""

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*\Z")
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\Z", re.IGNORECASE)
_MAX_DEPTH = 12


def choose_path(dataset_id: str) -> str:
    """Return the file of a new dataset: `contracts/<id with / for .>.yaml`.

    An id with other characters becomes one name, in which each of them is `%` and two digits.
    """
    segments = dataset_id.split(".")
    is_plain = len(segments) <= _MAX_DEPTH and all(
        _PLAIN.match(each) and not _RESERVED.match(each) and len(each) <= MAX_NAME_BYTES for each in segments
    )
    if is_plain:
        return f"{FOLDER}/{'/'.join(segments)}.yaml"
    return f"{FOLDER}/{_encode(dataset_id)}.yaml"


def choose_branch(dataset_id: str, version: str) -> str:
    """Return the branch of a proposal: `refs/heads/dcr/<id>-<version>`."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", dataset_id).strip(".-") or "dataset"
    plain = re.sub(r"\.{2,}", ".", plain)
    if plain != dataset_id:
        plain = f"{plain[:100]}-{hashlib.sha256(dataset_id.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"
    return f"refs/heads/dcr/{plain}-{version}"


def _encode(text: str) -> str:
    """Return a text as one file name. A long one is cut, and a digest of the whole text added."""
    content = text.encode("utf-8", "surrogatepass")
    name = "".join(chr(each) if each in _SAFE else f"%{each:02X}" for each in content)
    if _RESERVED.match(name) or name.startswith("-"):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    if len(name) <= MAX_NAME_BYTES:
        return name
    return f"{name[:120].rstrip('%')}-{hashlib.sha256(content).hexdigest()[:16]}"
