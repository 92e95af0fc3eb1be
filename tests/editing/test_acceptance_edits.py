"""The text of dcr.accepted.yaml with one decision more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dcr.compatibility.acceptance import Acceptance
from dcr.compatibility.rule import load_rules
from dcr.editing.text.acceptances import add_acceptance
from dcr.editing.text.document import EditRefusedError
from dcr.parsing.location import Location
from dcr.policy.acceptance_file import FILE, parse_acceptances

if TYPE_CHECKING:
    from collections.abc import Callable

LTV = Acceptance("users", "2.0.0", "field_removed", "ltv", "moved", None, Location(FILE))
ENTRY = """\
  - dataset: users
    version: "2.0.0"
    kind: field_removed
    field: ltv
    reason: moved
"""
OTHER = """\
  # decided in May
  - dataset: orders   # ours
    version: "3.0.0"
    kind: contract_removed
    reason: >-
      nobody reads it

"""
IN_BRACKETS = '{dataset: users, version: "2.0.0", kind: field_removed, field: ltv, reason: moved}'
OLD = "{dataset: a, version: 1.0.0, kind: contract_removed, reason: old}"


def accepted(text: str | None, new: Acceptance = LTV) -> str:
    return add_acceptance(None if text is None else text.encode(), new, load_rules()).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, f"accepted:\n{ENTRY}"),
        ("", f"accepted:\n{ENTRY}"),
        ("# guarded by owners", f"# guarded by owners\naccepted:\n{ENTRY}"),
        ("# guarded\r\n", f"# guarded\naccepted:\n{ENTRY}".replace("\n", "\r\n")),
        ("accepted:   # none", f"accepted:   # none\n{ENTRY}".rstrip("\n")),
        ("accepted:\n# none\nx-team: a\n", f"accepted:\n{ENTRY}# none\nx-team: a\n"),
        ("accepted: []\n", f"accepted: [{IN_BRACKETS}]\n"),
        (f"accepted:\n{OTHER}# end\n", f"accepted:\n{OTHER[:-1]}{ENTRY}\n# end\n"),
        (f"accepted:\r\n- {OLD}\r\n", f"accepted:\r\n- {OLD}\r\n- {IN_BRACKETS}\r\n"),
        (f"accepted: [{OLD}]", f"accepted: [{OLD}, {IN_BRACKETS}]"),
        ("\ufeffaccepted:\n", f"\ufeffaccepted:\n{ENTRY}"),
    ],
)
def test_a_decision_is_added_at_the_end_in_the_layout_that_is_there(before: str | None, after: str) -> None:
    assert accepted(before) == after


def test_every_part_of_a_decision_is_written() -> None:
    new = Acceptance("a/b", "1.2.3", "field_type_changed", 'x."y.z"', "why: #1", "2099-12-31", Location(FILE))
    text = accepted(None, new)
    assert yaml.safe_load(text) == {
        "accepted": [
            {"dataset": "a/b", "version": "1.2.3", "kind": "field_type_changed", "field": 'x."y.z"',
             "reason": "why: #1", "expires": "2099-12-31"}
        ]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "line", "says"),
    [
        (f"accepted:\n{ENTRY}", 2, "field_removed on 'ltv' in 'users' 2.0.0 is already accepted"),
        (f"accepted:\n{ENTRY}    expires: 2020-01-01\n", 2, "is already accepted until 2020-01-01"),
        (f"accepted:\n{ENTRY}    exprires: 2020-01-01\n", 7, "unknown key 'exprires'"),
        ("accepted: x\n", 1, "accepted is no list"),
        ("- a\n", 1, "the file is no mapping"),
        ("accepted: [\n", 2, "invalid YAML"),
        (f"x-all: &all\n{ENTRY.replace('users', 'a')}accepted: *all\n", 7, "is an alias of line 1"),
        (f"accepted: &all\n{ENTRY.replace('users', 'a')}", 1, "has an anchor"),
        (f"x-one: &one {OLD}\naccepted:\n- *one\n", 3, "the last entry of accepted is an alias"),
        ("x-team: a\n", 1, "key 'accepted' does not exist"),
    ],
)
def test_a_file_that_cannot_take_a_decision_is_refused_with_the_place(before: str, line: int, says: str) -> None:
    with pytest.raises(EditRefusedError) as refused:
        accepted(before)
    assert refused.value.message.startswith(f"{FILE}:{line}:")
    assert says in refused.value.message


@pytest.mark.parametrize("dataset", ["users.*", "*"])
def test_a_wildcard_is_no_decision(dataset: str) -> None:
    with pytest.raises(EditRefusedError, match="dataset holds a wildcard"):
        accepted(None, LTV._replace(dataset=dataset))


SEEN = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="*\ufeff"), min_size=1)
LAYOUTS: st.SearchStrategy[Callable[[str], str]] = st.sampled_from((
    lambda text: text,
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.rstrip("\n"),
    lambda text: f"\ufeff{text}",
    lambda text: f"# head\n\n{text}# tail: of 'it'\n",
    lambda text: text.replace("\n ", "\n     "),
    lambda text: text.replace("\n  - ", "\n- ").replace("\n    ", "\n  "),
    lambda text: text.replace("dataset: orders   # ours", "'dataset' :  'orders' # ours"),
    lambda text: text.replace("accepted:\n", "accepted:  # all\n\n"),
    lambda text: text.replace("accepted:\n", f"accepted:\n  - {OLD}\n"),
    lambda text: f"{text}x-end: [\n  1]\n",
))  # fmt: skip


@given(LAYOUTS, SEEN.filter(str.strip), SEEN.filter(str.strip))
def test_lines_that_were_there_stay_whatever_the_layout(layout: Callable[[str], str], field: str, reason: str) -> None:
    text = layout(f"accepted:\n{OTHER.rstrip()}\n").encode()
    new = LTV._replace(field=field, reason=reason)
    after = add_acceptance(text, new, load_rules())
    found, problems = parse_acceptances(after, load_rules())
    assert problems == []
    assert found[-1]._replace(location=LTV.location) == new
    before = yaml.safe_load(text.decode("utf-8-sig"))
    entry = {"dataset": "users", "version": "2.0.0", "kind": "field_removed", "field": field, "reason": reason}
    assert yaml.safe_load(after.decode("utf-8-sig")) == before | {"accepted": [*before["accepted"], entry]}
    old, now = text.decode().splitlines(), after.decode().splitlines()
    added = len(now) - len(old)
    assert added == 5
    at = next(number for number in range(len(old) + 1) if now[:number] + now[number + added :] == old)
    assert old[at - 1].strip() == "nobody reads it"
