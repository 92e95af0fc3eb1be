"""The acceptance file: what it accepts, and why each entry that is not understood accepts nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcr.compatibility.rule import FIELD, load_rules
from dcr.policy.acceptance_file import parse_acceptances
from dcr.policy.policy_application import NEVER_ACCEPTED


def read(text: str) -> tuple[list[tuple[object, ...]], list[tuple[int, int, str, str]]]:
    """Return the keys of what is accepted, and each cause with its line and column."""
    found, problems = parse_acceptances(text.encode(), load_rules())
    assert all(each.location.path == "dcr.accepted.yaml" for each in (*found, *problems))
    return [each.key for each in found], [
        (each.location.line, each.location.column, each.message, each.hint) for each in problems
    ]


ENTRY = """\
accepted:
  - dataset: users.daily_active
    version: "2.0.0"
    kind: field_removed
    field: ltv
    reason: nobody reads it
"""
KEY = ("users.daily_active", "2.0.0", "field_removed", "ltv")


def test_an_entry_names_one_break() -> None:
    found, problems = parse_acceptances(f"{ENTRY}    expires: 2027-01-31\n".encode(), load_rules())
    assert problems == []
    (entry,) = found
    assert entry.key == KEY
    assert (entry.reason, entry.expires) == ("nobody reads it", "2027-01-31")
    assert (entry.location.line, entry.location.column) == (2, 5)
    assert entry.label == "field_removed on 'ltv' in 'users.daily_active' 2.0.0"


def test_values_are_read_as_they_are_written() -> None:
    text = "accepted: [{dataset: NO, version: 1.10, kind: owner_missing, reason: 1e3, expires: 2027-02-28}]"
    assert read(text) == ([("NO", "1.10", "owner_missing", None)], [])


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "accepted:", "accepted: []", "x-mine: [1]\n"])
def test_nothing_accepted_is_no_problem(text: str) -> None:
    assert read(text) == ([], [])


REPORT = "add {}: an entry accepts exactly one break"
EXACTLY = "name exactly one break, as in the report"
MEANT_REMOVED = "did you mean 'field_removed'?"
AN_ENTRY = "write dataset, version, kind, field and reason"
NO_DATE = ", expected a date"
A_DATE = "write it as 2027-01-31"
A_LIST = "write accepted: and a list of entries below it"


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("dataset: users.daily_active\n    ", "", [(2, 5, "dataset is missing", REPORT.format("dataset"))]),
        ('    version: "2.0.0"\n', "", [(2, 5, "version is missing", REPORT.format("version"))]),
        ("    kind: field_removed\n", "", [(2, 5, "kind is missing", REPORT.format("kind"))]),
        ("    reason: nobody reads it\n", "", [(2, 5, "reason is missing", REPORT.format("reason"))]),
        ("    field: ltv\n", "", [(4, 11, "'field_removed' is about a field, and none is named", "add field")]),
        ("nobody reads it", '""', [(6, 13, "reason is empty, expected text", "")]),
        ("nobody reads it", '"  "', [(6, 13, "reason is empty, expected text", "")]),
        ("nobody reads it", "[a, b]", [(6, 13, "reason is empty, expected text", "")]),
        ("nobody reads it", "", [(6, 12, "reason is empty, expected text", "")]),
        ("field: ltv", "feild: ltv", [
            (5, 5, "unknown key 'feild'", "did you mean 'field'?"),
            (4, 11, "'field_removed' is about a field, and none is named", "add field"),
        ]),
        ("reason: nobody", "because: x\n    reason: nobody", [(6, 5, "unknown key 'because'", "")]),
        ("field_removed", "field_remved", [(4, 11, "kind 'field_remved' is not a kind", MEANT_REMOVED)]),
        ("field_removed", "everything", [(4, 11, "kind 'everything' is not a kind", "")]),
        ("field_removed", "contract_invalid", [(4, 11, "kind 'contract_invalid' cannot be accepted", "")]),
        ("users.daily_active", '"users.*"', [(2, 14, "dataset holds a wildcard", EXACTLY)]),
        ("ltv", '"*"', [(5, 12, "field holds a wildcard", EXACTLY)]),
        ("nobody reads it", "x\n    expires: soon", [(7, 14, f"expires is 'soon'{NO_DATE}", A_DATE)]),
        ("nobody reads it", "x\n    expires: 2027-02-30", [(7, 14, f"expires is '2027-02-30'{NO_DATE}", A_DATE)]),
        ("nobody reads it", "x\n    expires: 20270131", [(7, 14, f"expires is '20270131'{NO_DATE}", A_DATE)]),
        ("nobody reads it", "x\n    expires: 2027-1-31", [(7, 14, f"expires is '2027-1-31'{NO_DATE}", A_DATE)]),
        ("accepted:", "acepted:", [(1, 1, "unknown key 'acepted'", "did you mean 'accepted'?")]),
        (ENTRY, "- a\n", [(1, 1, "the file is no mapping", A_LIST)]),
        (ENTRY, "text\n", [(1, 1, "the file is no mapping", A_LIST)]),
        (ENTRY, "accepted: all\n", [(1, 11, "accepted is no list", "begin each entry with '- '")]),
        (ENTRY, "accepted: {a: 1}\n", [(1, 11, "accepted is no list", "begin each entry with '- '")]),
        (ENTRY, "accepted: [a]\n", [(1, 12, "an entry is no mapping", AN_ENTRY)]),
    ],
)  # fmt: skip
def test_every_cause_is_named_with_its_place(old: str, new: str, problems: list[tuple[int, int, str, str]]) -> None:
    assert old in ENTRY
    assert read(ENTRY.replace(old, new, 1)) == ([], problems)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("accepted: [\n", 2, "invalid YAML"),
        ("accepted: []\naccepted: []\n", 2, "duplicate key 'accepted', first on line 1"),
        (f"{ENTRY}    reason: again\n", 7, "duplicate key 'reason', first on line "),
        ("a: 1\n---\nb: 2\n", 2, "more than one YAML document in the file"),
        (
            "accepted: !!python/object:os.system []\n",
            1,
            "tag 'tag:yaml.org,2002:python/object:os.system' is not supported",
        ),
        ("? [a]\n: b\n", 1, "the key is a list or a mapping, expected a string"),
        ("accepted: &a [*a]\n", 1, "the anchor contains itself"),
    ],
)
def test_a_file_that_is_refused_accepts_nothing(text: str, line: int, message: str) -> None:
    found, problems = read(text)
    assert found == []
    ((at, _, text, _),) = problems
    assert at == line
    assert text.startswith(message)


def test_one_bad_entry_hides_no_other() -> None:
    other = '  - {dataset: a, version: "1.0.0", kind: owner_missing, reason: x}\n'
    found, problems = read(f"{ENTRY}  - nonsense\n  - {{kind: field_removed}}\n{other}")
    assert found == [KEY, ("a", "1.0.0", "owner_missing", None)]
    assert [line for line, *_ in problems] == [7, 8, 8, 8, 8]


@pytest.mark.parametrize("kind", sorted(NEVER_ACCEPTED))
def test_what_is_about_the_gate_itself_cannot_be_accepted(kind: str) -> None:
    assert kind in load_rules()
    found, problems = read(f"accepted: [{{dataset: a, version: '1.0.0', kind: {kind}, reason: x}}]")
    assert (found, len(problems)) == ([], 1)


@pytest.mark.parametrize("kind", sorted(set(load_rules()) - NEVER_ACCEPTED))
def test_every_other_kind_can(kind: str) -> None:
    field = ", field: f" if load_rules()[kind].about == FIELD else ""
    found, problems = read(f"accepted: [{{dataset: a, version: '1.0.0', kind: {kind}, reason: x{field}}}]")
    assert (len(found), problems) == (1, [])


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"accepted: [{{dataset: {text}}}]".encode()))
def test_no_content_of_the_file_stops_a_run(content: bytes) -> None:
    found, problems = parse_acceptances(content, load_rules())
    assert found == []
    assert all(each.message for each in problems)
