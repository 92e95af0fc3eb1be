"""Checks one pair against the merge base and, in transitive modes, against older versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import Verdict, run_rules
from dcr.compatibility.semver import MAJOR, MINOR

if TYPE_CHECKING:
    from dcr.compatibility.match import Match
    from dcr.compatibility.older_versions import OlderVerdict
    from dcr.compatibility.pairs import ContractPair


class MatchVerdict(NamedTuple):
    """A match, the id of its dataset if it is known, and the verdicts on its pair and on older versions."""

    match: Match
    dataset_id: str | None
    verdict: Verdict
    older: tuple[OlderVerdict, ...]

    @property
    def may_reach_consumers(self) -> bool:
        """Whether an issue, or a version of which nobody expects that it is compatible, may reach a consumer."""
        verdicts = (self.verdict, *(entry.verdict for entry in self.older))
        return self.has_incompatible_version or any(
            issue.reach is not None for verdict in verdicts for issue in verdict.issues
        )

    @property
    def has_incompatible_version(self) -> bool:
        """Whether the change raises the MAJOR version, or the MINOR version before 1.0.0."""
        both = self.match.pair.both
        bump = self.verdict.actual_bump
        return both is not None and (bump == MAJOR or (bump == MINOR and both[0].version.startswith("0.")))


def check_pair(pair: ContractPair, mode: str) -> tuple[Verdict, tuple[OlderVerdict, ...]]:
    """Return the verdict on a pair, and in a transitive mode those on older versions, without issues of the base."""
    verdict: Verdict
    older: tuple[OlderVerdict, ...] = ()
    if pair.older_versions:
        from dcr.compatibility.older_versions import check_all_versions  # noqa: PLC0415 (only transitive modes need it)

        verdict, older = check_all_versions(pair, mode)
    else:
        verdict = run_rules(pair, mode)
    if pair.published is None:
        return verdict, older
    from dcr.compatibility.preexisting_issues import drop_preexisting_issues  # noqa: PLC0415 (only needed if the base has newer commits)

    return drop_preexisting_issues(pair, mode, verdict, older)
