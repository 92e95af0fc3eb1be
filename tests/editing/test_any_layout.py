"""Whatever the layout: an edit is refused with a place, or exactly the intended lines differ and mean the intended."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from layouts import Line, Written, dcs, native, odcs

from dcr.contract.contract import Contract, Owner
from dcr.editing.text.contracts import set_archived, set_deprecated, set_owners, set_version
from dcr.editing.text.document import EditRefusedError
from dcr.formats import read_content

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = "contracts/shop.yaml"
EXAMPLES = settings(max_examples=300)
SEEN = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
URIS = st.one_of(
    st.sampled_from(("https://x.example/a?b=c#d", "docs/move.md", "a:b,c", "it's", '"q"', "#x", "{x}", "no", "1.0")),
    st.text(SEEN, min_size=1, max_size=8).filter(lambda text: text.strip() == text and not re.search(r"\s", text)),
)
TEAMS = st.one_of(
    st.sampled_from(("growth", "Director of Data (Alex Chen)", "yes", "a: b", "a #b", "'", '"', "null", "ü", "##[x]")),
    st.text(SEEN, min_size=1, max_size=8).filter(lambda text: text.strip() == text != ""),
)
OWNERS = st.lists(st.builds(Owner, TEAMS, st.one_of(st.none(), TEAMS)), min_size=1, max_size=2)


def edited(written: Written, edit: Callable[..., bytes], *arguments: Any) -> bytes | None:
    """Return the new content, or None when the edit was refused, which it may be for odd layouts only."""
    reading = read_content(PATH, written.content)
    assert written.odd or len(reading.contracts) == 1, reading.problems
    if not reading.contracts:
        return None  # an odd layout may turn a comment into a value
    try:
        return edit(reading, written.content, *arguments)
    except EditRefusedError as error:
        place = error.location
    assert written.odd, written.content.decode()
    assert place.path == PATH
    assert 1 <= place.line <= len(written.lines)
    return None


def lines_of(content: bytes) -> tuple[list[str], list[str]]:
    """Return a file's lines and their breaks."""
    parts = re.split(r"(\r\n|\r|\n)", content.decode("utf-8-sig"))
    texts, ends = parts[::2], [*parts[1::2], ""]
    return (texts[:-1], ends[:-1]) if texts[-1] == "" else (texts, ends)


def means(content: bytes, **changed: Any) -> Contract:
    """Assert that a file reads as one contract without complaint, and return it."""
    reading = read_content(PATH, content)
    assert [problem for problem in reading.problems if problem.is_fatal] == []
    (contract,) = reading.contracts
    for key, value in changed.items():
        assert getattr(contract, key) == value
    return contract


def contract_of(written: Written) -> Contract:
    return read_content(PATH, written.content).contracts[0]


def with_value(written: Written, role: str, value: str) -> tuple[list[str | tuple[str, str, str]], list[str]]:
    """Return what the lines are to be with another value for a key: a line of known beginning and end for that one."""
    number = written.at(role)
    assert number is not None
    line = written.lines[number]
    wanted: list[Any] = [each.text for each in written.lines]
    wanted[number] = (line.before, value, line.behind)
    return wanted, list(written.ends)


def with_new(written: Written, below: str, key: str, value: str) -> tuple[list[Any], list[str]]:
    """Return what the lines are to be with a new key below another one."""
    number = written.at(below)
    assert number is not None
    line = written.lines[number]
    wanted: list[Any] = [each.text for each in written.lines]
    ends = list(written.ends)
    comma = line.behind.lstrip(" ").startswith(",")
    if written.flow == "lines" and not comma:
        wanted[number] = (line.text[: len(line.text) - len(line.behind)] + ", ", {key: value}, line.behind)
        return wanted, ends
    wanted.insert(number + 1, {key: value})
    ends[number : number + 1] = [ends[number] or next((each for each in ends if each), "\n"), ends[number]]
    return wanted, ends


def assert_lines(content: bytes, expected: tuple[list[Any], list[str]]) -> None:
    """Hold a file to its expected lines, each given by its text, by what is around a value, or by what it means."""
    texts, ends = lines_of(content)
    wanted, wanted_ends = expected
    assert len(texts) == len(wanted), (texts, wanted)
    for text, want in zip(texts, wanted, strict=True):
        if isinstance(want, str):
            assert text == want
        elif isinstance(want, dict):
            assert yaml.safe_load(text.strip().rstrip(",")) == want
        else:
            before, value, behind = want
            assert text.startswith(before)
            assert text.endswith(behind)
            middle = text[len(before) : len(text) - len(behind)]
            assert yaml.safe_load(f"{{{middle}}}" if isinstance(value, dict) else middle) == value
    assert ends == wanted_ends


def assert_only_one_line_differs(written: Written, content: bytes) -> None:
    texts, ends = lines_of(content)
    assert ends == list(written.ends)
    differing = [new for new, old in zip(texts, written.lines, strict=True) if new != old.text]
    assert len(differing) <= 1


def assert_form(written: Written, content: bytes) -> None:
    """Assert that the byte order mark, the kind of line breaks and a missing last one are as they were."""
    assert content.startswith(b"\xef\xbb\xbf") is written.bom
    _, ends = lines_of(content)
    assert (ends[-1] == "") is (written.ends[-1] == "")
    assert {each for each in ends if each} <= ({each for each in written.ends if each} or {"\n"})


def assert_only_these_differ(written: Written, content: bytes, *roles: str) -> list[str]:
    """Assert that lines without a role are there in their order and once; return the lines that are new."""
    untouched = [line.text for line in written.lines if line.role not in roles]
    texts, _ = lines_of(content)
    assert [text for text in texts if text in untouched] == untouched
    old = Counter(line.text for line in written.lines)
    return list((Counter(texts) - old).elements())


@EXAMPLES
@given(st.one_of(native(), odcs(), dcs()))
def test_a_version_is_the_only_thing_a_bump_touches(written: Written) -> None:
    content = edited(written, set_version, "2.0.0")
    if content is None:
        return
    assert_form(written, content)
    after, before = yaml.safe_load(content.decode("utf-8-sig")), written.value
    holder = before.get("info", before)
    holder["version"] = "2.0.0"
    assert after == before
    assert list(after) == list(before)
    assert means(content, version="2.0.0") == replace(contract_of(written), version="2.0.0")
    if written.flow == "inline":
        assert_only_one_line_differs(written, content)
    else:
        assert_lines(content, with_value(written, "version", "2.0.0"))


@EXAMPLES
@given(st.one_of(native(), odcs(), dcs()))
def test_a_status_is_the_only_thing_archiving_touches(written: Written) -> None:
    content = edited(written, set_archived)
    if content is None:
        return
    assert_form(written, content)
    before = written.value
    word = "archived" if "dataset_id" in before else "retired"
    if contract_of(written).status == "archived":
        assert content == written.content
        return
    had = "status" in before.get("info", before)
    before.get("info", before)["status"] = word
    assert yaml.safe_load(content.decode("utf-8-sig")) == before
    assert means(content, status="archived") == replace(contract_of(written), status="archived")
    if written.flow == "inline":
        assert_only_one_line_differs(written, content)
    elif had:
        assert_lines(content, with_value(written, "status", word))
    else:
        assert_lines(content, with_new(written, _below(written), "status", word))


def _below(written: Written) -> str:
    """Return the key that a new status goes below: the version, or the first to name the file with a plain value."""
    return next(key for key in ("version", "title", "dataset_id", "id", "apiVersion") if written.at(key) is not None)


@EXAMPLES
@given(native(), URIS)
def test_status_and_address_are_the_only_things_deprecating_touches(written: Written, uri: str) -> None:
    content = edited(written, set_deprecated, uri)
    if content is None:
        return
    assert_form(written, content)
    before = written.value
    had = {key for key in ("status", "deprecation_uri") if key in before}
    assert yaml.safe_load(content.decode("utf-8-sig")) == before | {"status": "deprecated", "deprecation_uri": uri}
    expected = replace(contract_of(written), status="deprecated", deprecation_uri=uri)
    assert means(content) == expected
    if written.flow == "inline":
        assert_only_one_line_differs(written, content)
        return
    if written.flow == "lines" and len(had) < 2:  # below the last key, that one's line gets the comma
        assert_only_these_differ(written, content, "status", "deprecation_uri", "version")
        assert len(lines_of(content)[0]) <= len(written.lines) + 2
        return
    new = assert_only_these_differ(written, content, "status", "deprecation_uri")
    assert len(lines_of(content)[0]) == len(written.lines) + 2 - len(had)
    intended = ({"status": "deprecated"}, "deprecated", {"deprecation_uri": uri}, uri)
    for line in new if written.flow == "" else ():
        assert yaml.safe_load(line.strip().removeprefix(": ")) in intended
    assert len(new) <= 2


@EXAMPLES
@given(odcs(), URIS)
def test_an_odcs_file_takes_the_address_as_a_custom_property(written: Written, uri: str) -> None:
    if contract_of(written).status == "archived":
        return
    content = edited(written, set_deprecated, uri)
    if content is None:
        return
    assert_form(written, content)
    before = written.value
    properties = [*(before.get("customProperties") or []), {"property": "deprecationUri", "value": uri}]
    status = before.get("status", "")
    status = status if status.strip() == "deprecated" else "deprecated"  # a block of text may end in blanks
    after = yaml.safe_load(content.decode("utf-8-sig"))
    assert after == before | {"status": status, "customProperties": properties}
    assert means(content) == replace(contract_of(written), status="deprecated", deprecation_uri=uri)
    new = assert_only_these_differ(written, content, "status", "properties")
    assert len(new) <= 4
    again = read_content(PATH, content)
    assert set_deprecated(again, content, uri) == content


@EXAMPLES
@given(native(), OWNERS)
@example(
    Written(
        (Line("dataset_id: a"), Line("version: 1.4.2", "version"), Line("fields: [{name: id, type: string}]")),
        ("\n", "\n", ""),
        odd=False,
        flow="",
    ),
    [Owner("a"), Owner("b", "#c")],
)
def test_owners_take_the_place_of_owners_and_of_nothing_else(written: Written, owners: list[Owner]) -> None:
    lost = any(line.role == "owners" and ("# lost" in line.text or "&a a" in line.text) for line in written.lines)
    content = edited(replace(written, odd=written.odd or lost), set_owners, owners)
    if content is None:
        return
    assert_form(written, content)
    assert not lost or contract_of(written).owners == tuple(owners)
    wanted = [{"team": each.team} | ({"contact": each.contact} if each.contact else {}) for each in owners]
    assert yaml.safe_load(content.decode("utf-8-sig")) == written.value | {"owners": wanted}
    assert means(content) == replace(contract_of(written), owners=tuple(owners))
    if written.flow == "inline":
        assert_only_one_line_differs(written, content)
    elif written.flow == "":
        new = assert_only_these_differ(written, content, "owners")
        assert len(new) <= 1 + 2 * len(owners)


@EXAMPLES
@given(st.one_of(native(), odcs(), dcs()))
def test_an_edit_made_twice_changes_nothing_more(written: Written) -> None:
    for edit, *arguments in ((set_version, "2.0.0"), (set_archived,)):
        content = edited(written, edit, *arguments)
        if content is not None:
            assert edit(read_content(PATH, content), content, *arguments) == content
