"""The promise of the engine: it never calls a pair compatible when a row exists that one side accepts and the other
refuses, and it is stricter only where a waiver lists it.

The judge is jsonschema on generated rows (judge.py). For more pairs, or others:
`DCR_SOUNDNESS_PAIRS=20000 DCR_SOUNDNESS_SEED=7 pytest tests/soundness`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from dcr.compatibility.engine import run_rules
from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.pairs import ContractPair

from .judge import refusals
from .proofs import KINDS, conservatism, constraint_of, explains, find_unreported_repeats, holds, unexplained
from .study import DIRECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.compatibility.issue import Issue

    from .study import Case

    Record = Callable[[str, object], None]

SHOWN = 3
"""Failing cases that are shown in full."""


def fail_for(failures: list[str]) -> None:
    """Fail with the first few of some failures."""
    if failures:
        pytest.fail(f"{len(failures)} cases\n" + "\n".join(failures[:SHOWN]), pytrace=False)


def counted(counts: Counter[str]) -> str:
    """Return counts as one line, largest first."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.most_common()) or "none"


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_no_row_is_refused_without_an_issue_that_explains_it(cases: list[Case], direction: str, record: Record) -> None:
    """Stronger than a verdict: each refusal has an issue of its kind on its field, whatever else breaks in the pair."""
    failures, rows, refused = [], 0, 0
    for case in cases:
        rows += len(case.rows[direction])
        refused += len(case.refused(direction))
        failures += [
            case.describe(f"{direction}: no issue explains {why}", row) for row, why in unexplained(case, direction)
        ]
    record(f"rows judged {direction}", f"{rows:,}, of which {refused:,} are refused")
    fail_for(failures)
    assert rows >= 8 * len(cases)
    assert refused >= len(cases)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_pair_that_is_called_compatible_has_no_row_that_is_refused(
    cases: list[Case], direction: str, record: Record
) -> None:
    verdicts: Counter[str] = Counter()
    failures = []
    for case in cases:
        verdict = "breaking" if case.breaks(direction) else "compatible"
        verdicts[f"{case.family} {verdict}"] += 1
        if verdict == "compatible" and case.refused(direction):
            failures.append(case.describe(direction, *case.refused(direction)[0]))
    record(f"pairs {direction}", counted(verdicts))
    fail_for(failures)
    assert verdicts["edited compatible"] >= 300
    assert verdicts["retuned compatible"] >= 300


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_rows_are_rows_of_the_contract_they_are_made_for(cases: list[Case], direction: str) -> None:
    """A judge fed with rows that nobody accepts would find nothing."""
    for case in cases[::7]:
        writer, _ = case.sides(direction)
        for row in case.rows[direction]:
            assert not refusals(writer.strict, row), case.describe(row)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_repeated_value_is_refused_only_where_an_issue_reports_it(
    cases: list[Case], direction: str, record: Record
) -> None:
    failures, refused = [], 0
    for case in cases:
        for path, unreported in find_unreported_repeats(case, direction):
            refused += 1
            if unreported:
                failures.append(case.describe(f"{direction}: no issue reports that '{path}' repeats"))
    record(f"fields that only the reader calls unique, {direction}", refused)
    fail_for(failures)
    assert refused >= 50


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_witness_is_accepted_and_refused_as_documented(cases: list[Case], direction: str, record: Record) -> None:
    """The refusing side refuses it on the field of the issue, for the reason that the issue gives."""
    failures, witnesses = [], Counter[str]()
    for case in cases:
        for issue in case.issues(direction):
            if issue.witness is None:
                continue
            witnesses[issue.kind] += 1
            if not holds(case, direction, issue):
                failures.append(case.describe(f"{direction}: {issue.message}", issue.witness))
    record(f"witnesses checked {direction}", counted(witnesses))
    fail_for(failures)
    for kind in {*KINDS[direction].values()} - {"field_type_changed"}:
        assert witnesses[kind] >= 50, kind


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_break_without_a_witness_is_one_of_the_named_conservatisms(
    cases: list[Case], direction: str, record: Record
) -> None:
    failures, named = [], Counter[str]()
    for case in cases:
        for issue in case.issues(direction):
            if issue.witness is not None:
                continue
            name = conservatism(case, direction, issue)
            reasons = {each for _, reasons in case.refused(direction) for each in reasons}
            real = any(explains(issue, each, direction) for each in reasons)
            if name is None:
                failures.append(case.describe(f"{direction}: no witness, {real=}", issue.message))
            else:
                named[f"{name}{' (a row shows it all the same)' if real else ''}"] += 1
    record(f"breaks without a witness {direction}", counted(named))
    fail_for(failures)
    for name in ("a type change", "a pattern or opaque format that changed"):
        assert named[name] >= 10, name
    if direction == FORWARD:
        assert named["a new required field, forward"] >= 10


MIRRORED = {
    "field_enum_shrunk": "field_enum_expanded",
    "field_constraint_tightened": "field_constraint_loosened",
    "field_required_added": "field_required_removed",
    "field_type_changed": "field_type_changed",
}
WAIVED = {
    "field_removed": "consumers select the field; an old reader who meets a new one ignores it",
    "field_required_added": "forward, a new required field breaks by decision; its mirror is field_removed",
}


def test_backward_mirrors_forward_the_other_way_round(cases: list[Case], record: Record) -> None:
    failures, mirrored = [], Counter[str]()
    for case in cases:
        previous, proposed = case.pair.previous, case.pair.proposed
        back = run_rules(ContractPair(proposed, previous), FORWARD)
        ahead = {
            (MIRRORED[each.kind], each.field, _detail(each))
            for each in case.issues(BACKWARD)
            if each.kind != "field_removed"
        }
        behind = {
            (each.kind, each.field, _detail(each))
            for each in back.issues
            if each.kind.startswith("field_") and each.kind != "field_required_added"
        }
        mirrored.update(kind for kind, *_ in ahead)
        if ahead != behind:
            failures.append(case.describe(f"only backward: {ahead - behind}", f"only forward: {behind - ahead}"))
    record("mirrored kinds", counted(mirrored))
    record("waived in mirroring", "; ".join(f"{kind} ({reason})" for kind, reason in WAIVED.items()))
    fail_for(failures)


def _detail(issue: Issue) -> str:
    return constraint_of(issue) if "constraint" in issue.kind else ""


def test_full_says_what_backward_and_forward_say(cases: list[Case]) -> None:
    for case in cases:
        each = {(issue.kind, issue.field, _detail(issue)) for mode in DIRECTIONS for issue in case.issues(mode)}
        assert {(issue.kind, issue.field, _detail(issue)) for issue in case.issues("full")} == each, case.describe()


def test_unchanged_and_reordered_contracts_are_silent(cases: list[Case]) -> None:
    quiet = [case for case in cases if case.family in ("shuffled", "unchanged")]
    assert len(quiet) >= 200
    for case in quiet:
        assert case.verdicts["full"].issues == (), case.describe()


def test_an_equivalent_contract_breaks_nothing(cases: list[Case], record: Record) -> None:
    """Numbers, lengths, sizes and enums are compared by the values they allow, not by how that is written."""
    equivalent = [case for case in cases if case.family == "rewritten"]
    rewrites = Counter(edit for case in equivalent for edit in case.edits)
    record("rewrites", counted(rewrites))
    fail_for([case.describe() for case in equivalent if case.issues("full")])
    assert len(equivalent) >= 300
    assert min(rewrites.values()) >= 5
    assert len(rewrites) == 10


def test_every_kind_and_every_edit_is_in_the_study(cases: list[Case], record: Record) -> None:
    fired = Counter(issue.kind for case in cases for issue in case.issues("full"))
    edits = Counter(edit for case in cases if case.family in ("edited", "retuned") for edit in case.edits)
    constraints = Counter(
        constraint_of(issue) for case in cases for issue in case.issues("full") if "constraint" in issue.kind
    )
    record("kinds fired", counted(fired))
    record("constraints broken", counted(constraints))
    record("edits", counted(edits))
    assert len([case for case in cases if case.family == "edited"]) >= 2_000
    for kind in {*KINDS[BACKWARD].values(), *KINDS[FORWARD].values()}:
        assert fired[kind] >= 100, kind
    assert len(constraints) == 12
    assert min(constraints.values()) >= 25
    assert min(edits.values()) >= 25
