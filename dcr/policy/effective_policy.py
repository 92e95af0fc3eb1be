"""What governs one run: two policies of which the stricter holds, and the acceptances that belong to the change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.policy.policy import Policy, StricterPolicy, list_differences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.compatibility.acceptance import Acceptance
    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.issue import Issue
    from dcr.compatibility.older_versions import OlderVerdict
    from dcr.compatibility.pairs import ContractPair
    from dcr.formats.parsed_file import Problem
    from dcr.parsing.location import Location


class PolicyEdit(NamedTuple):
    """The policy file as this change leaves it, and the settings in which it differs from the base's."""

    location: Location
    settings: tuple[str, ...]


class Acceptances(NamedTuple):
    """The acceptances of one side; `existing` are those that were there before this change."""

    entries: tuple[Acceptance, ...] = ()
    problems: tuple[Problem, ...] = ()
    existing: frozenset[tuple[object, ...]] = frozenset()


class EffectivePolicy(NamedTuple):
    """The rules of one run; `source` says in words where the policy came from."""

    policy: StricterPolicy
    source: str
    edit: PolicyEdit | None = None
    acceptances: Acceptances = Acceptances()

    def apply(
        self, verdict: Verdict, pair: ContractPair, today: str, older: tuple[OlderVerdict, ...] = ()
    ) -> tuple[Issue, ...]:
        """Return a pair's issues as policy and acceptances leave them; `today` is YYYY-MM-DD.

        `older` are the versions before that a transitive mode found the pair to break against.
        """
        from dcr.policy.issue_adjustment import adjust_issues  # noqa: PLC0415 (an unchanged repository needs no rules)

        acceptances = self.acceptances.entries
        newest = adjust_issues(verdict, pair, self.policy, acceptances, today)
        if not older:
            return newest
        from dcr.compatibility.older_versions import merge_issues  # noqa: PLC0415 (transitive modes alone pay for it)

        return merge_issues(
            newest, [adjust_issues(each.verdict, each.pair, self.policy, acceptances, today) for each in older]
        )

    @property
    def may_have_run_issues(self) -> bool:
        """Whether there is an edited policy or any acceptance to speak about."""
        return self.edit is not None or self.acceptances != Acceptances()

    def list_run_issues(
        self, used: Iterable[tuple[object, ...]], matched: Iterable[tuple[object, ...]], today: str
    ) -> list[Issue]:
        """Return what is to be said about the policy and the acceptances themselves.

        `used` are the keys of acceptances that let something through, `matched` the keys of all issues.
        """
        return _list_run_issues(self, frozenset(used), frozenset(matched), today)


def combine_policies(
    base: Policy, proposed: Policy, source: str, place: Location | None, decisions: Acceptances
) -> EffectivePolicy:
    """Return what governs a run from both sides' policies; `place` is the policy file if this change edits it."""
    settings = list_differences(base, proposed)
    edit = PolicyEdit(place, settings) if place and settings else None
    return EffectivePolicy(StricterPolicy(base, proposed), source, edit, decisions)


def _list_run_issues(
    rules: EffectivePolicy, used: frozenset[tuple[object, ...]], matched: frozenset[tuple[object, ...]], today: str
) -> list[Issue]:
    found: list[Issue] = []
    if rules.edit:
        found += _build_issues("policy_changed", (rules.edit.location, rules.edit.settings), rules.policy)
    for problem in rules.acceptances.problems:
        found += _build_issues("acceptance_malformed", problem, rules.policy)
    for each in rules.acceptances.entries:
        new = (*each.key, each.reason, each.expires) not in rules.acceptances.existing
        if each.expires is not None and each.expires < today:
            if new or each.key in matched:
                found += _build_issues("acceptance_expired", each, rules.policy)
        elif new and each.key not in used:
            found += _build_issues("acceptance_unused", each, rules.policy)
    return found


def _build_issues(kind: str, about: Any, policy: StricterPolicy) -> list[Issue]:
    from dcr.compatibility.issue import Issue, compute_fingerprint  # noqa: PLC0415
    from dcr.compatibility.rule import Finding, load_rules  # noqa: PLC0415
    from dcr.compatibility.severities import OFF  # noqa: PLC0415

    rule = load_rules()[kind]
    found = (each if isinstance(each, Finding) else Finding(each) for each in rule.find(about))
    issues = [
        Issue(
            kind,
            policy.get_severity(kind, each.severity or rule.severity),
            each.message,
            hint=each.hint,
            location=each.location,
            fingerprint=compute_fingerprint("", kind, None, each.detail),
        )
        for each in found
    ]
    return [issue for issue in issues if issue.severity != OFF]
