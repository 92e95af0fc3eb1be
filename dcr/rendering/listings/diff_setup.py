"""The lines that make git ask dcr about contracts: attributes to commit, and settings for one clone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.policy.policy import Policy

_PROGRAMS = {"command": "dcr git-diff-driver --", "textconv": "dcr git-diff-driver --textconv --"}
"""The `--` is for paths that begin with a dash."""


def set_up(policy: Policy) -> str:
    """Return both as they are to be typed or piped: comments to a shell are comments to git too."""
    return "".join(f"{line}\n" for line in (
        "# .gitattributes, to be committed: which files are contracts",
        *_attributes(policy),
        "",
        "# once in each clone, or with --global once for all: what git asks about them",
        *(f"git config diff.dcr.{name} '{program}'" for name, program in _PROGRAMS.items()),
    ))  # fmt: skip


def _attributes(policy: Policy) -> Iterator[str]:
    yield from (f"{_pattern(glob)} diff=dcr" for glob in policy.scope.globs)
    yield from (f"{_pattern(glob)} !diff" for glob in policy.exclude)


def _pattern(glob: str) -> str:
    """Return a glob of the policy as a pattern of gitattributes: without a slash, git's hold in every folder."""
    anchored = glob if "/" in glob and not glob.startswith(("!", "#")) else f"/{glob}"
    if not re.search(r'[\s"]', anchored):
        return anchored
    escaped = anchored.replace('"', '\\"')
    return f'"{escaped}"'
