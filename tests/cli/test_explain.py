"""`dcr explain` prints every rule's manual."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from cli_runs import dcr
from test_terminal import on_terminal

from dcr.compatibility.rule import FIELD, load_rules
from dcr.compatibility.rules import list_kinds
from dcr.errors import PolicyError
from dcr.policy.policy import FIXED_SEVERITY_KINDS
from dcr.policy.policy_application import NEVER_ACCEPTED
from dcr.policy.policy_file import parse_policy

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", list_kinds())
def test_every_kind_has_a_manual(tmp_path: Path, kind: str) -> None:
    run = dcr(tmp_path, "explain", kind)
    rule = load_rules()[kind]
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith(f"{kind}  {rule.severity}, ")
    assert " ".join(rule.manual.split()) in " ".join(run.out.split())
    for part in ("Why it breaks", "Instead", "Example"):
        assert f"\n\n{part}\n    " in run.out
    assert rule.manual.partition("\nExample\n")[2] in run.out  # to the letter, since it is to be copied
    assert ("\nAccept one\n" in run.out) is (kind not in NEVER_ACCEPTED)
    assert all(line.isprintable() and len(line) <= 120 for line in run.out.split("\n"))


@pytest.mark.parametrize("kind", list_kinds())
def test_what_a_manual_says_of_acceptances_and_the_policy_holds(tmp_path: Path, kind: str) -> None:
    told = dcr(tmp_path, "explain", kind, COLUMNS="400").out
    setting = re.search(rf"In dcr.toml, under \[severity\]: ({kind} = .+)", told)
    text = "[severity]\n" + (setting[1] if setting else f"{kind} = 'info'")
    if kind in FIXED_SEVERITY_KINDS:
        assert setting is None
        assert "Cannot be changed" in told
        with pytest.raises(PolicyError):
            parse_policy("dcr.toml", text.encode(), list_kinds())
    else:
        policy = parse_policy("dcr.toml", text.encode(), list_kinds())
        assert policy
        assert policy.severity[kind] != load_rules()[kind].severity
    if kind not in NEVER_ACCEPTED:
        about_field = load_rules()[kind].about == FIELD
        assert f"`dcr accept DATASET {kind}{' FIELD' if about_field else ''} --reason TEXT`" in " ".join(told.split())
        assert ("dataset, version, kind, field and reason" in " ".join(told.split())) is about_field


def test_all_kinds_are_listed_in_one_line_each_under_who_breaks(tmp_path: Path) -> None:
    run = dcr(tmp_path, "explain")
    assert (run.code, run.err) == (0, "")
    *groups, last = run.out.split("\n\n")
    assert last == "Run dcr explain KIND for the manual of one rule.\n"
    listed = [line for group in groups for line in group.split("\n")[1:]]
    assert sorted(line.split()[0] for line in listed) == sorted(list_kinds())
    for line in listed:
        kind, severity, summary = line.split(maxsplit=2)
        assert (severity, summary) == (load_rules()[kind].severity, load_rules()[kind].summary)
    assert len({re.match(r"  \S+ +\S+ +", line).end() for line in listed}) == 1
    who = {group.split("\n")[0].partition(":")[0]: group for group in groups}
    assert list(who) == [
        "Breaks consumers", "Breaks new readers", "Breaks old readers", "Breaks new and old readers",
        "Checked in every mode", "About the declarations of consumers", "About the policy and the acceptances",
    ]  # fmt: skip
    assert "  field_removed " in who["Breaks consumers"]
    assert "  field_enum_shrunk " in who["Breaks new readers"]
    assert "  field_enum_expanded " in who["Breaks old readers"]
    assert "  field_type_changed " in who["Breaks new and old readers"]


@pytest.mark.parametrize("arguments", [(), ("field_removed",), ("version_bump_insufficient",)])
@pytest.mark.parametrize("columns", [40, 60, 80, 100, 160])
def test_a_terminal_breaks_no_word_and_loses_none(tmp_path: Path, columns: int, arguments: tuple[str, ...]) -> None:
    code, seen = on_terminal(tmp_path, "explain", *arguments, columns=columns, NO_COLOR="1", PAGER="cat")
    assert code == 0
    example = seen.partition("\nExample\n")[2].partition("\n\n")[0].split("\n")
    assert max(len(line) for line in seen.split("\n") if line not in example) <= columns
    assert " ".join(seen.split()) == " ".join(dcr(tmp_path, "explain", *arguments).out.split())


def test_examples_and_code_are_coloured_on_a_terminal(tmp_path: Path) -> None:
    _, seen = on_terminal(tmp_path, "explain", "field_removed")
    assert "\x1b[36m`deprecated: true`\x1b[0m" in seen
    assert "{\x1b[36mname\x1b[0m: ltv, \x1b[36mtype\x1b[0m: number" in seen
    assert "  \x1b[31merror\x1b[0m, mode backward" in seen


def test_headings_are_bold_where_colours_are_wanted(tmp_path: Path) -> None:
    assert "\x1b[1mInstead\x1b[0m" in on_terminal(tmp_path, "explain", "field_removed")[1]
    assert "\x1b" not in on_terminal(tmp_path, "explain", "field_removed", NO_COLOR="1")[1]
    assert "\x1b" not in on_terminal(tmp_path, "explain", "field_removed", TERM="dumb")[1]
