"""The Open Data Contract Standard: what a change of a file breaks, in the format's own words and at its own lines."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from repositories import Repository

from dcr.compatibility.engine import run_rules
from dcr.compatibility.pairs import ContractPair
from dcr.formats import read_content
from dcr.formats._odcs.fields import OPTION_KEYS as _OPTIONS
from dcr.formats.odcs import NAME

if TYPE_CHECKING:
    from pathlib import Path

    from dcr.compatibility.issue import Issue
    from dcr.formats.parsed_file import ParsedFile

PATH = "contracts/shop.odcs.yaml"
BASE = """\
apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
status: active
team:
  name: storefront
support:
  - channel: "#storefront"
slaProperties:
  - property: latency
    value: 4
    unit: h
schema:
  - name: orders
    description: one row per order
    properties:
      - name: id
        logicalType: string
        required: true
        primaryKey: true
        primaryKeyPosition: 1
      - name: line
        logicalType: integer
        required: true
      - name: note
        logicalType: string
"""
V2 = """\
apiVersion: v2.2.2
kind: DataContract
uuid: shop
version: 1.0.0
status: current
stakeholders:
  - username: ada
dataset:
  - table: orders
    columns:
      - column: id
        logicalType: string
        isPrimary: true
        isNullable: false
      - column: note
        logicalType: string
        physicalType: varchar(20)
        isNullable: true
"""


def reading(text: str) -> ParsedFile:
    return read_content(PATH, text.encode())


def grown(text: str) -> str:
    """Return a text with a version that any change may take."""
    return text.replace("version: 1.0.0", "version: 2.0.0")


def issues(previous: str, proposed: str, mode: str = "full") -> list[Issue]:
    """Return the issues of the dataset that both texts have, and those of the proposed file."""
    before, after = reading(previous), reading(proposed)
    assert before.format == after.format == NAME
    assert before.problems == (), before.problems
    (old,), (new,) = before.contracts, after.contracts
    assert old.dataset_id == new.dataset_id
    return list(run_rules(ContractPair(old, new, proposed_problems=after.problems), mode).issues)


def named(text: str, name: str) -> int:
    """Return the number of the line that holds a text."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if name in line)


OPTIONS = """\
      - name: code
        logicalType: string
        physicalType: varchar(9)
        logicalTypeOptions:
          maxLength: 9
          minLength: 1
"""


def test_a_message_speaks_the_formats_words_and_points_at_the_line_to_edit() -> None:
    before, after = BASE + OPTIONS, BASE + OPTIONS.replace("minLength: 1", "minLength: 2")
    (issue,) = issues(before, grown(after))
    assert issue.message == "minLength of field 'code' was tightened from 1 to 2"
    assert issue.location is not None
    assert issue.location[:3] == (PATH, named(after, "minLength: 2"), 11)
    assert issue.previous_location is not None
    assert issue.previous_location.line == named(before, "minLength: 1")


def test_two_options_are_two_issues_each_on_its_line() -> None:
    after = BASE + OPTIONS.replace("minLength: 1", "minLength: 2").replace("maxLength: 9", "maxLength: 8")
    found = issues(BASE + OPTIONS, grown(after))
    assert [(each.location.line, each.location.column) for each in found if each.location] == [
        (named(after, "maxLength"), 11), (named(after, "minLength"), 11),
    ]  # fmt: skip


def test_a_removed_property_points_at_the_properties_and_at_where_it_was() -> None:
    (issue,) = issues(BASE + OPTIONS, grown(BASE))
    assert issue.location is not None
    assert issue.location.line == named(BASE, "properties:")
    assert issue.previous_location is not None
    assert issue.previous_location.line == named(BASE + OPTIONS, "name: code")


def test_a_renamed_property_is_reported_by_its_hint() -> None:
    (issue,) = issues(BASE, grown(BASE.replace("name: note", "name: remark")))
    assert "probably renamed to 'remark'" in issue.hint


def test_a_change_without_a_version_points_at_the_version() -> None:
    found = issues(BASE, BASE.replace("name: note", "name: remark"))
    assert [each.kind for each in found] == ["field_removed", "version_not_increasing"]
    assert found[1].location is not None
    assert found[1].location.line == named(BASE, "version:")


@pytest.mark.parametrize(("base", "identity"), [(BASE, "id: shop\n"), (V2, "uuid: shop\n")], ids=["v3", "v2"])
def test_a_file_without_an_id_gives_no_contract_and_says_why(base: str, identity: str) -> None:
    found = reading(base.replace(identity, ""))
    assert found.format == NAME
    assert found.contracts == ()
    (problem,) = found.problems
    assert problem.is_fatal
    assert "id is missing" in problem.message


def test_each_object_of_the_schema_is_a_dataset() -> None:
    two = reading(BASE + "  - name: refunds\n    properties:\n      - name: id\n        logicalType: string\n")
    assert [each.dataset_id for each in two.contracts] == ["shop/orders", "shop/refunds"]
    assert {each.version for each in two.contracts} == {"1.0.0"}
    assert two.problems == ()


def test_an_object_without_a_name_goes_by_its_physical_name_or_is_noted() -> None:
    found = reading(BASE.replace("- name: orders", "- physicalName: tbl_orders"))
    assert [each.dataset_id for each in found.contracts] == ["shop/tbl_orders"]
    nameless = BASE.replace("- name: orders", "- physicalType: table")
    assert [each.dataset_id for each in reading(nameless).contracts] == ["shop/schema"]
    second = reading(nameless + "  - name: refunds\n    properties: [{name: id}]\n")
    assert [each.dataset_id for each in second.contracts] == ["shop/refunds"]
    (problem,) = second.problems
    assert not problem.is_fatal
    assert "no name" in problem.message


def test_two_objects_of_one_name_are_noted() -> None:
    found = reading(BASE + "  - name: orders\n    properties: []\n")
    assert [each.dataset_id for each in found.contracts] == ["shop/orders"]
    assert "duplicate schema object 'orders'" in found.problems[0].message


@pytest.mark.parametrize(
    "rest",
    [
        "id: a",
        "id: a\nschema: {}",
        "id: a\nschema: 1",
        "id: [a]",
        "id: {{ x }}\nschema: []",
        'id: ""',
        'id: ""\nschema: [{name: a}]',
        "id: a\nschema: [a, [b], {c: d}]",
        "id: a\nschema: [{name: [x], properties: [{name: {a: b}}, 1, {}]}]",
        "id: a\nteam: x\nsupport: {a: b}\nroles: [1]\nslaProperties: 4\nschema: [{name: a}]",
        "id: a\nslaProperties: [{property: [x], value: {a: b}}]\nschema: [{name: a, properties: 4}]",
        "id: a\nslaProperties: [{property: latency, value: 1e999, unit: h}]\nschema: [{name: a}]",
        "id: a\nschema: [{name: a, properties: [{name: b, quality: 1, items: 2}]}]",
        "id: a\nschema: [{name: a, properties: [{name: b, logicalTypeOptions: [1], unique: [1]}]}]",
        "id: a\nschema: [{name: a, properties: [{name: b, logicalTypeOptions: {minimum: .nan, pattern: '('}}]}]",
        "id: a\nschema: [{name: a, properties: [{name: b, logicalType: {a: b}, [c]: d}]}]",
        "id: a\nschema: {? [x] : {name: a}}",
    ],
)
def test_a_file_of_odd_shape_is_read_or_refused_and_never_fails(rest: str) -> None:
    found = reading(f"kind: DataContract\n{rest}\n")
    assert found.format == NAME
    assert found.contracts or found.problems
    for contract in found.contracts:
        run_rules(ContractPair(contract, contract, proposed_problems=found.problems), "full")


ODD_VALUES = ["0", "-1", "1.5", "3", "10000000000", "1e400", ".nan", "'('", "true", "'2020-01-01'", "null", "[1]"]


@pytest.mark.parametrize("kind", ["string", "date", "number", "integer", "array", "boolean", "geography(x)"])
@pytest.mark.parametrize("word", [*_OPTIONS.values()])
def test_an_option_with_an_odd_value_is_judged_or_noted_and_never_fails(kind: str, word: str) -> None:
    bodies = [f"logicalTypeOptions: {{{word}: {value}}}" for value in ODD_VALUES]
    texts = [f"{BASE}      - {{name: x, logicalType: {kind}, {body}}}\n" for body in ("tags: []", *bodies)]
    contracts = [reading(text).contracts[0] for text in texts]
    for before, after in itertools.product(contracts, contracts):
        run_rules(ContractPair(before, after), "full")


@pytest.mark.parametrize(
    "text", ["apiVersion: apps/v1\nkind: Deployment\nschema: []", "apiVersion: v1\nkind: List\nid: a", "schema: []"]
)
def test_other_files_with_an_api_version_are_no_contracts(text: str) -> None:
    assert reading(text).format is None


def test_a_file_of_several_datasets_is_reported_once_for_its_version(tmp_path: Path) -> None:
    two = BASE + "  - name: refunds\n    properties:\n      - {name: id, logicalType: string}\n"
    repository = Repository(tmp_path)
    repository.commit({PATH: two})
    repository.branch()
    repository.commit({PATH: two.replace("name: note", "name: remark").replace("{name: id,", "{name: key,")})
    outcome = repository.check("--base", "main")
    assert outcome.code == 1
    assert sorted(outcome.kinds) == ["field_removed", "field_removed", "version_not_increasing"]
    assert {each["dataset_id"] for each in outcome.report["contracts"]} == {"shop/orders", "shop/refunds"}


def test_an_acceptance_for_one_dataset_hides_nothing_of_another_in_its_file(tmp_path: Path) -> None:
    two = BASE + "  - name: refunds\n    properties:\n      - {name: id, logicalType: string}\n"
    changed = two.replace("one row per order", "a row per order").replace("{name: id,", "{name: id, description: x,")
    accepted = "accepted: [{dataset: shop/orders, version: 1.0.0, kind: version_not_increasing, reason: a trial}]\n"
    repository = Repository(tmp_path)
    repository.commit({PATH: two})
    repository.branch()
    repository.commit({PATH: changed, "dcr.accepted.yaml": accepted})
    outcome = repository.check("--base", "main")
    found = {
        each["dataset_id"]: [issue["severity"] for issue in each["issues"]] for each in outcome.report["contracts"]
    }
    assert found == {"shop/orders": ["info"], "shop/refunds": ["error"]}


def test_a_report_names_the_key_in_the_files_own_words(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({PATH: BASE + OPTIONS})
    repository.branch()
    after = grown(BASE + OPTIONS).replace("minLength: 1", "minLength: 2").replace("integer", "date")
    repository.commit({PATH: after})
    keys = {each["kind"]: each["location"]["key"] for each in repository.check("--base", "main").issues}
    assert keys == {
        "field_constraint_tightened": "schema[0].properties[3].logicalTypeOptions.minLength",
        "field_type_changed": "schema[0].properties[1].logicalType",
    }


def test_a_change_of_comments_only_is_silent_in_a_repository(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({PATH: BASE})
    repository.branch()
    repository.commit({PATH: "# the shop\n" + BASE.replace("schema:", "schema: # tables")})
    outcome = repository.check("--base", "main")
    assert outcome.code == 0
    assert outcome.issues == []


def test_what_was_not_understood_before_is_not_reported_again(tmp_path: Path) -> None:
    odd = BASE.replace("unit: h", "unit: fortnights")
    repository = Repository(tmp_path)
    repository.commit({PATH: odd})
    repository.branch()
    worded = odd.replace("name: note", "name: note\n        description: for people")
    repository.commit({PATH: worded.replace("1.0.0", "1.0.1")})
    assert repository.check("--base", "main").kinds == []
    repository.commit({PATH: odd.replace("value: 4", "value: 5").replace("1.0.0", "1.0.1")})
    assert repository.check("--base", "main").kinds == ["value_not_understood"]
