"""File names made of dataset ids: plain ones are kept, all others are safe and stay different."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcr.site.file_names import encode_name
from dcr.site.links import FileLinks, ServerLinks, find_address

SAFE = re.compile(r"[a-z0-9][a-z0-9._~-]{0,120}")
TEXTS = st.text(st.characters(codec=None), min_size=1, max_size=128)


@pytest.mark.parametrize("dataset_id", ["users", "users.daily_active", "a-b.c_d.e1", "9lives", "x" * 100])
def test_a_plain_id_is_its_own_name(dataset_id: str) -> None:
    assert encode_name(dataset_id) == dataset_id


@pytest.mark.parametrize(
    "dataset_id",
    [
        "..",
        ".",
        "../../etc/passwd",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "C:x",
        "a..b",
        ".hidden",
        "a.",
        "con",
        "nul.orders",
        "com1",
        "Users.daily",
        "größe",
        "漢字",
        "a b",
        "a~b",
        "a%2fb",
        "\udcff",
        "\x00",
        "-a",
        "x" * 101,
        "<script>",
        "a\nb",
    ],
)
def test_any_other_id_gets_a_safe_name(dataset_id: str) -> None:
    name = encode_name(dataset_id)
    assert SAFE.fullmatch(name)
    assert re.fullmatch(r"[a-z0-9-]{1,60}~[0-9a-f]{24}", name)


def test_names_differ_where_a_file_system_ignores_case() -> None:
    names = {encode_name(each).lower() for each in ("users", "Users", "USERS", "users~", "users.", "users/")}
    assert len(names) == 6


@given(TEXTS, TEXTS)
def test_different_ids_have_different_safe_names(one: str, other: str) -> None:
    names = [encode_name(one), encode_name(other)]
    assert all(SAFE.fullmatch(name) and ".." not in name for name in names)
    assert (names[0].lower() == names[1].lower()) is (one == other)


@given(TEXTS)
def test_addresses_on_a_server_stay_below_their_folder(dataset_id: str) -> None:
    links = ServerLinks("/base/")
    assert re.fullmatch(r"/base/contracts/[A-Za-z0-9%._~-]+/versions", links.dataset(dataset_id))
    assert re.fullmatch(
        r"/base/contracts/[^/?#]+/diff\?from=[^&#]*&to=[^&#]*", links.comparison(dataset_id, "a&b", "c#d")
    )


def test_addresses_between_files_are_relative() -> None:
    here, below = FileLinks("index.html"), FileLinks("datasets/x.html", "https://example.com/registry/")
    assert here.dataset("users") == "datasets/users.html"
    assert below.dataset("users") == "../datasets/users.html"
    assert below.datasets() == "../index.html"
    assert below.audit(3) == "../audit-3.html"
    assert below.canonical == "https://example.com/registry/datasets/x.html"
    assert FileLinks("index.html", "https://example.com").canonical == "https://example.com/"
    assert here.canonical == ""


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("https://example.com/slack?x=1&y=2", "https://example.com/slack?x=1&y=2"),
        ("http://example.com", "http://example.com"),
        ("privacy@example.com", "mailto:privacy@example.com"),
        ("#growth", ""),
        ("javascript:alert(1)", ""),
        ("JavaScript:alert(1)//https://example.com", ""),
        ("data:text/html,x", ""),
        ("https://example.com/ x", ""),
        ("https://example.com/\u202e", ""),
        ("https://exam\nple.com", ""),
        ("a@b?cc=x", ""),
        ("//example.com", ""),
        ("", ""),
    ],
)
def test_a_contact_is_a_link_only_if_it_is_a_web_address_or_a_mailbox(contact: str, address: str) -> None:
    assert find_address(contact) == address
