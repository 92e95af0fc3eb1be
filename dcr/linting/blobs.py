"""Identifies contents by the id of the blob that they are or would be in git."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from dcr.git.objects import MAX_BLOB_BYTES


class BlobKey(NamedTuple):
    """The id of the blob that a content is or would be in git, and its size in bytes."""

    oid: str
    size: int


def identify_blob(content: bytes, hash_name: str) -> BlobKey | None:
    """Return the key of a content, or None if it may be incomplete or no key is needed."""
    if not hash_name or len(content) >= MAX_BLOB_BYTES:
        return None
    start = hashlib.sha256 if hash_name == "sha256" else hashlib.sha1
    digest = start(b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return BlobKey(digest.hexdigest(), len(content))
