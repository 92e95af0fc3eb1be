"""Finds the folder of the cache files, without the modules that read them."""

from __future__ import annotations

import os


def find_cache_folder() -> str | None:
    """Return the path of dcr's folder in the user's cache folder, or None if caching is off. It may not exist yet."""
    if os.environ.get("DCR_CACHE", "").lower() in ("off", "0", "no", "false"):
        return None
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    # The XDG specification requires an absolute path. The other one is relative if the home directory is unknown.
    return os.path.join(folder, "dcr") if os.path.isabs(folder) else None
