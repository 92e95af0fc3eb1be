"""What the registry's commands print, whole; `pytest --accept` rewrites the pages, and their difference is reviewed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from reading_story import NEW, OLD, SECOND, Story, story
from repositories import Repository, contract

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES = Path(__file__).parent / "reading"
ID = "users.daily_active"
COMMANDS = {
    "datasets": ["datasets"],
    "datasets-narrow": ["datasets"],
    "datasets-removed": ["datasets", "--status", "removed"],
    "datasets-owner": ["datasets", "--owner", "GROW", "--pattern", "users.*"],
    "datasets-json": ["datasets", "--format", "json"],
    "log": ["log", ID],
    "log-narrow": ["log", ID],
    "log-foreign": ["log", "orders/lines"],
    "log-removed": ["log", "legacy.things"],
    "log-json": ["log", ID, "--format", "json"],
    "log-all": ["log"],
    "show": ["show", ID],
    "show-version": ["show", f"{ID}@1.1.0"],
    "show-json": ["show", "orders/lines@1.0.0", "--format", "json"],
    "show-removed": ["show", "legacy.things"],
    "blame": ["blame", ID],
    "blame-narrow": ["blame", ID],
    "blame-field": ["blame", ID, "address"],
    "blame-gone": ["blame", ID, "ltv", "--ref", "HEAD"],
    "blame-json": ["blame", ID, "plan", "--format", "json"],
    "diff": ["diff", "main~8..main"],
    "diff-markdown": ["diff", "main~8..main", "--format", "markdown"],
    "diff-json": ["diff", "main~8..main~5", "--format", "json"],
    "diff-versions": ["diff", f"{ID}@1.0.0", f"{ID}@2.0.0"],
    "diff-ambiguous": ["diff", f"{ID}@1.1.0"],
    "diff-dataset": ["diff", "main~8", ID],
    "diff-nothing": ["diff"],
    "diff-nothing-of-one": ["diff", "main~1..main", ID],
    "diff-unread": ["diff", "main~8..main~2"],
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return story(tmp_path_factory.mktemp("story"))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_prints_its_page(told: Story, expect: Callable[[Path, str], None], name: str) -> None:
    run = told.dcr(*COMMANDS[name], COLUMNS="60" if name.endswith("narrow") else "100")
    assert run.code == 0, run
    said = "".join(f"# {line}\n" for line in run.err.splitlines())
    expect(PAGES / f"{name}.txt", f"$ dcr {' '.join(COMMANDS[name])}\n{said}{run.out}")
    if name.endswith("narrow"):
        assert max(map(len, run.out.splitlines())) <= 60
    if name.endswith("json"):
        json.loads(run.out)


def test_from_a_subfolder_a_command_says_the_same(told: Story) -> None:
    (told.repository.folder / "contracts/growth").mkdir(exist_ok=True)
    for name in ("datasets", "log", "blame", "diff", "show"):
        run = told.repository.dcr(
            *COMMANDS[name], cwd=told.repository.folder / "contracts/growth", DCR_CACHE="off", COLUMNS="100"
        )
        assert run == told.dcr(*COMMANDS[name], COLUMNS="100")


def test_a_file_or_a_program_gets_the_content_to_the_byte(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    text = contract().replace("\n", "\r\n") + "# ::error::no command of ours\r\n"
    repository.commit({OLD: text})
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "dcr", "show", ID],
        cwd=repository.folder, env=repository.environment(DCR_CACHE="off"), capture_output=True, check=True,
    )  # fmt: skip
    assert ended.stdout == text.encode()


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["log", "users.daily_activ"], "dataset 'users.daily_activ' does not exist at 'main'", f"did you mean '{ID}'?"),
        (
            ["show", f"{ID}@1.0.1"],
            f"version '1.0.1' of dataset '{ID}' does not exist",
            "choose one of 1.0.0, 1.1.0, 2.0.0; list all: dcr log",
        ),
        (["show", f"{ID}@9"], f"version '9' of dataset '{ID}' does not exist", "choose one of 1.0.0, 1.1.0, 2.0.0"),
        (["show", ID, "--commit", "abcdef"], f"'{ID}' did not change in commit 'abcdef'", "it changed in "),
        (["blame", ID, "plam"], f"dataset '{ID}' never had a field 'plam'", "did you mean 'plan'?"),
        (["blame", "x"], "dataset 'x' does not exist at 'main' or in its history", "dcr datasets lists all datasets"),
        (["datasets", "--ref", "nowhere"], "ref 'nowhere' does not exist", "another: --ref REF"),
        (["datasets", "--ref", "main~99"], "ref 'main~99' does not exist", "git log --oneline main; or choose"),
        (["datasets", "--ref", "main:x"], "'main:x' is not a valid ref", "for example: --ref origin/main"),
        (["diff", "nowhere..main"], "ref 'nowhere' does not exist", "or choose another: REF"),
        (["audit", "--since", "nowhere"], "ref 'nowhere' does not exist", "another: --since REF"),
        (["datasets", "--status", "activ"], "--status is 'activ'", "did you mean 'active'?"),
        (["log", "--format", "jsn"], "--format is 'jsn', expected one of table, json", "did you mean 'json'?"),
        (["diff", "nothing.like.it"], "'nothing.like.it' is neither a ref nor a dataset in either commit", ""),
        (["diff", "main...main"], "'main...main' has three dots", "write main..main"),
        (["diff", f"{ID}@1.0.0", "legacy.things@1.0.0"], "are different datasets", "compare versions of one dataset"),
        (["diff", "main~1", "nothing.like.it"], "is neither a ref nor a dataset in either commit", ""),
        (["diff", "main~1", "main"], "'main' is a ref, but not a dataset in either commit", "dcr diff 'main~1..main'"),
        (["diff", "main", "legacy.things"], "'legacy.things' was removed before 'main'", "dcr log legacy.things shows"),
        (["diff", f"{ID}@1.0.0..9"], f"version '9' of dataset '{ID}' does not exist", "choose one of 1.0.0"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named_with_what_was_meant(
    told: Story, arguments: list[str], message: str, hint: str
) -> None:
    told.dcr(*arguments).says(message, hint)


def test_two_versions_are_named_in_whichever_way_comes_to_mind(told: Story) -> None:
    whole = told.dcr("diff", f"{ID}@1.0.0", f"{ID}@2.0.0")
    assert whole.code == 0
    for words in ([f"{ID}@1.0.0..2.0.0"], [f"{ID}@1.0.0..{ID}@2.0.0"], [f"{ID}@1.0.0", "2.0.0"]):
        assert told.dcr("diff", *words) == whole
    told.repository.git("branch", "v@1.0.0", "main~8")
    assert told.dcr("diff", "v@1.0.0..main").out == told.dcr("diff", "main~8..main").out.replace("main~8", "v@1.0.0")
    told.repository.git("branch", "-D", "v@1.0.0")


def test_the_content_of_a_commit_can_be_chosen(told: Story) -> None:
    second = told.repository.git("rev-parse", "main~7")
    run = told.dcr("show", f"{ID}@1.1.0", "--commit", second[:8])
    assert (run.code, run.out, run.err) == (0, SECOND, "")


def test_another_ref_is_another_registry(told: Story) -> None:
    found = json.loads(told.dcr("datasets", "--ref", "main~8", "--format", "json").out)
    assert [(each["dataset_id"], each["version"], each["path"]) for each in found["datasets"]] == [
        ("legacy.things", "1.0.0", "contracts/legacy.yaml"),
        ("orders/heads", "1.0.0", "contracts/orders.yaml"),
        ("orders/lines", "1.0.0", "contracts/orders.yaml"),
        (ID, "1.0.0", OLD),
    ]
    assert NEW != OLD


HOSTILE = "Eve \x1b[31m\u202e ::error::x ##[error]y [/] <b>@all"


def test_hostile_names_are_printable_and_command_nobody(tmp_path: Path) -> None:
    told = Story(tmp_path)
    name = '"::error::[/]<b>@x##[error]\\u202e"'
    told.commit("::error::gone\n", {"contracts/::x.yaml": contract().replace(ID, '"::error::<b>@x##[error]"')}, HOSTILE)
    odd = contract(version="2.0.0").replace(ID, '"::error::<b>@x##[error]"').replace("name: ltv", f"name: {name}")
    told.commit("##[error]y", {"contracts/::x.yaml": odd.replace("\\u202e", "b")}, HOSTILE)
    found = "::error::<b>@x##[error]"
    for arguments in (
        ["datasets"], ["log"], ["log", found], ["show", found], ["blame", found], ["diff", "main~1..main"],
        ["diff", "main~1..main", "--format", "markdown"], ["log", found, "--format", "json"],
        ["log", "::error::z"], ["show", f"{found}@::error::"], ["blame", found, "::error::"],
    ):  # fmt: skip
        for columns in ("40", "100", "300"):
            run = told.dcr(*arguments, CI="1", COLUMNS=columns)  # which allows no control character in any output
            for line in (run.out + run.err).splitlines():
                assert not line.lstrip().startswith("::"), (arguments, line)
                assert "##[" not in line, (arguments, line)
        if "markdown" in arguments:
            outside_code = re.sub(r"`[^`]*`", "", run.out)
            assert not re.search(r"@|<|::", outside_code)


def test_a_shallow_clone_says_that_it_does_not_know_everything(told: Story, tmp_path: Path) -> None:
    source = told.repository.folder.as_uri()
    told.repository.git("clone", "-q", "--depth=3", source, str(tmp_path / "shallow"), cwd=tmp_path)
    clone = Repository(tmp_path, "shallow", init=None)
    run = clone.dcr("log", ID, "--format", "json", DCR_CACHE="off")
    assert (run.code, json.loads(run.out)["whole"]) == (0, False)
    assert run.err == (
        "dcr: warning: this clone is shallow: its history before the first commit is unknown\n"
        "  help: run: git fetch --unshallow origin\n"
    )


def test_two_files_that_claim_a_dataset_are_both_named(tmp_path: Path) -> None:
    told = Story(tmp_path)
    told.commit("one", {"contracts/a.yaml": contract()})
    told.commit("two", {"contracts/b.yaml": contract(version="1.1.0")})
    (found,) = json.loads(told.dcr("datasets", "--format", "json").out)["datasets"]
    assert (found["version"], found["path"], found["also_at"]) == ("1.1.0", "contracts/b.yaml", ["contracts/a.yaml"])
    assert "contracts/b.yaml (also contracts/a.yaml)" in told.dcr("datasets").out


def test_an_empty_registry_is_no_error(tmp_path: Path) -> None:
    told = Story(tmp_path)
    told.commit("one", {"README": "x"})
    assert told.dcr("datasets").out == "0 datasets\n"
    assert told.dcr("log").out == "0 versions of 0 datasets\n"
    assert told.dcr("diff").out == "no contract changed between main and the working tree\n"


def test_what_a_program_reads_is_a_line_to_a_row_whatever_it_takes(told: Story) -> None:
    out = told.dcr("datasets").out.splitlines()
    assert [line.split()[0] for line in out] == ["DATASET", "orders/heads", "orders/lines", ID, "3"]
    assert out[1].endswith("  contracts/orders.yaml")


def test_no_color_and_no_terminal_mean_no_colour_and_always_means_it(told: Story) -> None:
    for arguments, colored in (([], False), (["--color", "always"], True), (["--color", "never"], False)):
        ended = subprocess.run(
            [sys.executable, "-P", "-m", "dcr", "log", ID, *arguments],
            cwd=told.repository.folder, env=told.repository.environment(DCR_CACHE="off"),
            stdin=subprocess.DEVNULL, capture_output=True, check=True,
        )  # fmt: skip
        assert (b"\x1b[" in ended.stdout) is colored


def test_a_shallow_clone_denies_nothing_that_it_cannot_know(told: Story, tmp_path: Path) -> None:
    source = told.repository.folder.as_uri()
    told.repository.git("clone", "-q", "--depth=3", source, str(tmp_path / "shallow"), cwd=tmp_path)
    clone = Repository(tmp_path, "shallow", init=None)
    clone.dcr("show", f"{ID}@1.0.0", DCR_CACHE="off").says(
        f"version '1.0.0' of dataset '{ID}' does not exist in this shallow clone",
        "fetch the versions before 2.0.0: git fetch --unshallow origin",
    )
    clone.dcr("log", "legacy.thing", DCR_CACHE="off").says("or in its history, as far as this shallow clone goes")
    clone.dcr("log", ID, "--ref", "HEAD~9", DCR_CACHE="off").says(
        "run: git fetch --unshallow origin; or choose another: --ref"
    )


def test_a_hint_can_be_typed_as_it_stands_whatever_the_dataset_is_called(tmp_path: Path) -> None:
    told = Story(tmp_path)
    told.commit("one", {"contracts/a.yaml": contract().replace(ID, '"-a; touch b $(c)"')})
    told.dcr("show", "--", "-a; touch b $(c)@2").says("choose one of 1.0.0; list all: dcr log '-a; touch b $(c)'\n")
    told.dcr("show", "-a").says("unknown option '-a'", "put -- before a name that begins with a dash")


def test_a_change_of_format_alone_is_not_told_as_a_move(tmp_path: Path) -> None:
    told = Story(tmp_path)
    native = (
        'dataset_id: shop/orders\nversion: "1.0.0"\nstatus: active\nowners: [{team: shop}]\n'
        "fields: [{name: id, type: string}]\n"
    )
    standard = (
        "kind: DataContract\napiVersion: v3.1.0\nid: shop\nversion: 1.0.0\nstatus: active\nteam: {name: shop}\n"
        "schema: [{name: orders, properties: [{name: id, logicalType: string, required: true}]}]\n"
    )
    told.commit("one", {OLD: native})
    told.commit("two", {OLD: standard})
    told.commit("three", {OLD: None, NEW: native})
    lines = told.dcr("log", "shop/orders").out.splitlines()
    assert lines[0] == f"1.0.0  moved to {NEW}, format changed from odcs to native"
    assert lines[3] == "1.0.0  format changed from native to odcs"
