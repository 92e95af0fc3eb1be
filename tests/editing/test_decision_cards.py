"""Decision Cards: strict JSON in, owners out, and YAML that reads back as exactly those."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dcr.cli.commands.owners import _format_owners
from dcr.contract.contract import Owner
from dcr.decision_card import MAX_BYTES, DecisionCardError, parse_owners
from dcr.formats import read_content

if TYPE_CHECKING:
    from collections.abc import Iterable

BUYER = Owner("Springfield USD", "#data-platform")
DIRECTOR = Owner("Director of Data (Alex Chen)", None)


def card(**more: Any) -> bytes:
    return json.dumps({"buyer": {"name": BUYER.team, "contact": BUYER.contact}, **more}).encode()


def read_back(owners: Iterable[Owner]) -> tuple[Owner, ...]:
    """Return the owners that printed YAML gives a contract, which PyYAML reads alike."""
    text = _format_owners(tuple(owners))
    (contract,) = read_content(
        "a.yaml", f'dataset_id: a\nversion: "1.0.0"\n{text}fields: [{{name: a, type: string}}]\n'.encode()
    ).contracts
    loaded = yaml.safe_load(text)["owners"]
    assert [Owner(each["team"], each.get("contact")) for each in loaded] == list(contract.owners)
    return contract.owners


def test_buyer_and_decision_maker_become_two_owners() -> None:
    assert parse_owners("card.json", card(decision_maker="Director of Data (Alex Chen)")) == (BUYER, DIRECTOR)


@pytest.mark.parametrize(
    ("maker", "owners"),
    [
        ({"role": "Director of Data", "name": "Alex Chen"}, [DIRECTOR]),
        ({"role": "Director of Data", "title": "Dr", "name": "Alex Chen"}, [DIRECTOR]),
        ({"role": "Director of Data"}, [Owner("Director of Data")]),
        ({"title": "Director of Data", "name": "Alex Chen"}, [DIRECTOR]),
        ({"title": "Director of Data", "name": "Alex Chen", "contact": "@alex"}, [DIRECTOR]),
        ({"title": "Director of Data"}, [Owner("Director of Data")]),
        ({"name": "Alex Chen", "title": None}, [Owner("Alex Chen")]),
        ("  Director of Data (Alex Chen) ", [DIRECTOR]),
        (None, []),
        ("", []),
    ],
)
def test_the_decision_maker_is_a_text_or_a_title_with_a_name_or_nobody(maker: Any, owners: list[Owner]) -> None:
    assert parse_owners("card.json", card(decision_maker=maker)) == (BUYER, *owners)


@pytest.mark.parametrize("contact", ["", " ", None])
def test_a_buyer_without_contact_is_an_owner_without(contact: str | None) -> None:
    assert parse_owners("card.json", card(buyer={"name": "a", "contact": contact, "other": [1, 2]})) == (Owner("a"),)


def test_what_else_a_card_says_does_not_matter() -> None:
    more = {"decisions": [{"a": [1, 2.5e300, {}], "b": "NaN"}], "big": 10**400, "true": True}
    assert parse_owners("card.json", b"\xef\xbb\xbf" + card(**more)) == (BUYER,)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("{}", "1:1: buyer is missing", 'add "buyer"'),
        ('\n {"buyer": null}', "2:2: buyer is missing", 'add "buyer"'),
        ('{\n  "buyer": {\n    "contact": "#a"}}', "2:3: buyer.name is missing", "add the buyer's name"),
        ('{"buyer": {\n "name": " "}}', "2:2: buyer.name is blank", "add the buyer's name"),
        ('{"a": {"name": 1}, "buyer": {"name": null}}', "1:30: buyer.name is blank", "add the buyer's name"),
        ('{"buyer": {"name": 3}}', "1:12: buyer.name is not a string", 'write "name": "…"'),
        ('{"buyer": {"name": "a", "contact": ["#a"]}}', "1:25: buyer.contact is not a string", 'write "contact"'),
        ('{"buyer": "a"}', "1:2: buyer is not an object", 'write "buyer": {…}'),
        ('{"buyer": {"name": "a"}, "decision_maker": 1}', "1:26: decision_maker is not a string", "write"),
        ('{"buyer": {"name": "a"}, "decision_maker": {}}', "1:26: decision_maker has no role, title or name", "add"),
        ('{"buyer": {"name": "a"},\n"decision_maker": {"role": " "}}', "2:20: decision_maker.role is blank", "add"),
        ('{"buyer": {"name": "a"},\n"decision_maker": {"role": 1}}', "2:20: decision_maker.role is not a string", ""),
        ('{"buyer": {"name": "a\\nb"}}', "1:12: buyer.name contains the control character U+000A", "one line"),
        ('{"buyer": {"name": "\\u001b[31m"}}', "1:12: buyer.name contains the control character U+001B", "one line"),
        ('{"buyer": {"name": "\\ud800"}}', "1:12: buyer.name contains the control character U+D800", "one line"),
        ('{"buyer": {"name": "a",\n"name": "b"}}', "2:1: duplicate key 'name'", "keep one of them"),
        ('{"b": 1, "buyer": {"name": "a"}, "\\u0062": 1}', "1:34: duplicate key 'b'", "keep one of them"),
        ('{"a": {"name": 1}, "b": [{"x": 1,\n "x": 2}]}', "2:2: duplicate key 'x'", "keep one of them"),
        ('{"buyer": {"name": "NaN"}, "a": NaN}', "1:33: NaN is not a JSON value", "null"),
        ('{"a": -Infinity}', "1:7: -Infinity is not a JSON value", "null"),
        ("[]", "1:1: a Decision Card has to be a JSON object", "dcr owners --help"),
        ("", "1:1: invalid JSON: expecting value", "export the card again"),
        ('{"buyer": {"name": "a",}}', "1:24: invalid JSON", "export the card again"),
        ('{"a": "\\q"}', "1:8: invalid JSON", "export the card again"),
        ("{} {}", "1:4: invalid JSON: extra data", "export the card again"),
        ("buyer:\n  name: a\n", "1:1: invalid JSON", "export the card again"),
        ("[" * 100_000, "1:65: nested more than 64 levels deep", "one card only"),
        ('{"a":' * 100_000, "1:321: nested more than 64 levels deep", "one card only"),
        ('"' + '\\"' * 400_000, "1:1: invalid JSON: unterminated string", "export the card again"),
        ('"' * 400_000, "1:3: invalid JSON: extra data", "export the card again"),
        (" " * (MAX_BYTES + 1), "1:1: the card is larger than 1,048,576 bytes", "one card only"),
    ],
)  # fmt: skip
def test_a_card_that_cannot_be_used_says_where(text: str, message: str, hint: str) -> None:
    with pytest.raises(DecisionCardError) as refused:
        parse_owners("card.json", text.encode())
    assert refused.value.message.startswith(f"card.json:{message}")
    assert hint in refused.value.hint


def test_a_card_that_is_not_utf_8_says_where() -> None:
    with pytest.raises(DecisionCardError, match=r"^card.json:2:3: byte 0xFF is not UTF-8$"):
        parse_owners("card.json", '{\n"é'.encode()[:-2] + b"a\xff")


def test_the_yaml_is_quoted_where_it_has_to_be() -> None:
    assert _format_owners((BUYER, DIRECTOR)) == (
        'owners:\n  - team: Springfield USD\n    contact: "#data-platform"\n  - team: Director of Data (Alex Chen)\n'
    )


SEEN = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1).map(str.strip).filter(bool)
HOSTILE = st.sampled_from((
    "yes", "null", "~", "- x", "a: b", "x #y", "[a]", "{a: b}", "'", '"', "&a", "*a", "!!python/object:x", "::error::x",
    "##[error]", "1.0", "\u202etxt", "%YAML", "---", "|", ">", "@a", "`a`", "\\n", "\ufeffx", "x\ufeff",
))  # fmt: skip
TEXTS = st.one_of(SEEN, HOSTILE)


@given(TEXTS, st.one_of(st.none(), TEXTS), st.one_of(st.none(), TEXTS))
def test_what_is_printed_reads_back_as_exactly_the_owners(name: str, contact: str | None, maker: str | None) -> None:
    content = json.dumps({"buyer": {"name": name, "contact": contact}, "decision_maker": maker}).encode()
    owners = parse_owners("card.json", content)
    assert owners == (Owner(name, contact), *([Owner(maker)] if maker else []))
    assert read_back(owners) == owners
    assert all(
        line.isprintable() and not line.lstrip().startswith("::") for line in _format_owners(owners).splitlines()
    )


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(("buyer", "name", "contact", "decision_maker", "title", "x")), inner)))  # fmt: skip  # noqa: E501
def test_no_card_ends_in_anything_but_owners_or_a_clear_error(value: Any) -> None:
    try:
        owners = parse_owners("card.json", json.dumps(value, indent=1).encode())
    except DecisionCardError as error:
        owners = ()
        said = error.message
    assert owners or said.startswith("card.json:")
