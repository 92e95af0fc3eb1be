"""`dcr explain` prints every rule's manual."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from cli_runs import dcr
from test_terminal import on_terminal

from dcr.compatibility.rule import FIELD, all_rules
from dcr.compatibility.rules import kinds
from dcr.policy.verdicts import NEVER_ACCEPTED

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_a_manual(tmp_path: Path, kind: str) -> None:
    run = dcr(tmp_path, "explain", kind)
    rule = all_rules()[kind]
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith(f"{kind}  {rule.severity}, ")
    assert rule.manual in run.out
    for part in ("Why it breaks", "Instead", "Example", "Change its severity"):
        assert f"\n{part}\n" in run.out
    assert ("Let one through" in run.out) is (kind not in NEVER_ACCEPTED)
    assert ("dataset, version, kind, field and reason" in run.out) is (rule.about == FIELD)
    assert f'{kind} = "warning"' in run.out
    assert all(line.isprintable() for line in run.out.split("\n"))


def test_all_kinds_are_listed_in_one_line_each(tmp_path: Path) -> None:
    run = dcr(tmp_path, "explain")
    assert (run.code, run.err) == (0, "")
    *listed, blank, last = run.out.splitlines()
    assert (blank, last) == ("", "dcr explain KIND prints one manual.")
    assert [line.split()[0] for line in listed] == list(kinds())
    assert [line.split()[1] for line in listed] == [rule.severity for rule in all_rules().values()]
    assert len({re.match(r"\S+ +\S+ +", line).end() for line in listed}) == 1


def test_a_terminal_shows_the_list_without_breaking_words(tmp_path: Path) -> None:
    code, seen = on_terminal(tmp_path, "explain", columns=80)
    assert code == 0
    assert max(map(len, seen.split("\n"))) <= 80
    assert " ".join(seen.split()) == " ".join(dcr(tmp_path, "explain").out.split())


def test_headings_are_bold_where_colours_are_wanted(tmp_path: Path) -> None:
    assert "\x1b[1mInstead\x1b[0m" in on_terminal(tmp_path, "explain", "field_removed")[1]
    assert "\x1b" not in on_terminal(tmp_path, "explain", "field_removed", NO_COLOR="1")[1]
    assert "\x1b" not in on_terminal(tmp_path, "explain", "field_removed", TERM="dumb")[1]
