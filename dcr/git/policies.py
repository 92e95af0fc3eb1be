"""Reads policies and acceptances out of the repository: the base's, and the proposed side's where it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rules import kinds
from dcr.git.contracts.contents import ODD, proposed_contents
from dcr.git.objects import FOLDER, MAX_READ, read_at, read_top
from dcr.git.refs import is_unborn
from dcr.parsing.location import Location
from dcr.policy.effective import Decisions, Governing, governing
from dcr.policy.policy import FILES, Policy, PolicyError, parse_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.compatibility.acceptance import Acceptance
    from dcr.git.changes import Change
    from dcr.git.repository import Repository

ACCEPTANCES = "dcr.accepted.yaml"


def named_base(repository: Repository, commit: str) -> str | None:
    """Return the base that the policy of a commit names, if it names one."""
    if commit == "HEAD" and is_unborn(repository):
        return None  # what to do about it is said where the base is resolved
    policy, _ = _parsed(_contents(repository, commit, FILES), hint=_FROM_WORKTREE_AND_BASE)
    return policy.base if policy else None


def policy_of(repository: Repository, commit: str) -> Policy:
    """Return the policy that stands in a commit; the defaults where none does. Raises `PolicyError`."""
    policy, _ = _parsed(_contents(repository, commit, FILES), hint=_ANOTHER_REF)
    return policy or Policy()


def governing_policy(
    repository: Repository, merge_base: str, changes: Iterable[Change], policy_from: str, tip: str | None = None
) -> Governing:
    """Return what governs a run on these changes.

    `policy_from` is `base` or `worktree`; the latter takes the proposed side's policy alone. What the commit at the
    base's `tip` has by now as the proposed side has it is the base's own. Raises `PolicyError` when a policy that
    counts cannot be understood.
    """
    touched = {each.path: each for each in changes if each.path in (*FILES, ACCEPTANCES)}
    at_base = _contents(repository, merge_base, (*FILES, ACCEPTANCES))
    proposed = {path: content for path, content in at_base.items() if path not in touched}
    at_tip: dict[str, bytes | str] = {}
    if touched:
        proposed.update(proposed_contents(repository, touched.values()))
    if touched and tip and tip != merge_base:
        at_tip = _contents(repository, tip, (*FILES, ACCEPTANCES))
        same = {path for path in touched if at_tip.get(path) == proposed.get(path)}
        at_base = {path: content for path, content in at_base.items() if path not in same}
        at_base.update((path, at_tip[path]) for path in same if path in at_tip)
        touched = {path: each for path, each in touched.items() if path not in same}
    ours, our_file = _parsed(proposed)
    theirs, their_file = (ours, our_file) if policy_from == "worktree" else _parsed(at_base, hint=_FROM_WORKTREE)
    edited = touched.keys() & {our_file, their_file}
    source = their_file or "defaults"
    if our_file and our_file != their_file:
        source = f"{source} and {our_file} (the stricter side)"
    elif edited and policy_from != "worktree":
        source = f"{source} (the stricter side of base and change)"
    first, second = theirs or Policy(), ours or Policy()
    accept_side = at_base if "base" in (first.accept_from, second.accept_from) else proposed
    place = Location(our_file or their_file or FILES[0]) if edited else None
    return governing(first, second, source, place, _decisions(accept_side, (at_base, at_tip)))


def acceptances_at(repository: Repository, commits: Iterable[str]) -> dict[str, tuple[Acceptance, ...]]:
    """Return the acceptances that stood in each of some commits; one that cannot be read lets nothing through."""
    from dcr.compatibility.rule import all_rules  # noqa: PLC0415
    from dcr.policy.acceptances import parse_acceptances  # noqa: PLC0415

    contents = read_at(repository.git, commits, ACCEPTANCES)
    return {commit: tuple(parse_acceptances(content, all_rules())[0]) for commit, content in contents.items()}


_FROM_WORKTREE = "judge by the mended policy this once: dcr check --policy-from worktree"
_ANOTHER_REF = "look at another commit: --ref REF"
_FROM_WORKTREE_AND_BASE = f"{_FROM_WORKTREE} --base REF"


def _contents(repository: Repository, commit: str, names: Iterable[str]) -> dict[str, bytes | str]:
    found = read_top(repository.git, commit, names)
    return {name: ODD.get(mode, content) for name, (mode, content) in found.items() if mode != FOLDER}


def _parsed(contents: Mapping[str, bytes | str], hint: str = "") -> tuple[Policy | None, str | None]:
    """Return the one policy of a side and its file. Raises `PolicyError`."""
    found: dict[str, Policy] = {}
    for name in FILES:
        content = contents.get(name)
        if isinstance(content, str) and name == FILES[0]:
            raise PolicyError(f"'{name}' is {content}", "put the policy's own content there")
        if isinstance(content, bytes):
            if len(content) >= MAX_READ:
                raise PolicyError(f"'{name}' is larger than 2 MiB, so only a part would be read", "shorten it")
            try:
                policy = parse_policy(name, content, kinds())
            except PolicyError as error:
                raise PolicyError(error.message, f"{error.hint}; {hint}" if hint else error.hint) from error
            if policy is not None:
                found[name] = policy
    if len(found) > 1:
        raise PolicyError("both dcr.toml and [tool.dcr] in pyproject.toml hold a policy", "keep one of them")
    return next(((policy, name) for name, policy in found.items()), (None, None))


def _decisions(side: Mapping[str, bytes | str], of_base: Iterable[Mapping[str, bytes | str]]) -> Decisions:
    content = side.get(ACCEPTANCES)
    if content is None:
        return Decisions()
    from dcr.compatibility.rule import all_rules  # noqa: PLC0415 (only repositories with acceptances pay for it)
    from dcr.formats.reading import Problem  # noqa: PLC0415
    from dcr.policy.acceptances import parse_acceptances  # noqa: PLC0415

    if isinstance(content, str):
        return Decisions(problems=(Problem(Location(ACCEPTANCES), f"the file is {content}"),))
    acceptances, problems = parse_acceptances(content, all_rules())
    before = (contents.get(ACCEPTANCES) for contents in of_base)
    known = [each for text in before if isinstance(text, bytes) for each in parse_acceptances(text, all_rules())[0]]
    return Decisions(
        tuple(acceptances), tuple(problems), frozenset((*each.key, each.reason, each.expires) for each in known)
    )
