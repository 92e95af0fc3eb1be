"""Reads the style sheet and the script that all pages share, named by their contents."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

_PARTS = {"css": ("style.css", "site/site.css"), "js": ("script.js", "site/search.js", "site/compare.js")}
_MEDIA_TYPES = {"css": "text/css", "js": "text/javascript"}


class Asset(NamedTuple):
    """A file that pages load. Its name changes with its content, so browsers can keep it forever."""

    file_name: str
    media_type: str
    content: bytes


@lru_cache(maxsize=1)
def get_assets() -> dict[str, Asset]:
    """Return the style sheet as `css` and the script as `js`: those of the HTML report and those of the site."""
    folder = files("dcr.rendering").joinpath("templates")
    found = {}
    for kind, names in _PARTS.items():
        content = b"".join(folder.joinpath(*name.split("/")).read_bytes() for name in names)
        digest = hashlib.sha256(content).hexdigest()[:12]
        found[kind] = Asset(f"dcr-{digest}.{kind}", _MEDIA_TYPES[kind], content)
    return found
