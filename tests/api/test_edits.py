"""Edits of contract files: the new file reads as exactly the new contract, and comments stay."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcr.api.writing.edits import edit_contract
from dcr.api.writing.paths import choose_branch, choose_path
from dcr.api.writing.yaml_text import render_document
from dcr.contract.contract import Contract, Field, FreshnessSLA, Owner
from dcr.contract.native_mapping import build_native_mapping
from dcr.editing.text.document import EditRefusedError
from dcr.formats import read_content

PATH = "contracts/a.yaml"
TEXTS = st.one_of(
    st.sampled_from(
        ["no", "1.10", "12:30", "null", "~", "a: b", "a #b", "- x", "{", "[", "'", '"', "\\", "a\nb", "é", "%"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12),
).filter(str.strip)
NAMES = st.sampled_from(["id", "no", "plan", "city", "1.10", "a b", "ü", "x"])


@st.composite
def fields(draw: st.DrawFn, depth: int = 0) -> tuple[Field, ...]:
    """Return fields with unique names, some of them nested."""
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    return tuple(draw(field(name, depth)) for name in names)


@st.composite
def field(draw: st.DrawFn, name: str, depth: int) -> Field:
    kinds = ["string", "integer", "number", "boolean", "timestamp", "json", *(["object", "array"] if depth < 2 else [])]
    kind = draw(st.sampled_from(kinds))
    constraints: dict[str, Any] = {}
    if kind == "string" and draw(st.booleans()):
        constraints["max_length"] = draw(st.integers(1, 99))
    if kind == "number" and draw(st.booleans()):
        constraints["minimum"] = draw(st.sampled_from([0, 1, -3, 0.5, 1e-9, 1e22, -2.25]))
    enum = None
    if kind == "string" and not constraints and draw(st.booleans()):
        enum = tuple(draw(st.lists(TEXTS, min_size=1, max_size=3, unique=True)))
    if kind == "integer" and draw(st.booleans()):
        enum = tuple(draw(st.lists(st.integers(-9, 99), min_size=1, max_size=3, unique=True)))
    return Field(
        name=name,
        type=kind,
        required=draw(st.booleans()),
        description=draw(st.one_of(st.none(), TEXTS)),
        deprecated=draw(st.booleans()),
        enum=enum,
        constraints=constraints,
        fields=draw(fields(depth + 1)) if kind == "object" else (),
        items=draw(field("", depth + 1)) if kind == "array" else None,
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """Return a valid contract."""
    found = draw(fields())
    keys = [each.name for each in found if each.required and each.type in ("string", "integer", "timestamp")]
    status = draw(st.sampled_from(["draft", "active", "archived", "deprecated"]))
    return Contract(
        dataset_id="shop.orders",
        version=draw(st.sampled_from(["1.0.0", "1.10.0", "2.0.1"])),
        fields=found,
        description=draw(st.one_of(st.none(), TEXTS)),
        status=status,
        primary_key=tuple(keys[:2]) if draw(st.booleans()) else (),
        owners=tuple(Owner(draw(TEXTS), draw(st.one_of(st.none(), TEXTS))) for _ in range(draw(st.integers(1, 3)))),
        freshness_sla=FreshnessSLA(60, draw(st.one_of(st.none(), TEXTS))) if draw(st.booleans()) else None,
        deprecation_uri="https://example.com/a#b" if status == "deprecated" else None,
    )


def render(contract: Contract, line_break: str = "\n") -> bytes:
    return render_document(build_native_mapping(contract)).replace("\n", line_break).encode("utf-8")


def read(content: bytes) -> Contract | None:
    """Return the contract of a text. Return None for values that no valid contract has."""
    parsed = read_content(PATH, content)
    return parsed.contracts[0] if parsed.contracts else None


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(contracts(), contracts(), st.sampled_from(["\n", "\r\n"]))
def test_a_rendered_and_an_edited_file_read_as_the_contract(one: Contract, other: Contract, line_break: str) -> None:
    previous = read(render(one, line_break))
    proposed = read(render(other))
    if previous is None or proposed is None:
        return
    assert previous == one
    content = render(one, line_break)
    with_comments = re.sub(rb"(\r?\n)", rb"  # note\1# above\1", content)
    for text in (content, with_comments):
        start = read(text)
        assert start == previous
        try:
            edited = edit_contract(PATH, text, previous, proposed)
        except EditRefusedError:
            continue
        assert read(edited) == proposed
        if line_break == "\r\n":
            assert b"\n" not in edited.replace(b"\r\n", b"")


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(contracts(), st.integers(0, 3))
def test_a_new_version_and_a_new_field_change_two_lines(contract: Contract, position: int) -> None:
    text = render(contract)
    previous = read(text)
    if previous is None:
        return
    more = list(previous.fields)
    more.insert(position, Field("entirely_new", "string", required=False))
    proposed = replace(previous, version="3.0.0", fields=tuple(more))
    commented = text.replace(b"\n", b"  # c\n")
    edited = edit_contract(PATH, commented, previous, proposed)
    before, after = commented.splitlines(), edited.splitlines()
    assert len(after) == len(before) + 1
    assert len([line for line in after if line not in before]) == 2


@pytest.mark.parametrize(
    "text",
    [
        'dataset_id: a\nversion: &v "1.0.0"\ndescription: *v\nowners: [{team: t}]\nfields: [{name: x, type: string}]\n',
        'dataset_id: a\nversion: "1.0.0"\nowners: [{team: t}]\nfields: [\n  {name: x, type: string}, # kept\n]\n',
        "base: &b {type: string}\n",
    ],
)  # fmt: skip
def test_a_layout_that_would_lose_something_is_refused_and_not_guessed(text: str) -> None:
    previous = read(text.encode())
    if previous is None:
        return
    proposed = replace(previous, version="1.1.0", fields=(*previous.fields, Field("y", "string", required=False)))
    with pytest.raises(EditRefusedError):
        edit_contract(PATH, text.encode(), previous, proposed)


def test_json_stays_json() -> None:
    fields = b'[{"name": "x", "type": "json"}]'
    text = b'{"dataset_id": "a", "version": "1.0.0", "owners": [{"team": "t"}], "fields": %s}\n' % fields
    previous = read(text)
    assert previous is not None
    edited = edit_contract("contracts/a.json", text, previous, replace(previous, version="1.1.0"))
    assert edited == text.replace(b"1.0.0", b"1.1.0")


@given(st.text(min_size=1, max_size=128), st.text(min_size=1, max_size=128))
def test_a_path_and_a_branch_are_safe_and_a_dataset_has_its_own(one: str, other: str) -> None:
    paths = choose_path(one), choose_path(other)
    assert (paths[0] == paths[1]) == (one == other)
    for path in paths:
        assert path.startswith("contracts/")
        assert re.fullmatch(r"[A-Za-z0-9_%./-]+", path)
        assert not re.search(r"(^|/)\.|//|\.\.", path)
        assert all(len(step) <= 230 for step in path.split("/"))
    branch = choose_branch(one, "1.0.0")
    assert re.fullmatch(r"refs/heads/dcr/[A-Za-z0-9_.-]+-1\.0\.0", branch)
    assert ".." not in branch
    assert "/." not in branch
    assert choose_branch("users.daily_active", "1.0.0") == "refs/heads/dcr/users.daily_active-1.0.0"
