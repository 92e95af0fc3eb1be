"""The gateway to git: a program that is missing, is not git, or never ends; and a limit that is no number."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from repositories import Repository

FOUND = ["field_removed", "version_bump_insufficient"]


def test_git_missing_from_path_is_said(broken: Repository) -> None:
    (broken.root / "empty").mkdir()
    broken.check(PATH=str(broken.root / "empty")).says("git is not installed", "install git")


@pytest.mark.parametrize("content", ["", "not a program\n", None])
def test_a_git_that_cannot_be_started_is_said(broken: Repository, content: str | None) -> None:
    (broken.root / "bin").mkdir()
    program = broken.root / "bin/git"
    if content is None:
        program.mkdir()
    else:
        program.write_text(content)
    if content == "not a program\n":
        program.chmod(0o755)
    broken.check(PATH=str(broken.root / "bin")).says("git")


def test_a_git_in_the_working_tree_is_not_run(broken: Repository) -> None:
    canary = broken.root / "canary"
    broken.write("git", f"#!/bin/sh\ntouch {canary}\n")
    (broken.folder / "git").chmod(0o755)
    assert broken.check().kinds == FOUND
    assert not canary.exists()


@pytest.mark.parametrize("limit", ["soon", "nan", "inf", "-1", "0", "", "1e300"])
def test_a_time_limit_that_is_none_is_said(broken: Repository, limit: str) -> None:
    broken.check(DCR_GIT_TIMEOUT=limit).says("DCR_GIT_TIMEOUT", "expected seconds")


def test_a_time_limit_may_be_longer(broken: Repository) -> None:
    assert broken.check(DCR_GIT_TIMEOUT="600").kinds == FOUND


def test_a_git_that_answers_like_git_and_is_none_is_not_believed(broken: Repository) -> None:
    (broken.root / "bin").mkdir()
    program = broken.root / "bin/git"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    broken.check(path=str(broken.root / "bin")).says("git")


def test_a_folder_that_is_gone_is_said(broken: Repository) -> None:
    (broken.folder / "gone").mkdir()
    command = f"cd gone && rmdir ../gone && exec {shlex.quote(sys.executable)} -P -m dcr check"
    ended = broken.shell(command)
    assert ended.returncode == 2, ended.stderr
    assert "the working folder was removed" in ended.stderr
