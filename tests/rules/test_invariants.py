"""What holds for every rule on every fixture, whatever the rule is about."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections import Counter
from dataclasses import replace
from importlib import import_module
from inspect import getsource
from typing import TYPE_CHECKING

import pytest
import yaml
from rule_cases import Case, all_cases, pair_in, pair_of, rendered, texts_of, verdict_on

from dcr.compatibility.counterexamples.rows import accepts
from dcr.compatibility.engine import run_rules
from dcr.compatibility.issue import CONSUMERS, NEW_READERS, OLD_READERS
from dcr.compatibility.modes import DIRECTIONS, MODES
from dcr.compatibility.pairs import ContractPair, list_field_pairs
from dcr.compatibility.rule import (
    CONSUMER,
    CONTRACT,
    FIELD,
    FOREIGN_KIND_PREFIXES,
    RUN,
    USE,
    Rule,
    load_rules,
    load_rules_about,
)
from dcr.compatibility.severities import SEVERITIES
from dcr.consumers.readers import read_consumers
from dcr.contract.contract import walk_fields
from dcr.formats import read_content
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.issue import Issue
    from dcr.contract.contract import Contract

CASES = all_cases()
BOTH_SIDES = [case for case in CASES if pair_in(case).both]
READABLE = [case for case in CASES if not {*pair_in(case).previous_problems, *pair_in(case).proposed_problems}]
"""Cases whose report quotes no line number of a file that cannot be read."""
RULES = load_rules()
on_every_case = pytest.mark.parametrize("case", CASES, ids=str)
on_every_pair = pytest.mark.parametrize("case", BOTH_SIDES, ids=str)
on_every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))

ABOUT_ONE_SIDE = {
    "owner_missing": "a contract without an owner is at fault whether or not it changed",
    "value_ambiguous": "an ambiguous value is reported as long as it exists",
    "contract_invalid": "a file that cannot be read is at fault whether or not it changed",
    "contract_out_of_scope": "it is about the location of the file, not about its content",
    "dataset_id_duplicated": "it is about another file, not about a change of this one",
    "previous_unreadable": "it is about the base's file alone",
    "owner_not_in_codeowners": "it is about CODEOWNERS, not about a change",
    "owner_contact_missing": "a team without a contact is at fault whether or not its contract changed",
    "owner_contact_shared": "it is about two teams, not about a change",
}
"""Kinds that an unchanged contract may have, each with the reason."""

MIRRORED = {
    "field_enum_shrunk": "field_enum_expanded",
    "field_constraint_tightened": "field_constraint_loosened",
    "field_required_added": "field_required_removed",
    "field_type_changed": "field_type_changed",
    "physical_type_changed": "physical_type_changed",
}
"""What a kind that breaks backward is called when the same change is read the other way round."""

NOT_MIRRORED = {
    "field_removed": "consumers select the field; a reader of the other contract ignores fields it does not know",
    "field_required_added": "a new required field breaks forward by decision; backward, its removal is field_removed",
    "freshness_sla_loosened": "the promise is made to consumers; a stronger one breaks nobody",
    "freshness_sla_removed": "the promise is made to consumers; a new one breaks nobody",
    "access_narrowed": "who may read is a promise to consumers; a wider circle breaks nobody",
    "physical_name_changed": "consumers select by the name; a row has the contract's own names",
    "semantic_type_changed": "consumers query it differently; a row has the same value",
    "measure_logic_changed": "consumers read other numbers; a row has the same value",
    "field_embedding_changed": "consumers compare vectors; a row of either model is accepted",
    **dict.fromkeys(
        (
            "relationship_removed",
            "relationship_changed",
            "quality_rule_removed",
            "quality_rule_loosened",
            "sla_removed",
            "sla_loosened",
            "server_changed",
            "constraint_enforcement_removed",
        ),
        "the promise is made to consumers; rows are read as before",
    ),
    "latest_version_moved": "those who name no version are consumers; rows are read as before",
}
"""Kinds that break one direction only, each with the reason."""


def every_issue(case: Case) -> Iterator[tuple[str, Issue]]:
    """Yield every issue of a case with its mode."""
    for mode in MODES:
        for issue in verdict_on(case, mode).issues:
            yield mode, issue


def count_issues(verdict: Verdict) -> Counter[str]:
    """Return the rendered issues of a verdict without locations, and how often each occurs."""
    return Counter(rendered(issue._replace(location=None)) for issue in verdict.issues)


@on_every_case
def test_every_rule_judges_every_pair_and_has_a_location(case: Case) -> None:
    for mode, issue in every_issue(case):
        assert issue.kind in RULES
        assert issue.severity in SEVERITIES
        assert isinstance(issue.location, Location)
        assert issue.location.path in {"previous.yaml", "proposed.yaml"}
        assert issue.location.line >= 1
        assert issue.location.column >= 1
        assert issue.breaks in {None, CONSUMERS, NEW_READERS, OLD_READERS}
        assert set(issue.modes) <= set(DIRECTIONS[mode])


@on_every_case
def test_rules_that_dcrs_own_format_never_meets_find_nothing_in_it(case: Case) -> None:
    pair = pair_in(case)
    if pair.both is None or {side.format for side in pair.both} != {"native"}:
        return
    for rule in load_rules().values():
        if rule.kind.startswith(FOREIGN_KIND_PREFIXES) and rule.about not in (RUN, USE, CONSUMER):
            about = [pair] if rule.about == CONTRACT else list(list_field_pairs(*pair.both))
            assert [found for each in about for found in rule.find(each)] == []


@on_every_case
def test_no_rule_finds_anything_in_a_field_that_is_the_same_on_both_sides(case: Case) -> None:
    pair, again = pair_in(case), pair_in(case)  # read twice: equal fields, and no field is the same object
    pairs = list(list_field_pairs(*pair.both)) if pair.both else []
    for side, copy in ((pair.previous, again.previous), (pair.proposed, again.proposed)):
        pairs += list_field_pairs(side, copy) if side and copy else ()
    for field in (each._replace(history=pair.history) for each in pairs if each.is_identical):
        assert [found for rule in load_rules_about(FIELD, foreign=True) for found in rule.find(field)] == []


@pytest.mark.parametrize("mode", MODES)
@on_every_case
def test_an_unchanged_contract_is_silent_and_requires_no_bump(case: Case, mode: str) -> None:
    for contract in (pair_in(case).previous, pair_in(case).proposed):
        if contract:
            verdict = run_rules(ContractPair(contract, contract), mode)
            assert {issue.kind for issue in verdict.issues} <= ABOUT_ONE_SIDE.keys()
            assert verdict.required_bump == "none"


@on_every_case
def test_no_change_is_reported_twice(case: Case) -> None:
    issues = verdict_on(case, "full").issues
    assert not [each for each, times in Counter(map(rendered, issues)).items() if times > 1]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_fingerprints_are_unique_in_a_report(case: Case) -> None:
    prints = Counter(issue.fingerprint for issue in verdict_on(case, "full").issues)
    assert not [each for each, times in prints.items() if times > 1]


@on_every_pair
def test_children_of_a_removed_new_or_retyped_field_have_no_issues(case: Case) -> None:
    pair = pair_in(case)
    assert pair.both
    types = [{path: field.type for path, field in walk_fields(contract.fields)} for contract in pair.both]
    changed = {path for path in types[0].keys() | types[1].keys() if types[0].get(path) != types[1].get(path)}
    for issue in verdict_on(case, "full").issues:
        above = {path for path in changed if (issue.field or "").startswith((f"{path}.", f"{path}[]"))}
        assert not above, f"{issue.field} lies below {above}"


@on_every_pair
def test_what_a_retyped_field_allows_is_not_compared(case: Case) -> None:
    issues = verdict_on(case, "full").issues
    retyped = {issue.field for issue in issues if issue.kind == "field_type_changed"}
    also = {issue.kind for issue in issues if issue.field in retyped}
    assert also <= {"field_type_changed", "field_required_added", "field_required_removed"}


@on_every_case
def test_full_is_backward_and_forward_together(case: Case) -> None:
    def list_issues(mode: str) -> set[tuple[str, str | None, str]]:
        issues = verdict_on(case, mode).issues
        return {(issue.kind, issue.field, issue.message) for issue in issues if RULES[issue.kind].modes}

    assert list_issues("full") == list_issues("backward") | list_issues("forward")
    assert list_issues("none") == set()


@on_every_pair
@pytest.mark.parametrize("swapped", [False, True], ids=["as written", "swapped"])
def test_what_breaks_backward_breaks_forward_the_other_way_round(case: Case, swapped: bool) -> None:
    both = pair_in(case).both
    assert both
    previous, proposed = reversed(both) if swapped else both
    backward, forward = broken(previous, proposed, "backward"), broken(proposed, previous, "forward")
    mirrored = Counter((MIRRORED.get(kind, kind), field) for kind, field in backward.elements())
    unmatched = (mirrored - forward) + (forward - mirrored)
    assert {kind for kind, _ in unmatched} <= NOT_MIRRORED.keys()
    new_and_required = {field for kind, field in forward if kind == "field_required_added"}
    removed = {field for kind, field in backward if kind == "field_removed"}
    assert new_and_required <= removed


def broken(previous: Contract, proposed: Contract, mode: str) -> Counter[tuple[str, str | None]]:
    issues = run_rules(ContractPair(previous, proposed), mode).issues
    return Counter((issue.kind, issue.field) for issue in issues if issue.modes)


@on_every_pair
def test_a_witness_is_accepted_by_one_side_and_refused_by_the_other(case: Case) -> None:
    pair = pair_in(case)
    for issue in verdict_on(case, "full").issues:
        if issue.witness:
            assert issue.modes
            writer, reader = (getattr(pair, side) for side in (issue.witness.accepted_by, issue.witness.refused_by))
            assert accepts(writer, issue.witness.row)
            lenient = issue.witness.refused_by == "previous"
            assert issue.witness.times > 1 or not accepts(reader, issue.witness.row, lenient=lenient)


@pytest.mark.parametrize("case", READABLE, ids=str)
def test_a_report_survives_comments_shifted_lines_and_an_unrelated_field(case: Case) -> None:
    shifted = pair_of({side: shift(text) for side, text in texts_of(case).items()}, case.options)
    before, after = run_rules(pair_in(case), case.mode), run_rules(shifted, case.mode)
    assert count_issues(before) == count_issues(after)
    assert {issue.fingerprint for issue in before.issues} == {issue.fingerprint for issue in after.issues}
    assert before.required_bump == after.required_bump


def shift(text: str | None) -> str | None:
    """Return the same contract with comments and an optional field more, every line somewhere else."""
    if text is None:
        return None
    commented = "".join(f"{line}\n# {number}\n\n" for number, line in enumerate(text.splitlines()))
    unrelated = "fields:  # of one row\n  - {name: unrelated_remark, type: string, required: false}\n"
    return "# Owned by the data platform.\n" + commented.replace("\nfields:\n", f"\n{unrelated}", 1)


@on_every_pair
def test_a_fingerprint_does_not_depend_on_the_version(case: Case) -> None:
    pair = pair_in(case)
    assert pair.proposed
    later = pair._replace(proposed=replace(pair.proposed, version="97.0.0"))
    before, after = (
        {issue.fingerprint for issue in run_rules(each, "full").issues if issue.field} for each in (pair, later)
    )
    assert before == after


@on_every_case
def test_messages_follow_the_style(case: Case) -> None:
    for _, issue in every_issue(case):
        opening = issue.message.split(" ", 1)[0]
        assert opening == opening.lower() or opening.strip("'") in quoted_from_the_file(case)
        for text in (issue.message, issue.hint):
            assert not text.endswith(".")
            assert text == text.strip()
            own_words = re.sub("'[^']*'", "", text.lower())
            assert "invalid" not in own_words.replace("invalid yaml", "")
            assert "failed to" not in own_words


def quoted_from_the_file(case: Case) -> set[str]:
    """A message about a value opens with the value itself, in the author's own case."""
    return set(re.split(r"[\s,\[\]{}:]+", case.text("proposed") or ""))


@on_every_rule
def test_a_kind_its_module_and_its_function_are_one_word(rule: Rule) -> None:
    assert rule.module == f"dcr.compatibility.rules.{rule.kind}"
    assert rule.find.__name__ == rule.kind
    assert getattr(import_module(rule.module), rule.kind) is rule
    written = ast.parse(getsource(import_module(rule.module))).body
    functions = [each.name for each in written if isinstance(each, ast.FunctionDef)]
    assert [name for name in functions if not name.startswith("_")] == [rule.kind]


@on_every_rule
def test_a_manual_has_a_summary_why_it_breaks_and_what_to_do_instead(rule: Rule) -> None:
    opening, *parts = rule.manual.split("\n\n")
    assert opening.endswith(".")
    assert opening.count(". ") == 0
    assert "\n" not in opening
    assert [part.split("\n", 1)[0] for part in parts] == ["Why it breaks", "Instead", "Example"]
    assert all(line.startswith("    ") for part in parts for line in part.split("\n")[1:])
    assert rule.summary == opening.removesuffix(".")


@on_every_rule
def test_the_example_of_a_manual_is_something_to_type(rule: Rule) -> None:
    example = rule.manual.partition("Example\n")[2]
    text = "\n".join(line[4:] for line in example.split("\n"))
    assert any(meanings(text)), f"neither YAML nor TOML nor a command: {text}"


def meanings(text: str) -> Iterator[bool]:
    """Yield whether a text is a command, a setting of the policy, an acceptance, or part of a valid contract."""
    yield shlex.split(text)[0] in ("dcr", "git")
    try:
        yield set(tomllib.loads(text)) <= {"contracts", "mode", "severity"}
    except tomllib.TOMLDecodeError:
        yield False
    try:
        written = yaml.safe_load(text)
    except yaml.YAMLError:
        written = None
    if isinstance(written, dict):
        yield written.keys() <= {"accepted", "expires"}
        yield written.keys() <= {
            "physicalType", "slaProperties", "latest_version", "access", "id", "schema", "properties", "relationships",
            "quality", "servers", "logicalTypeOptions", "config",
        }  # keys of other formats  # fmt: skip
        yield not read_content("example.yaml", contract_with(text, written)).is_unreadable
        yield is_part_of_a_consumer(text, written)


def is_part_of_a_consumer(part: str, keys: Collection[str]) -> bool:
    """Return whether a text is a valid consumer file, or some keys of one."""
    whole = {
        "consumer": "consumer: finance.revenue\n",
        "owners": "owners: [{team: finance}]\n",
        "uses": "uses: [{dataset: a}]\n",
    }
    text = part + "\n" + "".join(line for key, line in whole.items() if key not in keys)
    return not read_consumers("example.yaml", text.encode()).problems


def contract_with(part: str, keys: Collection[str]) -> bytes:
    """Return the text of a contract in which `part` is written; a field's own keys go to its last field."""
    whole = {
        "dataset_id": "dataset_id: users.daily_active\n",
        "version": 'version: "1.0.0"\n',
        "fields": "fields:\n  - {name: active_date, type: timestamp}\n  - name: user_id\n    type: string\n",
    }
    indent = "    " if "enum" in keys else ""
    kept = "".join(text for key, text in whole.items() if key not in keys)
    return (kept + "".join(f"{indent}{line}\n" for line in part.split("\n"))).encode()


def test_every_waiver_names_a_kind_that_exists() -> None:
    assert {*ABOUT_ONE_SIDE, *MIRRORED, *MIRRORED.values(), *NOT_MIRRORED} <= RULES.keys()
