"""`dcr demo` plays on real repositories and tidies up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cli_runs import dcr, git

if TYPE_CHECKING:
    from collections.abc import Callable

EXPECTED = Path(__file__).parent / "demo.txt"


def steady(text: str) -> str:
    """The commit's id and the lines it happens to break are another's business."""
    return re.sub(r"\b[0-9a-f]{10}\b", "0123456789", text)


def test_the_demo_breaks_a_contract_and_mends_it(tmp_path: Path, expect: Callable[[Path, str], None]) -> None:
    run = dcr(tmp_path, "demo")
    assert (run.code, run.err) == (0, "")
    expect(EXPECTED, steady(run.out))
    assert "field 'ltv' was removed" in run.out
    assert re.findall("exit code [0-9]", run.out) == ["exit code 1", "exit code 0"]


def test_the_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    assert dcr(home, "demo", TMPDIR=str(temporary)).code == 0
    assert list(home.iterdir()) == list(temporary.iterdir()) == []


def test_the_demo_leaves_the_repository_alone_that_it_is_run_in(broken: Path) -> None:
    before = git(broken, "status", "--porcelain"), git(broken, "log", "--format=%H", "--all")
    assert dcr(broken, "demo", GIT_DIR=str(broken / ".git"), GIT_INDEX_FILE=str(broken / ".git/index")).code == 0
    assert (git(broken, "status", "--porcelain"), git(broken, "log", "--format=%H", "--all")) == before


def test_the_demo_can_be_kept_and_played_with(tmp_path: Path) -> None:
    run = dcr(tmp_path, "demo", "--keep", "play")
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines()[-1] == "The repository is in play: edit a contract there and run dcr check."
    assert [each.name for each in tmp_path.iterdir()] == ["play"]
    assert git(tmp_path / "play", "branch", "--show-current") == "change\n"
    assert git(tmp_path / "play", "status", "--porcelain") == " M contracts/growth/users_daily_active.yaml\n"
    assert dcr(tmp_path / "play", "check").code == 0
    assert dcr(tmp_path / "play", "lint").code == 0


@pytest.mark.parametrize("kept", [".", "file", "link"])
def test_the_demo_overwrites_nothing(tmp_path: Path, kept: str) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    (tmp_path / "link").symlink_to("nowhere")
    run = dcr(tmp_path, "demo", "--keep", kept)
    assert (run.code, run.out) == (2, "")
    assert run.err == (
        f"dcr: error: folder '{kept}' already exists (nothing was checked)\n  help: name a folder that does not exist\n"
    )
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "link"]


def test_a_folder_that_cannot_be_made_is_2(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    run = dcr(tmp_path, "demo", "--keep", "file/below")
    assert (run.code, run.out) == (2, "")
    assert run.err.endswith("not a directory (nothing was checked)\n  help: name a folder that you can write to\n")


def test_the_demo_has_colours_where_they_are_wanted(tmp_path: Path) -> None:
    assert "\x1b[1;31m✗" in dcr(tmp_path, "demo", "--color", "always").out
    assert "\x1b" not in dcr(tmp_path, "demo", "--color", "never", FORCE_COLOR="1").out
