"""Formats a first `dcr.toml`, with the settings that the repository needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.base.resolution import DEFAULT_BASES
from dcr.git.command import create_git_error
from dcr.policy.scope import Scope
from dcr.report.summary import format_contract_count
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from dcr.git.repository import Repository
    from dcr.policy.policy import Policy
    from dcr.setup.contracts import FoundContracts
    from dcr.setup.scope_globs import ScopeGlobs

_HEADER = """\
# The policy of dcr. All settings: dcr schema policy.
# dcr reads this file from the base, so that a change cannot relax its own checks.
"""


def format_settings(found: FoundContracts, globs: ScopeGlobs, repository: Repository) -> str:
    """Return a whole policy file."""
    parts = [_HEADER]
    if found.contracts:
        parts.append(
            f"# dcr detects contracts by the content of YAML and JSON files: {describe_contracts(found)}.\n"
            f"# To limit the search:\n{_comment_out(format_globs(globs))}"
        )
    else:
        parts.append("# dcr detects contracts by the content of YAML and JSON files; it found none yet.\n")
    branch = _find_unusual_branch(repository)
    if branch is not None:
        parts.append(f"# The default branch: origin/HEAD, main and master do not exist.\nbase = {_quote(branch)}\n")
    return "\n".join(parts)


def has_uncovered_contracts(found: FoundContracts, policy: Policy) -> bool:
    """Return whether the globs of a policy miss a contract that it does not exclude."""
    excluded = set(Scope(policy.exclude).filter_paths(found.contracts)) if policy.exclude else set()
    return not all(policy.scope.covers(path) for path in found.contracts if path not in excluded)


def format_globs(globs: ScopeGlobs) -> str:
    """Return the settings with some globs."""
    text = _format_list("contracts", globs.contracts)
    if globs.exclude:
        text += "# Unreadable YAML: dcr would report these files.\n"
        text += _format_list("exclude", globs.exclude)
    return text


def _comment_out(lines: str) -> str:
    return "".join(f"# {line.removeprefix('# ')}\n" for line in lines.splitlines())


def describe_contracts(found: FoundContracts) -> str:
    """Return the number of contracts of each format, as text."""
    return format_contract_count(found.formats.most_common(), len(found.contracts))


def _format_list(name: str, values: tuple[str, ...]) -> str:
    if len(values) < 3:
        return f"{name} = [{', '.join(map(_quote, values))}]\n"
    return f"{name} = [\n{''.join(f'    {_quote(value)},{chr(10)}' for value in values)}]\n"


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _find_unusual_branch(repository: Repository) -> str | None:
    """Return the branch of HEAD if it is the only branch and not a usual name of a base."""
    answer = repository.git.run_unchecked("symbolic-ref", "--quiet", "HEAD")
    head = answer.stdout.decode("utf-8", "surrogateescape").strip()
    answer = repository.git.run_traced("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes")
    if answer.exit_code != 0:
        raise create_git_error(("for-each-ref",), answer)
    refs = set(answer.stdout.decode("utf-8", "surrogateescape").split())
    if not head or head in DEFAULT_BASES or refs & set(DEFAULT_BASES) or refs - {head}:
        return None
    branch = head.removeprefix("refs/heads/")
    return branch if make_printable(branch) == branch else None
