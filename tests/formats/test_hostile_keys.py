"""Keys that dcr does not read, made to be slow, odd or misleading: each is reported in time, and none is left out."""

from __future__ import annotations

import time

import pytest
from foreign_texts import issues

from dcr.formats import read_content
from dcr.formats._keys.comparison import MAX_KEYS
from dcr.formats._keys.nodes import MAX_LENGTH
from dcr.formats.unread_keys import UnreadKey, list_changed_keys, list_unread_keys

ODCS = "apiVersion: v3.1.0\nkind: DataContract\nid: f\nversion: 1.0.0\nstatus: active\nteam: {name: a}\n"
FILE = f"{ODCS}schema:\n- name: o\n  properties:\n  - {{name: a, logicalType: string}}\n"
SECONDS = 10


def found(before: str, after: str) -> tuple[UnreadKey, ...]:
    sides = read_content("a.yaml", before.encode()), read_content("a.yaml", after.encode())
    assert not any(side.is_unreadable for side in sides), sides[1].problems
    started = time.process_time()
    changed = list_changed_keys(*sides)
    assert time.process_time() - started < SECONDS
    return changed


def laughs(last: str) -> str:
    """Return anchors that each hold the one before several times, as often as a file may."""
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 6)}]\n" for n in range(1, 6))
    return f"{FILE}l0: &l0 {{deep: {last}}}\n{levels}"


def test_anchors_that_repeat_are_compared_once_and_shown_in_short() -> None:
    changed = found(laughs("1"), laughs("2"))
    assert [each.key_path for each in changed] == ["l0.deep", "l1", "l2", "l3", "l4", "l5"]
    assert all(len(each.proposed or "") <= MAX_LENGTH for each in changed)
    assert found(laughs("1"), laughs("1")) == ()


def test_of_very_many_keys_the_first_are_reported_and_that_there_are_more() -> None:
    many = "".join(f"key{n}: 1\n" for n in range(20_000))
    changed = found(f"{FILE}{many}", f"{FILE}{many.replace(': 1', ': 2')}")
    assert len(changed) == MAX_KEYS + 1
    messages = [each.message for each in issues(f"{FILE}{many}", f"{FILE}{many.replace(': 1', ': 2')}")]
    assert len([each for each in messages if each.startswith("dcr does not read further keys")]) == 1
    assert found(f"{FILE}{many}", f"{FILE}{many}") == ()


def test_long_lists_without_names_are_paired_in_time() -> None:
    rules = ", ".join(f"{{metric: nullValues, mustBe: {n}, hidden: {n}}}" for n in range(5_000))
    before = FILE.replace("string}", f"string, quality: [{rules}]}}")
    after = before.replace("quality: [", "quality: [{metric: rowCount, mustBe: 1}, ")
    assert found(before, after) == ()
    assert len(found(before, before.replace("hidden: 17}", "hidden: 18}"))) == 1


def test_long_names_and_values_are_cut() -> None:
    (key,) = found(FILE, f"{FILE}{'x' * 900}: {'y' * 90_000}\n")
    assert len(key.key_path) <= MAX_LENGTH
    assert len(key.proposed or "") <= MAX_LENGTH


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1", 'a: "1"'), ("a: 0x10", "a: 16"), ("a: [1, 2]", "a:\n- 1\n- 2"), ("a: {b: 1, c: 2}", "a: {c: 2, b: 1}"),
        ("a: ~", "a:"), ("a: 1.0", "a: 1.00"), ("a: &x {b: 1}\nb: *x", "a: {b: 1}\nb: {b: 1}"),
        ("a: {<<: {b: 1}, c: 2}", "a: {b: 1, c: 2}"), ("x-a: 1", "x-a: {b: 2}"),
    ],
)  # fmt: skip
def test_the_same_data_written_otherwise_is_no_change(before: str, after: str) -> None:
    assert found(f"{FILE}{before}\n", f"{FILE}{after}\n") == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1", "a: 2"), ("a: true", "a: 1"), ("a: [1, 2]", "a: [2, 1]"), ("a: ~", "a: ''"), ("a: 1", ""),
        ("", "a: 1"),
        ("a: {b: 1}", "a: [b]"), ("a: {}", "a: []"), ("a: x", "a: X"), ("a: {<<: {b: 1}}", "a: {<<: {b: 2}}"),
        ("a: '1'", "a: 01"), ("a:", ""),
    ],
)  # fmt: skip
def test_other_data_is_one_change(before: str, after: str) -> None:
    (key,) = found(f"{FILE}{before}\n", f"{FILE}{after}\n")
    assert key.key_path in ("a", "a.b")


def test_what_the_reader_reports_already_is_not_reported_again() -> None:
    before, after = FILE, FILE.replace("string}", "string, logicalTypeOptions: [{minLength: 1}]}")
    assert [each.kind for each in issues(before, after)] == ["value_not_understood"]


def test_a_key_is_reported_at_its_dataset_and_field_also_below_an_anchor() -> None:
    text = (
        f"{ODCS}schema:\n- name: o\n  properties:\n  - &p {{name: a, logicalType: array, items: {{logicalType: string, "
        "masking: none}}\n  - {<<: *p, name: b}\n"
    )
    changed = found(text, text.replace("masking: none", "masking: hash"))
    assert [(each.datasets, each.field) for each in changed] == [(("f/o",), "a[]")]
    assert [each.key_path for each in list_unread_keys(read_content("a.yaml", text.encode()))] == [
        "schema.o.properties.a.items.masking"
    ]


def test_a_file_of_another_format_has_no_counterparts() -> None:
    specification = "dataContractSpecification: 1.2.0\nid: f\ninfo: {version: 1.0.0}\nhidden: 1\nmodels: {o: {}}\n"
    changed = found(specification, f"{FILE}masked: 2\n")
    assert [(each.key_path, each.previous, each.proposed) for each in changed] == [
        ("hidden", "1", None),
        ("masked", None, "2"),
    ]
    assert changed[0].previous_location is not None
    assert changed[0].previous_location.line == 4
