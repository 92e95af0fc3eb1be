"""dbt models: which of them are contracts, and what a change of one is, in dbt's own words and on the line to edit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from foreign_texts import edited, issues, kinds, line_of

from dcr.formats import read

YESTERDAY, TOMORROW = (str(date.today() + timedelta(days=days)) for days in (-1, 1))  # noqa: DTZ011

FILE = """\
version: 2
models:
  - name: orders
    description: one row per order
    config:
      materialized: table
      contract:
        enforced: true
    meta:
      owner: checkout
    constraints:
      - type: primary_key
        columns: [order_id]
      - type: unique
        columns: [order_number]
      - type: not_null
        columns: [placed_at]
    columns:
      - name: order_id
        data_type: varchar(36)
        constraints:
          - type: not_null
      - name: order_number
        data_type: text
      - name: placed_at
        data_type: timestamp_ntz
      - name: amount
        data_type: number(10, 2)
        constraints:
          - type: check
            expression: amount >= 0
      - name: note
        data_type: text
  - name: refunds
    contract: {enforced: true}
    group: payments
    columns:
      - name: refund_id
        data_type: bigint
        constraints: [{type: primary_key}]
      - {name: reason, data_type: string}
  - name: stg_orders
    columns:
      - {name: id, data_type: int}
"""
NOTE = "      - name: note\n        data_type: text\n"
REFUNDS = FILE[FILE.index("  - name: refunds") : FILE.index("  - name: stg_orders")]
NOTED = "note\n        data_type: text\n"
TIGHT, LOOSE = {"field_constraint_tightened"}, {"field_constraint_loosened"}

CHANGES = {
    "comments only": ([("models:\n", "# marts\nmodels:\n")], set()),
    "tests and tags": ([(NOTED, NOTED + "        tests: [not_null]\n        tags: [pii]\n")], set()),
    "another file version": ([("version: 2\n", "")], set()),
    "a column removed": ([(NOTE, "")], {"field_removed"}),
    "a column renamed": ([("name: note", "name: remark")], {"field_removed"}),
    "a required column removed": (
        [("      - name: placed_at\n        data_type: timestamp_ntz\n", "")],
        {"field_removed", "field_required_removed"},
    ),
    "a column added": ([(NOTE, NOTE + "      - {name: more, data_type: text}\n")], set()),
    "a required column added": (
        [(NOTE, NOTE + "      - {name: more, data_type: text, constraints: [{type: not_null}]}\n")],
        {"field_required_added"},
    ),
    "columns in another order": (
        [(NOTE, ""), ("    columns:\n      - name: order_id", f"    columns:\n{NOTE}      - name: order_id")],
        set(),
    ),
    "data_type another one": ([("data_type: bigint", "data_type: varchar")], {"field_type_changed"}),
    "data_type decimals gone": ([("number(10, 2)", "number(38, 0)")], {"field_type_changed"}),
    "data_type timestamp to date": ([("timestamp_ntz", "date")], {"field_type_changed"}),
    "data_type narrower": ([("varchar(36)", "varchar(20)")], {"physical_type_changed"}),
    "data_type of the same kind": ([("data_type: bigint", "data_type: int")], {"physical_type_changed"}),
    "data_type in capitals": ([("data_type: bigint", "data_type: BIGINT")], set()),
    "data_type with other blanks": ([("number(10, 2)", "number(10,  2)")], set()),
    "data_type Jinja": ([("data_type: bigint", 'data_type: "{{ dbt.type_bigint() }}"')], {"field_type_changed"}),
    "not_null new": ([(NOTED, NOTED + "        constraints: [{type: not_null}]\n")], {"field_required_added"}),
    "not_null at the model gone": (
        [("      - type: not_null\n        columns: [placed_at]\n", "")],
        {"field_required_removed"},
    ),
    "not_null moved to the column": (
        [
            ("      - type: not_null\n        columns: [placed_at]\n", ""),
            ("timestamp_ntz\n", "timestamp_ntz\n        constraints: [{type: not_null}]\n"),
        ],
        set(),
    ),
    "not_null that the key says anyway": ([("        constraints:\n          - type: not_null\n", "")], set()),
    "primary_key at the column gone": (
        [("        constraints: [{type: primary_key}]\n", "")],
        {"primary_key_changed", "field_required_removed"},
    ),
    "primary_key at the column moved to the model": (
        [
            ("        constraints: [{type: primary_key}]\n", ""),
            (
                "    group: payments\n",
                "    group: payments\n    constraints: [{type: primary_key, columns: [refund_id]}]\n",
            ),
        ],
        set(),
    ),
    "primary_key at the model longer": (
        [("columns: [order_id]", "columns: [order_id, placed_at]")],
        {"primary_key_changed"},
    ),
    "primary_key in another order of columns": (
        [("columns: [order_id]", "columns: [order_number]")],
        {"primary_key_changed", "field_required_added"},
    ),
    "unique new": ([(NOTED, NOTED + "        constraints: [{type: unique}]\n")], TIGHT),
    "unique of two columns together": ([("[order_number]", "[order_number, placed_at]")], LOOSE),
    "unique gone": ([("      - type: unique\n        columns: [order_number]\n", "")], LOOSE),
    "check another one": ([("amount >= 0", "amount > 0")], TIGHT | LOOSE),
    "check with other blanks": ([("expression: amount >= 0", "expression: 'amount  >=  0'")], set()),
    "check new": ([(NOTED, NOTED + "        constraints: [{type: check, expression: note <> ''}]\n")], TIGHT),
    "check gone": (
        [("        constraints:\n          - type: check\n            expression: amount >= 0\n", "")],
        LOOSE,
    ),
    "check at the model new": (
        [
            (
                "    constraints:\n      - type: primary_key\n",
                "    constraints:\n      - {type: check, columns: [note], expression: a}\n      - type: primary_key\n",
            )
        ],
        TIGHT,
    ),
    "foreign_key is no promise about values": (
        [(NOTED, NOTED + "        constraints: [{type: foreign_key}]\n")],
        set(),
    ),
    "enforcement switched off": ([("        enforced: true", "        enforced: false")], {"contract_removed"}),
    "enforcement switched off at the model": ([("{enforced: true}", "{enforced: false}")], {"contract_removed"}),
    "enforcement not said": ([("      contract:\n        enforced: true\n", "")], {"contract_removed"}),
    "enforcement by Jinja": ([("        enforced: true", "        enforced: \"{{ target.name == 'prod' }}\"")], set()),
    "enforcement said at the model": (
        [
            ("      contract:\n        enforced: true\n", ""),
            ("    meta:\n", "    contract: {enforced: true}\n    meta:\n"),
        ],
        set(),
    ),
    "a model removed": ([(REFUNDS, "")], {"contract_removed"}),
    "a model renamed": ([("name: refunds", "name: returns")], {"contract_removed"}),
    "another model enforced": (
        [("  - name: stg_orders\n", "  - name: stg_orders\n    group: a\n    contract: {enforced: true}\n")],
        set(),
    ),
    "a model that promises nothing removed": ([(FILE[FILE.index("  - name: stg_orders") :], "")], set()),
    "a model that promises nothing changed": ([("data_type: int}", "data_type: text}")], set()),
    "the owner another one": ([("owner: checkout", "owner: sales")], set()),
    "the owner gone": ([("    meta:\n      owner: checkout\n", "")], {"owner_missing"}),
    "the group gone": ([("    group: payments\n", "")], {"owner_missing"}),
    "the group in the configuration": ([("    group: payments\n", "    config: {group: payments}\n")], set()),
    "deprecated": ([("    group: payments\n", f"    group: payments\n    deprecation_date: {TOMORROW}\n")], set()),
    "a deprecation date that is none": (
        [("    group: payments\n", "    group: payments\n    deprecation_date: soon\n")],
        {"value_not_understood"},
    ),
    "a deprecation date of no calendar": (
        [("    group: payments\n", "    group: payments\n    deprecation_date: 2027-02-30\n")],
        {"value_not_understood"},
    ),
}

VERSIONED = """\
models:
  - name: customers
    config: {contract: {enforced: true}, group: crm}
    latest_version: 2
    columns:
      - {name: id, data_type: int}
      - {name: name, data_type: text}
      - {name: country, data_type: text}
    versions:
      - v: 1
      - v: 2
        columns:
          - include: all
            exclude: [country]
          - name: land
            data_type: varchar(2)
"""
OWN = "          - name: land\n            data_type: varchar(2)\n"
VERSION_1 = "      - v: 1\n"

VERSION_CHANGES = {
    "a version added": ([(OWN, OWN + "      - v: 3\n        columns: [{include: [id]}]\n")], set()),
    "a version removed": ([(VERSION_1, "")], {("customers.v1", "contract_removed")}),
    "the latest version another one": (
        [("latest_version: 2", "latest_version: 1")],
        {("customers.v2", "latest_version_moved")},
    ),
    "a column of all versions removed": (
        [("      - {name: name, data_type: text}\n", "")],
        {("customers.v1", "field_removed"), ("customers.v2", "field_removed")},
    ),
    "a column that only one version has removed": (
        [("      - {name: country, data_type: text}\n", "")],
        {("customers.v1", "field_removed")},
    ),
    "a column excluded no more": ([("            exclude: [country]\n", "")], set()),
    "another column excluded": (
        [("exclude: [country]", "exclude: [country, name]")],
        {("customers.v2", "field_removed")},
    ),
    "only some included": ([("include: all", "include: [id]")], {("customers.v2", "field_removed")}),
    "all included by a star": ([("include: all", "include: '*'")], set()),
    "an own column removed": ([(OWN, "")], {("customers.v2", "field_removed")}),
    "an own column of another type": ([("varchar(2)", "int")], {("customers.v2", "field_type_changed")}),
    "an own column in place of a common one": (
        [("name: land", "name: name"), ("varchar(2)", "int")],
        {("customers.v2", "field_removed"), ("customers.v2", "field_type_changed")},
    ),
    "a version given its own columns": (
        [(VERSION_1, "      - v: 1\n        columns: [{include: '*', exclude: [name]}]\n")],
        {("customers.v1", "field_removed")},
    ),
    "a version deprecated": ([(VERSION_1, f"      - v: 1\n        deprecation_date: {TOMORROW}\n")], set()),
    "the versions gone": (
        [(VERSIONED[VERSIONED.index("    versions:") :], "")],
        {("customers.v1", "contract_removed"), ("customers.v2", "contract_removed")},
    ),
    "a version without a number": (
        [("v: 1", "w: 1")],
        {("customers.v1", "contract_removed"), ("customers.v2", "value_not_understood")},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_change_of_a_file_is(change: str) -> None:
    edits, expected = CHANGES[change]
    found = issues(FILE, edited(FILE, *edits))
    assert {issue.kind for issue in found} == expected


@pytest.mark.parametrize("change", VERSION_CHANGES)
def test_what_a_change_of_a_version_is(change: str) -> None:
    edits, expected = VERSION_CHANGES[change]
    after = edited(VERSIONED, *edits)
    assert {(dataset, issue.kind) for dataset, issue in told(VERSIONED, after)} == expected


@pytest.mark.parametrize("over", [True, False])
def test_a_version_may_go_once_its_deprecation_date_is_over(over: bool) -> None:
    before = edited(
        VERSIONED, (VERSION_1, f"      - v: 1\n        deprecation_date: {YESTERDAY if over else TOMORROW}\n")
    )
    after = edited(VERSIONED, (VERSION_1, ""))
    assert kinds(issues(before, after)) == (set() if over else {"contract_removed"})


def test_a_model_may_go_once_its_deprecation_date_is_over() -> None:
    before = edited(FILE, ("    group: payments\n", f"    group: payments\n    deprecation_date: '{YESTERDAY}'\n"))
    assert issues(before, edited(FILE, (REFUNDS, ""))) == []


def test_a_break_of_a_version_in_place_is_an_error_and_a_new_version_the_way_out() -> None:
    (issue,) = issues(VERSIONED, edited(VERSIONED, (OWN, "")))
    assert issue.severity == "error"
    assert issue.hint.startswith("leave this version as it is and add a new one beside it (versions: - v: …)")


def test_no_kind_about_versions_ever_fires() -> None:
    texts = [(FILE, edited(FILE, *edits)) for edits, _ in CHANGES.values()]
    texts += [(VERSIONED, edited(VERSIONED, *edits)) for edits, _ in VERSION_CHANGES.values()]
    for before, after in texts:
        for sides in ((before, after), (after, before), (None, after), (before, None)):
            assert not [issue.kind for issue in issues(*sides) if issue.kind.startswith("version_")]


PLACES = {
    "a data type": ([("data_type: bigint", "data_type: text")], "data_type: bigint", "from 'integer' to 'string'"),
    "what is stored": ([("varchar(36)", "varchar(20)")], "varchar(36)", "from 'varchar(36)' to 'varchar(20)'"),
    "a column that is gone": ([(NOTE, "")], "    columns:\n      - name: order_id", "field 'note' was removed"),
    "a check": (
        [("amount >= 0", "amount > 0")],
        "        constraints:\n          - type: check",
        "from 'amount >= 0' to 'amount > 0'",
    ),
    "a deprecation date": (
        [("    group: payments\n", "    deprecation_date: soon\n")],
        "    group: payments\n",
        "deprecation_date 'soon' is no date",
    ),
}


@pytest.mark.parametrize("change", PLACES)
def test_the_line_to_edit_and_dbts_own_words(change: str) -> None:
    edits, passage, quoted = PLACES[change]
    found = issues(FILE, edited(FILE, *edits))
    lines = {issue.location.line for issue in found if issue.location and quoted in issue.message}
    assert lines == {line_of(FILE, passage)}


@pytest.mark.parametrize(
    "text",
    [
        "version: 2\n",
        "version: 2\nsources: [{name: raw, tables: [{name: orders}]}]\n",
        "version: 2\nmodels:\n  - {name: a, columns: [{name: id, data_type: int}]}\n",
        "version: 2\nmodels:\n  - {name: a, config: {contract: {enforced: false}}}\n",
        "version: 2\nmodels:\n  - {name: a, contract: {enforced: 'false'}}\n",
        "version: 2\nmodels:\n",
        "version: 2\nmodels: {a: {contract: {enforced: true}}}\n",
        "version: 2\nmodels: [a, 1, null]\n",
        "version: 2\nmodels: [{name: a, config: [1], contract: 3}]\n",
    ],
)
def test_files_that_promise_nothing_are_left_alone(text: str) -> None:
    reading = read("models/schema.yml", text.encode())
    assert reading.format is None
    assert not reading.contracts


@pytest.mark.parametrize(
    "rest",
    [
        "columns: 3", "columns: [1, null, {data_type: int}]", "columns: [{name: a, constraints: 3}]", "versions: 3",
        "versions: [1, {v: }]", "constraints: [1, {type: primary_key}]", "meta: 1, group: [a]", "deprecation_date: [1]",
        "columns: [{name: a, constraints: [{type: unique, columns: {a: b}}]}]",
        "versions: [{v: 1, columns: [{include: 3}]}]",
    ],
)  # fmt: skip
def test_no_odd_shape_raises(rest: str) -> None:
    text = f"models: [{{name: a, contract: {{enforced: true}}, {rest}}}]"
    assert read("models/schema.yml", text.encode()).format == "dbt"


def test_owners_are_those_of_the_meta_or_the_group() -> None:
    orders, refunds = read("a.yml", FILE.encode()).contracts
    assert [orders.owners[0].team, refunds.owners[0].team] == ["checkout", "payments"]


def told(before: str, after: str) -> list[tuple[str, object]]:
    """Return every issue with the dataset it is about."""
    from foreign_texts import NOTHING_AROUND

    from dcr.compatibility.engine import judge
    from dcr.compatibility.matching import match

    sides = [{"a.yml": read("a.yml", text.encode())} for text in (before, after)]
    pairs = match(*sides, NOTHING_AROUND)
    return [(str(each.dataset_id), issue) for each in pairs for issue in judge(each.pair, "full").issues]
