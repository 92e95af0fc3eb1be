"""What editors and CI make of the lines of `--format text`: every issue, with its place, severity, message and kind."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from repositories import ROOT, Repository, breaking, contract

from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from pathlib import Path

EDITORS = ROOT / "docs" / "editors"
ODD_NAMES = (
    "plain.yaml", "a b.yaml", "ümläut.yaml", "c:1.yaml", "d:1:2.yaml", "e [field_removed].yaml", "f: error: g.yaml",
    "line\nbreak.yaml", "quote\"'.yaml", "esc\x1b[31m.yaml",
)  # fmt: skip
ACCEPTED = """\
accepted:
  - dataset: odd.n0
    version: "1.1.0"
    kind: field_removed
    field: ltv
    reason: "nobody reads it: error: [really]"
"""


class Issue(NamedTuple):
    """An issue, as an editor lists it."""

    file: str
    line: int
    column: int
    severity: str
    message: str
    code: str


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with an error, a warning or a note in each of many files with odd names."""
    made = Repository(tmp_path)
    made.commit({f"contracts/{name}": contract(f"odd.n{number}") for number, name in enumerate(ODD_NAMES)})
    for number, name in enumerate(ODD_NAMES):
        made.write(f"contracts/{name}", breaking(dataset_id=f"odd.n{number}").replace("pro]", "pro, NO]"))
    made.write("contracts/broken.yaml", "dataset_id: [\n")
    made.write("dcr.accepted.yaml", ACCEPTED)
    return made


def issues_of(repository: Repository, *arguments: str) -> list[Issue]:
    """Return the issues by the JSON report, in the words of the text format."""
    found = []
    for each in repository.dcr(*arguments, "--format", "json").issues:
        place = each["location"]
        accepted = f" (accepted: {each['accepted']['reason']})" if each.get("accepted") else ""
        message = make_printable(each["message"]) + accepted
        severity, path = each["severity"], make_printable(place["path"])
        found.append(Issue(path, place["line"], place["column"], severity, message, each["kind"]))
    return sorted(found)


def matched(lines: list[str], pattern: dict[str, Any], severity: str = "") -> list[Issue]:
    """Return what a pattern takes from some lines."""
    found = []
    for line in lines:
        match = re.search(pattern["regexp"], line)
        if match:
            said = {name: match[pattern[name]] for name in ("file", "line", "column", "message", "code")}
            told = match[pattern["severity"]] if "severity" in pattern else severity
            found.append(
                Issue(said["file"], int(said["line"]), int(said["column"]), told, said["message"], said["code"])
            )
    return found


def test_github_matches_every_line_once(repository: Repository) -> None:
    lines = repository.dcr("check", "--format", "text").out.splitlines()
    matchers = json.loads((EDITORS / "problem-matcher.json").read_text("utf-8"))["problemMatcher"]
    assert len({each["owner"] for each in matchers}) == len(matchers)
    found: list[Issue] = []
    for each in matchers:
        assert each.keys() <= {"owner", "severity", "pattern"}
        assert each.get("severity", "error") in ("error", "warning", "notice")  # the words GitHub's runner knows
        (pattern,) = each["pattern"]
        found += matched(lines, pattern, each.get("severity", ""))
    assert len(found) == len(lines)
    expected = [each._replace(severity={"info": "notice"}.get(each.severity, each.severity)) for each in
                issues_of(repository, "check")]  # fmt: skip
    assert sorted(found) == sorted(expected)
    assert {each.severity for each in found} == {"error", "warning", "notice"}


def tasks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((EDITORS / "tasks.json").read_text("utf-8"))["tasks"]
    return found


@pytest.mark.parametrize("task", tasks(), ids=lambda task: task["label"])
def test_a_task_of_vs_code_lists_every_issue(repository: Repository, task: dict[str, Any]) -> None:
    assert (task["type"], task["command"]) == ("process", "dcr")
    ended = repository.dcr(*task["args"])
    assert ended.code == 1
    matcher = task["problemMatcher"]
    assert matcher["fileLocation"] == ["relative", "${workspaceFolder}"]
    lines = [*ended.out.splitlines(), *ended.err.splitlines()]
    assert sorted(matched(lines, matcher["pattern"])) == issues_of(repository, task["args"][0])


def test_a_message_that_looks_like_a_line_takes_nothing_over() -> None:
    pattern = tasks()[0]["problemMatcher"]["pattern"]
    line = "contracts/a.yaml:3:4: error: field 'x:1:1: warning: y [z]' was removed [field_removed]"
    expected = Issue("contracts/a.yaml", 3, 4, "error", "field 'x:1:1: warning: y [z]' was removed", "field_removed")
    assert matched([line], pattern) == [expected]
    assert matched(["dcr: 1 error, 0 warnings; 2 of 3 contracts changed"], pattern) == []


PLAIN = ("contracts/plain.yaml", "contracts/a b.yaml", "contracts/ümläut.yaml", "contracts/broken.yaml")
"""Files that vim and emacs find by a line; a colon and a number in a name mislead them."""


@pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
def test_vim_lists_every_issue(repository: Repository, tmp_path: Path) -> None:
    compiler = tmp_path / "vim" / "compiler"
    compiler.mkdir(parents=True)
    shutil.copy2(EDITORS / "dcr.vim", compiler)
    (tmp_path / "report.txt").write_text(repository.dcr("check", "--format", "text").out + "dcr: 3 errors\n", "utf-8")
    script = tmp_path / "list.vim"
    script.write_text(f"""\
compiler dcr
set makeprg=cat\\ {tmp_path}/report.txt
silent make!
let found = map(getqflist(), {{_, e -> [bufname(e.bufnr), e.lnum, e.col, e.type, e.text]}})
call writefile([json_encode(found)], '{tmp_path}/found.json')
qa!
""")
    command = [
        "vim",
        "-es",
        "-u",
        "NONE",
        "--cmd",
        f"set nocompatible encoding=utf-8 rtp^={tmp_path}/vim",
        "-S",
        str(script),
    ]
    environment = repository.environment(LC_ALL="C.UTF-8", TERM="dumb")
    subprocess.run(command, cwd=repository.folder, env=environment, check=False, timeout=60, stdin=subprocess.DEVNULL)
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    expected = [
        [each.file, each.line, each.column, each.severity[0], f"{each.message} [{each.code}]"]
        for each in issues_of(repository, "check")
        if each.file in PLAIN
    ]
    assert sorted(each for each in found if each[0] in PLAIN) == sorted(expected)
    assert not [each for each in found if "3 errors" in each[4]]


LISP = """\
(require 'compile)
(setq compilation-skip-threshold 0)
(let ((buffer (compile "cat ../report.txt")))
  (while (get-buffer-process buffer) (accept-process-output nil 0.1))
  (with-current-buffer buffer
    (goto-char (point-min))
    (condition-case nil
        (while t
          (compilation-next-error 1)
          (let* ((message (get-text-property (point) 'compilation-message))
                 (place (compilation--message->loc message)))
            (princ (format "%s:%d:%d:%d\\n" (caar (compilation--loc->file-struct place)) (compilation--loc->line place)
                           (1+ (compilation--loc->col place)) (compilation--message->type message)))))
      (error nil))))
"""


@pytest.mark.skipif(shutil.which("emacs") is None, reason="emacs is not installed")
def test_emacs_lists_every_issue_without_being_told_how(repository: Repository, tmp_path: Path) -> None:
    lines = repository.dcr("check", "--format", "text").out.splitlines(keepends=True)
    (tmp_path / "report.txt").write_text("".join(each for each in lines if each.startswith(PLAIN)), "utf-8")
    (tmp_path / "list.el").write_text(LISP, "utf-8")
    command = ["emacs", "-Q", "--batch", "-l", str(tmp_path / "list.el")]
    environment = repository.environment(LC_ALL="C.UTF-8")
    ended = subprocess.run(
        command, cwd=repository.folder, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    types = {"error": 2, "warning": 1, "info": 0}
    expected = {
        f"{each.file}:{each.line}:{each.column + 1}:{types[each.severity]}"
        for each in issues_of(repository, "check")
        if each.file in PLAIN
    }
    assert set(ended.stdout.splitlines()) == expected
