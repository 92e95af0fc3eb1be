"""The difference of two files' texts as git itself prints it, with the user's colours and settings for diffs."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from dcr.git.command import Git, failure

_SGR = rb"(?:\x1b\[[\d;]*m)*"
_INDEX = re.compile(rb"^" + _SGR + rb"index ([0-9a-f]+)\.\.([0-9a-f]+)", re.MULTILINE)
_HUNKS = re.compile(rb"^" + _SGR + rb"@@ ", re.MULTILINE)
_BINARY = re.compile(rb"^" + _SGR + rb"Binary files ", re.MULTILINE)
_HANDED = ("GIT_CONFIG_PARAMETERS", "GIT_DIFF_OPTS")
"""Where git hands the settings of `git -c` and the lines of context to the programs it starts."""

_COLORED = {"always": True, "never": False, "false": False, "no": False, "off": False, "0": False}


class TextDiff(NamedTuple):
    """What differs: the short ids of both texts, and the hunks; no ids where the texts are the same."""

    ids: tuple[str, str] | None
    hunks: bytes
    binary: bool


def text_diff(folder: str, old: str, new: str, *, color: bool) -> TextDiff:
    """Return how the file `new` differs from `old`; either may be /dev/null. Raises `GitFailedError`.

    Nothing that the repository defines is run: no external program, no textconv.
    """
    arguments = (
        "diff", "--no-index", "--no-ext-diff", "--no-textconv", "--patch", f"--color={'always' if color else 'never'}",
        "--", old, new,
    )  # fmt: skip
    answer = _git(folder).ask(*arguments)
    if answer.code not in (0, 1):
        raise failure(arguments, answer)
    hunks = _HUNKS.search(answer.out)
    head = answer.out[: hunks.start()] if hunks else answer.out
    index = _INDEX.search(head)
    ids = (index[1].decode(), index[2].decode()) if index else None
    return TextDiff(ids, answer.out[hunks.start() :] if hunks else b"", binary=_BINARY.search(head) is not None)


def wants_color(folder: str, *, terminal: bool) -> bool:
    """Whether git would colour a diff by the user's settings; `terminal` says whether its output goes to one."""
    answer = _git(folder).ask("config", "--get-regexp", r"^color\.(diff|ui)$")
    chosen: dict[str, str] = {}
    for line in answer.out.decode("utf-8", "replace").splitlines()[:-1]:  # the last is the gateway's own
        name, _, value = line.partition(" ")
        chosen[name] = value.lower()
    return _COLORED.get(chosen.get("color.diff") or chosen.get("color.ui") or "auto", terminal)


def _git(folder: str) -> Git:
    return Git(folder, {name: os.environ[name] for name in _HANDED if name in os.environ})
