"""What an issue reaches, in the cases that neither the tables of the docs nor generated consumers have."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from repositories import Repository, contract

from dcr.compatibility.engine import run_rules
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.reach import EVERY_USE, NEW_VALUES, ROWS, Reach, find_reached, is_reached
from dcr.compatibility.values_in_use import is_value_lost, is_value_unknown
from dcr.consumers.consumer import UNKNOWN_READS, Consumer, DeclaredUse, DeclaredValue, Use
from dcr.consumers.readers import read_consumers
from dcr.consumers.version_range import parse_version_range
from dcr.contract.contract import Contract, Field, Owner
from dcr.formats import read_content

TODAY = "2027-01-31"
EVERYBODY = Reach(EVERY_USE)


def read_uses(name: str, *uses: dict[str, Any], commit: str = "") -> list[DeclaredUse]:
    text = yaml.safe_dump(
        {"consumer": name, "owners": [{"team": "finance"}], "uses": [{"dataset": "d", **use} for use in uses]}
    )
    parsed = read_consumers(f"consumers/{name}.yaml", text.encode())
    assert not parsed.problems
    return [DeclaredUse(parsed.consumers[0], use, commit) for use in parsed.consumers[0].uses]


def read_contract(version: str, *fields: str, **keys: Any) -> Contract:
    written = [yaml.safe_load(f"{{{field}}}") for field in fields]
    document = {"dataset_id": "d", "version": version, "owners": [{"team": "a"}], "fields": written, **keys}
    parsed = read_content("d.yaml", yaml.safe_dump(document).encode())
    assert not parsed.problems
    return parsed.contracts[0]


def list_reached(previous: str, proposed: str, use: dict[str, Any], mode: str = "full") -> list[str]:
    """Return the kinds of the issues that reach a use, if a field changes."""
    pair = ContractPair(read_contract("1.0.0", "name: id, type: string", previous),
                        read_contract("2.0.0", "name: id, type: string", proposed))  # fmt: skip
    return [
        issue.kind
        for issue in run_rules(pair, mode).issues
        if issue.reach and find_reached(issue.reach, read_uses("a", use), issue.against, TODAY)
    ]


def test_each_consumer_is_listed_once_and_sorted_by_name() -> None:
    uses = [*read_uses("b", {"fields": ["x"]}, {"fields": ["y"]}), *read_uses("a", {})]
    assert [each.name for each in find_reached(EVERYBODY, uses, "1.0.0", TODAY)] == ["a", "b"]


def test_a_listed_consumer_has_its_owners_and_the_place_of_the_use_that_is_reached() -> None:
    uses = read_uses("a", {"fields": ["x"]}, {"fields": ["ltv"], "reads": "rows", "until": "2027-12-31"})
    (found,) = find_reached(Reach(EVERY_USE, ("ltv",)), uses, "1.0.0", TODAY)
    assert (found.name, found.owners, found.source) == ("a", (Owner("finance"),), "consumer")
    assert (found.reads, found.until) == ("rows", "2027-12-31")
    assert uses[1].use.section is not None
    assert found.location == uses[1].use.section.locate("dataset")
    assert not found.is_removed
    assert not found.is_unreadable


def test_the_first_of_several_uses_that_are_reached_is_the_one_that_is_listed() -> None:
    uses = [*read_uses("a", {"fields": ["ltv"]}, {"fields": ["ltv", "x"]}), *read_uses("a", {}, commit="abc")]
    (found,) = find_reached(EVERYBODY, uses, "1.0.0", TODAY)
    assert uses[0].use.section is not None
    assert found.location == uses[0].use.section.locate("dataset")


def test_a_declaration_of_the_base_is_listed_with_its_commit_if_only_that_is_reached() -> None:
    kept, removed = read_uses("a", {"fields": ["x"]}), read_uses("a", {"fields": ["ltv"]}, commit="abc")
    (found,) = find_reached(Reach(EVERY_USE, ("ltv",)), [*kept, *removed], "1.0.0", TODAY)
    assert found.is_removed
    assert found.location.commit == "abc"
    (found,) = find_reached(Reach(EVERY_USE, ("x",)), [*kept, *removed], "1.0.0", TODAY)
    assert not found.is_removed


def test_a_later_use_counts_if_an_earlier_one_is_over_or_of_other_versions() -> None:
    uses = read_uses("a", {"until": "2027-01-30"}, {"versions": "2"}, {"versions": "1"})
    assert find_reached(EVERYBODY, uses[:2], "1.0.0", TODAY) == ()
    (found,) = find_reached(EVERYBODY, uses, "1.0.0", TODAY)
    assert found.until is None


def test_a_use_is_reached_on_its_last_day() -> None:
    assert find_reached(EVERYBODY, read_uses("a", {"until": TODAY}), "1.0.0", TODAY)
    assert not find_reached(EVERYBODY, read_uses("a", {"until": "2027-01-30"}), "1.0.0", TODAY)


@pytest.mark.parametrize("reach", [EVERYBODY, Reach(EVERY_USE, ("x",)), Reach(ROWS, ("x",)), Reach(NEW_VALUES, ("x",))])
def test_a_file_that_cannot_be_read_is_reached_by_every_break(reach: Reach) -> None:
    unknown = DeclaredUse(Consumer("consumers/a.yaml", (), ()), Use("d", reads=UNKNOWN_READS))
    (found,) = find_reached(reach, [unknown], "1.0.0", TODAY)
    assert found.is_unreadable


def test_a_use_of_some_versions_is_reached_if_the_previous_version_is_unknown() -> None:
    assert is_reached(EVERYBODY, Use("d", versions=parse_version_range("2")), None)
    assert not is_reached(EVERYBODY, Use("d", versions=parse_version_range("2")), "1.0.0")


@pytest.mark.parametrize(
    ("field", "reached"),
    [("address", True), ("address.city", True), ("address.city.x", True), ("address[]", False), ("address.cit", False),
     ("address.city2", False), ("addr", False), ("city", False), ("address.city[]", True)],
)  # fmt: skip
def test_a_use_of_a_field_is_one_of_its_parents_and_of_what_is_nested_in_it(field: str, *, reached: bool) -> None:
    assert is_reached(Reach(EVERY_USE, ("address.city",)), Use("d", fields=(field,)), None) is reached


@pytest.mark.parametrize("path", ["it", "it[]", "it[][]"])
def test_values_of_an_array_are_those_of_its_elements(path: str) -> None:
    field = "name: it, type: array, items: {{type: array, items: {{type: string, enum: {}}}}}"
    use = {"fields": ["id"], "values": {path: ["b"]}}
    assert list_reached(field.format("[a, b]"), field.format("[a]"), use) == ["field_enum_shrunk"]
    assert list_reached(field.format("[b]"), field.format("[b, c]"), use) == ["field_enum_expanded"]
    assert list_reached(field.format("[a, b]"), field.format("[b]"), use) == []


def test_values_of_another_array_of_the_same_name_are_not_reached() -> None:
    field = "name: it, type: array, items: {{type: string, enum: {}}}"
    use = {"fields": ["id"], "values": {"other.it": ["b"]}}
    assert list_reached(field.format("[a, b]"), field.format("[a]"), use) == []


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        (["1"], []),  # the text is no value of the field
        ([True], []),
        ([1], ["field_enum_expanded", "field_enum_shrunk"]),
        ([1.0, 3], ["field_enum_shrunk"]),
        ([2, 3], []),
    ],
)
def test_a_switched_value_is_one_of_its_type(values: list[object], kinds: list[str]) -> None:
    use = {"fields": ["id"], "values": {"it": values}}
    found = list_reached("name: it, type: integer, enum: [1, 2]", "name: it, type: integer, enum: [2, 3]", use)
    assert sorted(kind for kind in found if kind == "field_enum_shrunk" or kinds) == kinds


def test_an_enum_value_that_could_never_occur_is_not_lost() -> None:
    """Only foreign formats have an enum with values that a constraint excludes."""
    before = Field("it", "integer", constraints={"maximum": 9}, enum=(1, 2, 300))
    after = Field("it", "integer", constraints={"maximum": 9}, enum=(1,))
    assert [is_value_lost(DeclaredValue(str(n), n), before, after, "enum") for n in (1, 2, 300)] == [False, True, False]


def test_a_value_is_lost_by_the_constraint_that_excludes_it() -> None:
    before, after = "name: it, type: string", "name: it, type: string, max_length: 5, pattern: '^[a-z]+$'"
    pair = ContractPair(read_contract("1.0.0", before), read_contract("2.0.0", after))
    uses = [*read_uses("long", {"fields": ["id"], "values": {"it": ["abcdef"]}}),
            *read_uses("upper", {"fields": ["id"], "values": {"it": ["ABC"]}})]  # fmt: skip
    found = {
        issue.message.split()[0]: [each.name for each in find_reached(issue.reach, uses, "1.0.0", TODAY)]
        for issue in run_rules(pair, "full").issues
        if issue.reach
    }
    assert found == {"max_length": ["long"], "pattern": ["upper"]}


def test_either_bound_of_one_limit_excludes_a_value() -> None:
    before, after = "name: it, type: integer", "name: it, type: integer, minimum: 5, exclusive_minimum: 3"
    for value, is_lost in ((4, True), (3, True), (5, False)):
        found = list_reached(before, after, {"fields": ["id"], "values": {"it": [value]}})
        assert bool(found) is is_lost


@pytest.mark.parametrize("limits", ["pattern: '^(a+)+$'", "format: iban"])
def test_a_value_that_dcr_cannot_judge_counts_as_lost(limits: str) -> None:
    use = {"fields": ["id"], "values": {"it": ["aaa"]}}
    assert list_reached("name: it, type: string", f"name: it, type: string, {limits}", use) == [
        "field_constraint_tightened"
    ]


def test_a_check_expression_counts_as_excluding_every_value() -> None:
    before = Field("it", "string")
    after = Field("it", "string", constraints={"check": "it <> 'b'"})
    assert is_value_lost(DeclaredValue("a", "a"), before, after, "check")


def test_a_value_of_a_field_without_a_type_is_its_text_or_its_value() -> None:
    anything, one = Field("it", "any"), Field("it", "any", enum=(1,))
    value = DeclaredValue("1", 1)
    assert not is_value_lost(value, anything, one, "enum")
    assert is_value_lost(DeclaredValue("2", 2), anything, one, "enum")
    assert not is_value_unknown((value,), Field("it", "any", enum=("a",)), Field("it", "any", enum=("a", 1)))


def test_a_value_that_is_not_finite_is_no_number() -> None:
    before, after = Field("it", "number"), Field("it", "number", enum=(1,))
    assert not is_value_lost(DeclaredValue(".nan", None), before, after, "enum")


def test_text_without_quotes_is_the_text_of_the_file() -> None:
    before, after = Field("it", "string"), Field("it", "string", enum=("1.1",))
    assert is_value_lost(DeclaredValue("1.10", 1.1), before, after, "enum")
    assert not is_value_lost(DeclaredValue("1.1", 1.1), before, after, "enum")


def test_a_switch_on_a_field_without_an_enum_knows_every_value() -> None:
    assert not is_value_unknown((DeclaredValue("a", "a"),), Field("it", "string"), Field("it", "string", enum=("b",)))


def test_a_branch_for_true_is_none_for_one() -> None:
    before, after = Field("it", "integer", enum=(0,)), Field("it", "integer", constraints={"minimum": 0, "maximum": 1})
    assert is_value_unknown((DeclaredValue("true", True),), before, after)
    assert not is_value_unknown((DeclaredValue("1", 1),), before, after)


def test_a_key_column_whose_name_has_a_dot_is_used_by_its_path() -> None:
    fields = ('name: "a.b", type: string', "name: c, type: string")
    before, after = read_contract("1.0.0", *fields), read_contract("2.0.0", *fields, primary_key=["a.b"])
    (issue,) = [issue for issue in run_rules(ContractPair(before, after), "none").issues if issue.reach]
    assert issue.reach is not None
    assert find_reached(issue.reach, read_uses("a", {"fields": ['"a.b"']}), "1.0.0", TODAY)
    assert not find_reached(issue.reach, read_uses("a", {"fields": ["a.b", "c"]}), "1.0.0", TODAY)


ODCS = """\
apiVersion: v3.1.0
kind: DataContract
id: {id}
version: 2.0.0
status: active
team: {{members: [{{username: growth}}]}}
schema:
  - name: {name}
    properties:
      - {{name: user_id, logicalType: string, required: true}}
"""


def list_consumers(repository: Repository, kind: str) -> list[str]:
    issues = [issue for issue in repository.check("--base", "main").issues if issue["kind"] == kind]
    assert issues
    return [consumer["consumer"] for consumer in issues[0]["consumers"]]


def declare(name: str, dataset_id: str, **use: str) -> str:
    document = {"consumer": name, "owners": [{"team": "finance"}], "uses": [{"dataset": dataset_id, **use}]}
    return str(yaml.safe_dump(document))


def test_a_removed_contract_reaches_only_uses_of_its_last_version(tmp_path) -> None:
    repository = Repository(tmp_path)
    repository.commit({
        "contracts/users.yaml": contract(version="1.4.0"),
        "consumers/a.yaml": declare("current", "users.daily_active", versions="^1"),
        "consumers/b.yaml": declare("older", "users.daily_active", versions="<1"),
        "consumers/c.yaml": declare("newer", "users.daily_active", versions=">=2"),
        "consumers/d.yaml": declare("any", "users.daily_active"),
        "consumers/e.yaml": declare("elsewhere", "users.daily"),
    })  # fmt: skip
    repository.branch()
    (repository.folder / "contracts/users.yaml").unlink()
    assert list_consumers(repository, "contract_removed") == ["any", "current"]


def test_a_new_id_reaches_only_uses_of_the_old_one_and_a_break_reaches_both(tmp_path) -> None:
    repository = Repository(tmp_path)
    repository.commit({
        "contracts/users.yaml": contract("users.daily_active", version="1.0.0"),
        "consumers/a.yaml": declare("old", "users.daily_active"),
        "consumers/b.yaml": declare("new", "shop/users"),
    })  # fmt: skip
    repository.branch()
    repository.write("contracts/users.yaml", ODCS.format(id="shop", name="users"))
    assert list_consumers(repository, "dataset_id_changed") == ["old"]
    assert list_consumers(repository, "field_removed") == ["new", "old"]
