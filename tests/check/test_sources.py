"""Checks the source texts in a report, for both sides and every kind of head."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from histories import NUMBER, PATH, STRING, Historic, orders
from repositories import USERS, Repository, breaking, contract

from dcr.check import Request, check
from dcr.git import objects as git_objects
from dcr.git.contracts import source_texts as git_texts
from dcr.git.repository import discover_repository
from dcr.lint import lint
from dcr.report.sources import Source, parse_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dcr.report.report import Report


def report_of(repository: Repository, **asked: Any) -> Report:
    return check(Request(folder=str(repository.folder), base="main", sources=True, **asked))


def texts(report: Report) -> Mapping[tuple[str, str], str]:
    """Return the texts by commit and path, or why there is none in brackets."""
    assert report.sources is not None
    return {
        key: f"({source.missing})" if source.missing else "".join(f"{line}\n" for line in source.lines)
        for key, source in report.sources.items()
    }


def base_of(report: Report) -> str:
    assert report.base
    return report.base.merge_base


@pytest.mark.parametrize("head", ["worktree", "index", "feature"])
def test_both_sides_are_what_was_judged_wherever_the_proposed_one_is(repository: Repository, head: str) -> None:
    repository.commit({USERS: breaking("1.1.0")})
    repository.write(USERS, breaking("1.2.0"))
    repository.git("add", "-A")
    repository.write(USERS, breaking("1.3.0"))
    report = report_of(repository, head=head)
    version = {"worktree": "1.3.0", "index": "1.2.0", "feature": "1.1.0"}[head]
    assert texts(report) == {(base_of(report), USERS): contract(), ("", USERS): breaking(version)}


def test_without_being_asked_a_report_holds_no_texts(broken: Repository) -> None:
    assert check(Request(folder=str(broken.folder), base="main")).sources is None
    assert lint(str(broken.folder)).sources is None
    for name, needed in (("json", False), ("table", False), ("html", True)):
        ended = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "dcr", "check", "--base", "main", "--format", name],
            cwd=broken.folder, env=broken.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 1
        assert (" dcr.git.contracts.source_texts\n" in ended.stderr) is needed, name


def test_only_files_that_issues_name_are_read(repository: Repository) -> None:
    repository.commit({USERS: breaking(), "contracts/quiet.yaml": contract("quiet"), "contracts/b.yaml": "a: b\n"})
    assert {path for _, path in texts(report_of(repository))} == {USERS}


def test_a_contract_that_is_gone_has_a_text_on_one_side(repository: Repository) -> None:
    repository.commit({USERS: None})
    report = report_of(repository)
    assert texts(report) == {(base_of(report), USERS): contract(), ("", USERS): "(the file does not exist)"}


def test_a_contract_that_moved_has_each_text_under_its_own_path(repository: Repository) -> None:
    moved = "contracts/deep/new name.yaml"
    repository.commit({USERS: None, moved: breaking()})
    report = report_of(repository)
    assert texts(report) == {(base_of(report), USERS): contract(), ("", moved): breaking()}


def test_a_file_that_did_not_change_is_the_same_on_the_proposed_side(repository: Repository) -> None:
    twin = "contracts/twin.yaml"
    repository.commit({twin: contract()})
    for head in ("worktree", "index", "feature"):
        shown = texts(report_of(repository, head=head))
        assert shown["", twin] == contract()
        assert set(shown) >= {("", twin)}
        assert all(text == contract() or text.startswith("(") for text in shown.values())


def test_the_policy_and_the_acceptances_have_their_texts_too(repository: Repository) -> None:
    repository.commit({"dcr.toml": 'mode = "forward"\n', "dcr.accepted.yaml": "accepted:\n  - nothing\n"})
    report = report_of(repository)
    shown = texts(report)
    assert shown["", "dcr.toml"] == 'mode = "forward"\n'
    assert shown["", "dcr.accepted.yaml"] == "accepted:\n  - nothing\n"
    assert shown[base_of(report), "dcr.toml"] == "(the file does not exist)"


def test_an_older_version_that_a_transitive_mode_breaks_against_is_shown_as_it_was(tmp_path: Path) -> None:
    repository = Historic(tmp_path)
    first = orders("1.0.0", STRING)
    oldest = repository.commit({PATH: first})
    repository.commit({PATH: orders("1.0.1")})
    repository.branch()
    repository.write(PATH, orders("2.0.0", NUMBER))
    report = report_of(repository, mode="forward_transitive")
    (issue,) = [each for each in report.iterate_issues() if each.against == "1.0.0"]
    previous, proposed = report.find_source_keys(issue, report.contracts[0])
    assert previous == (oldest, PATH)
    assert texts(report)[oldest, PATH] == first
    assert proposed == ("", PATH)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"dataset_id: caf\xe9\n", "(the file is not UTF-8 text)"),
        (b"dataset_id: x\n" + b"# filler\n" * 250_000, "(the file is larger than 2 MiB)"),
        (b"\xef\xbb\xbfdataset_id: x\r\nversion: 1\r", "dataset_id: x\nversion: 1\n"),
    ],
    ids=["bytes", "large", "line ends"],
)
@pytest.mark.parametrize("head", ["worktree", "feature"])
def test_a_text_that_cannot_be_shown_says_why(repository: Repository, content: bytes, said: str, head: str) -> None:
    repository.commit({USERS: content})
    assert texts(report_of(repository, head=head))["", USERS] == said


def test_a_link_says_what_it_is(repository: Repository) -> None:
    (repository.folder / USERS).unlink()
    (repository.folder / USERS).symlink_to("/etc/passwd")
    repository.commit()
    for head in ("worktree", "index", "feature"):
        report = report_of(repository, head=head)
        assert texts(report)["", USERS] == "(the file is a symbolic link)"
        assert "root:" not in repr(report)


@pytest.mark.parametrize("name", ["line\nbreak", "caf\udce9", "a  b\t:c", "\u6f22"])
def test_a_text_is_found_under_any_name(tmp_path: Path, name: str) -> None:
    path = f"contracts/{name}.yaml"
    repository = Repository(tmp_path)
    repository.commit({path: contract()})
    repository.branch()
    repository.write(path, breaking())
    report = report_of(repository)
    there = "(the path contains a line break)" if "\n" in name else contract()
    assert texts(report) == {(base_of(report), path): there, ("", path): breaking()}


def test_texts_that_are_too_large_together_are_left_out(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_texts, "MAX_TOTAL_BYTES", len(contract()) + 10)
    repository.commit({USERS: breaking()})
    report = report_of(repository)
    assert list(texts(report).values()) == [contract(), f"({git_texts.TOTAL_TOO_LARGE})"]


def test_an_unresolved_conflict_has_the_text_that_lies_there(repository: Repository) -> None:
    repository.commit({USERS: breaking("1.1.0")})
    repository.git("checkout", "-q", "main")
    repository.commit({USERS: breaking("2.0.0")})
    repository.git("checkout", "-q", "feature")
    ended = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", "merge", "main"],
        cwd=repository.folder, env=repository.environment(), capture_output=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "<<<<<<<" in texts(report_of(repository))["", USERS]
    assert texts(report_of(repository, head="index"))["", USERS].startswith("(the file is unmerged")


def test_lint_shows_the_files_of_the_working_tree_and_of_a_folder_that_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / USERS).write_text("dataset_id: x\n")
    (tmp_path / "contracts/fine.yaml").write_text(contract())
    report = lint(str(tmp_path), sources=True)
    assert texts(report) == {("", USERS): "dataset_id: x\n"}
    assert report.find_source_keys(next(report.iterate_issues()), report.contracts[0]) == (None, ("", USERS))


def test_a_bare_repository_has_both_texts(broken: Repository, tmp_path: Path) -> None:
    broken.git("clone", "-q", "--bare", str(broken.folder), str(tmp_path / "bare.git"), cwd=tmp_path)
    report = check(Request(folder=str(tmp_path / "bare.git"), base="main", head="feature", sources=True))
    assert texts(report) == {(base_of(report), USERS): contract(), ("", USERS): breaking()}


def test_a_name_that_stands_for_no_text_is_answered_whatever_it_holds(repository: Repository) -> None:
    git = discover_repository(str(repository.folder)).git
    asked = [f"HEAD:{USERS}", "HEAD:no such  file", "HEAD:contracts", "HEAD", "no such commit:x", f"HEAD:{USERS}"]
    there = contract().encode()
    assert list(git_objects.stream_named_blobs(git, asked)) == [there, None, None, None, None, there]


def test_lines_end_where_the_reader_of_yaml_ends_them() -> None:
    assert parse_source("a\nb\r\nc\rd\u0085e\u2028f\n".encode()) == Source(("a", "b", "c", "d", "e", "f"))
    assert parse_source(b"") == Source(())
    assert parse_source(b"\n\n") == Source(("", ""))
    assert parse_source(b"\xff") == Source(missing="the file is not UTF-8 text")
    assert parse_source("gone") == Source(missing="gone")


def test_nothing_is_written_or_left_behind(broken: Repository) -> None:
    outcome = broken.dcr("check", "--base", "main", "--format", "html")
    assert outcome.code == 1
    assert outcome.out.startswith("<!doctype html>\n")
    assert os.linesep.join(["", "<title>Not compatible: "]) in outcome.out
