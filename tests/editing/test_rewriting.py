"""Writing a file of the working tree: whole, with its mode, never through a link, never elsewhere."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from dcr.cli.edits import apply_edits
from dcr.editing.lifecycle import FileEdit
from dcr.git.writing.rewrites import UnwritableFileError, rewrite_file

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A folder with one file in a folder of its own."""
    folder = tmp_path / "top"
    (folder / "contracts").mkdir(parents=True)
    (folder / "contracts/a.yaml").write_bytes(b"old")
    return folder


def write(top: Path, path: str = "contracts/a.yaml", before: bytes | None = b"old") -> None:
    rewrite_file(str(top), path, before, b"new")


def test_content_is_replaced_and_the_mode_kept(top: Path) -> None:
    (top / "contracts/a.yaml").chmod(0o754)
    write(top)
    assert (top / "contracts/a.yaml").read_bytes() == b"new"
    assert stat.S_IMODE((top / "contracts/a.yaml").stat().st_mode) == 0o754
    assert os.listdir(top / "contracts") == ["a.yaml"]


def test_a_new_file_has_the_mode_that_new_files_have(top: Path) -> None:
    (top / "other").write_bytes(b"")
    write(top, "new.yaml", None)
    assert (top / "new.yaml").read_bytes() == b"new"
    assert (top / "new.yaml").stat().st_mode == (top / "other").stat().st_mode


@pytest.mark.parametrize("before", [None, b"older"])
def test_a_file_that_is_not_as_it_was_read_is_left(top: Path, before: bytes | None) -> None:
    with pytest.raises(UnwritableFileError, match="was just changed by another program"):
        write(top, before=before)
    assert (top / "contracts/a.yaml").read_bytes() == b"old"


def test_of_eight_edits_of_one_text_one_is_written_and_the_others_are_told(top: Path) -> None:
    texts = [f"edit {number}".encode() for number in range(8)]
    now = b"old"
    for _ in range(30):
        together = threading.Barrier(len(texts))

        def edit(text: bytes, before: bytes = now, together: threading.Barrier = together) -> str | bytes:
            together.wait()
            try:
                rewrite_file(str(top), "contracts/a.yaml", before, text)
            except UnwritableFileError as error:
                return error.hint
            return text

        with ThreadPoolExecutor(len(texts)) as pool:
            ended = list(pool.map(edit, texts))
        written = [each for each in ended if each != "run it again"]
        assert len(written) == 1
        now = (top / "contracts/a.yaml").read_bytes()
        assert written == [now]
        texts = [text + b"." for text in texts]
    assert os.listdir(top / "contracts") == ["a.yaml"]


def test_a_file_that_has_gone_does_not_come_back(top: Path) -> None:
    (top / "contracts/a.yaml").unlink()
    with pytest.raises(UnwritableFileError, match="was just changed by another program"):
        write(top)
    assert os.listdir(top / "contracts") == []


def test_a_link_is_not_written_through_nor_replaced(top: Path) -> None:
    (top / "link.yaml").symlink_to("contracts/a.yaml")
    with pytest.raises(UnwritableFileError, match="is a symbolic link"):
        write(top, "link.yaml")
    assert (top / "link.yaml").is_symlink()
    assert (top / "contracts/a.yaml").read_bytes() == b"old"


def test_a_dangling_link_is_no_new_file(top: Path) -> None:
    (top / "link.yaml").symlink_to("nowhere.yaml")
    with pytest.raises(UnwritableFileError, match="is a symbolic link"):
        write(top, "link.yaml", None)
    assert not (top / "nowhere.yaml").exists()


@pytest.mark.parametrize(
    "path", ["linked/a.yaml", "../outside/a.yaml", "contracts/../../outside/a.yaml", ".git/a.yaml"]
)
def test_nothing_is_written_outside_the_working_tree(top: Path, path: str) -> None:
    for folder in (top.parent / "outside", top / ".git"):
        folder.mkdir()
        (folder / "a.yaml").write_bytes(b"old")
    (top / "linked").symlink_to(top.parent / "outside")
    with pytest.raises(UnwritableFileError, match="is outside the working tree"):
        write(top, path)
    assert (top.parent / "outside/a.yaml").read_bytes() == b"old"
    assert (top / ".git/a.yaml").read_bytes() == b"old"


def test_an_absolute_path_is_outside_even_when_it_leads_inside(top: Path) -> None:
    with pytest.raises(UnwritableFileError, match="is outside"):
        write(top, str(top / "contracts/a.yaml"))


def test_the_tree_itself_may_be_reached_by_a_link(top: Path) -> None:
    (top.parent / "by").symlink_to(top)
    write(top.parent / "by")
    assert (top / "contracts/a.yaml").read_bytes() == b"new"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_a_read_only_file_and_a_read_only_folder_are_respected(top: Path) -> None:
    (top / "contracts/a.yaml").chmod(0o444)
    with pytest.raises(UnwritableFileError, match="is read-only"):
        write(top)
    (top / "contracts/a.yaml").chmod(0o644)
    (top / "contracts").chmod(0o555)
    with pytest.raises(UnwritableFileError, match="cannot be written: permission denied"):
        write(top)
    (top / "contracts").chmod(0o755)
    assert os.listdir(top / "contracts") == ["a.yaml"]
    assert (top / "contracts/a.yaml").read_bytes() == b"old"


def test_a_folder_that_is_not_there_is_not_made(top: Path) -> None:
    with pytest.raises(UnwritableFileError, match=r"'other/a\.yaml' cannot be written: no such file"):
        write(top, "other/a.yaml", None)


def test_a_disk_that_is_full_leaves_the_file_as_it_was(top: Path) -> None:
    """No file may grow beyond a byte in this process: what is written beside the file ends early."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))\n"
        "from dcr.git.writing.rewrites import UnwritableFileError, rewrite_file\n"
        "try: rewrite_file(sys.argv[1], 'contracts/a.yaml', b'old', b'new')\n"
        "except UnwritableFileError as error: print(error.message)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(top)], capture_output=True, text=True, check=True)
    assert ended.stdout == "'contracts/a.yaml' cannot be written: file too large\n"
    assert os.listdir(top / "contracts") == ["a.yaml"]
    assert (top / "contracts/a.yaml").read_bytes() == b"old"


def test_what_was_written_before_a_refusal_is_not_denied(top: Path) -> None:
    (top / "b.yaml").write_bytes(b"changed meanwhile")
    first = FileEdit(str(top), "contracts/a.yaml", b"old", b"new", "said")
    second = FileEdit(str(top), "b.yaml", b"old", b"new", "said")
    with pytest.raises(UnwritableFileError) as refused:
        apply_edits([first, second], dry_run=False)
    assert refused.value.consequence == "not everything was written"
    assert (top / "contracts/a.yaml").read_bytes() == b"new"
    assert (top / "b.yaml").read_bytes() == b"changed meanwhile"


def test_a_file_whose_name_is_not_utf_8_is_written(top: Path) -> None:
    name = os.fsdecode(b"contracts/\xff.yaml")
    (top / name).write_bytes(b"old")
    write(top, name)
    assert (top / name).read_bytes() == b"new"
