"""The promise holds through the readers too: a pair written as ODCS or as Data Contract Specification gets the verdict
that it gets as dcr's own, apart from differences that are named here, and jsonschema finds no row against it.

foreign.py writes the documents, documents.py parses them without dcr, and jsonschema judges that.
"""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from dcr.compatibility.modes import MODES
from dcr.compatibility.semver import NONE, PATCH
from dcr.formats import read_content

from .foreign import STYLES
from .foreign_pairs import FORMATS, ODD_NAMES, ForeignPair, build_case, list_foreign_pairs, with_rows
from .judge import KEYWORDS, fields_of
from .loose import loose_contract, redrawn
from .proofs import constraint_of, find_unreported_repeats, holds, unexplained
from .study import DIRECTIONS, SEED, Case
from .test_soundness import counted, fail_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.compatibility.issue import Issue

    from .judge import Mapping

    Record = Callable[[str, object], None]
    Summary = tuple[str, str, tuple[str, ...], str, str, str]

LOOSE = 1000
UNREPORTED = {
    "value_ambiguous": "what a YAML 1.1 reader would see otherwise is reported for the native format only",
    "quality_rule_removed": "a field that is renamed or retyped takes its rules along, which dcr's own format has not",
}
"""Kinds that not every format has, and why."""
STORED = "dbt: another name of one type is another stored type, and a struct's is all that is in it"


@pytest.fixture(scope="module")
def foreign_pairs(cases: list[Case]) -> list[ForeignPair]:
    """Return pairs of the study, each in every format."""
    return list(list_foreign_pairs(cases))


@pytest.fixture(scope="module")
def loose() -> list[Case]:
    """Return pairs that dcr's own format refuses, in each foreign format and from one to another."""
    found = []
    for number in range(LOOSE):
        rng = Random(f"{SEED} loose {number}")
        before = loose_contract(rng)
        after, edits = redrawn(rng, before)
        formats = rng.choice((("odcs", "odcs"), ("dcs", "dcs"), ("dcs", "odcs"), ("odcs", "dcs")))
        found.append(build_case(f"loose {number}", edits, (before, after), formats, rng))
    return [with_rows(case) for case in found]


def summarize(case: Case, mode: str) -> set[Summary]:
    """Return the issues of a pair in a mode: kind, field, modes, severity, which constraint, and the witness."""
    return {_summarize(issue) for issue in case.verdicts[mode].issues if issue.kind not in UNREPORTED}


def _summarize(issue: Issue) -> Summary:
    detail = constraint_of(issue) if "constraint" in issue.kind else ""
    witness = json.dumps(issue.witness and [issue.witness.row, *issue.witness[1:]], sort_keys=True)
    return issue.kind, issue.field or "", issue.modes, issue.severity, detail, witness


def differences(one: Case, two: Case) -> str:
    """Return the issues of one case that the other does not have, by mode; empty if they are equal."""
    found = [
        (mode, summarize(one, mode) - summarize(two, mode), summarize(two, mode) - summarize(one, mode))
        for mode in MODES
    ]
    return "\n  ".join(
        f"{mode}: only natively {a or 'nothing'}, only here {b or 'nothing'}" for mode, a, b in found if a or b
    )


def _bump(case: Case) -> str:
    """Return the version bump that a pair needs; another rule that tolerates something needs a PATCH by itself."""
    bump = case.verdicts["full"].required_bump
    return NONE if bump == PATCH else bump


@pytest.mark.parametrize("name", FORMATS)
def test_a_pair_in_another_format_gets_the_verdict_that_it_gets_in_dcrs_own(
    foreign_pairs: list[ForeignPair], name: str, record: Record
) -> None:
    failures, verdicts = [], Counter[str]()
    for each in foreign_pairs:
        here = each.foreign[name]
        for direction in DIRECTIONS:
            verdicts[f"{'breaking' if here.breaks(direction) else 'compatible'} {direction}"] += 1
        differing = differences(each.native, here)
        if differing or _bump(here) != _bump(each.native):
            failures.append(here.describe(differing))
    record(f"pairs read as {name}", counted(verdicts))
    record("differences by name", "; ".join(f"{kind} ({reason})" for kind, reason in UNREPORTED.items()))
    fail_for(failures)
    assert min(verdicts.values()) >= len(foreign_pairs) / 5


def test_a_pair_from_one_format_to_another_gets_the_verdict_that_it_gets_in_one(
    foreign_pairs: list[ForeignPair], record: Record
) -> None:
    failures, mixes = [], Counter[str]()
    for each in foreign_pairs:
        mixes[" to ".join(each.formats)] += 1
        differing = differences(each.native, each.mixed)
        if differing:
            failures.append(each.mixed.describe(differing))
    record("pairs from one format to another", counted(mixes))
    fail_for(failures)
    assert min(mixes.values()) >= 30


def test_what_dbt_supports_gets_the_same_verdict(foreign_pairs: list[ForeignPair], record: Record) -> None:
    failures, kinds, stored = [], Counter[str](), 0
    for each in foreign_pairs:
        native, dbt = (
            {mode: {one for one in summarize(case, mode) if _of_rows(one)} for mode in MODES} for case in each.dbt
        )
        stored += any(kind == "physical_type_changed" for kind, *_ in summarize(each.dbt[1], "full"))
        kinds.update(kind for kind, *_ in dbt["full"])
        if native != dbt:
            failures.append(each.dbt[1].describe(native, dbt))
    record("kinds fired for dbt", counted(kinds))
    record(f"difference by name: {STORED}", stored)
    fail_for(failures)
    assert stored > 0
    assert kinds.keys() == {
        "field_removed", "field_required_added", "field_required_removed", "field_type_changed", "primary_key_changed",
        "field_constraint_tightened", "field_constraint_loosened",
    }  # fmt: skip


def _of_rows(one: Summary) -> bool:
    return one[0].startswith("field_") or one[0] == "primary_key_changed"


def test_the_documents_contain_what_was_drawn(foreign_pairs: list[ForeignPair]) -> None:
    """What foreign.py writes and documents.py reads back is the pair itself: neither is dcr's."""
    for each in foreign_pairs:
        for here in each.foreign.values():
            for found, drawn in ((here.previous, each.native.previous), (here.proposed, each.native.proposed)):
                assert meant(found.contract) == meant(drawn.contract), here.describe()
                assert list(found.contract["primary_key"]) == list(drawn.contract.get("primary_key", [])), (
                    here.describe()
                )


def meant(contract: Mapping) -> Mapping:
    keys = (*KEYWORDS, "type")
    return {
        path: (
            {key: field[key] for key in keys if key in field}, field.get("required", True),
            field.get("unique", False), set(field["enum"]) if "enum" in field else None,
        )
        for path, field in fields_of(contract)
    }  # fmt: skip


def test_nothing_in_the_documents_is_not_understood(foreign_pairs: list[ForeignPair]) -> None:
    for each in foreign_pairs:
        for here in (*each.foreign.values(), each.mixed, *each.dbt):
            for text in here.texts:
                problems = read_content("contracts/orders.yaml", text).problems
                assert all(each.is_understood and not each.is_fatal for each in problems), (problems, text.decode())


def foreign_cases(foreign_pairs: list[ForeignPair]) -> list[Case]:
    """Return the pairs that rows are made for: each in one of the formats, or from one to another."""
    chosen = [(*each.foreign.values(), each.mixed)[number % 3] for number, each in enumerate(foreign_pairs)]
    return [case if case.rows else with_rows(case) for case in chosen]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_no_row_of_the_documents_is_refused_without_an_issue_that_says_why(
    foreign_pairs: list[ForeignPair], direction: str, record: Record
) -> None:
    cases = foreign_cases(foreign_pairs)
    assert_no_row_contradicts(cases, direction, record, "through the readers")
    assert sum(not case.breaks(direction) for case in cases) >= len(cases) / 5


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_nor_where_the_native_format_refuses_the_contract(loose: list[Case], direction: str, record: Record) -> None:
    assert_no_row_contradicts(loose, direction, record, "of loose documents")
    assert sum(not case.breaks(direction) for case in loose) >= len(loose) / 10


def assert_no_row_contradicts(cases: list[Case], direction: str, record: Record, whose: str) -> None:
    failures, rows, refused, witnesses = [], 0, 0, Counter[str]()
    for case in cases:
        rows += len(case.rows[direction])
        refused += len(case.refused(direction))
        failures += [
            case.describe(f"{direction}: no issue explains {why}", row) for row, why in unexplained(case, direction)
        ]
        if case.refused(direction) and not case.breaks(direction):
            failures.append(case.describe(f"{direction} is called compatible", *case.refused(direction)[0]))
        unreported = [path for path, silent in find_unreported_repeats(case, direction) if silent]
        failures += [case.describe(f"{direction}: no issue reports that '{path}' repeats") for path in unreported]
        for issue in case.issues(direction):
            if issue.witness is not None:
                witnesses[issue.kind] += 1
                if not holds(case, direction, issue):
                    failures.append(case.describe(f"{direction}: {issue.message}", issue.witness))
    record(f"rows {whose} {direction}", f"{rows:,}, of which {refused:,} are refused")
    record(f"witnesses {whose} {direction}", counted(witnesses))
    fail_for(failures)
    assert rows >= 4 * len(cases)
    assert refused >= len(cases)
    assert min(count for kind, count in witnesses.items() if kind != "field_type_changed") >= 10


def test_every_style_and_every_odd_name_is_in_the_documents(foreign_pairs: list[ForeignPair]) -> None:
    texts = [text.decode() for each in foreign_pairs for here in each.foreign.values() for text in here.texts]
    names = {path for each in foreign_pairs for path, _ in fields_of(each.native.previous.contract)}
    marks = (
        "<<:", "*id0", "$ref", '"$ref"', "exclusiveMinimum: true", '"exclusiveMinimum": "true"', "validValues: [",
        "rule: validValues", "metric: invalidValues", "part 1/~", '"maxLength": "', "- 1.10", "- NO\n", "- 'NO'",
    )  # fmt: skip
    assert len(STYLES) == 6
    assert [mark for mark in marks if not any(mark in text for text in texts)] == []
    assert [name for name in ODD_NAMES if name not in names and "." not in name and '"' not in name] == []
