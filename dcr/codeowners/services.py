"""Chooses the service whose rules apply to a repository, and the CODEOWNERS file that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.codeowners import github, gitlab
from dcr.errors import DcrError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.codeowners.rules import CodeOwners

SERVICES = ("github", "gitlab")
PATHS = tuple(dict.fromkeys((*github.PATHS, *gitlab.PATHS)))
"""Where either service looks for the file."""

MAX_BYTES = github.MAX_BYTES


class CodeOwnersError(DcrError):
    """There is no CODEOWNERS file that the service reads."""


class CodeOwnersFile(NamedTuple):
    """The file that a service reads, and its rules."""

    path: str
    service: str
    rules: CodeOwners


def read_code_owners(contents: Mapping[str, bytes | str], service: str | None, ci: str | None) -> CodeOwnersFile:
    """Return the file that a service reads, of the `contents` of `PATHS` that exist.

    A content that is not a regular file is a description, as a string. `service` is the one that the user chose, and
    `ci` the one that runs this job; without either, the paths and the syntax decide. Raise `CodeOwnersError` if there
    is no file, or the service does not load it.
    """
    name = service or (ci if ci in SERVICES else None) or _detect_service(contents)
    module = github if name == "github" else gitlab
    path = next((path for path in module.PATHS if path in contents), None)
    if path is None:
        others = [other for other in PATHS if other in contents]
        only = f"; {module.TITLE} does not read '{others[0]}'" if others else ""
        places = f"{', '.join(module.PATHS[:-1])} or {module.PATHS[-1]}"
        raise CodeOwnersError(
            f"no CODEOWNERS file found in {places}{only}",
            "write one, for example with: dcr init --owner @ORG/TEAM"
            if not others
            else "move it, or choose the other service: --service",
        )
    content = contents[path]
    if isinstance(content, str):
        raise CodeOwnersError(f"'{path}' is {content}", "replace it with a regular file")
    if module is github and len(content) >= MAX_BYTES:
        raise CodeOwnersError(f"'{path}' has 3 MB or more, so GitHub does not load it", "shorten it")
    return CodeOwnersFile(path, name, module.parse(content.decode("utf-8-sig", "surrogateescape")))


def get_title(service: str) -> str:
    """Return the name of a service for messages."""
    return github.TITLE if service == "github" else gitlab.TITLE


def _detect_service(contents: Mapping[str, bytes | str]) -> str:
    """Return the service of the only path that is its own, or the one whose syntax the file has."""
    own = {"github": ".github/CODEOWNERS" in contents, "gitlab": ".gitlab/CODEOWNERS" in contents}
    if all(own.values()):
        raise UsageError("both .github/CODEOWNERS and .gitlab/CODEOWNERS exist", "choose one: --service github")
    named = next((name for name, exists in own.items() if exists), None)
    if named is not None:
        return named
    texts = (content.decode("utf-8", "replace") for content in contents.values() if isinstance(content, bytes))
    return "gitlab" if any(map(gitlab.has_sections, texts)) else "github"
