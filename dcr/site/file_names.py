"""Turns dataset ids and team names into names that are safe in any file system and in any URL."""

from __future__ import annotations

import hashlib
import re

MAX_PLAIN = 100
"""The number of characters up to which a plain name is kept as it is."""
_MAX_SLUG = 60
_DIGEST = 24
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)")


def encode_name(text: str) -> str:
    """Return a name of lower-case ASCII letters, digits, `.`, `_`, `-` and `~`, different for different texts.

    A plain text is its own name. Any other text becomes readable characters, `~` and a digest. So no name has a slash,
    begins with a dot, is a Windows device, or differs from another one by the case of letters only.
    """
    if len(text) <= MAX_PLAIN and _PLAIN.fullmatch(text) and not _DEVICE.match(text):
        return text
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower())[:_MAX_SLUG].strip("-")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    return f"{slug or 'x'}~{digest}"
