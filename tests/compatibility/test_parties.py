"""Who breaks, in which direction, and the row that proves it are one story: on every fixture of rules and of formats.

Backward, new readers meet rows already written: the previous contract accepts the row, the proposed one refuses it.
Forward, old readers meet rows to come: the other way round. Consumers select from rows already written.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dcr.compatibility.engine import run_rules
from dcr.compatibility.issue import CONSUMERS, NEW_READERS, OLD_READERS
from dcr.compatibility.matching import match_contracts
from dcr.compatibility.modes import BACKWARD, FORWARD, MODES
from dcr.compatibility.older_versions import check_all_versions
from dcr.formats import read_content
from dcr.registry.changelog import build_entry
from dcr.rendering.reports._issue_text import describe_impact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.issue import Issue
    from dcr.compatibility.pairs import ContractPair

FORMATS, RULES = (Path(__file__).parent.parent / name for name in ("formats", "rules"))
sys.path += [str(FORMATS), str(RULES)]

from foreign_texts import NOTHING_AROUND  # noqa: E402 (the fixtures are in the folders of their tests)
from rule_cases import Case, all_cases, pair_in  # noqa: E402

DIRECTION = {NEW_READERS: BACKWARD, OLD_READERS: FORWARD, CONSUMERS: BACKWARD}
SIDES = {BACKWARD: ("previous", "proposed"), FORWARD: ("proposed", "previous")}
OF_FORMATS = sorted(each.parent for each in (FORMATS / "changes").glob("*/*/previous.yaml"))


def list_issues(pair: ContractPair, mode: str) -> Iterator[Issue]:
    verdict, older = check_all_versions(pair, mode)
    assert verdict.issues == run_rules(pair, mode).issues or older
    yield from verdict.issues
    for each in older:
        yield from each.verdict.issues


def assert_one_story(issue: Issue, mode: str) -> None:
    shown = f"{issue.kind} in mode {mode}: breaks {issue.breaks}, {issue.modes}, {issue.witness}"
    parties = [who for who, _ in issue.parties]
    assert (issue.breaks is None) is (not parties), shown
    assert parties[:1] == [issue.breaks][: len(parties)], shown
    if issue.modes and issue.breaks != CONSUMERS:
        assert sorted(modes for _, modes in issue.parties) == sorted((each,) for each in issue.modes), shown
    for who, modes in issue.parties:
        assert set(modes) <= {DIRECTION[who]}, shown
        words = who.replace("_", " ")
        assert words in describe_impact(issue), shown
    if issue.witness:
        assert issue.breaks is not None, shown
        assert (issue.witness.accepted_by, issue.witness.refused_by) == SIDES[DIRECTION[issue.breaks]], shown


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_who_breaks_agrees_with_the_direction_and_the_row(case: Case) -> None:
    for mode in MODES:
        for issue in list_issues(pair_in(case), mode):
            assert_one_story(issue, mode)


@pytest.mark.parametrize("folder", OF_FORMATS, ids=lambda each: f"{each.parent.name}/{each.name}")
def test_who_breaks_agrees_in_every_format(folder: Path) -> None:
    sides = [folder / f"{side}.yaml" for side in ("previous", "proposed")]
    readings = [{"c.yaml": read_content("c.yaml", each.read_bytes())} if each.exists() else {} for each in sides]
    for matched in match_contracts(*readings, NOTHING_AROUND):
        for mode in MODES:
            for issue in list_issues(matched.pair, mode):
                assert_one_story(issue, mode)


NATIVE = """\
dataset_id: shop.orders
version: "{version}"
owners: [{{team: shop}}]
fields:
  - {{name: amount, {keys}}}
"""
WAYS = {
    "every row stays valid": ("type: integer", "type: number", OLD_READERS),
    "no row written before is one": ("type: string", "type: integer", NEW_READERS),
    "whole numbers of a range": ("type: integer, minimum: 0, maximum: 9", "type: number, minimum: 0", OLD_READERS),
    "every value is listed on the other side": (
        "type: integer, enum: [1, 2]", "type: number, enum: [1, 2, 2.5]", OLD_READERS,
    ),
    "inside an array": (
        "type: array, items: {type: integer}", "type: array, items: {type: number}", OLD_READERS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("swapped", [False, True], ids=["as written", "swapped"])
def test_those_of_whom_a_row_proves_it_are_named_first(name: str, swapped: bool) -> None:
    before, after, breaks = WAYS[name]
    if swapped:
        before, after = after, before
        breaks = NEW_READERS
    previous, proposed = (
        read_content("c.yaml", NATIVE.format(version=version, keys=keys).encode()).contracts[0]
        for version, keys in (("1.0.0", before), ("2.0.0", after))
    )
    pair = pair_in(all_cases()[0])._replace(previous=previous, proposed=proposed, published=None)
    (issue,) = (each for each in run_rules(pair, "full").issues if each.kind == "field_type_changed")
    assert issue.modes == (BACKWARD, FORWARD)
    assert issue.breaks == breaks
    assert issue.witness is not None
    assert_one_story(issue, "full")


@pytest.mark.parametrize(("mode", "breaks"), [("backward", NEW_READERS), ("forward", OLD_READERS), ("none", None)])
def test_a_changelog_names_those_who_break_under_its_mode(mode: str, breaks: str | None) -> None:
    previous, proposed = (
        read_content("c.yaml", NATIVE.format(version=version, keys=f"type: {type_name}").encode()).contracts[0]
        for version, type_name in (("1.0.0", "string"), ("2.0.0", "boolean"))
    )
    (line,) = build_entry(previous, proposed, mode).lines
    assert line.breaks == breaks
