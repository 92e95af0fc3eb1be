"""Formats the commands and CI settings that fetch a missing commit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.git import ci
from dcr.git.ref_names import ANCESTOR_SUFFIX, OBJECT_ID, shorten_ref

if TYPE_CHECKING:
    from dcr.git.repository import Repository


def format_fetch_hint(repository: Repository, ref: str) -> str:
    """Return how to fetch a ref and its history: the current CI's setting, if any, and the command."""
    setting, command = ci.find_clone_setting(os.environ), _format_fetch_command(ref)
    if repository.is_shallow:
        command = f"git fetch --unshallow origin && {command}"
    return f"{setting}; or run: {command}" if setting else f"run: {command}"


def format_lookup_hint(repository: Repository, ref: str) -> str:
    """Return the command that fetches a ref, or that lists the ancestors of the ref that it counts back from."""
    start = ANCESTOR_SUFFIX.sub("", ref)
    if start == ref:
        return f"run: {_format_fetch_command(ref)}"
    return f"run: {'git fetch --unshallow origin' if repository.is_shallow else f'git log --oneline {start}'}"


def _format_fetch_command(ref: str) -> str:
    """Return the command that fetches a branch or a commit from the remote."""
    from shlex import quote  # noqa: PLC0415 (a branch's name may contain shell syntax)

    name = shorten_ref(ref).removeprefix("origin/")
    return f"git fetch origin {quote(name if OBJECT_ID.match(name) else f'{name}:refs/remotes/origin/{name}')}"
