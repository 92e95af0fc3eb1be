"""What to type, or to change in the CI at hand, to have a commit here that is missing."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dcr.git import ci

if TYPE_CHECKING:
    from dcr.git.repository import Repository

ANCESTOR_SUFFIX = re.compile(r"(?:[~^][0-9]*)+\Z")
"""What counts back from a ref."""
OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
"""A whole object id, of SHA-1 or SHA-256."""


def format_fetch_hint(repository: Repository, ref: str) -> str:
    """Return what brings a ref and its history here: the setting of the CI at hand, and the command."""
    setting, fetch = ci.find_clone_setting(os.environ), _format_fetch_command(ref)
    if repository.is_shallow:
        fetch = f"git fetch --unshallow origin && {fetch}"
    return f"{setting}; or {fetch}" if setting else fetch


def format_lookup_hint(repository: Repository, ref: str) -> str:
    """Return the command that brings what a ref names, or that shows how far back the one it counts from goes."""
    counted_from = ANCESTOR_SUFFIX.sub("", ref)
    if counted_from == ref:
        return _format_fetch_command(ref)
    return "git fetch --unshallow origin" if repository.is_shallow else f"git log --oneline {counted_from}"


def shorten_ref(ref: str) -> str:
    """Return a ref as people write it."""
    return ref.removeprefix("refs/remotes/").removeprefix("refs/heads/")


def _format_fetch_command(ref: str) -> str:
    """Return the command that brings a branch of the remote, or a commit."""
    from shlex import quote  # noqa: PLC0415 (a branch's name may hold what a shell acts on)

    name = shorten_ref(ref).removeprefix("origin/")
    return f"git fetch origin {quote(name if OBJECT_ID.match(name) else f'{name}:refs/remotes/origin/{name}')}"
