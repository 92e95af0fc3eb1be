"""dbt models: which of them are contracts, and what a change of one is, in dbt's own words and on the line to edit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from foreign_texts import edited, issues, kinds, line_of

from dcr.formats import read_content

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
    assert issue.hint.startswith("keep this version and add a new one (versions: - v: …)")


PLACES = {
    "a data type": (
        [("data_type: bigint", "data_type: text")],
        "data_type: bigint",
        "from 'bigint' (integer) to 'text' (string)",
    ),
    "what is stored": ([("varchar(36)", "varchar(20)")], "varchar(36)", "from 'varchar(36)' to 'varchar(20)'"),
    "a column that is gone": ([(NOTE, "")], "    columns:\n      - name: order_id", "field 'note' was removed"),
    "a check": (
        [("amount >= 0", "amount > 0")],
        "            expression: amount >= 0\n",
        "from 'amount >= 0' to 'amount > 0'",
    ),
    "a deprecation date": (
        [("    group: payments\n", "    deprecation_date: soon\n")],
        "    group: payments\n",
        "deprecation_date 'soon' is not a date",
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
    reading = read_content("models/schema.yml", text.encode())
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
    assert read_content("models/schema.yml", text.encode()).format == "dbt"


def test_owners_are_those_of_the_meta_or_the_group() -> None:
    orders, refunds = read_content("a.yml", FILE.encode()).contracts
    assert [orders.owners[0].team, refunds.owners[0].team] == ["checkout", "payments"]
