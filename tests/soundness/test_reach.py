"""A break lists a declared consumer if and only if something that it declares stops working.

The judge is a consumer that really runs (simulation.py): queries in SQLite, rows validated by jsonschema. For more
cases, or others: `DCR_REACH_CASES=20000 DCR_SOUNDNESS_SEED=7 pytest tests/soundness/test_reach.py`.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import nodesemver
import pytest

from dcr.compatibility.modes import DIRECTIONS
from dcr.compatibility.reach import find_reached
from dcr.consumers.consumer import DeclaredUse
from dcr.consumers.readers import read_consumers

from .consumers import TODAY, draw_consumer, is_within
from .edits import edited
from .generate import OPAQUE_FORMATS, SCALARS, SLOW_PATTERNS, body, level, written
from .judge import Refusal, field_at, refusals
from .proofs import GROUPS, conservatism, constraint_of, explains
from .simulation import Simulation, list_candidates
from .study import SEED, Case, case_of
from .test_soundness import counted, fail_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.compatibility.issue import Issue

    from .consumers import Consumer
    from .judge import Mapping

    Record = Callable[[str, object], None]

CASES = int(os.environ.get("DCR_REACH_CASES", "2000"))
CONSUMERS = 4
PARTS = 4
MODES = ("backward", "forward", "full")
DATASET = "sales.orders"
KINDS_BY_CAUSE = {
    "column type": "field_type_changed",
    "unknown": "field_enum_expanded",
    "lost enum": "field_enum_shrunk",
}
CAUSES = (
    "column", "column type", "key", "unknown", "lost enum", "required", "removed", "type", "enum", "unique", "pattern",
    "min_length", "max_length", "minimum", "maximum", "multiple_of", "min_items", "max_items", "format",
    "lost multiple_of",
)  # fmt: skip
"""What has to fail for some consumers, so that the cases are worth something."""


@dataclass
class ReachCase:
    """A changed contract, some consumers, what they declare as dcr reads it, and what fails for them."""

    case: Case
    version: str
    consumers: list[Consumer]
    texts: dict[str, str]
    uses: list[DeclaredUse]
    failures: dict[tuple[str, str], set[Refusal]]

    def find_listed(self, issue: Issue) -> set[str]:
        """Return the names of the consumers that dcr lists for an issue."""
        if issue.reach is None:
            return set()
        return {each.name for each in find_reached(issue.reach, self.uses, issue.against or self.version, TODAY)}

    def find_failures(self, consumer: Consumer, direction: str) -> set[Refusal]:
        """Return what stops working for a consumer; nothing if it was not built for the version, or has moved away."""
        return self.failures[consumer.name, direction] if self.is_current(consumer) else set()

    def has_failure(self, consumer: Consumer, issue: Issue, mode: str) -> bool:
        """Return whether something of what an issue is about fails for a consumer."""
        return any(
            self.is_caused_by(failure, issue, direction)
            for direction in issue.modes or DIRECTIONS[mode]
            for failure in self.find_failures(consumer, direction)
        )

    def is_caused_by(self, failure: Refusal, issue: Issue, direction: str) -> bool:
        """Return whether an issue is about what fails for a consumer in a direction."""
        if failure.cause == "key":
            return issue.kind == "primary_key_changed"
        if direction not in issue.modes:
            return False
        if failure.cause == "column":
            is_removed = field_at(self.case.proposed.contract, str(issue.field)) is None
            is_nested = failure.path != issue.field and issue.kind == "field_type_changed"
            kind = {"backward": "field_removed", "forward": "field_required_removed"}[direction]
            return is_within(failure.path, str(issue.field)) and (is_nested or (is_removed and issue.kind == kind))
        if failure.cause in KINDS_BY_CAUSE:
            return (issue.kind, issue.field) == (KINDS_BY_CAUSE[failure.cause], failure.path)
        if failure.cause.startswith("lost "):
            constraint = failure.cause.removeprefix("lost ")
            group = next((group for group in GROUPS if constraint in group), {constraint})
            is_of_field = (issue.kind, issue.field) == ("field_constraint_tightened", failure.path)
            return is_of_field and constraint_of(issue) in group
        return explains(issue, failure, direction)

    def is_current(self, consumer: Consumer) -> bool:
        """Return whether a consumer was built for the previous version and has not moved away."""
        versions = consumer.use.get("versions", "*").replace(",", "")
        return nodesemver.satisfies(self.version, versions, loose=False) and consumer.use.get("until", TODAY) >= TODAY

    def describe(self, consumer: Consumer, *more: object) -> str:
        shown = {direction: self.failures[consumer.name, direction] for direction in ("backward", "forward")}
        return self.case.describe(f"previous version {self.version}", self.texts[consumer.name], shown, *more)


def draw_contract(rng: Random) -> Mapping:
    """Return a small contract; every second one has an enum to switch on."""
    fields = level(rng, 0, rng.randint(1, 3))
    if rng.random() < 0.5:
        field = {"name": "state", **body(rng, rng.choice(("string", "string", "integer", "number", "boolean")), 1)}
        fields.append(field if rng.random() < 0.7 else {**field, "required": False})
    drawn: Mapping = {
        "dataset_id": DATASET, "version": "1.0.0", "owners": [{"team": "sales"}], "fields": fields,
        "primary_key": draw_key(rng, fields),
    }  # fmt: skip
    return drawn


def draw_key(rng: Random, fields: list[Mapping]) -> list[str]:
    names = [each["name"] for each in fields if each.get("required", True) and each["type"] in SCALARS]
    return rng.sample(names, rng.randint(0, min(2, len(names))))


def draw_case(number: int) -> ReachCase:
    rng = Random(f"{SEED} reach {number}")
    while True:
        previous = draw_contract(rng)
        proposed, edits = edited(rng, previous, rng.randint(1, 3))
        if rng.random() < 0.1:
            proposed["primary_key"] = draw_key(rng, proposed["fields"])
        previous["version"] = rng.choice(("0.3.0", "1.0.0", "1.2.3", "2.1.7"))
        proposed["version"] = "9.0.0"
        texts = written(previous, rng), written(proposed, rng)
        case = case_of(f"reach {number}", edits, (previous, proposed), texts)
        if case is not None:
            break
    consumers = [draw_consumer(rng, f"team.c{n}", previous, proposed) for n in range(CONSUMERS)]
    add_witnesses(case)
    simulation = Simulation(previous, proposed, case.rows, list_candidates(consumers))
    failures = {
        (consumer.name, direction): simulation.run(consumer, direction)
        for consumer in consumers
        for direction in ("backward", "forward")
    }
    simulation.close()
    written_consumers = {consumer.name: consumer.write(DATASET, rng) for consumer in consumers}
    uses = [use for name, text in written_consumers.items() for use in read_uses(name, text)]
    return ReachCase(case, previous["version"], consumers, written_consumers, uses, failures)


def read_uses(name: str, text: str) -> list[DeclaredUse]:
    parsed = read_consumers(f"consumers/{name}.yaml", text.encode())
    assert not parsed.problems, (text, parsed.problems)
    return [DeclaredUse(consumer, use) for consumer in parsed.consumers for use in consumer.uses]


def add_witnesses(case: Case) -> None:
    """Add dcr's witness rows to the generated ones, if jsonschema accepts them for the side that writes them."""
    for issue in case.verdicts["full"].issues:
        if issue.witness is not None and issue.witness.times == 1:
            direction = "backward" if issue.witness.accepted_by == "previous" else "forward"
            writer, _ = case.sides(direction)
            if not refusals(writer.strict, issue.witness.row):
                case.rows[direction].append(issue.witness.row)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_break_lists_a_consumer_if_and_only_if_it_fails(part: int, record: Record) -> None:
    wrong, counts, excuses, causes = [], Counter[str](), Counter[str](), Counter[str]()
    for each in (draw_case(number) for number in range(part, CASES, PARTS)):
        for mode, consumer in ((mode, consumer) for mode in MODES for consumer in each.consumers):
            listing = [issue for issue in each.case.verdicts[mode].issues if consumer.name in each.find_listed(issue)]
            for issue in each.case.verdicts[mode].issues:
                is_listed, fails = issue in listing, each.has_failure(consumer, issue, mode)
                counts[f"{'listed' if is_listed else 'not listed'} and {'fails' if fails else 'works'}"] += 1
                excuse = find_excuse(each, consumer, issue) if is_listed and not fails else None
                if excuse is not None:
                    excuses[excuse] += 1
                elif is_listed is not fails:
                    wrong.append(each.describe(consumer, f"{mode}: {is_listed=} {fails=}", issue.message, issue.reach))
            for direction in DIRECTIONS[mode]:
                for failure in each.find_failures(consumer, direction):
                    causes[failure.cause] += 1
                    if not any(each.is_caused_by(failure, issue, direction) for issue in listing):
                        wrong.append(each.describe(consumer, f"{mode}: no issue lists it for {failure}"))
    record(f"reach, part {part}: consumers of issues", counted(counts))
    record(f"reach, part {part}: listed for a named reason", counted(excuses))
    record(f"reach, part {part}: failures", counted(causes))
    fail_for(wrong)
    assert counts["listed and fails"] >= CASES / PARTS
    assert counts["not listed and works"] >= CASES / PARTS
    assert CASES < 2_000 or all(causes[cause] for cause in CAUSES), causes


def find_excuse(each: ReachCase, consumer: Consumer, issue: Issue) -> str | None:
    """Return the named place in which dcr is stricter than a row can show; None if it has to be exact."""
    if not each.is_current(consumer):
        return None
    if not consumer.reads_rows:  # a query shows each type change, and a switch each value that dcr can judge
        return "a switch on texts that dcr cannot judge" if has_undecidable_text(each, issue) else None
    if issue.kind == "field_type_changed":
        return "a type change, for a reader of rows"
    if issue.witness is not None:
        return None
    return next(filter(None, (conservatism(each.case, mode, issue) for mode in issue.modes)), None)


def has_undecidable_text(each: ReachCase, issue: Issue) -> bool:
    """Return whether dcr cannot validate a text of a field, or cannot list all texts that the field allows."""
    if issue.kind not in ("field_enum_expanded", "field_enum_shrunk", "field_constraint_tightened"):
        return False
    sides = [field_at(side.contract, str(issue.field)) or {} for side in (each.case.previous, each.case.proposed)]
    is_unclear = sides[1].get("format") in OPAQUE_FORMATS or any(side.get("pattern") in SLOW_PATTERNS for side in sides)
    return is_unclear or (issue.kind == "field_enum_expanded" and "pattern" in sides[1])
