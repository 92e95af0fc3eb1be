"""Reads the policies and acceptances of the base and of the proposed side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rules import list_kinds
from dcr.errors import PolicyError
from dcr.git.objects import FOLDER_MODE, MAX_BLOB_BYTES, read_path_in_commits, read_root_files
from dcr.git.proposed_contents import SPECIAL_FILE_KINDS, read_proposed_contents
from dcr.git.refs import is_unborn
from dcr.parsing.location import Location
from dcr.policy.acceptances import Acceptances
from dcr.policy.consumer_settings import CONSUMERS
from dcr.policy.effective_policy import EffectivePolicy, combine_policies
from dcr.policy.policy import FILES, Policy
from dcr.policy.scope import ACCEPTANCE_FILE, is_acceptance_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dcr.compatibility.acceptance import Acceptance
    from dcr.git.changes import Change
    from dcr.git.repository import Repository

_WORKTREE_POLICY_HINT = "check with the fixed policy once: dcr check --policy-from worktree"
_OTHER_REF_HINT = "choose another commit: --ref REF"
_WORKTREE_POLICY_AND_BASE_HINT = f"{_WORKTREE_POLICY_HINT} --base REF"


def find_policy_base(repository: Repository, commit: str) -> str | None:
    """Return the base that a commit's policy configures; None if it configures none. Raise `PolicyError`."""
    if commit == "HEAD" and is_unborn(repository):
        return None  # the resolution of the base reports it
    policy, _ = _parse_policy_files(_read_contents(repository, commit, FILES), hint=_WORKTREE_POLICY_AND_BASE_HINT)
    return policy.base if policy else None


def read_policy(repository: Repository, commit: str) -> Policy:
    """Return the policy of a commit, or the default one. Raise `PolicyError` if it is invalid."""
    policy, _ = _parse_policy_files(_read_contents(repository, commit, FILES), hint=_OTHER_REF_HINT)
    return policy or Policy()


def read_effective_policy(
    repository: Repository, merge_base: str, changes: Sequence[Change], policy_from: str, tip: str | None = None
) -> EffectivePolicy:
    """Return the policy and the acceptances that apply to a change.

    `policy_from` is `base` or `worktree`; the latter ignores the base's policy. A policy file that is the same on the
    proposed side and at the base's `tip` counts as the base's own. Raise `PolicyError` if a policy that applies is
    invalid.
    """
    edits = {change.path: change for change in changes if change.path in (*FILES, ACCEPTANCE_FILE)}
    at_base = _read_contents(repository, merge_base, (*FILES, ACCEPTANCE_FILE))
    proposed = {path: content for path, content in at_base.items() if path not in edits}
    at_tip: dict[str, bytes | str] = {}
    if edits:
        proposed.update(read_proposed_contents(repository, edits.values()))
    if edits and tip and tip != merge_base:
        at_tip = _read_contents(repository, tip, (*FILES, ACCEPTANCE_FILE))
        identical = {path for path in edits if at_tip.get(path) == proposed.get(path)}
        at_base = {path: content for path, content in at_base.items() if path not in identical}
        at_base.update((path, at_tip[path]) for path in identical if path in at_tip)
        edits = {path: change for path, change in edits.items() if path not in identical}
    proposed_policy, proposed_file = _parse_policy_files(proposed)
    base_policy, base_file = proposed_policy, proposed_file
    if policy_from != "worktree":
        base_policy, base_file = _parse_policy_files(at_base, hint=_WORKTREE_POLICY_HINT)
    is_edited = bool(edits.keys() & {proposed_file, base_file})
    source = base_file or "defaults"
    if proposed_file and proposed_file != base_file:
        source = f"{source} and {proposed_file} (the stricter side)"
    elif is_edited and policy_from != "worktree":
        source = f"{source} (the stricter side of base and change)"
    first, second = base_policy or Policy(), proposed_policy or Policy()
    acceptance_side = at_base if "base" in (first.accept_from, second.accept_from) else proposed
    location = Location(proposed_file or base_file or FILES[0]) if is_edited else None
    base_contents = (at_base.get(ACCEPTANCE_FILE), at_tip.get(ACCEPTANCE_FILE))
    content = acceptance_side.get(ACCEPTANCE_FILE)
    acceptances = Acceptances()
    if content is not None:
        from dcr.git.acceptance_files import parse_acceptance_file  # noqa: PLC0415 (few repositories have one)

        acceptances = parse_acceptance_file(ACCEPTANCE_FILE, content, base_contents)
    policy = combine_policies(first, second, source, location, acceptances)
    return _add_folders(repository, (merge_base, tip or merge_base), policy, changes)


def _add_folders(
    repository: Repository, commits: tuple[str, str], policy: EffectivePolicy, changes: Iterable[Change]
) -> EffectivePolicy:
    """Return a policy with the acceptances in folders, or with those changed files in folders that it ignores."""
    edits = [change for change in changes if is_acceptance_file(change.path)]
    if policy.policy.consumers.get_choice("accept_by") != CONSUMERS:
        return policy._replace(
            ignored_files=tuple(
                change.path for change in edits if change.in_proposed and change.path != ACCEPTANCE_FILE
            )
        )
    from dcr.git.folder_acceptances import create_folder_acceptances  # noqa: PLC0415 (few policies need it)

    from_base = policy.policy.get_choice("accept_from") == "base"
    return policy._replace(folders=create_folder_acceptances(repository, commits, edits, from_base=from_base))


def read_acceptances(repository: Repository, commits: Iterable[str]) -> dict[str, tuple[Acceptance, ...]]:
    """Return the acceptances of several commits, by commit; an entry that is malformed accepts nothing."""
    from dcr.compatibility.rule import load_rules  # noqa: PLC0415
    from dcr.policy.acceptance_file import parse_acceptances  # noqa: PLC0415

    contents = read_path_in_commits(repository.git, commits, ACCEPTANCE_FILE)
    return {commit: tuple(parse_acceptances(content, load_rules())[0]) for commit, content in contents.items()}


def _read_contents(repository: Repository, commit: str, names: Iterable[str]) -> dict[str, bytes | str]:
    entries = read_root_files(repository.git, commit, names)
    return {
        name: SPECIAL_FILE_KINDS.get(mode, content) for name, (mode, content) in entries.items() if mode != FOLDER_MODE
    }


def _parse_policy_files(contents: Mapping[str, bytes | str], hint: str = "") -> tuple[Policy | None, str | None]:
    """Return the policy of one side and its file. Raise `PolicyError` if it is invalid, or if there are two."""
    policies: dict[str, Policy] = {}
    for name in FILES:
        content = contents.get(name)
        if isinstance(content, str) and name == FILES[0]:
            raise PolicyError(f"'{name}' is {content}", "replace it with the policy itself")
        if isinstance(content, bytes):
            from dcr.policy.policy_file import parse_policy  # noqa: PLC0415 (many repositories have no policy)

            if len(content) >= MAX_BLOB_BYTES:
                raise PolicyError(f"'{name}' is larger than 2 MiB", "shorten it")
            try:
                policy = parse_policy(name, content, list_kinds())
            except PolicyError as error:
                raise PolicyError(error.message, f"{error.hint}; {hint}" if hint else error.hint) from error
            if policy is not None:
                policies[name] = policy
    if len(policies) > 1:
        raise PolicyError("both dcr.toml and [tool.dcr] in pyproject.toml define a policy", "keep one of them")
    return next(((policy, name) for name, policy in policies.items()), (None, None))
