"""Runs every rule about consumers on a consumer and on its uses, and builds issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.consumer_pairs import CheckedUse, UsedDataset
from dcr.compatibility.issue import Issue, compute_fingerprint
from dcr.compatibility.rule import CONSUMER, USE, Finding, get_rule, load_rules_about

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.consumer_pairs import ConsumerPair
    from dcr.compatibility.rule import Rule

_VERSIONS_KIND = "use_outside_versions"
_NO_DATASET = UsedDataset()


def check_consumer(pair: ConsumerPair) -> Iterator[Issue]:
    """Yield the issues of a consumer and of its current uses, each once. Severities are those of the rules."""
    seen: set[str] = set()
    for issue in _list_issues(pair):
        if issue.fingerprint not in seen:  # two uses of a dataset may have the same issue
            seen.add(issue.fingerprint)
            yield issue


def _list_issues(pair: ConsumerPair) -> Iterator[Issue]:
    consumer = pair.proposed or pair.previous
    name = consumer.name if consumer else pair.path
    for rule in load_rules_about(CONSUMER, foreign=True):
        for finding in rule.find(pair):
            yield _build_issue(rule, finding, "", name)
    if pair.proposed is None:
        return
    rules = load_rules_about(USE, foreign=True)
    for use in pair.current_uses:
        checked = CheckedUse(pair.proposed, use, pair.datasets.get(use.dataset_id, _NO_DATASET))
        for rule in rules:
            for finding in rule.find(checked):
                yield _build_issue(rule, finding, use.dataset_id, name)


def check_versions(checked: CheckedUse) -> Iterator[Issue]:
    """Yield an issue if a change of a contract leaves the versions that a use was built for."""
    rule = get_rule(_VERSIONS_KIND)
    for finding in rule.find(checked):
        yield _build_issue(rule, finding, checked.use.dataset_id, checked.consumer.name)


def _build_issue(rule: Rule, finding: Finding | str, dataset_id: str, name: str) -> Issue:
    if isinstance(finding, str):
        finding = Finding(finding)
    return Issue(
        rule.kind,
        finding.severity or rule.severity,
        finding.message,
        field=finding.field,
        hint=finding.hint,
        location=finding.location,
        previous_location=finding.previous_location,
        fingerprint=compute_fingerprint(dataset_id, rule.kind, finding.field, f"{name}\x00{finding.detail}"),
    )
