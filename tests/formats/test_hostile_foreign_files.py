"""Foreign files made to be slow, odd or misleading: nothing is raised, dropped in silence or read beyond its limits."""

from __future__ import annotations

import random

import pytest
from foreign_texts import issues

from dcr.formats import read_content
from dcr.formats._foreign.notes import MAX_NOTES

ODCS = "apiVersion: v3.1.0\nkind: DataContract\nid: f\nversion: 1.0.0\nstatus: active\nteam: {name: a}\n"
DCS = "dataContractSpecification: 1.1.0\nid: f\ninfo: {title: a, version: 1.0.0, owner: t}\n"
DBT = "models:\n- name: m\n  group: g\n  config: {contract: {enforced: true}}\n"
FIELDS = f"{ODCS}schema:\n- name: o\n  properties:\n  - {{name: a, logicalType: string}}\n"
MODEL = f"{DCS}models:\n  m:\n    fields:\n      a: {{type: string}}\n"
COLUMNS = f"{DBT}  columns:\n  - {{name: a, data_type: int}}\n"


def lines(unit: str, count: int) -> str:
    """Return a line over and over, `%` in it counted up."""
    return "".join(f"{unit}\n".replace("%", str(number)) for number in range(count))


STRUCT = f"struct<{','.join(f'c{n} int' for n in range(1000))}>"
REFERRING = "      f%: {$ref: '#/definitions/d'}"
NESTED = "".join(
    f"  - &a{n} {{name: n{n}, logicalType: object, properties: [{f'*a{n - 1}' if n else '{name: x}'}]}}\n"
    for n in range(80)
)
LEVELS = "".join(f"  d{n}: {{type: object, fields: {{a: {{$ref: '#/definitions/d{n + 1}'}}}}}}\n" for n in range(3_000))

TOO_MUCH = {
    "versions times columns": (
        f"{DBT}  columns:\n{lines('  - {name: a%}', 3_000)}  versions:\n{lines('  - {v: %}', 300)}",
        "the file expands to more than 50,000 columns",
    ),
    "versions that leave every column out": (
        (
            f"{DBT}  columns:\n{lines('  - {name: a%}', 900)}  versions:\n"
            f"  - {{v: x, columns: [&r {{include: all, exclude: [{','.join(f'a{n}' for n in range(900))}]}}]}}\n"
            f"{lines('  - {v: %, columns: [*r]}', 150)}"
        ),
        "the file expands to more than 50,000 columns",
    ),
    "one long check of many columns": (
        (
            f"{DBT}  columns:\n{lines('  - {name: a%}', 2_000)}  constraints:\n"
            f"  - {{type: check, expression: {'x' * 90_000}, columns: [{','.join(f'a{n}' for n in range(2_000))}]}}\n"
        ),
        "the file expands to more than 50,000 columns",
    ),
    "one struct of many properties": (
        f"{FIELDS}  - {{name: b, physicalType: &t '{STRUCT}'}}\n{lines('  - {name: c%, physicalType: *t}', 900)}",
        "the file expands to more than 50,000 columns",
    ),
    "one wide definition of many fields": (
        f"{MODEL}{lines(REFERRING, 5_000)}definitions:\n  d: {{{','.join(f'k{n}: 1' for n in range(2_000))}}}\n",
        "the file expands to more than 50,000 columns",
    ),
    "very many objects": (f"{ODCS}schema:\n{lines('- {name: o%}', 2_000)}", "more than 1,000 datasets"),
    "very many models": (f"{DCS}models:\n{lines('  m%: {}', 2_000)}", "more than 1,000 datasets"),
    "anchors in anchors, each nested": (
        f"{ODCS}schema:\n- name: o\n  properties:\n{NESTED}",
        "nested more than 64 levels deep",
    ),
    "a long name": (f"{FIELDS}  - {{name: {'x' * 90_000}}}\n", "a name has 90,000 characters"),
    "a long id": (FIELDS.replace("id: f", f"id: {'x' * 90_000}"), "a name has 90,002 characters"),
}


@pytest.mark.parametrize("text", TOO_MUCH)
def test_a_file_that_unfolds_to_too_much_is_refused_by_name(text: str) -> None:
    content, message = TOO_MUCH[text]
    reading = read_content("a.yaml", content.encode())
    assert reading.contracts == ()
    (problem,) = reading.problems
    assert problem.is_fatal
    assert message in problem.message
    assert problem.hint
    assert problem.location.line <= content.count("\n")


NOTED = {
    "properties as one word": FIELDS.replace("- {name: a, logicalType: string}", "    x"),
    "a property as one word": f"{FIELDS}  - b\n",
    "options as a list": FIELDS.replace("string}", "string, logicalTypeOptions: [{minLength: 1}]}"),
    "a length as a list": FIELDS.replace("string}", "string, logicalTypeOptions: {minLength: [1]}}"),
    "a type as a list": FIELDS.replace("logicalType: string", "logicalType: [string, 'null']"),
    "required as a mapping": FIELDS.replace("string}", "string, required: {a: 1}}"),
    "an enum as a mapping": FIELDS.replace("string}", "string, enum: {a: 1}}"),
    "an enum of lists": FIELDS.replace("string}", "string, enum: [a, [b]]}"),
    "a merge of a word": FIELDS.replace("string}", "string, <<: x}"),
    "a nested property without a name": f"{FIELDS}  - {{name: b, logicalType: object, properties: [{{}}]}}\n",
    "promises as a word": f"{FIELDS}slaProperties: soon\n",
    "fields as a number": f"{DCS}models: {{m: {{fields: 1}}}}\n",
    "a field as a number": f"{MODEL}      b: 0\n",
    "a model as a number": f"{MODEL}  n: 0\n",
    "two fields of a name": f"{DCS}models: {{m: {{fields: [{{name: a}}, {{name: a}}]}}}}\n",
    "two models of a name": f"{DCS}models: [{{name: a}}, {{name: a}}]\n",
    "info as a list": MODEL.replace("info: {title: a, version: 1.0.0, owner: t}", "info: [1]"),
    "references within references": f"{MODEL}      b: {{$ref: '#/definitions/d0'}}\ndefinitions:\n{LEVELS}",
    "columns as a word": COLUMNS.replace("\n  - {name: a, data_type: int}", " x"),
    "a column without a name": f"{COLUMNS}  - {{data_type: int}}\n",
    "two columns of a name": f"{COLUMNS}  - {{name: a, data_type: text}}\n",
    "two versions of a number": f"{COLUMNS}  versions: [{{v: 1}}, {{v: 1}}]\n",
    "constraints as a word": f"{COLUMNS}  constraints: none\n",
}


@pytest.mark.parametrize("text", NOTED)
def test_a_key_that_is_read_and_has_another_shape_is_noted(text: str) -> None:
    reading = read_content("a.yaml", NOTED[text].encode())
    assert reading.problems
    assert all(not each.is_understood and not each.is_fatal for each in reading.problems)
    assert all(1 <= each.location.line <= NOTED[text].count("\n") for each in reading.problems)


@pytest.mark.parametrize("text", [FIELDS, MODEL, COLUMNS])
def test_an_ordinary_file_has_no_note(text: str) -> None:
    assert read_content("a.yaml", text.encode()).problems == ()


def test_of_very_many_notes_the_first_are_reported_and_that_there_are_more() -> None:
    problems = read_content("a.yaml", f"{FIELDS}{lines('  - {name: a}', 5_000)}".encode()).problems
    assert len(problems) == MAX_NOTES + 1
    assert problems[-1].message == "more than 200 values are not understood; only the first are listed"


def test_fields_merged_into_a_mapping_of_fields_are_fields() -> None:
    text = MODEL.replace("      a:", "      <<: {b: {type: int}}\n      a:")
    (contract,) = read_content("a.yaml", text.encode()).contracts
    assert {each.name for each in contract.fields} == {"a", "b"}


@pytest.mark.parametrize("text", ["{[a]: 1, name: b}", "{<<: [*x, *x], config: {}}", "{? {a: 1} : 2, config: 1}"])
def test_a_model_too_odd_to_look_into_raises_nothing(text: str) -> None:
    read_content("a.yml", f"x: &x {{<<: &y {{a: 1}}}}\nmodels: [{text}]\n".encode())


SHAPES = (
    "[]",
    "{}",
    "~",
    "''",
    "x",
    "0",
    "-1",
    "1e999",
    ".nan",
    "9" * 500,
    "[[]]",
    "[{}]",
    "{a: b}",
    "<<",
    '"a\\u202eb"',
)


@pytest.mark.parametrize("text", [FIELDS, MODEL, COLUMNS])
@pytest.mark.parametrize("seed", range(60))
def test_a_file_changed_at_random_is_read_alike_twice_and_is_silent_about_itself(text: str, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        places = [at for at, letter in enumerate(text) if letter == ":" and text[at + 1 : at + 2] == " "]
        start = chance.choice(places) + 2
        end = min(at for at in (text.find(mark, start) for mark in ",}\n") if at >= 0)
        text = f"{text[:start]}{chance.choice(SHAPES)}{text[end:]}"
    reading = read_content("a.yaml", text.encode())
    assert reading._replace(root=None) == read_content("a.yaml", text.encode())._replace(root=None)
    assert all(1 <= each.location.line <= text.count("\n") + 1 for each in reading.problems)
    if not reading.is_unreadable:
        found_kinds = {each.kind for each in issues(text, text)}
        assert found_kinds <= {"value_not_understood", "version_not_semver", "owner_missing"}
