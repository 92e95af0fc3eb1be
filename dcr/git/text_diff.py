"""Diffs two files with git, with the user's own colours and diff settings."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from dcr.git.command import Git, create_git_error

_COLOR_CODES = rb"(?:\x1b\[[\d;]*m)*"
_INDEX_LINE = re.compile(rb"^" + _COLOR_CODES + rb"index ([0-9a-f]+)\.\.([0-9a-f]+)", re.MULTILINE)
_HUNK_HEADER = re.compile(rb"^" + _COLOR_CODES + rb"@@ ", re.MULTILINE)
_BINARY_LINE = re.compile(rb"^" + _COLOR_CODES + rb"Binary files ", re.MULTILINE)
_PASSED_VARIABLES = ("GIT_CONFIG_PARAMETERS", "GIT_DIFF_OPTS")
"""The variables in which git passes the settings of `git -c` and the lines of context to programs."""

_COLOR_SETTINGS = {"always": True, "never": False, "false": False, "no": False, "off": False, "0": False}


class TextDiff(NamedTuple):
    """The short ids and the hunks of a diff; no ids if the texts are the same."""

    ids: tuple[str, str] | None
    hunks: bytes
    is_binary: bool


def diff_texts(folder: str, old: str, new: str, *, color: bool) -> TextDiff:
    """Return the diff of two files, one of which may be /dev/null. Raise `GitFailedError` if git fails.

    This runs no external diff program and no textconv that the repository defines.
    """
    arguments = (
        "diff", "--no-index", "--no-ext-diff", "--no-textconv", "--patch", f"--color={'always' if color else 'never'}",
        "--", old, new,
    )  # fmt: skip
    result = _create_git(folder).run_unchecked(*arguments)
    if result.exit_code not in (0, 1):
        raise create_git_error(arguments, result)
    hunks = _HUNK_HEADER.search(result.stdout)
    header = result.stdout[: hunks.start()] if hunks else result.stdout
    index = _INDEX_LINE.search(header)
    ids = (index[1].decode(), index[2].decode()) if index else None
    return TextDiff(
        ids, result.stdout[hunks.start() :] if hunks else b"", is_binary=_BINARY_LINE.search(header) is not None
    )


def wants_color(folder: str, *, terminal: bool) -> bool:
    """Return whether git would colour a diff; `terminal` is whether the output is one, for the setting `auto`."""
    result = _create_git(folder).run_unchecked("config", "--get-regexp", r"^color\.(diff|ui)$")
    settings: dict[str, str] = {}
    for line in result.stdout.decode("utf-8", "replace").splitlines()[:-1]:  # the last one is from `FLAGS`
        name, _, value = line.partition(" ")
        settings[name] = value.lower()
    return _COLOR_SETTINGS.get(settings.get("color.diff") or settings.get("color.ui") or "auto", terminal)


def _create_git(folder: str) -> Git:
    return Git(folder, {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ})
