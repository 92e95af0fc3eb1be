"""Renders the git attributes and settings that make `git diff` run dcr on contracts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.policy.policy import Policy

_PROGRAMS = {"command": "dcr git-diff-driver --", "textconv": "dcr git-diff-driver --textconv --"}
"""The commands end in `--`, because a path can begin with a dash."""


def render_setup(policy: Policy) -> str:
    """Return the attributes and the commands, with comments for git and the shell."""
    return "".join(f"{line}\n" for line in (
        "# add to .gitattributes and commit:",
        *_list_attributes(policy),
        "",
        "# run once in each clone, or once with --global:",
        *(f"git config diff.dcr.{name} '{program}'" for name, program in _PROGRAMS.items()),
    ))  # fmt: skip


def _list_attributes(policy: Policy) -> Iterator[str]:
    yield from (f"{_build_pattern(glob)} diff=dcr" for glob in policy.scope.globs)
    yield from (f"{_build_pattern(glob)} !diff" for glob in policy.exclude)


def _build_pattern(glob: str) -> str:
    """Return a glob of the policy as a gitattributes pattern. Without a slash, a pattern matches in every folder."""
    anchored = glob if "/" in glob and not glob.startswith(("!", "#")) else f"/{glob}"
    if not re.search(r'[\s"]', anchored):
        return anchored
    escaped = anchored.replace('"', '\\"')
    return f'"{escaped}"'
