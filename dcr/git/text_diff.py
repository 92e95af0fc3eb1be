"""The difference of two files' texts as git itself prints it, with the user's colours and settings for diffs."""

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
"""Where git hands the settings of `git -c` and the lines of context to the programs it starts."""

_COLOR_SETTINGS = {"always": True, "never": False, "false": False, "no": False, "off": False, "0": False}


class TextDiff(NamedTuple):
    """What differs: the short ids of both texts, and the hunks; no ids where the texts are the same."""

    ids: tuple[str, str] | None
    hunks: bytes
    is_binary: bool


def diff_texts(folder: str, old: str, new: str, *, color: bool) -> TextDiff:
    """Return how the file `new` differs from `old`; either may be /dev/null. Raises `GitFailedError`.

    Nothing that the repository defines is run: no external program, no textconv.
    """
    arguments = (
        "diff", "--no-index", "--no-ext-diff", "--no-textconv", "--patch", f"--color={'always' if color else 'never'}",
        "--", old, new,
    )  # fmt: skip
    answer = _create_git(folder).run_unchecked(*arguments)
    if answer.exit_code not in (0, 1):
        raise create_git_error(arguments, answer)
    hunks = _HUNK_HEADER.search(answer.stdout)
    head = answer.stdout[: hunks.start()] if hunks else answer.stdout
    index = _INDEX_LINE.search(head)
    ids = (index[1].decode(), index[2].decode()) if index else None
    return TextDiff(
        ids, answer.stdout[hunks.start() :] if hunks else b"", is_binary=_BINARY_LINE.search(head) is not None
    )


def wants_color(folder: str, *, terminal: bool) -> bool:
    """Whether git would colour a diff by the user's settings; `terminal` says whether its output goes to one."""
    answer = _create_git(folder).run_unchecked("config", "--get-regexp", r"^color\.(diff|ui)$")
    chosen: dict[str, str] = {}
    for line in answer.stdout.decode("utf-8", "replace").splitlines()[:-1]:  # the last is the gateway's own
        name, _, value = line.partition(" ")
        chosen[name] = value.lower()
    return _COLOR_SETTINGS.get(chosen.get("color.diff") or chosen.get("color.ui") or "auto", terminal)


def _create_git(folder: str) -> Git:
    return Git(folder, {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ})
