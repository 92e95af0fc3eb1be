"""Leaves out what the base itself changed since the merge base: a branch that holds it too is not to blame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.engine import Verdict, run_rules
from dcr.compatibility.migration import make_comparable
from dcr.compatibility.modes import get_direct_mode
from dcr.compatibility.pairs import ContractPair

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.compatibility.issue import Issue
    from dcr.compatibility.older_versions import OlderVerdict
    from dcr.contract.contract import Contract

_VERSION_KIND_PREFIX = "version_"


def drop_base_issues(
    pair: ContractPair, mode: str, verdict: Verdict, older: tuple[OlderVerdict, ...]
) -> tuple[Verdict, tuple[OlderVerdict, ...]]:
    """Return the verdicts on a pair without the issues that the base's newest contract has as well.

    A branch gets those by a squash merge of its parent, a cherry-pick, or an equal edit. An issue is left out where
    the base has the very same one, and the proposed contract adds nothing to it when it is compared with the base's.
    """
    published, proposed = pair.published, pair.proposed
    if published is None or proposed is None or not (verdict.issues or older):
        return verdict, older
    mode = get_direct_mode(mode)
    added = run_rules(ContractPair(*make_comparable(published, proposed), history=pair.history), mode)

    def kept(before: Contract | None, issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
        if before is None or not issues:
            return issues
        of_base = run_rules(ContractPair(*make_comparable(before, published), history=pair.history), mode).issues
        known = {each.fingerprint: set(each.modes) for each in of_base}
        return tuple(each for each in issues if not _is_in_base(each, known) or _is_added(each, added.issues))

    issues = kept(pair.previous, verdict.issues)
    if len(issues) < len(verdict.issues):
        verdict = Verdict(issues, added.required_bump, added.actual_bump)
    left = ((each, kept(each.pair.previous, each.verdict.issues)) for each in older)
    return verdict, tuple(each._replace(verdict=each.verdict._replace(issues=some)) for each, some in left if some)


def _is_in_base(issue: Issue, known: Mapping[str, set[str]]) -> bool:
    """Whether the base has an issue, in every direction it holds in."""
    return issue.fingerprint in known and set(issue.modes) <= known[issue.fingerprint]


def _is_added(issue: Issue, added: Iterable[Issue]) -> bool:
    """Whether the proposed contract breaks the same thing of the base's newest contract too, its version for one."""
    if issue.kind.startswith(_VERSION_KIND_PREFIX):
        return any(each.kind.startswith(_VERSION_KIND_PREFIX) for each in added)
    return any(
        each.kind == issue.kind and (each.fingerprint == issue.fingerprint or each.field == issue.field is not None)
        for each in added
    )
