"""Reads policies and acceptances out of the repository: the base's, and the proposed side's where it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rules import list_kinds
from dcr.git.objects import FOLDER_MODE, MAX_BLOB_BYTES, read_path_in_commits, read_root_files
from dcr.git.proposed_contents import SPECIAL_FILE_KINDS, read_proposed_contents
from dcr.git.refs import is_unborn
from dcr.parsing.location import Location
from dcr.policy.effective_policy import Acceptances, EffectivePolicy, combine_policies
from dcr.policy.policy import FILES, Policy, PolicyError, parse_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.compatibility.acceptance import Acceptance
    from dcr.git.changes import Change
    from dcr.git.repository import Repository

ACCEPTANCE_FILE = "dcr.accepted.yaml"


def find_policy_base(repository: Repository, commit: str) -> str | None:
    """Return the base that the policy of a commit names, if it names one."""
    if commit == "HEAD" and is_unborn(repository):
        return None  # what to do about it is said where the base is resolved
    policy, _ = _parse_policy_files(_read_contents(repository, commit, FILES), hint=_WORKTREE_POLICY_AND_BASE_HINT)
    return policy.base if policy else None


def read_policy(repository: Repository, commit: str) -> Policy:
    """Return the policy that stands in a commit; the defaults where none does. Raises `PolicyError`."""
    policy, _ = _parse_policy_files(_read_contents(repository, commit, FILES), hint=_OTHER_REF_HINT)
    return policy or Policy()


def read_governing_policy(
    repository: Repository, merge_base: str, changes: Iterable[Change], policy_from: str, tip: str | None = None
) -> EffectivePolicy:
    """Return what governs a run on these changes.

    `policy_from` is `base` or `worktree`; the latter takes the proposed side's policy alone. What the commit at the
    base's `tip` has by now as the proposed side has it is the base's own. Raises `PolicyError` when a policy that
    counts cannot be understood.
    """
    touched = {each.path: each for each in changes if each.path in (*FILES, ACCEPTANCE_FILE)}
    at_base = _read_contents(repository, merge_base, (*FILES, ACCEPTANCE_FILE))
    proposed = {path: content for path, content in at_base.items() if path not in touched}
    at_tip: dict[str, bytes | str] = {}
    if touched:
        proposed.update(read_proposed_contents(repository, touched.values()))
    if touched and tip and tip != merge_base:
        at_tip = _read_contents(repository, tip, (*FILES, ACCEPTANCE_FILE))
        same = {path for path in touched if at_tip.get(path) == proposed.get(path)}
        at_base = {path: content for path, content in at_base.items() if path not in same}
        at_base.update((path, at_tip[path]) for path in same if path in at_tip)
        touched = {path: each for path, each in touched.items() if path not in same}
    ours, our_file = _parse_policy_files(proposed)
    theirs, their_file = (
        (ours, our_file) if policy_from == "worktree" else _parse_policy_files(at_base, hint=_WORKTREE_POLICY_HINT)
    )
    edited = touched.keys() & {our_file, their_file}
    source = their_file or "defaults"
    if our_file and our_file != their_file:
        source = f"{source} and {our_file} (the stricter side)"
    elif edited and policy_from != "worktree":
        source = f"{source} (the stricter side of base and change)"
    first, second = theirs or Policy(), ours or Policy()
    accept_side = at_base if "base" in (first.accept_from, second.accept_from) else proposed
    place = Location(our_file or their_file or FILES[0]) if edited else None
    return combine_policies(first, second, source, place, _parse_acceptance_file(accept_side, (at_base, at_tip)))


def read_acceptances(repository: Repository, commits: Iterable[str]) -> dict[str, tuple[Acceptance, ...]]:
    """Return the acceptances that stood in each of some commits; one that cannot be read lets nothing through."""
    from dcr.compatibility.rule import load_rules  # noqa: PLC0415
    from dcr.policy.acceptance_file import parse_acceptances  # noqa: PLC0415

    contents = read_path_in_commits(repository.git, commits, ACCEPTANCE_FILE)
    return {commit: tuple(parse_acceptances(content, load_rules())[0]) for commit, content in contents.items()}


_WORKTREE_POLICY_HINT = "judge by the mended policy this once: dcr check --policy-from worktree"
_OTHER_REF_HINT = "look at another commit: --ref REF"
_WORKTREE_POLICY_AND_BASE_HINT = f"{_WORKTREE_POLICY_HINT} --base REF"


def _read_contents(repository: Repository, commit: str, names: Iterable[str]) -> dict[str, bytes | str]:
    found = read_root_files(repository.git, commit, names)
    return {
        name: SPECIAL_FILE_KINDS.get(mode, content) for name, (mode, content) in found.items() if mode != FOLDER_MODE
    }


def _parse_policy_files(contents: Mapping[str, bytes | str], hint: str = "") -> tuple[Policy | None, str | None]:
    """Return the one policy of a side and its file. Raises `PolicyError`."""
    found: dict[str, Policy] = {}
    for name in FILES:
        content = contents.get(name)
        if isinstance(content, str) and name == FILES[0]:
            raise PolicyError(f"'{name}' is {content}", "put the policy's own content there")
        if isinstance(content, bytes):
            if len(content) >= MAX_BLOB_BYTES:
                raise PolicyError(f"'{name}' is larger than 2 MiB, so only a part would be read", "shorten it")
            try:
                policy = parse_policy(name, content, list_kinds())
            except PolicyError as error:
                raise PolicyError(error.message, f"{error.hint}; {hint}" if hint else error.hint) from error
            if policy is not None:
                found[name] = policy
    if len(found) > 1:
        raise PolicyError("both dcr.toml and [tool.dcr] in pyproject.toml hold a policy", "keep one of them")
    return next(((policy, name) for name, policy in found.items()), (None, None))


def _parse_acceptance_file(
    side: Mapping[str, bytes | str], of_base: Iterable[Mapping[str, bytes | str]]
) -> Acceptances:
    content = side.get(ACCEPTANCE_FILE)
    if content is None:
        return Acceptances()
    from dcr.compatibility.rule import load_rules  # noqa: PLC0415 (only repositories with acceptances pay for it)
    from dcr.formats.parsed_file import Problem  # noqa: PLC0415
    from dcr.policy.acceptance_file import parse_acceptances  # noqa: PLC0415

    if isinstance(content, str):
        return Acceptances(problems=(Problem(Location(ACCEPTANCE_FILE), f"the file is {content}"),))
    acceptances, problems = parse_acceptances(content, load_rules())
    before = (contents.get(ACCEPTANCE_FILE) for contents in of_base)
    known = [each for text in before if isinstance(text, bytes) for each in parse_acceptances(text, load_rules())[0]]
    return Acceptances(
        tuple(acceptances), tuple(problems), frozenset((*each.key, each.reason, each.expires) for each in known)
    )
