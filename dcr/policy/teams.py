"""Reads the table `teams` of a policy: the handles in CODEOWNERS of the teams that own contracts."""

from __future__ import annotations

import re
from typing import Any

from dcr.errors import PolicyError

HANDLE = r"^(?:@[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*|[^\s@/]+@[^\s@/]+\.[^\s@/]+)$"
"""A user, a team or group, or an e-mail address, as CODEOWNERS files of GitHub and GitLab name them."""

is_handle = re.compile(HANDLE).fullmatch
"""Return a match if a text is a handle."""


def parse_teams(path: str, value: Any) -> dict[str, tuple[str, ...]]:
    """Return the handles of each team. Raise `PolicyError` with the file and the team if an entry is invalid."""
    if not isinstance(value, dict):
        raise PolicyError(f"'{path}': teams is not a table", "write [teams] and one line for each team")
    return {team: _parse_handles(path, team, handles) for team, handles in value.items()}


def _parse_handles(path: str, team: str, value: Any) -> tuple[str, ...]:
    if not team.strip():
        raise PolicyError(f"'{path}': a team of [teams] has no name", 'write finance = "@acme/finance"')
    handles = [value] if isinstance(value, str) else value
    hint = f"write {format_team(team, ('@acme/finance',))}"
    if not isinstance(handles, list) or not handles:
        raise PolicyError(f"'{path}': teams.{team} is {value!r}, expected a handle or a list of handles", hint)
    for handle in handles:
        if not isinstance(handle, str) or not is_handle(handle):
            raise PolicyError(
                f"'{path}': teams.{team} is {handle!r}, expected @USER, @ORG/TEAM or an e-mail address", hint
            )
    return tuple(dict.fromkeys(handles))


def format_team(team: str, handles: tuple[str, ...]) -> str:
    """Return the line of a policy that maps a team to its handles."""
    name = team if re.fullmatch(r"[A-Za-z0-9_-]+", team) else _quote(team)
    values = ", ".join(_quote(handle) for handle in handles)
    return f"{name} = {values}" if len(handles) == 1 else f"{name} = [{values}]"


def _quote(text: str) -> str:
    """Return a basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda match: f"\\u{ord(match[0]):04x}", escaped) + '"'
