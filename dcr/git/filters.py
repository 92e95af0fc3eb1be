"""Turns off the clean filters of a repository's own configuration: programs that git would run on files.

Git runs one to compare a file that was written in the same second as the index. Filters of the user's own
configuration, such as that of Git LFS, are the user's choice and stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.command import failure, records

if TYPE_CHECKING:
    from dcr.git.command import Git

_NOTHING_TO_RUN = (("clean", ""), ("process", ""), ("required", "false"))


def variables_against_filters(git: Git) -> dict[str, str]:
    """Return the variables under which git runs none of the filters that the repository defines.

    Variables and not `-c`, which cannot spell a name that holds `=`.
    """
    arguments = ("config", "--null", "--show-scope", "--name-only", "--get-regexp", r"^filter\.")
    answer = git.attest(*arguments)
    if answer.code not in (0, 1) or bool(answer.out) is not (answer.code == 0):
        raise failure(arguments, answer)
    words = records(answer.out)
    own = [key for scope, key in zip(words[::2], words[1::2], strict=False) if scope not in ("system", "global")]
    names = dict.fromkeys(key.removeprefix("filter.").rpartition(".")[0] for key in own)
    settings = [(f"filter.{name}.{key}", value) for name in names for key, value in _NOTHING_TO_RUN]
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
