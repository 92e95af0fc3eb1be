"""The text of a first `dcr.toml`: only settings that something in the repository is a reason for."""

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
    from dcr.setup.contracts import FoundContracts, ScopeGlobs

_HEADER = """\
# What dcr takes for contracts, and how strictly it judges them; dcr schema policy lists every setting.
# A change is judged by this file as its base has it, so a change cannot loosen its own gate.
"""


def format_settings(found: FoundContracts, globs: ScopeGlobs, repository: Repository) -> str:
    """Return a whole policy file."""
    parts = [_HEADER]
    if found.contracts:
        parts.append(
            f"# Contracts are found by what YAML and JSON files hold: {describe_contracts(found)}.\n"
            f"# To look in some places alone:\n{_comment_out(format_globs(globs))}"
        )
    else:
        parts.append("# Contracts are found by what YAML and JSON files hold; none was found yet.\n")
    branch = _find_unusual_branch(repository)
    if branch is not None:
        why = "# Where branches leave from: there is no origin/HEAD, main or master to go by."
        parts.append(f"{why}\nbase = {_quote(branch)}\n")
    return "\n".join(parts)


def has_uncovered_contracts(found: FoundContracts, policy: Policy) -> bool:
    """Whether a policy leaves contracts out that were found."""
    scope = policy.scope
    return not all(scope.covers(each) for each in found.contracts if not _is_excluded(policy, each))


def _is_excluded(policy: Policy, path: str) -> bool:
    """Whether a policy leaves a file out on purpose."""
    return bool(policy.exclude) and Scope(policy.exclude).covers(path)


def format_globs(globs: ScopeGlobs) -> str:
    """Return the settings that hold some globs."""
    text = _format_list("contracts", globs.contracts)
    if globs.exclude:
        text += "# Not YAML that can be read: below the globs above they would be reported.\n"
        text += _format_list("exclude", globs.exclude)
    return text


def _comment_out(lines: str) -> str:
    return "".join(f"# {line.removeprefix('# ')}\n" for line in lines.splitlines())


def describe_contracts(found: FoundContracts) -> str:
    """Return how many contracts of which formats were found, in words."""
    return format_contract_count(found.formats.most_common(), len(found.contracts))


def _format_list(name: str, values: tuple[str, ...]) -> str:
    if len(values) < 3:
        return f"{name} = [{', '.join(map(_quote, values))}]\n"
    return f"{name} = [\n{''.join(f'    {_quote(each)},{chr(10)}' for each in values)}]\n"


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _find_unusual_branch(repository: Repository) -> str | None:
    """Return HEAD's branch when it is the only one and bears none of the names that dcr knows for a base."""
    here = (
        repository.git.run_unchecked("symbolic-ref", "--quiet", "HEAD")
        .stdout.decode("utf-8", "surrogateescape")
        .strip()
    )
    answer = repository.git.run_traced("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes")
    if answer.exit_code != 0:
        raise create_git_error(("for-each-ref",), answer)
    refs = set(answer.stdout.decode("utf-8", "surrogateescape").split())
    if not here or here in DEFAULT_BASES or refs & set(DEFAULT_BASES) or refs - {here}:
        return None
    branch = here.removeprefix("refs/heads/")
    return branch if make_printable(branch) == branch else None
