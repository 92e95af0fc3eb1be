"""Disables the filters and merge drivers of a repository's own configuration.

Git would run these programs, for example a filter to compare a file that was written in the same second as the index.
The user's own configuration, such as the filter of Git LFS, is trusted and stays in effect.
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
    """Return variables with which git runs no filter that the repository defines."""
    names = _list_repository_names(git, "filter", r"^filter\.")
    return _format_variables((f"filter.{name}.{key}", value) for name in names for key, value in _DISABLED_FILTER)


def get_merge_driver_overrides(git: Git) -> dict[str, str]:
    """Return variables with which git runs no merge driver that the repository defines."""
    names = _list_repository_names(git, "merge", r"^merge\..*\.(driver|recursive)$")
    settings = [(f"merge.{name}.driver", _BUILT_IN_MERGE_DRIVER) for name in names]
    return _format_variables([("merge.renormalize", "false"), *settings])


def _list_repository_names(git: Git, section: str, pattern: str) -> list[str]:
    """Return the names of the subsections that the repository's own configuration defines."""
    arguments = ("config", "--null", "--show-scope", "--name-only", "--get-regexp", pattern)
    result = git.run_traced(*arguments)
    if result.exit_code not in (0, 1) or bool(result.stdout) is not (result.exit_code == 0):
        raise create_git_error(arguments, result)
    fields = split_records(result.stdout)
    keys = [key for scope, key in zip(fields[::2], fields[1::2], strict=False) if scope not in ("system", "global")]
    return list(dict.fromkeys(key.removeprefix(f"{section}.").rpartition(".")[0] for key in keys))


def _format_variables(settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return settings as variables, since `-c` does not support a name that contains `=`."""
    entries = list(settings)
    variables = {"GIT_CONFIG_COUNT": str(len(entries))}
    for number, (key, value) in enumerate(entries):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
