"""`dcr site` as a process: what it prints, its exit codes, and that it touches its own folder only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from site_story import Story, copy_story

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return copy_story(tmp_path_factory.mktemp("story"))


def test_it_writes_the_pages_and_says_how_many(made: Story, tmp_path: Path) -> None:
    first = made.repository.dcr(
        "site", str(tmp_path / "public"), "--base-url", "https://example.com/x", DCR_CACHE="off"
    )
    assert (first.code, first.out) == (0, "")
    assert first.err.startswith("dcr: wrote 29 files, left 0 as they were; 18 datasets at main (")
    again = made.repository.dcr(
        "site", str(tmp_path / "public"), "--base-url", "https://example.com/x", DCR_CACHE="off"
    )
    assert again.err.startswith("dcr: wrote 0 files, left 29 as they were; ")
    assert (tmp_path / "public/index.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("contracts",), ("'contracts' is not empty and has no dcr-site.json", "name an empty folder")),
        (("dcr.accepted.yaml",), ("'dcr.accepted.yaml' cannot be used: file exists",)),
        (("",), ("the name of the folder is empty",)),
        (("public", "--base-url", "javascript:alert(1)"), ("--base-url is 'javascript:alert(1)'",)),
        (("public", "--base-url", "https://example.com/?x"), ("expected a web address",)),
        (("public", "--ref", "nowhere"), ("nowhere",)),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_with_nothing_written(
    made: Story, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    made.repository.dcr("site", *arguments, DCR_CACHE="off").says(*words)


def test_a_full_disk_ends_the_run_and_leaves_whole_pages(made: Story, tmp_path: Path) -> None:
    out = tmp_path / "public"
    made.repository.dcr("site", str(out), DCR_CACHE="off")
    before = {path: path.read_bytes() for path in out.rglob("*.html")}
    (out / "owners.html").unlink()
    command = f"ulimit -f 4; exec {sys.executable} -P -m dcr site {out} --base-url https://example.com"
    ended = made.repository.shell(command)
    assert ended.returncode == 2
    assert ended.stderr.startswith("dcr: error: 'dcr-site.json' in ")
    assert "cannot be written: file too large (the site was not finished)\n  help: " in ended.stderr
    assert {path: path.read_bytes() for path in out.rglob("*.html")} == {
        path: content for path, content in before.items() if path.name != "owners.html"
    }
    assert not list(out.rglob(".dcr*"))
    assert made.repository.dcr("site", str(out), DCR_CACHE="off").code == 0
    assert {path: path.read_bytes() for path in out.rglob("*.html")} == before
