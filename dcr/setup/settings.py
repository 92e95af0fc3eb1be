"""The text of a first `dcr.toml`: only settings that something in the repository is a reason for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.base.resolution import USUAL_BASES
from dcr.git.command import failure
from dcr.policy.globs import Scope
from dcr.report.summary import contracts_in
from dcr.text.printable import printable

if TYPE_CHECKING:
    from dcr.git.repository import Repository
    from dcr.policy.policy import Policy
    from dcr.setup.contracts import Found, Globs

_OPENING = """\
# What dcr takes for contracts, and how strictly it judges them; dcr schema policy lists every setting.
# A change is judged by this file as its base has it, so a change cannot loosen its own gate.
"""


def settings(found: Found, globs: Globs, repository: Repository) -> str:
    """Return a whole policy file."""
    parts = [_OPENING]
    if found.contracts:
        parts.append(
            f"# Contracts are found by what YAML and JSON files hold: {told(found)}.\n"
            f"# To look in some places alone:\n{_commented(lines_for(globs))}"
        )
    else:
        parts.append("# Contracts are found by what YAML and JSON files hold; none was found yet.\n")
    branch = _unusual_branch(repository)
    if branch is not None:
        why = "# Where branches leave from: there is no origin/HEAD, main or master to go by."
        parts.append(f"{why}\nbase = {_quoted(branch)}\n")
    return "\n".join(parts)


def needs(found: Found, policy: Policy) -> bool:
    """Whether a policy leaves contracts out that were found."""
    scope = policy.scope
    return not all(scope.covers(each) for each in found.contracts if not _left_out(policy, each))


def _left_out(policy: Policy, path: str) -> bool:
    """Whether a policy leaves a file out on purpose."""
    return bool(policy.exclude) and Scope(policy.exclude).covers(path)


def lines_for(globs: Globs) -> str:
    """Return the settings that hold some globs."""
    text = _listed("contracts", globs.contracts)
    if globs.exclude:
        text += "# Not YAML that can be read: below the globs above they would be reported.\n"
        text += _listed("exclude", globs.exclude)
    return text


def _commented(lines: str) -> str:
    return "".join(f"# {line.removeprefix('# ')}\n" for line in lines.splitlines())


def told(found: Found) -> str:
    """Return how many contracts of which formats were found, in words."""
    return contracts_in(found.formats.most_common(), len(found.contracts))


def _listed(name: str, values: tuple[str, ...]) -> str:
    if len(values) < 3:
        return f"{name} = [{', '.join(map(_quoted, values))}]\n"
    return f"{name} = [\n{''.join(f'    {_quoted(each)},{chr(10)}' for each in values)}]\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unusual_branch(repository: Repository) -> str | None:
    """Return HEAD's branch when it is the only one and bears none of the names that dcr knows for a base."""
    here = repository.git.ask("symbolic-ref", "--quiet", "HEAD").out.decode("utf-8", "surrogateescape").strip()
    answer = repository.git.attest("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes")
    if answer.code != 0:
        raise failure(("for-each-ref",), answer)
    refs = set(answer.out.decode("utf-8", "surrogateescape").split())
    if not here or here in USUAL_BASES or refs & set(USUAL_BASES) or refs - {here}:
        return None
    branch = here.removeprefix("refs/heads/")
    return branch if printable(branch) == branch else None
