"""Reads the fixture folders of the rules about consumers, and runs these rules on them.

A folder holds a consumer file before and after a change, `previous.yaml` and `proposed.yaml` (either may be absent),
and `expected.txt`. More files are optional: `contract.yaml` is a contract of the same tree, `also.yaml` an unchanged
consumer file. `options.toml` has `today` (2027-01-31 by default), `min_deprecation_days` with the dates of
`deprecated_since` (the contract has an empty name), `previous_version` if the change is one of the contract, and
`is_strict = false` for uses of a file whose datasets need no contract.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rule_cases import all_cases

from dcr.compatibility.consumer_engine import check_consumer, check_versions
from dcr.compatibility.consumer_matching import match_consumers
from dcr.compatibility.consumer_pairs import CheckedUse, UsedDataset
from dcr.compatibility.history import DeprecationPeriod
from dcr.compatibility.rule import CONSUMER, USE, Rule, load_rules
from dcr.consumers.consumer import ParsedConsumers
from dcr.consumers.readers import read_consumers
from dcr.formats import read_content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rule_cases import Case

    from dcr.compatibility.consumer_pairs import ConsumerPair
    from dcr.compatibility.issue import Issue

FILE = "consumer.yaml"
"""The path of the consumer file on both sides."""

TODAY = "2027-01-31"
SIDES = ("previous", "proposed", "also", "contract")
OPTIONS = {"today", "min_deprecation_days", "deprecated_since", "previous_version", "is_strict"}


def consumer_rules() -> dict[str, Rule]:
    return {kind: rule for kind, rule in load_rules().items() if rule.about in (USE, CONSUMER)}


def consumer_cases() -> list[Case]:
    return all_cases(about_consumers=True)


def issues_of(case: Case, texts: dict[str, str | None] | None = None) -> list[Issue]:
    """Return every issue of a case, or of the case with other texts."""
    texts = texts or {side: case.text(side) for side in SIDES}
    datasets = _datasets(texts["contract"], case)
    if "previous_version" in case.options:
        declared = _parse("proposed", texts).get(FILE, ParsedConsumers(FILE, None)).consumers
        version = case.options["previous_version"]
        return [
            issue
            for consumer in declared
            for use in consumer.uses
            for issue in check_versions(CheckedUse(consumer, use, datasets[use.dataset_id], version))
        ]
    pairs = _pairs(texts, strict=case.options.get("is_strict", True))
    today = case.options.get("today", TODAY)
    return [issue for pair in pairs for issue in check_consumer(pair._replace(datasets=datasets, today=today))]


def _pairs(texts: dict[str, str | None], *, strict: bool) -> list[ConsumerPair]:
    also = [each for parsed in _parse("also", texts).values() for each in parsed.consumers]
    pairs = match_consumers(
        _parse("previous", texts),
        _parse("proposed", texts),
        lambda names: [each for each in also if each.name in names],
    )
    return pairs if strict else [_loosened(pair) for pair in pairs]


def _loosened(pair: ConsumerPair) -> ConsumerPair:
    """Return a pair whose uses need not have a contract."""
    assert pair.proposed
    uses = tuple(use._replace(is_strict=False) for use in pair.proposed.uses)
    return pair._replace(proposed=pair.proposed._replace(uses=uses))


def _parse(side: str, texts: dict[str, str | None]) -> dict[str, ParsedConsumers]:
    text = texts[side]
    path = "also.yaml" if side == "also" else FILE
    return {} if text is None else {path: read_consumers(path, text.encode())}


def _datasets(text: str | None, case: Case) -> dict[str, UsedDataset]:
    if text is None:
        return {}
    parsed = read_content("contract.yaml", text.encode())
    if parsed.is_unreadable:
        return {parsed.dataset_id or "": UsedDataset(unreadable_path="contract.yaml")}
    known = tuple(each.dataset_id for each in parsed.contracts)
    period = _period(case)
    found = {each.dataset_id: UsedDataset(each, deprecation=period) for each in parsed.contracts}
    return _WithDefault(known, found)


class _WithDefault(dict[str, UsedDataset]):
    """The datasets by id; any other one has no contract, and the existing ids for suggestions."""

    def __init__(self, known: tuple[str, ...], found: dict[str, UsedDataset]) -> None:
        super().__init__(found)
        self._known = known

    def get(self, key: str, _default: object = None) -> UsedDataset:  # type: ignore[override]
        return super().get(key) or UsedDataset(known_ids=self._known)


def _period(case: Case) -> DeprecationPeriod | None:
    options = case.options
    if "min_deprecation_days" not in options:
        return None
    since: dict[str, date] = dict(options.get("deprecated_since", {}))
    own = since.pop("", None)
    return DeprecationPeriod(options["min_deprecation_days"], date.fromisoformat(TODAY), since, own)


def issues_with_kinds(case: Case) -> Iterator[Issue]:
    """Yield the issues of the case's own kind."""
    yield from (issue for issue in issues_of(case) if issue.kind == case.kind)
