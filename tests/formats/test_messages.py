"""Messages about files of every format: no list of nothing, and the format's own names."""

from __future__ import annotations

import re

import pytest
from change_cases import PATH, Case, all_cases, list_reports

from dcr.contract.contract import CONSTRAINTS
from dcr.formats import read_content
from dcr.formats.native import _CONTRACT_KEYS as CONTRACT_KEYS
from dcr.registry.changelog import build_entry
from dcr.rendering.listings.outline import outline

STANDARD = """\
apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
status: active
team: {name: checkout}
schema: [{name: orders, properties: [{name: x, logicalType: integer, enum: [a, b]}]}]
"""


def test_an_outline_says_of_an_enum_that_holds_nothing_that_it_does() -> None:
    (line,) = (each for each in outline(read_content(PATH, STANDARD.encode())) if each.strip().startswith("field x"))
    assert line.strip() == "field x: integer, optional, one of no values"


def test_a_changelog_tells_of_status_and_freshness_in_the_words_of_the_file() -> None:
    promise = "slaProperties: [{property: latency, value: %s, unit: h}]\n"
    before = STANDARD.replace("status: active", "status: production") + promise % 8
    after = STANDARD.replace("status: active", "status: retired") + promise % 4
    sides = (read_content(PATH, text.encode()).contracts[0] for text in (before, after))
    assert [line.message for line in build_entry(*sides, "backward").lines] == [
        "the freshness SLA changed to 4 hours", "the status changed from 'production' to 'retired'",
    ]  # fmt: skip


OWN_WORDS = sorted(
    {
        *(key for key in (*CONSTRAINTS, *CONTRACT_KEYS) if "_" in key),
        *("unique_items", "min_properties", "max_properties", "default_timezone", "physical_type", "physical_name"),
    }
)
"""Keys of dcr's own format that no other format has."""


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_messages_use_the_words_of_the_files_own_format(case: Case) -> None:
    if "native" in case.format:
        return
    for report in list_reports(*case.texts):
        for text in (each for issue in report.issues for each in (issue.message, issue.hint)):
            assert not [word for word in OWN_WORDS if re.search(rf"\b{word}\b", text)], text


def test_a_first_type_has_a_row_that_proves_what_it_refuses() -> None:
    after = STANDARD.replace("logicalType: integer, enum: [a, b]", "logicalType: integer").replace("1.0.0", "2.0.0")
    before = STANDARD.replace("logicalType: integer, enum: [a, b]", "description: anything")
    (report,) = list_reports(before, after)
    (issue,) = (each for each in report.issues if each.kind == "field_type_changed")
    assert issue.witness is not None
    assert (issue.witness.row, issue.witness.accepted_by) == ({"x": "a"}, "previous")
