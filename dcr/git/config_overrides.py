"""Turns off the filters and merge drivers of a repository's own configuration: programs that git would run on files.

Git runs a filter to compare a file that was written in the same second as the index. Those of the user's
own configuration, such as the filter of Git LFS, are the user's choice and stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.command import create_git_error, split_records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.command import Git

_DISABLED_FILTER = (("clean", ""), ("process", ""), ("required", "false"))


_BUILT_IN_MERGE_DRIVER = "git merge-file -q %A %O %B"


def get_filter_overrides(git: Git) -> dict[str, str]:
    """Return the variables under which git runs none of the filters that the repository defines."""
    names = _list_repository_names(git, "filter", r"^filter\.")
    return _format_variables((f"filter.{name}.{key}", value) for name in names for key, value in _DISABLED_FILTER)


def get_merge_driver_overrides(git: Git) -> dict[str, str]:
    """Return the variables under which git merges a file by itself where the repository defines a program for it."""
    names = _list_repository_names(git, "merge", r"^merge\..*\.(driver|recursive)$")
    settings = [(f"merge.{name}.driver", _BUILT_IN_MERGE_DRIVER) for name in names]
    return _format_variables([("merge.renormalize", "false"), *settings])


def _list_repository_names(git: Git, section: str, pattern: str) -> list[str]:
    """Return the names of those subsections of a section that are the repository's own."""
    arguments = ("config", "--null", "--show-scope", "--name-only", "--get-regexp", pattern)
    answer = git.run_traced(*arguments)
    if answer.exit_code not in (0, 1) or bool(answer.stdout) is not (answer.exit_code == 0):
        raise create_git_error(arguments, answer)
    words = split_records(answer.stdout)
    own = [key for scope, key in zip(words[::2], words[1::2], strict=False) if scope not in ("system", "global")]
    return list(dict.fromkeys(key.removeprefix(f"{section}.").rpartition(".")[0] for key in own))


def _format_variables(settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return settings as variables, and not as `-c`, which cannot spell a name that holds `=`."""
    listed = list(settings)
    variables = {"GIT_CONFIG_COUNT": str(len(listed))}
    for number, (key, value) in enumerate(listed):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
