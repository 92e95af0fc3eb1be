"""Edits of contracts as whole files, before and after; and what is refused, with its place and what to do by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dcr.contract.contract import Owner
from dcr.editing.text.contracts import set_archived, set_deprecated, set_owners, set_version
from dcr.editing.text.document import EditRefusedError
from dcr.formats import read_content

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = "contracts/users.yaml"
URI = "https://example.com/move"
OWNERS = [Owner("Springfield USD", "#data-platform"), Owner("Director of Data (Alex Chen)")]

NATIVE = """\
# Who: growth.
dataset_id: users   # the id
version: '1.0.0'    # bumped by hand so far
# what one row is
description: >-
  one row per user
status: active

owners:
  - team: growth
    contact: "#growth"
# the columns
fields:
  - {name: id, type: string}
"""
FLOW = "{dataset_id: users, version: 1.0.0, fields: [{name: id, type: string}]}\n"
JSON = """\
{
  "dataset_id": "users",
  "version": "1.0.0",
  "fields": [{"name": "id", "type": "string"}]
}
"""
ODCS = """\
kind: DataContract
apiVersion: v3.1.0
id: shop
version: 1.0.0
status: active
schema:
  - name: orders
    properties: [{name: id, logicalType: string}]
"""
WITH_PROPERTIES = (
    ODCS
    + """\
customProperties:
- property: retention   # in days
  value: 30
# the end
"""
)
DCS = """\
dataContractSpecification: 1.1.0
id: shop
info:
  title: Shop
  version: 1.0.0   # ours
models:
  orders:
    fields: {id: {type: string}}
"""
DBT = """\
models:
  - name: orders
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: text}]
"""


def edited(text: str, edit: Callable[..., bytes], *arguments: Any) -> str:
    content = text.encode()
    return edit(read_content(PATH, content), content, *arguments).decode()


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (NATIVE, "version: '1.0.0'", "version: '2.0.0'"),
        (NATIVE.replace("\n", "\r\n"), "version: '1.0.0'", "version: '2.0.0'"),
        (NATIVE.rstrip("\n"), "version: '1.0.0'", "version: '2.0.0'"),
        ("\ufeff" + NATIVE, "version: '1.0.0'", "version: '2.0.0'"),
        (NATIVE.replace("'1.0.0'", "1.0.0"), "version: 1.0.0", "version: 2.0.0"),
        (NATIVE.replace("'1.0.0'", '"1.0.0"'), 'version: "1.0.0"', 'version: "2.0.0"'),
        (NATIVE.replace("'1.0.0'", "\n    1.0.0"), "    1.0.0", "    2.0.0"),
        (FLOW, "1.0.0", "2.0.0"),
        (JSON, '"1.0.0"', '"2.0.0"'),
        (ODCS, "version: 1.0.0", "version: 2.0.0"),
        (ODCS.replace("version: 1", "version : 1"), "version : 1.0.0", "version : 2.0.0"),
        (DCS, "version: 1.0.0", "version: 2.0.0"),
    ],
)
def test_a_version_is_replaced_in_its_own_quotes_and_all_else_stays(text: str, old: str, new: str) -> None:
    assert text.count(old) == 1
    assert edited(text, set_version, "2.0.0") == text.replace(old, new)


def test_two_datasets_of_one_file_move_together() -> None:
    text = ODCS + "  - name: lines\n    properties: [{name: id, logicalType: string}]\n"
    after = edited(text, set_version, "1.1.0")
    assert after == text.replace("version: 1.0.0", "version: 1.1.0")
    assert {each.version for each in read_content(PATH, after.encode()).contracts} == {"1.1.0"}


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (NATIVE, "status: active", f"status: deprecated\ndeprecation_uri: {URI}"),
        (
            ODCS.replace("status: active", "status:   # none yet"),
            "status:   # none yet\n",
            f"status: deprecated   # none yet\ncustomProperties:\n  - property: deprecationUri\n    value: {URI}\n",
        ),
        (
            NATIVE.replace("status: active\n", "").replace("\n", "\r\n"),
            "version: '1.0.0'    # bumped by hand so far\r\n",
            f"version: '1.0.0'    # bumped by hand so far\r\nstatus: deprecated\r\ndeprecation_uri: {URI}\r\n",
        ),
        (
            NATIVE + "deprecation_uri: 'docs/old.md'",
            "status: active",
            "status: deprecated",
        ),
        (FLOW, "version: 1.0.0", f'version: 1.0.0, status: deprecated, deprecation_uri: "{URI}"'),
        (JSON, '"1.0.0",\n', f'"1.0.0",\n  "status": "deprecated",\n  "deprecation_uri": "{URI}",\n'),
        (
            ODCS,
            "status: active\n",
            f"status: deprecated\ncustomProperties:\n  - property: deprecationUri\n    value: {URI}\n",
        ),
        (
            WITH_PROPERTIES,
            "  value: 30\n",
            f"  value: 30\n- property: deprecationUri\n  value: {URI}\n",
        ),
        (
            ODCS + "customProperties: [{property: retention, value: 30}]",
            "value: 30}]",
            f'value: 30}}, {{property: deprecationUri, value: "{URI}"}}]',
        ),
        (ODCS + "customProperties: []", "[]", f'[{{property: deprecationUri, value: "{URI}"}}]'),
        (
            ODCS + "customProperties:   # none\n",
            "customProperties:   # none\n",
            f"customProperties:   # none\n  - property: deprecationUri\n    value: {URI}\n",
        ),
        (ODCS + "customProperties:\n  - {property: deprecationUri, value: 'old'}\n", "'old'", f"'{URI}'"),
    ],
)  # fmt: skip
def test_deprecating_writes_the_status_and_the_address_below_it(text: str, old: str, new: str) -> None:
    assert text.count(old) == 1
    after = text.replace(old, new).replace("status: active", "status: deprecated").replace("docs/old.md", URI)
    assert edited(text, set_deprecated, URI) == after
    assert edited(after, set_deprecated, URI) == after


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (NATIVE, "status: active", "status: archived"),
        (NATIVE.replace("status: active\n", ""), "so far\n", "so far\nstatus: archived\n"),
        (NATIVE.replace("status: active\n", "'status': \"active\"\n"), '"active"', '"archived"'),
        (ODCS, "status: active", "status: retired"),
        (DCS, "  version: 1.0.0   # ours\n", "  version: 1.0.0   # ours\n  status: retired\n"),
        (DCS.replace("title: Shop\n", "status: active\n"), "status: active", "status: retired"),
    ],
)
def test_archiving_writes_the_formats_own_word(text: str, old: str, new: str) -> None:
    assert text.count(old) == 1
    after = text.replace(old, new)
    assert edited(text, set_archived) == after
    assert edited(after, set_archived) == after


BLOCK = '  - team: Springfield USD\n    contact: "#data-platform"\n  - team: Director of Data (Alex Chen)\n'
GROWTH = '  - team: growth\n    contact: "#growth"\n'
JSON_OWNERS = '{"team": "Springfield USD", "contact": "#data-platform"}, {"team": "Director of Data (Alex Chen)"}'
IN_BRACKETS = '{team: Springfield USD, contact: "#data-platform"}, {team: Director of Data (Alex Chen)}'


def without_owners(value: str) -> str:
    """Return the contract with other owners, on the line of their key."""
    return NATIVE.replace(f"\n{GROWTH}", f"{value}\n")


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (NATIVE, GROWTH, BLOCK),
        (
            NATIVE.replace(GROWTH, "- {team: growth}   # them\n"),
            "- {team: growth}",
            '- {team: Springfield USD, contact: "#data-platform"}\n- {team: Director of Data (Alex Chen)}',
        ),
        (without_owners(" [{team: a}]"), "[{team: a}]", f"[{IN_BRACKETS}]"),
        (without_owners(" []  # none"), "[]", f"[{IN_BRACKETS}]"),
        (NATIVE.replace(f"owners:\n{GROWTH}", ""), "status: active\n", f"status: active\nowners:\n{BLOCK}"),
        (FLOW, "version: 1.0.0", f"version: 1.0.0, owners: [{IN_BRACKETS}]"),
        (
            JSON,
            '"1.0.0",\n',
            f'"1.0.0",\n  "owners": [{JSON_OWNERS}],\n',
        ),
    ],
)  # fmt: skip
def test_owners_are_written_as_those_before_them_were(text: str, old: str, new: str) -> None:
    assert text.count(old) == 1
    after = text.replace(old, new)
    assert edited(text, set_owners, OWNERS) == after
    assert edited(after, set_owners, OWNERS) == after


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (NATIVE.replace("'1.0.0'", "&v 1.0.0"), 3, "the value of version has an anchor, so that aliases may repeat it"),
        ("x-v: &v 1.0.0\n" + NATIVE.replace("'1.0.0' ", "*v "), 4, "version is an alias of line 1"),
        (NATIVE.replace("'1.0.0'    # bumped by hand so far", "|-\n  1.0.0"), 3, "the value of version is a block"),
        (NATIVE.replace("'1.0.0'", '"1.0\\\n  .0"'), 3, "the value of version spans several lines"),
        ("x: &x {version: 1.0.0}\n<<: *x\n" + ODCS.replace("version: 1.0.0\n", ""), 2, "comes from a merge key"),
        ("x: &x {version: 1.0.0}\ninfo: *x\n" + DCS.partition("info")[0] + DCS[DCS.index("models"):], 2,
         "the value of info is an alias of line 1"),
        (DCS.replace("info:", "info: &info") + "x: *info\n", 5, "dcr cannot edit this layout safely"),
    ],
)  # fmt: skip
def test_a_version_that_is_not_written_in_its_own_place_is_refused(text: str, line: int, says: str) -> None:
    with pytest.raises(EditRefusedError) as refused:
        edited(text, set_version, "2.0.0")
    assert refused.value.location.line == line
    assert says in refused.value.message
    assert refused.value.message.startswith(f"{PATH}:{line}:")
    assert refused.value.hint == 'write version: "2.0.0" yourself'


@pytest.mark.parametrize("edit", [(set_version, "2.0.0"), (set_deprecated, URI), (set_archived,), (set_owners, OWNERS)])
def test_nothing_of_a_dbt_file_is_edited(edit: tuple[Any, ...]) -> None:
    with pytest.raises(EditRefusedError, match=r"^contracts/users.yaml:\d+:\d+: ") as refused:
        edited(DBT, *edit)
    assert refused.value.hint


def test_dbt_says_that_versions_are_added_beside() -> None:
    with pytest.raises(EditRefusedError, match="dbt keeps all versions"):
        edited(DBT, set_version, "2.0.0")


@pytest.mark.parametrize(
    ("text", "line", "says", "hint"),
    [
        (NATIVE.replace("status: active", "status: archived"), 7, "'users' is archived", "stays archived"),
        (ODCS.replace("active", "retired"), 5, "'shop/orders' is archived", "stays archived"),
        (DCS, 3, "no key for the address of a migration plan", "info.status: deprecated"),
        (ODCS + "customProperties: {a: 1}\n", 9, "customProperties is not a list", f"{URI}"),
        (ODCS + "customProperties: &p []\n", 9, "has an anchor", f"{URI}"),
        (ODCS + "x: &x {}\ncustomProperties: [*x]\n", 10, "entry of customProperties is an alias", f"{URI}"),
        (NATIVE.replace("status: active\n", "") + "deprecation_uri: &u old\n", 14, "has an anchor", URI),
        (NATIVE.replace("status: active", "status: &s active"), 7, "has an anchor", "status: deprecated"),
        (NATIVE + "deprecation_uri: |\n  old\n", 15, "the value of deprecation_uri is a block scalar", URI),
    ],
)  # fmt: skip
def test_what_cannot_be_deprecated_safely_is_refused(text: str, line: int, says: str, hint: str) -> None:
    with pytest.raises(EditRefusedError) as refused:
        edited(text, set_deprecated, URI)
    assert refused.value.message.startswith(f"{PATH}:{line}:")
    assert says in refused.value.message
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("owners", "says"),
    [
        ("owners:\n  - team: a  # them\n  - team: b\n", "a comment on line 2"),
        ("owners:\n  - team: &a a\n", "an anchor, an alias or a block scalar"),
        ("owners:\n  - &a {team: a}\n", "an anchor or alias on line 2"),
        ("x-a: &a {team: a}\nowners:\n  - *a\n", "an anchor, an alias or a block scalar"),
        ("owners:\n  - team: |-\n      a\n", "an anchor, an alias or a block scalar"),
        ("owners: &o [{team: a}]\n", "has an anchor"),
        ("x-o: &o [{team: a}]\nowners: *o\n", "is an alias"),
    ],
)
def test_owners_are_not_replaced_where_more_would_be_lost(owners: str, says: str) -> None:
    text = owners + FLOW.strip("{}\n").replace(", version", "\nversion").replace(", fields", "\nfields") + "\n"
    with pytest.raises(EditRefusedError, match=says):
        edited(text, set_owners, OWNERS)


@pytest.mark.parametrize("text", [ODCS, DCS])
def test_owners_of_other_formats_are_not_written(text: str) -> None:
    with pytest.raises(EditRefusedError, match="owners can be written only to native contracts"):
        edited(text, set_owners, OWNERS)


def test_an_edit_that_would_say_something_else_is_refused() -> None:
    """A contract is not valid with this version, so the text is never handed out."""
    with pytest.raises(EditRefusedError, match="the edited file would have another meaning"):
        edited(NATIVE, set_version, "v2")
