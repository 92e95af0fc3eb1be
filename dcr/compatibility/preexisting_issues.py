"""Drops issues that the base introduced itself since the merge base."""

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


def drop_preexisting_issues(
    pair: ContractPair, mode: str, verdict: Verdict, older: tuple[OlderVerdict, ...]
) -> tuple[Verdict, tuple[OlderVerdict, ...]]:
    """Return the verdicts on a pair without the issues that the base's newest contract has as well.

    A branch contains these after a squash merge of its parent, a cherry-pick, or the same edit. An issue is dropped if
    the base has it too and the proposed contract, compared with the base's, does not have it again.
    """
    published, proposed = pair.published, pair.proposed
    if published is None or proposed is None or not (verdict.issues or older):
        return verdict, older
    mode = get_direct_mode(mode)
    added = run_rules(ContractPair(*make_comparable(published, proposed), history=pair.history), mode)

    def filter_issues(before: Contract | None, issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
        if before is None or not issues:
            return issues
        base_pair = ContractPair(*make_comparable(before, published), history=pair.history)
        base_modes = {issue.fingerprint: set(issue.modes) for issue in run_rules(base_pair, mode).issues}
        return tuple(issue for issue in issues if not _is_in_base(issue, base_modes) or _is_added(issue, added.issues))

    issues = filter_issues(pair.previous, verdict.issues)
    if len(issues) < len(verdict.issues):
        verdict = Verdict(issues, added.required_bump, added.actual_bump)
    return verdict, tuple(
        entry._replace(verdict=entry.verdict._replace(issues=remaining))
        for entry in older
        if (remaining := filter_issues(entry.pair.previous, entry.verdict.issues))
    )


def _is_in_base(issue: Issue, base_modes: Mapping[str, set[str]]) -> bool:
    """Return whether the base has an issue, in all of its directions."""
    return issue.fingerprint in base_modes and set(issue.modes) <= base_modes[issue.fingerprint]


def _is_added(issue: Issue, added: Iterable[Issue]) -> bool:
    """Return whether the proposed contract has the same issue compared with the base's newest contract."""
    if issue.kind.startswith(_VERSION_KIND_PREFIX):
        return any(new.kind.startswith(_VERSION_KIND_PREFIX) for new in added)
    return any(
        new.kind == issue.kind and (new.fingerprint == issue.fingerprint or new.field == issue.field is not None)
        for new in added
    )
