"""Defines the effective policy of a run: the stricter of two policies, and the acceptances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.parsing.location import Location
from dcr.policy.acceptances import Acceptances
from dcr.policy.consumer_settings import DECLARED
from dcr.policy.policy import Policy, StricterPolicy, list_differences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.issue import Issue
    from dcr.compatibility.older_versions import OlderVerdict
    from dcr.compatibility.pairs import ContractPair
    from dcr.policy.folder_acceptances import FolderAcceptances


class PolicyEdit(NamedTuple):
    """The location of an edited policy, and the settings that differ from the base's policy."""

    location: Location
    settings: tuple[str, ...]


class EffectivePolicy(NamedTuple):
    """The policy and the acceptances of one run; `source` describes where the policy comes from.

    `folders` are the acceptances in the folders of consumers, None if the policy does not require them; the changed
    files with acceptances in folders are then `ignored_files`.
    """

    policy: StricterPolicy
    source: str
    edit: PolicyEdit | None = None
    acceptances: Acceptances = Acceptances()
    folders: FolderAcceptances | None = None
    ignored_files: tuple[str, ...] = ()

    def apply(
        self, verdict: Verdict, pair: ContractPair, today: str, older: tuple[OlderVerdict, ...] = ()
    ) -> tuple[Issue, ...]:
        """Return a pair's issues, adjusted by policy and acceptances; `today` is YYYY-MM-DD.

        `older` are the older versions that the pair breaks in a transitive mode.
        """
        from dcr.policy.policy_application import apply_policy  # noqa: PLC0415 (an unchanged repository needs no rules)

        consumers = self.policy.consumers
        only_declared = consumers.get_choice("breaking") == DECLARED and consumers.are_complete(pair)

        def apply(verdict: Verdict, pair: ContractPair) -> tuple[Issue, ...]:
            return apply_policy(
                verdict,
                pair,
                self.policy,
                self.acceptances.entries,
                today,
                only_declared=only_declared,
                folders=self.folders,
            )

        newest = apply(verdict, pair)
        if not older:
            return newest
        from dcr.compatibility.older_versions import merge_issues  # noqa: PLC0415 (only transitive modes need it)

        return merge_issues(newest, [apply(entry.verdict, entry.pair) for entry in older])

    def list_index_issues(self, message: str, hint: str) -> list[Issue]:
        """Return the issue of an index that cannot be used."""
        return _build_issues("index_unavailable", (message, hint), self.policy)

    @property
    def may_have_run_issues(self) -> bool:
        """Whether the policy was edited, or there are acceptances or may be some in folders."""
        has_folders = self.folders is not None or bool(self.ignored_files)
        return self.edit is not None or has_folders or self.acceptances != Acceptances()

    def list_run_issues(
        self, used: Iterable[tuple[object, ...]], matched: Iterable[tuple[object, ...]], today: str
    ) -> list[Issue]:
        """Return the issues of the policy and of the acceptances themselves.

        `used` are the keys of acceptances that accepted an issue, `matched` the keys of all issues. A key of an
        acceptance in a folder begins with the path of its file.
        """
        return _list_run_issues(self, frozenset(used), frozenset(matched), today)


def combine_policies(
    base: Policy, proposed: Policy, source: str, location: Location | None, acceptances: Acceptances
) -> EffectivePolicy:
    """Return the effective policy of two policies; `location` is the policy file if this change edits it."""
    settings = list_differences(base, proposed)
    edit = PolicyEdit(location, settings) if location and settings else None
    return EffectivePolicy(StricterPolicy(base, proposed), source, edit, acceptances)


def _list_run_issues(
    rules: EffectivePolicy, used: frozenset[tuple[object, ...]], matched: frozenset[tuple[object, ...]], today: str
) -> list[Issue]:
    issues: list[Issue] = []
    if rules.edit:
        issues += _build_issues("policy_changed", (rules.edit.location, rules.edit.settings), rules.policy)
    for path in rules.ignored_files:
        issues += _build_issues("acceptance_unused", Location(path), rules.policy)
    for file in (rules.acceptances, *(rules.folders.list_files() if rules.folders else ())):
        for problem in file.problems:
            issues += _build_issues("acceptance_malformed", problem, rules.policy)
        for entry in file.entries:
            is_new = (*entry.key, entry.reason, entry.expires) not in file.existing
            key = entry.key if file is rules.acceptances else (entry.location.path, *entry.key)
            if entry.expires is not None and entry.expires < today:
                if is_new or key in matched:
                    issues += _build_issues("acceptance_expired", entry, rules.policy)
            elif is_new and key not in used:
                is_elsewhere = rules.folders is not None and entry.key in matched
                issues += _build_issues("acceptance_unused", entry._replace(is_elsewhere=is_elsewhere), rules.policy)
    return issues


def _build_issues(kind: str, subject: Any, policy: StricterPolicy) -> list[Issue]:
    from dcr.compatibility.issue import Issue, compute_fingerprint  # noqa: PLC0415
    from dcr.compatibility.rule import Finding, load_rules  # noqa: PLC0415
    from dcr.compatibility.severities import OFF  # noqa: PLC0415

    rule = load_rules()[kind]
    findings = (result if isinstance(result, Finding) else Finding(result) for result in rule.find(subject))
    issues = [
        Issue(
            kind,
            policy.get_severity(kind, finding.severity or rule.severity),
            finding.message,
            hint=finding.hint,
            location=finding.location,
            fingerprint=compute_fingerprint("", kind, None, finding.detail),
        )
        for finding in findings
    ]
    return [issue for issue in issues if issue.severity != OFF]
