"""A consumer file is read strictly: each key, each mistake with its line and hint, and files that mean harm."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcr.consumers.consumer import DeclaredValue
from dcr.consumers.readers import UNREADABLE, read_consumers
from dcr.contract.contract import Owner

if TYPE_CHECKING:
    from dcr.consumers.consumer import Consumer, ParsedConsumers, Use

PATH = "consumers/finance.yaml"
WHOLE = """\
consumer: finance.revenue_dashboard
owners:
  - {team: finance, contact: "#finance-data"}
  - team: sales
description: monthly revenue per plan
x-url: https://example.com/revenue
uses:
  - dataset: users.daily_active
    versions: ">=1.0 <3"
    fields: [user_id, plan, address.city, "tags[]"]
    values: {plan: [free, 1.10, "NO", NO, true, 7, "7"]}
    reads: rows
    until: 2027-03-31
    x-ticket: 12
  - dataset: sales.orders
"""


def read(text: str | bytes) -> ParsedConsumers:
    return read_consumers(PATH, text if isinstance(text, bytes) else textwrap.dedent(text).encode())


def read_one(text: str) -> Consumer:
    parsed = read(text)
    assert not parsed.problems, parsed.problems
    (consumer,) = parsed.consumers
    return consumer


def read_use(lines: str) -> Use:
    consumer = read_one(f"consumer: a\nuses:\n  - dataset: d\n{textwrap.indent(textwrap.dedent(lines), '    ')}\n")
    return consumer.uses[0]


def problems(text: str | bytes) -> list[str]:
    """Return the problems of a file as `line:column: message (hint)`."""
    found = read(text).problems
    assert all(problem.is_fatal and problem.location.path == PATH for problem in found)
    return [
        f"{problem.location.line}:{problem.location.column}: {problem.message}"
        + (f" ({problem.hint})" if problem.hint else "")
        for problem in found
    ]


def test_every_key_is_read() -> None:
    consumer = read_one(WHOLE)
    assert consumer.name == "finance.revenue_dashboard"
    assert consumer.owners == (Owner("finance", "#finance-data"), Owner("sales"))
    assert consumer.description == "monthly revenue per plan"
    assert (consumer.source, consumer.path) == ("consumer", PATH)
    first, second = consumer.uses
    assert first.dataset_id == "users.daily_active"
    assert first.versions is not None
    assert first.versions.text == ">=1.0 <3"
    assert first.fields == ("user_id", "plan", "address.city", "tags[]")
    assert first.used_fields == first.fields
    assert [value.text for value in first.values["plan"]] == ["free", "1.10", "NO", "NO", "true", "7", "7"]
    assert [value.value for value in first.values["plan"]] == ["free", 1.1, "NO", "NO", True, 7, "7"]
    assert (first.reads, first.until, first.is_strict) == ("rows", "2027-03-31", True)
    assert first.section is not None
    assert first.section.locate("until")[:2] == (PATH, 13)
    assert second[:6] == ("sales.orders", None, None, {}, "queries", None)


def test_fields_that_are_left_out_are_all_fields_whatever_the_values_are() -> None:
    assert read_use("values: {plan: [free]}").used_fields is None


def test_the_field_of_a_value_is_used_though_it_is_not_listed() -> None:
    assert read_use("fields: [id, plan]\nvalues: {plan: [free], kind: [a]}").used_fields == ("id", "plan", "kind")


def test_a_version_may_look_like_a_number() -> None:
    use = read_use("versions: 1.0")
    assert use.versions is not None
    assert use.versions.contains("1.0.7")
    assert not use.versions.contains("1.1.0")


@pytest.mark.parametrize(
    ("written", "member", "equal"),
    [
        ("free", "free", True), ("free", "Free", False), ("NO", "NO", True), ("1.10", "1.10", True),
        ("1.10", 1.1, True), ("1.10", "1.1", False), ("1", 1, True), ("1.0", 1, True), ('"1"', 1, False),
        ('"1"', "1", True), ("1", "1", True), ("true", True, True), ("true", 1, False), ("1", True, False),
        ("0", False, False), ("yes", True, False), ("true", "true", True), ('"true"', True, False), ("010", 10, True),
        ("0x10", 16, True), ('""', "", True), ('"null"', "null", True), (".inf", ".inf", True), ("1e3", 1000, True),
    ],
)  # fmt: skip
def test_a_value_equals_a_member_of_an_enum_as_yaml_1_2_reads_it(written: str, member: object, *, equal: bool) -> None:
    (value,) = read_use(f"values: {{plan: [{written}]}}").values["plan"]
    assert value.equals(member) is equal  # type: ignore[arg-type]


def test_a_value_that_is_no_finite_number_equals_only_its_text() -> None:
    assert read_use("values: {score: [.nan]}").values["score"] == (DeclaredValue(".nan", None),)


@pytest.mark.parametrize("day", ["2027-03-31", '"2027-03-31"', "2024-02-29"])
def test_a_use_ends_after_its_last_day(day: str) -> None:
    use = read_use(f"until: {day}")
    until = day.strip('"')
    assert not use.is_over("2024-02-28")
    assert not use.is_over(until)
    assert use.is_over("2027-04-01")


MISTAKES = {
    # the file
    "uses: [{dataset: d}]": ["1:1: consumer is missing (add consumer)"],
    "consumer: a": ["1:1: uses is missing (add uses)"],
    "consumer:\nuses: [{dataset: d}]": ["1:10: consumer is empty, expected text"],
    "consumer: ~\nuses: [{dataset: d}]": ["1:11: consumer is empty, expected text"],
    'consumer: " "\nuses: [{dataset: d}]': ["1:11: consumer is empty, expected text"],
    "consumer: [a]\nuses: [{dataset: d}]": ["1:11: consumer is a list, expected text"],
    "consumer: {a: b}\nuses: [{dataset: d}]": ["1:11: consumer is a mapping, expected text"],
    f"consumer: {'a' * 129}\nuses: [{{dataset: d}}]": [
        "1:11: consumer has 129 characters, expected at most 128"
    ],
    "consumer: a\nowner: []\nuses: [{dataset: d}]": ["2:1: unknown key 'owner' (did you mean 'owners'?)"],
    "consumer: a\nteam: b\nuses: [{dataset: d}]": [
        "2:1: unknown key 'team' (remove it, or name it 'x-team' if it is your own)"
    ],
    "consumer: a\ndescription: []\nuses: [{dataset: d}]": ["2:14: description is a list, expected text"],
    # owners
    "consumer: a\nowners: finance\nuses: [{dataset: d}]": ["2:9: owners is 'finance', expected a list of teams"],
    "consumer: a\nowners:\nuses: [{dataset: d}]": ["2:8: owners is empty, expected a list of teams"],
    "consumer: a\nowners: {team: b}\nuses: [{dataset: d}]": ["2:9: owners is a mapping, expected a list of teams"],
    "consumer: a\nowners: [finance]\nuses: [{dataset: d}]": [
        "2:10: an owner is no mapping (write {team: NAME, contact: HOW TO REACH IT})"
    ],
    "consumer: a\nowners: [{contact: b}]\nuses: [{dataset: d}]": ["2:10: team is missing (add team)"],
    "consumer: a\nowners: [{team: b, contract: c}]\nuses: [{dataset: d}]": [
        "2:20: unknown key 'contract' (did you mean 'contact'?)"
    ],
    "consumer: a\nowners: [{team: }]\nuses: [{dataset: d}]": ["2:17: team is empty, expected text"],
    # uses
    "consumer: a\nuses:": ["2:6: uses is empty, expected a list of datasets"],
    "consumer: a\nuses: d": ["2:7: uses is 'd', expected a list of datasets"],
    "consumer: a\nuses: {dataset: d}": ["2:7: uses is a mapping, expected a list of datasets"],
    "consumer: a\nuses: []": [
        "2:7: uses is empty (list the datasets, or delete the file of a consumer that uses none)"
    ],
    "consumer: a\nuses: [d]": ["2:8: a use is no mapping (write dataset: ID, and fields: [NAME] below it)"],
    "consumer: a\nuses: [{fields: [b]}]": ["2:8: dataset is missing (add dataset)"],
    "consumer: a\nuses: [{dataset: [d]}]": ["2:18: dataset is a list, expected text"],
    "consumer: a\nuses: [{dataset: d, field: [b]}]": ["2:21: unknown key 'field' (did you mean 'fields'?)"],
    "consumer: a\nuses: [{dataset: d, version: 1}]": ["2:21: unknown key 'version' (did you mean 'versions'?)"],
    # the keys of a use
    "consumer: a\nuses: [{dataset: d, versions: latest}]": [
        "2:31: versions is 'latest', expected a range (write it as \">=1.0 <3\")"
    ],
    "consumer: a\nuses: [{dataset: d, versions: [1, 2]}]": ["2:31: versions is a list, expected text"],
    "consumer: a\nuses: [{dataset: d, fields: id}]": ["2:29: fields is 'id', expected a list of field names"],
    "consumer: a\nuses: [{dataset: d, fields: []}]": [
        "2:29: fields is empty (list the fields, or leave it out to use all of them)"
    ],
    "consumer: a\nuses: [{dataset: d, fields: [{name: b}]}]": ["2:30: a field name is a mapping, expected text"],
    "consumer: a\nuses: [{dataset: d, fields: [b, ~]}]": ["2:33: a field name is empty, expected text"],
    "consumer: a\nuses: [{dataset: d, fields: [b, c, b]}]": ["2:36: duplicate field 'b' (keep one of them)"],
    "consumer: a\nuses: [{dataset: d, values: [b]}]": [
        "2:29: values is a list, expected a mapping (write values: {FIELD: [VALUE]})"
    ],
    "consumer: a\nuses: [{dataset: d, values: {plan: free}}]": [
        "2:36: values of 'plan' is 'free', expected a list of enum values"
    ],
    "consumer: a\nuses: [{dataset: d, values: {plan: []}}]": [
        "2:36: values of 'plan' is empty (list the values, or remove it)"
    ],
    "consumer: a\nuses: [{dataset: d, values: {plan: [[b]]}}]": [
        "2:37: a value is a list, expected text, a number, true or false"
    ],
    "consumer: a\nuses: [{dataset: d, values: {plan: [free, null]}}]": [
        '2:43: a value is empty, expected text, a number, true or false (quote it if it is text: "null")'
    ],
    "consumer: a\nuses: [{dataset: d, reads: row}]": [
        "2:28: reads is 'row', expected queries or rows (did you mean 'rows'?)"
    ],
    "consumer: a\nuses: [{dataset: d, reads: unknown}]": ["2:28: reads is 'unknown', expected queries or rows"],
    "consumer: a\nuses: [{dataset: d, reads: }]": ["2:28: reads is empty, expected text"],
    "consumer: a\nuses: [{dataset: d, until: soon}]": [
        "2:28: until is 'soon', expected a date (write it as 2027-01-31)"
    ],
    "consumer: a\nuses: [{dataset: d, until: 2027-02-29}]": [
        "2:28: until is '2027-02-29', expected a date (write it as 2027-01-31)"
    ],
    "consumer: a\nuses: [{dataset: d, until: 20270131}]": [
        "2:28: until is '20270131', expected a date (write it as 2027-01-31)"
    ],
    "consumer: a\nuses: [{dataset: d, until: 2027-01-31T00:00:00Z}]": [
        "2:28: until is '2027-01-31T00:00:00Z', expected a date (write it as 2027-01-31)"
    ],
    # several at once, in the order of the file
    "consumer: a\nuses: [{dataset: d, until: x, reads: y}, {fields: [b]}]\nowners: b": [
        "2:28: until is 'x', expected a date (write it as 2027-01-31)",
        "2:38: reads is 'y', expected queries or rows",
        "2:42: dataset is missing (add dataset)",
        "3:9: owners is 'b', expected a list of teams",
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: repr(text)[:70])
def test_a_mistake_is_a_problem_at_its_place(text: str) -> None:
    assert problems(text) == MISTAKES[text]


def test_a_use_with_a_mistake_is_left_out_and_the_others_are_read() -> None:
    parsed = read("consumer: a\nuses: [{dataset: b, until: soon}, {dataset: c}]")
    (consumer,) = parsed.consumers
    assert [use.dataset_id for use in consumer.uses] == ["c"]


def test_a_consumer_without_a_name_is_none() -> None:
    assert read("uses: [{dataset: b}]").consumers == ()


@pytest.mark.parametrize(
    "text",
    [
        "", "# nothing", "[]", "consumer", "a: b", "x-consumer: a", "dataset_id: a\nconsumer: b",
        "apiVersion: v3.1.0\nconsumer: a", "dataCons: 1",
    ],
)  # fmt: skip
def test_a_file_of_another_kind_declares_nothing(text: str) -> None:
    assert read(text)[1:] == (None, (), ())


HOSTILE = {
    "consumer: a\nconsumer: b\nuses: [{dataset: d}]": "2:1: duplicate key 'consumer'",
    "consumer: a\nuses: [{dataset: d, dataset: e}]": "2:21: duplicate key 'dataset'",
    "consumer: !!str a\nuses: [{dataset: d}]": "1:11: tag",
    "consumer: !!python/object/apply:os.system [id]\nuses: [{dataset: d}]": "1:11: tag",
    "consumer: a\nuses: &u [*u]": "2:7: the anchor contains itself",
    "? [consumer]\n: a\nuses: []": "1:3: ",
    "? {a: b}\n: a\nconsumer: a": "1:3: ",
    "consumer: a\nuses: [{dataset: d, values: {? [b] : [c]}}]": "2:32: ",
    "consumer: a\nuses: [{dataset: d": "",
    "consumer: a\n\tuses: b": "2:1: ",
    "consumer: a\n---\nconsumer: b": "2:1: ",
    'consumer: "a\\x1b[31m"\nuses: [{dataset: d}]': "1:11: ",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text)[:60])
def test_a_file_that_cannot_be_read_has_a_problem_and_no_consumer(text: str) -> None:
    parsed = read(text)
    assert (parsed.format, parsed.consumers) == (UNREADABLE, ())
    assert len(parsed.problems) == 1
    assert problems(text)[0].startswith(HOSTILE[text])


def _build_laughs() -> bytes:
    """Return a file whose aliases stand for a billion values."""
    aliases = (f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    return "\n".join(["a: &a [x, x, x, x, x, x, x, x, x]", *aliases, "consumer: a", "uses: *i"]).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00", b"consumer: \xff\nuses: [{dataset: d}]", b"consumer: a\x00\nuses: []",
        b"consumer: a\nuses: " + b"[" * 5_000, b"consumer: a\nuses: " + b"{a: " * 5_000,
        _build_laughs(),
        b"consumer: " + b"a" * 20_000_000,
    ],
    ids=["utf-16", "latin-1", "nul", "brackets", "braces", "a billion laughs", "20 MB"],
)  # fmt: skip
def test_bytes_that_mean_harm_are_a_problem(content: bytes) -> None:
    parsed = read(content)
    assert parsed.problems
    assert parsed.consumers == ()


def test_a_byte_order_mark_and_windows_lines_are_read() -> None:
    parsed = read(b"\xef\xbb\xbfconsumer: a\r\nuses:\r\n  - dataset: d\r\n    fields: [b]\r\n")
    assert not parsed.problems
    assert parsed.consumers[0].uses[0].fields == ("b",)


def test_anchors_and_aliases_are_read() -> None:
    consumer = read_one("consumer: a\nuses:\n  - {dataset: d, fields: &f [b, c]}\n  - {dataset: e, fields: *f}\n")
    assert [use.fields for use in consumer.uses] == [("b", "c"), ("b", "c")]


def test_a_merge_key_is_an_unknown_key() -> None:
    assert problems("consumer: a\nuses: [{<<: {fields: [b]}, dataset: d}]") == [
        "2:9: unknown key '<<' (remove it, or name it 'x-<<' if it is your own)"
    ]


def test_text_of_the_file_in_a_message_is_cut() -> None:
    (problem,) = problems(f"consumer: a\nuses: [{{dataset: d, reads: {'b' * 5_000}}}]")
    assert len(problem) < 200


@given(st.binary(max_size=200) | st.text(alphabet="consumer: uses\n-[]{}&*!?|>'\"#,~d", max_size=120).map(str.encode))
def test_any_bytes_are_read_without_an_exception(content: bytes) -> None:
    read(content)


SNIPPETS = st.recursive(
    st.sampled_from(["a", "~", "1.10", "true", "2027-01-31", ">=1", "queries", '"', "plan"]) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["dataset", "versions", "fields", "values", "reads", "until", "team", "x-a", "odd"]), inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.fixed_dictionaries({}, optional={
    "consumer": SNIPPETS, "uses": SNIPPETS | st.lists(SNIPPETS, max_size=3), "owners": SNIPPETS,
    "description": SNIPPETS,
}))  # fmt: skip
def test_any_document_is_read_or_has_problems(document: dict[str, object]) -> None:
    import yaml

    parsed = read(yaml.safe_dump(document).encode())
    is_meant = not {"consumer", "uses"}.isdisjoint(document)
    assert (parsed.format == "consumer") is is_meant
    if is_meant and not parsed.problems:
        assert parsed.consumers
        assert parsed.consumers[0].uses
