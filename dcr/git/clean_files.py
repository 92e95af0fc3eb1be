"""Lists the files of the working tree whose text is that of a blob, so that nobody has to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.changes import get_filter_variables, parse_raw_entries
from dcr.git.command import GitFailedError, create_git_error, split_records

if TYPE_CHECKING:
    from dcr.git.repository import Repository

_UNCONVERTED = ":(top,attr:!filter !ident !working-tree-encoding)"
_STRICT_STAT = ("-c", "core.checkStat=default", "-c", "core.trustctime=true")
"""Every time and number of a file counts, whatever the repository's own configuration is."""


def list_clean_blobs(repository: Repository) -> dict[str, str]:
    """Return the blob ids of tracked files by path, if git knows that the file was not changed since.

    The text of a file can still differ from its blob in line ends: its size is then another one. Left out are symbolic
    links, submodules, conflicts, files that git assumes to be unchanged or does not check out, and files that a filter
    or an encoding converts. It is empty if git fails, since it only saves time.
    """
    try:
        listing = split_records(
            repository.git.run("--no-literal-pathspecs", "ls-files", "-z", "-v", "-s", "--", _UNCONVERTED)
        )
        changed = _list_changed_paths(repository)
    except GitFailedError:
        return {}
    blobs = {}
    for entry in listing:
        if entry.startswith(("H 100644 ", "H 100755 ")):  # another letter stands for a flag of the entry
            header, _, path = entry.partition("\t")
            _, _, oid, stage = header.split(" ")
            if stage == "0" and path not in changed:
                blobs[path] = oid
    return blobs


def _list_changed_paths(repository: Repository) -> set[str]:
    """Return the tracked paths that may differ from the index. Raise `GitFailedError`."""
    git = repository.git._replace(variables={**repository.git.variables, **get_filter_variables(repository)})
    options = ("--raw", "-z", "--exit-code", "--no-renames", "--no-abbrev", "--ignore-submodules=all")
    arguments = (*_STRICT_STAT, "diff-files", *options)
    result = git.run_traced(*arguments)
    if result.exit_code not in (0, 1) or bool(result.stdout) is not (result.exit_code == 1):
        raise create_git_error(arguments[len(_STRICT_STAT) :], result)
    return {entry[-1] for entry in parse_raw_entries(result.stdout)}
