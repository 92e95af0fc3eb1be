"""The JSON Schemas agree with what dcr itself accepts and refuses, as far as JSON Schema can say it."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from cli_runs import dcr, repository
from pydantic import ValidationError

from dcr.compatibility.rule import load_rules
from dcr.compatibility.rules import list_kinds
from dcr.contract.models import DataContract
from dcr.errors import PolicyError
from dcr.policy.acceptance_file import parse_acceptances
from dcr.policy.policy_file import parse_policy
from dcr.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[1]
FOREIGN = {"odcs", "dcs", "dbt"}
EXAMPLES = sorted(
    each for each in TESTS.parent.joinpath("contracts-example").rglob("*.yaml") if each.parent.name not in FOREIGN
)


@cache
def validator(schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(SCHEMAS[schema]())


def accepts(schema: str, document: Any) -> bool:
    return validator(schema).is_valid(document)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_a_schema(tmp_path: Path, name: str) -> None:
    run = dcr(tmp_path, "schema", name)
    assert (run.code, run.err) == (0, "")
    document = json.loads(run.out)
    assert document == SCHEMAS[name]()
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == f"urn:dcr:schema:{name}:1"
    jsonschema.Draft202012Validator.check_schema(document)


def test_the_contract_is_the_usual_schema(tmp_path: Path) -> None:
    assert dcr(tmp_path, "schema") == dcr(tmp_path, "schema", "contract")


def test_every_setting_and_key_is_described_for_editors() -> None:
    contract = SCHEMAS["contract"]()
    for part in (contract, *contract["$defs"].values()):
        assert [name for name, each in part["properties"].items() if not each.get("description")] == []
        assert "$ref" not in part.get("description", "")
    consumer = SCHEMAS["consumer"]()
    parts = (consumer, *(consumer["properties"][key]["items"] for key in ("owners", "uses")))
    for part in (*parts, SCHEMAS["policy"](), SCHEMAS["acceptances"]()["properties"]["accepted"]["items"]):
        assert [name for name, each in part["properties"].items() if not each.get("description")] == []


def parts_of(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping of a schema that says something of a value."""
    if isinstance(schema, dict):
        yield schema
        for key, each in schema.items():
            if key not in ("examples", "default", "defaultSnippets"):
                yield from parts_of(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from parts_of(each)


@pytest.mark.parametrize("name", ["contract", "policy", "acceptances"])
def test_every_example_and_default_fits_the_schema_it_stands_in(name: str) -> None:
    schema = SCHEMAS[name]()
    shown = 0
    for part in parts_of(schema):
        inside = {"$defs": schema.get("$defs", {}), **part}
        for value in (*part.get("examples", ()), *([part["default"]] if "default" in part else [])):
            jsonschema.Draft202012Validator(inside).validate(value)
            shown += 1
    assert shown > 5


def test_the_whole_examples_are_read_without_a_word(tmp_path: Path) -> None:
    for name, path in (("contract", "contracts/users.yaml"), ("acceptances", "dcr.accepted.yaml")):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(yaml.safe_dump(SCHEMAS[name]()["examples"][0], sort_keys=False), "utf-8")
    assert dcr(tmp_path, "lint", "contracts/users.yaml") == (0, "", "dcr: no issues; 1 contract (format native)\n")
    found, problems = parse_acceptances((tmp_path / "dcr.accepted.yaml").read_bytes(), load_rules())
    assert (len(found), problems) == (1, [])


def test_examples_of_settings_are_a_policy() -> None:
    for key, each in SCHEMAS["policy"]()["properties"].items():
        for value in each.get("examples", ()):
            table = {name: json.dumps(entry) for name, entry in value.items()} if isinstance(value, dict) else None
            text = (
                f"{key} = {json.dumps(value)}"
                if table is None
                else f"[{key}]\n" + "".join(f'"{name}" = {entry}\n' for name, entry in table.items())
            )
            assert parse_policy("dcr.toml", text.encode(), list_kinds()) is not None


@pytest.mark.parametrize("name", ["contract", "consumer", "policy", "acceptances"])
def test_every_word_that_may_be_chosen_is_explained(name: str) -> None:
    explained = 0
    for part in parts_of(SCHEMAS[name]()):
        if "enumDescriptions" in part:
            assert len(part["enumDescriptions"]) == len(part["enum"])
            assert all(part["enumDescriptions"])
            explained += 1
    assert explained


def test_no_key_is_completed_with_null() -> None:
    """What an editor writes behind a key that it completes is its default, or its first type."""
    for part in parts_of(SCHEMAS["contract"]()):
        assert part.get("default", "") is not None
        if isinstance(part.get("type"), list):
            assert part["type"][0] != "null"
        if part.get("type") == "null" and "errorMessage" in part:
            assert part["doNotSuggest"] is True


def test_a_snippet_becomes_a_valid_contract() -> None:
    schema = SCHEMAS["contract"]()
    body = json.dumps(schema["defaultSnippets"][0]["body"]).replace('\\"', "")
    document = json.loads(re.sub(r"\$\{\d:([^}]*)\}", r"\1", body))
    DataContract.model_validate(document)
    assert accepts("contract", document)


def test_a_line_that_names_the_schema_changes_nothing(tmp_path: Path) -> None:
    text = yaml.safe_dump(SCHEMAS["contract"]()["examples"][0], sort_keys=False)
    folder = repository(tmp_path / "r", users=text)
    line = "# yaml-language-server: $schema=../.dcr/contract.schema.json\n"
    (folder / "contracts/users.yaml").write_text(line + text, "utf-8")
    assert dcr(folder, "lint") == (0, "", "dcr: no issues; 1 contract (format native)\n")
    assert dcr(folder, "check").code == 0
    assert dcr(folder, "check").out == ""
    (folder / "dcr.toml").write_text('#:schema ./.dcr/policy.schema.json\nmode = "full"\n', "utf-8")
    assert dcr(folder, "lint").code == 0


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_fits_the_contract_schema(path: Path) -> None:
    document = yaml.safe_load(path.read_text("utf-8"))
    validator("contract").validate(document)
    DataContract.model_validate(document)


def test_every_valid_contract_of_the_rule_cases_fits_the_contract_schema() -> None:
    """What the models accept, the schema accepts: an editor never marks a good contract."""
    seen, refused = 0, []
    for path in sorted(TESTS.joinpath("rules").rglob("*.yaml")):
        try:
            document = yaml.safe_load(path.read_bytes())
            DataContract.model_validate(document)
        except (yaml.YAMLError, ValueError):  # also a date that does not exist
            continue
        seen += 1
        if not accepts("contract", document):
            refused.append(path)
    assert refused == []
    assert seen > 50


FULL = {
    "dataset_id": "users.daily_active",
    "version": "1.0.0",
    "description": "one row per user",
    "status": "deprecated",
    "primary_key": ["id"],
    "owners": [{"team": "growth", "contact": None}, {"team": "x"}],
    "freshness_sla": {"max_lag_seconds": 1, "measurement": "event_time"},
    "deprecation_uri": "https://example.com",
    "x-mine": {"any": ["thing"]},
    "fields": [
        {"name": "id", "type": "string", "min_length": 0, "max_length": 3, "pattern": "^a", "unique": True, "x-y": 1},
        {"name": "plan", "type": "string", "enum": ["free", "pro"], "deprecated": True, "required": False},
        {"name": "n", "type": "number", "minimum": 0, "exclusive_maximum": 1.5, "multiple_of": 0.5, "enum": [0, 0.5]},
        {"name": "i", "type": "integer", "enum": [1, 2], "maximum": None, "fields": None},
        {"name": "b", "type": "boolean", "enum": [True]},
        {"name": "t", "type": "timestamp", "format": "date-time"},
        {"name": "j", "type": "json"},
        {"name": "o", "type": "object", "fields": [{"name": "city", "type": "string"}]},
        {
            "name": "a", "type": "array", "min_items": 0, "max_items": 2,
            "items": {"type": "array", "items": {"type": "object", "fields": [{"name": "x", "type": "json"}]}},
        },
    ],
}  # fmt: skip


def changed(*where: str | int, to: Any) -> dict[str, Any]:
    document: Any = copy.deepcopy(FULL)
    at = document
    for step in where[:-1]:
        at = at[step]
    if to is KeyError:
        del at[where[-1]]
    else:
        at[where[-1]] = to
    return document


def field(number: int, **keys: Any) -> dict[str, Any]:
    return changed("fields", number, to={**FULL["fields"][number], **keys})


INVALID = {
    "no dataset_id": changed("dataset_id", to=KeyError),
    "no version": changed("version", to=KeyError),
    "no fields": changed("fields", to=KeyError),
    "empty fields": changed("fields", to=[]),
    "fields as mapping": changed("fields", to={"id": "string"}),
    "blank dataset_id": changed("dataset_id", to="  "),
    "empty dataset_id": changed("dataset_id", to=""),
    "long dataset_id": changed("dataset_id", to="x" * 129),
    "dataset_id with space before": changed("dataset_id", to=" x"),
    "dataset_id with space after": changed("dataset_id", to="x "),
    "dataset_id with a line break": changed("dataset_id", to="a\nb"),
    "dataset_id with a control character": changed("dataset_id", to="a\x07b"),
    "dataset_id as number": changed("dataset_id", to=5),
    "version as number": changed("version", to=1.0),
    "version of two numbers": changed("version", to="1.0"),
    "version with leading zero": changed("version", to="01.0.0"),
    "version with a suffix": changed("version", to="1.0.0-rc1"),
    "unknown status": changed("status", to="live"),
    "deprecated without uri": changed("deprecation_uri", to=KeyError),
    "deprecated with null uri": changed("deprecation_uri", to=None),
    "deprecated with blank uri": changed("deprecation_uri", to=" "),
    "unknown key": changed("ownrs", to=[]),
    "unknown key in a field": field(0, requird=True),
    "unknown key in an owner": changed("owners", 0, to={"team": "x", "mail": "y"}),
    "unknown key in the promise": changed("freshness_sla", to={"max_lag_seconds": 1, "unit": "s"}),
    "owner without team": changed("owners", 0, to={"contact": "x"}),
    "owner with a blank team": changed("owners", 0, to={"team": " "}),
    "owner as text": changed("owners", 0, to="growth"),
    "no lag": changed("freshness_sla", to={"max_lag_seconds": 0}),
    "lag as text": changed("freshness_sla", to={"max_lag_seconds": "1h"}),
    "blank measurement": changed("freshness_sla", to={"max_lag_seconds": 1, "measurement": ""}),
    "key named twice": changed("primary_key", to=["id", "id"]),
    "key as text": changed("primary_key", to="id"),
    "field without name": changed("fields", 0, to={"type": "string"}),
    "field without type": changed("fields", 0, to={"name": "id"}),
    "field with a blank name": field(0, name=" "),
    "field with an unknown type": field(0, type="varchar"),
    "required as text": field(0, required="yes"),
    "required as null": field(0, required=None),
    "empty enum": field(1, enum=[]),
    "enum value twice": field(1, enum=["a", "a"]),
    "enum of another type": field(1, enum=["a", 1]),
    "boolean in an integer enum": field(3, enum=[1, True]),
    "enum of null": field(1, enum=[None]),
    "enum on a timestamp": field(5, enum=["2024-01-01"]),
    "enum on json": field(6, enum=["x"]),
    "enum on an object": field(7, enum=["x"]),
    "enum on an array": field(8, enum=["x"]),
    "negative length": field(0, min_length=-1),
    "length as text": field(0, min_length="1"),
    "length as boolean": field(0, min_length=True),
    "array of at most none": field(8, max_items=0),
    "multiple of zero": field(2, multiple_of=0),
    "minimum as text": field(2, minimum="0"),
    "minimum as boolean": field(2, minimum=True),
    "length of a number": field(2, min_length=1),
    "minimum of a text": field(0, minimum=1),
    "pattern of an integer": field(3, pattern="x"),
    "items limit of a text": field(0, min_items=1),
    "unique on json": field(6, unique=True),
    "unique inside an array": field(8, items={"type": "string", "unique": True}),
    "blank format": field(5, format=" "),
    "object without fields": field(7, fields=None),
    "object with empty fields": field(7, fields=[]),
    "array without items": field(8, items=None),
    "fields on a text": field(0, fields=[{"name": "x", "type": "json"}]),
    "items on an object": field(7, items={"type": "json"}),
    "named items": field(8, items={"name": "x", "type": "json"}),
    "items with a wrong enum, two levels down": field(
        8, items={"type": "array", "items": {"type": "json", "enum": ["x"]}}
    ),
    "a wrong field in an object": field(7, fields=[{"name": "x", "type": "object"}]),
}


def test_a_contract_with_everything_is_accepted_by_both() -> None:
    DataContract.model_validate(FULL)
    assert accepts("contract", FULL)


@pytest.mark.parametrize("name", INVALID)
def test_what_the_models_refuse_the_schema_refuses(name: str) -> None:
    with pytest.raises(ValidationError):
        DataContract.model_validate(INVALID[name])
    assert not accepts("contract", INVALID[name])


FULL_POLICY = """
contracts = ["contracts/**/*.yaml", "data/*/contract.yml"]
exclude = "contracts/old/**"
base = "origin/main"
mode = "full"
fail_on = "warning"
breaking = "allow-with-major"
draft = "warn"
accept_from = "base"

[modes]
"events.*" = "none"
"billing.*" = "forward"

[severity]
field_removed = "error"
owner_missing = "off"
value_ambiguous = "info"
policy_changed = "warning"
"""


def test_a_policy_with_everything_is_accepted_by_both() -> None:
    assert parse_policy("dcr.toml", FULL_POLICY.encode(), list_kinds()) is not None
    assert accepts("policy", tomllib.loads(FULL_POLICY))
    assert accepts("policy", {})
    assert parse_policy("dcr.toml", b"", list_kinds()) is not None


@pytest.mark.parametrize(
    "text",
    [
        "mod = 'full'",
        "mode = 'ful'",
        "mode = ['full']",
        "mode = 1",
        "fail_on = 'info'",
        "breaking = true",
        "draft = 'off'",
        "accept_from = 'head'",
        "base = ''",
        "base = 5",
        "contracts = []",
        "contracts = ''",
        "contracts = [1]",
        "contracts = ['']",
        "contracts = '/absolute/*.yaml'",
        "contracts = './relative/*.yaml'",
        "contracts = '../above/*.yaml'",
        "contracts = 'a/../b.yaml'",
        "contracts = ['a/..']",
        "contracts = ['a\\b.yaml']",
        "contracts = ['{a,b}.yaml']",
        "exclude = ['[ab].yaml']",
        "exclude = {a = 1}",
        "modes = 'full'",
        "modes = {x = 'ful'}",
        "severity = 'error'",
        "severity = {field_remved = 'error'}",
        "severity = {field_removed = 'fatal'}",
        "severity = {field_removed = 1}",
    ],
)
def test_what_the_policy_refuses_its_schema_refuses(text: str) -> None:
    with pytest.raises(PolicyError):
        parse_policy("dcr.toml", text.encode(), list_kinds())
    assert not accepts("policy", tomllib.loads(text))


@pytest.mark.parametrize(
    "text", ["contracts = ['...yaml', 'a..b/*.yaml', '.hidden/?.yaml']", "exclude = []", "modes = {}"]
)
def test_what_only_looks_odd_in_a_policy_is_accepted_by_both(text: str) -> None:
    assert parse_policy("dcr.toml", text.encode(), list_kinds()) is not None
    assert accepts("policy", tomllib.loads(text))


ENTRY = '{dataset: a.b, version: "2.0.0", kind: field_removed, field: ltv, reason: agreed, expires: "2027-01-31"}'


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "accepted:",
        "accepted: []",
        f"accepted: [{ENTRY}]",
        f"x-mine: 1\naccepted: [{ENTRY}, {ENTRY}]",
        'accepted: [{dataset: a, version: "1.0.0", kind: owner_missing, reason: x}]',
    ],
)
def test_sound_acceptances_are_accepted_by_both(text: str) -> None:
    assert parse_acceptances(text.encode(), load_rules())[1] == []
    assert accepts("acceptances", yaml.safe_load(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dataset: a.b, ", ""),
        ('version: "2.0.0", ', ""),
        ("kind: field_removed, ", ""),
        (", reason: agreed", ""),
        ("field: ltv, ", ""),
        ("a.b", '"a.*"'),
        ("ltv", '"*"'),
        ("a.b", '" "'),
        ("agreed", '""'),
        ("field_removed", "field_remved"),
        ("field_removed", "contract_invalid"),
        ("field_removed", "policy_changed"),
        ('"2027-01-31"', "tomorrow"),
        ('"2027-01-31"', '"2027-1-31"'),
        ("reason: agreed", "reason: [agreed]"),
        ("reason: agreed", "reason: agreed, reson: x"),
        (ENTRY, "text"),
        (f"[{ENTRY}]", "text"),
        ("accepted:", "acepted:"),
        (f"accepted: [{ENTRY}]", "[]"),
    ],
)
def test_what_cannot_be_read_as_an_acceptance_its_schema_refuses(old: str, new: str) -> None:
    text = f"accepted: [{ENTRY}]"
    assert old in text
    text = text.replace(old, new)
    assert parse_acceptances(text.encode(), load_rules())[1] != []
    assert not accepts("acceptances", yaml.safe_load(text))
