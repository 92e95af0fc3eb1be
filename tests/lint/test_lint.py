"""Checks the issues of `dcr lint`, and which files it reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lint_files import BAD, good

from dcr.errors import DcrError, PolicyError, UsageError
from dcr.lint import lint
from dcr.rendering.reports import load_reporter
from dcr.rendering.style import Style
from dcr.report.summary import format_closing_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.report.report import Report

EXAMPLES = Path(__file__).parents[2] / "contracts-example"


def text(report: Report) -> str:
    return load_reporter("text").render(report, Style())


def test_every_cause_in_every_file_is_said_at_once(
    folder: Callable[..., Path], expect: Callable[[Path, str], None]
) -> None:
    root = folder(
        {
            "contracts/bad.yaml": BAD,
            "contracts/good.yaml": good(),
            "contracts/twice.yaml": f"{good('good.two')}version: 2.0.0\n",
            "contracts/broken.yaml": "fields: [\n",
            "contracts/conflict.yaml": "<<<<<<< ours\nversion: 1\n=======\n>>>>>>> theirs\n",
            "contracts/latin.yaml": b"dataset_id: caf\xe9\n",
            "contracts/ownerless.yml": good("good.three").replace("owners: [{team: growth}]\n", ""),
            "contracts/values.yaml": good("good.four").replace("name: id", "name: NO"),
            "contracts/no_id.yaml": "version: '1.0.0'\nfields: []\n",
        }
    )
    report = lint(str(root))
    expect(Path(__file__).parent / "every_cause.txt", text(report))
    assert format_closing_line(report) == "dcr: 18 errors, 2 warnings; 9 contracts (6 native, 3 unreadable)"
    assert report.fails


def test_an_id_that_two_files_claim_is_said_at_both(folder: Callable[..., Path]) -> None:
    root = folder({f"contracts/{name}.yaml": good() for name in ("a", "b", "c")} | {"contracts/d.yaml": good("d")})
    report = lint(str(root))
    assert text(report) == (
        "contracts/a.yaml:1:1: error: dataset_id 'good.one' is also defined in 'contracts/b.yaml', 'contracts/c.yaml'"
        " [dataset_id_duplicated]\n"
        "contracts/b.yaml:1:1: error: dataset_id 'good.one' is also defined in 'contracts/a.yaml', 'contracts/c.yaml'"
        " [dataset_id_duplicated]\n"
        "contracts/c.yaml:1:1: error: dataset_id 'good.one' is also defined in 'contracts/a.yaml', 'contracts/b.yaml'"
        " [dataset_id_duplicated]\n"
    )


def test_what_is_said_about_one_contract_stands_together(folder: Callable[..., Path]) -> None:
    ownerless = good().replace("owners: [{team: growth}]\n", "")
    report = lint(str(folder({"contracts/a.yaml": ownerless, "contracts/b.yaml": good()})))
    assert [(each.path, [issue.kind for issue in each.issues]) for each in report.contracts] == [
        ("contracts/a.yaml", ["owner_missing", "dataset_id_duplicated"]),
        ("contracts/b.yaml", ["dataset_id_duplicated"]),
    ]


def test_an_id_claimed_outside_the_paths_given_is_not_a_duplicate_of_them(folder: Callable[..., Path]) -> None:
    root = folder({"contracts/a.yaml": good(), "elsewhere/b.yaml": good()})
    assert text(lint(str(root), ["contracts"])) == ""
    assert text(lint(str(root), ["."])) != ""


def test_files_in_scope_that_are_no_contracts_are_counted_and_left_alone(folder: Callable[..., Path]) -> None:
    root = folder(
        {
            "contracts/good.yaml": good(),
            "contracts/list.yaml": "- 1\n- 2\n",
            "contracts/other.yaml": "image: nginx\nreplicas: 2\n",
            "contracts/empty.yaml": "",
            "contracts/comment.yml": "# nothing yet\n",
            "contracts/notes.md": "dataset_id: x\n",
            "elsewhere/template.yaml": "a: {{ .Values.a }}\n",
        }
    )
    report = lint(str(root))
    assert (report.total, report.non_contracts) == (1, 5)
    assert format_closing_line(report) == "dcr: no issues; 1 contract (format native); 5 files are not contracts"
    assert not report.fails


def test_a_file_that_is_named_has_to_be_a_contract(folder: Callable[..., Path]) -> None:
    root = folder({"notes.md": "# hello\n", "other.yaml": "image: nginx\n", "a.json": "{}", "empty.yaml": ""})
    report = lint(str(root), ["notes.md", "other.yaml", "a.json", "empty.yaml"])
    assert text(report) == "".join(
        f"{name}:1:1: error: the file is not a contract [contract_invalid]\n"
        for name in ("a.json", "empty.yaml", "notes.md", "other.yaml")
    )
    assert (
        report.contracts[0].issues[0].hint == "a contract has dataset_id, version and fields; see: dcr schema contract"
    )
    assert report.non_contracts == 0


def test_a_contract_can_stand_anywhere_when_it_is_named(folder: Callable[..., Path]) -> None:
    root = folder({"deep/down/users.txt": good(), ".gitignore": "ignored.yaml\n", "ignored.yaml": BAD})
    assert lint(str(root), ["deep/down/users.txt"]).total == 1
    assert lint(str(root), ["ignored.yaml"]).contracts[0].dataset_id == "bad.one"


def test_a_folder_is_searched_for_yaml_that_is_a_contract(folder: Callable[..., Path]) -> None:
    root = folder(
        {
            "team/a.yaml": good("a"),
            "team/below/b.yml": good("b"),
            "team/c.txt": good("c"),
            "team/compose.yaml": "services: {}\n",
            "team/template.yaml": "a: {{ .Values.a }}\n---\nb: 1\n",
            "contracts/bad.yaml": BAD,
        }
    )
    report = lint(str(root), ["team"])
    assert (report.total, report.non_contracts, text(report)) == (2, 2, "")
    assert lint(str(root), ["."]).total == 3
    assert lint(str(root / "team"), ["."]).total == 2
    assert lint(str(root / "team"), ["below", "a.yaml", "../team/a.yaml"]).total == 2
    assert lint(str(root / "team")).total == 3  # without paths, the whole repository, wherever one stands


def test_a_file_that_cannot_be_read_is_only_left_alone_outside_the_globs(folder: Callable[..., Path]) -> None:
    root = folder({"team/x.yaml": "a: [\n", "contracts/x.yaml": "a: [\n", "contracts/z.yaml": b"\xff"})
    report = lint(str(root), ["."])
    assert {each.path for each in report.contracts} == {"contracts/x.yaml", "contracts/z.yaml"}
    assert report.non_contracts == 1
    assert [each.path for each in lint(str(root), ["team/x.yaml"]).contracts] == ["team/x.yaml"]


def test_only_files_of_the_repository_are_looked_at(folder: Callable[..., Path]) -> None:
    root = folder(
        {
            ".gitignore": "build/\n",
            "contracts/build/bad.yaml": BAD,
            "contracts/tracked.yaml": good("a"),
            "contracts/untracked.yaml": good("b"),
            "contracts/gone.yaml": BAD,
            "contracts/inner/bad.yaml": BAD,
        }
    )
    subprocess.run(["git", "init", "--quiet", root / "contracts/inner"], check=True)
    subprocess.run(["git", "-C", root, "add", "contracts/tracked.yaml", "contracts/gone.yaml"], check=True)
    (root / "contracts/gone.yaml").unlink()
    report = lint(str(root))
    assert (report.total, text(report)) == (2, "")


def test_it_works_without_a_repository(folder: Callable[..., Path]) -> None:
    root = folder({"contracts/good.yaml": good(), "contracts/bad.yaml": BAD, "x.yaml": good("x")}, repository=False)
    assert lint(str(root)).total == 3
    assert {each.path for each in lint(str(root)).contracts} == {"contracts/bad.yaml"}
    assert lint(str(root), ["."]).total == 3
    assert lint(str(root / "contracts"), ["../x.yaml", "good.yaml"]).total == 2
    assert [each.path for each in lint(str(root / "contracts"), ["bad.yaml"]).contracts] == ["bad.yaml"]
    assert lint(str(root / "contracts")).total == 2


def test_links_are_not_followed(folder: Callable[..., Path], tmp_path: Path) -> None:
    root = folder({"contracts/good.yaml": good(), "away/secret.yaml": good("secret")})
    (root / "contracts/link.yaml").symlink_to("good.yaml")
    (root / "contracts/dangling.yaml").symlink_to("nowhere")
    (root / "contracts/folder").symlink_to("../away")
    report = lint(str(root))
    assert text(report) == (
        "contracts/dangling.yaml:1:1: error: the file is a symbolic link [contract_invalid]\n"
        "contracts/link.yaml:1:1: error: the file is a symbolic link [contract_invalid]\n"
    )
    assert text(lint(str(root), ["contracts/folder"])) == (
        "contracts/folder:1:1: error: the file is a symbolic link [contract_invalid]\n"
    )


def test_what_is_no_regular_file_is_not_read(folder: Callable[..., Path]) -> None:
    root = folder({"contracts/good.yaml": good()}, repository=False)
    os.mkfifo(root / "contracts/pipe.yaml")  # reading it would wait for ever
    assert (
        text(lint(str(root))) == "contracts/pipe.yaml:1:1: error: the file is not a regular file [contract_invalid]\n"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_a_file_without_permission_stops_the_run(folder: Callable[..., Path]) -> None:
    root = folder({"contracts/good.yaml": good()})
    (root / "contracts/good.yaml").chmod(0)
    with pytest.raises(DcrError, match=r"'contracts/good\.yaml' cannot be read: permission denied"):
        lint(str(root))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no/such", "'no/such' does not exist"),
        ("contracts/no.yaml", "'contracts/no.yaml' does not exist"),
        ("..", "'..' is outside the repository"),
        ("/", "'/' is outside the repository"),
        ("../../x", "'../../x' is outside the repository"),
    ],
)
def test_a_path_that_is_not_there_stops_the_run(folder: Callable[..., Path], path: str, message: str) -> None:
    root = folder({"contracts/good.yaml": good()})
    with pytest.raises(UsageError) as caught:
        lint(str(root), [path])
    assert caught.value.message == message
    assert caught.value.hint


def test_a_bare_repository_has_nothing_to_lint(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "bare.git"], check=True)
    with pytest.raises(UsageError, match="this repository is bare"):
        lint(str(tmp_path / "bare.git"))


def test_the_policy_says_what_is_in_scope_and_how_bad_it_is(folder: Callable[..., Path]) -> None:
    policy = """
        contracts = ["data/**/*.yaml"]
        exclude = ["data/old/**"]
        fail_on = "warning"
        [severity]
        owner_missing = "info"
        value_ambiguous = "error"
    """
    root = folder(
        {
            "dcr.toml": policy,
            "data/a.yaml": good("a").replace("owners: [{team: growth}]\n", "").replace("name: id", "name: 1.10"),
            "data/old/bad.yaml": BAD,
            "data/list.yaml": "dataset_id: [\n",
            "contracts/bad.yaml": BAD,
        }
    )
    report = lint(str(root))
    assert [(issue.kind, issue.severity) for issue in report.iterate_issues()] == [
        ("owner_missing", "info"),
        ("value_ambiguous", "error"),
        ("contract_invalid", "error"),
    ]
    assert (
        format_closing_line(report)
        == "dcr: 2 errors, 0 warnings; 2 contracts (1 native, 1 unreadable); policy dcr.toml"
    )
    assert report.fails
    assert not lint(str(root), fail_on="never").fails


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"dcr.toml": "mode = 'ful'"}, "'dcr.toml': mode is 'ful', expected one of backward, forward, full, none"),
        ({"dcr.toml": "mode = "}, "invalid TOML in 'dcr.toml': "),
        ({"pyproject.toml": "[tool.dcr]\nmod = 1"}, "'pyproject.toml': unknown setting 'mod'"),
        (
            {"dcr.toml": "", "pyproject.toml": "[tool.dcr]\nmode = 'full'"},
            "both dcr.toml and [tool.dcr] in pyproject.toml define a policy",
        ),
    ],
)
def test_a_policy_that_is_not_understood_stops_the_run(
    folder: Callable[..., Path], files: dict[str, str], message: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        lint(str(folder(files)))
    assert caught.value.message.startswith(message)


def test_a_policy_that_is_a_link_stops_the_run(folder: Callable[..., Path]) -> None:
    root = folder({"elsewhere.toml": ""})
    (root / "dcr.toml").symlink_to("elsewhere.toml")
    with pytest.raises(PolicyError, match=r"'dcr\.toml' is a symbolic link"):
        lint(str(root))


def test_a_pyproject_of_somebody_else_is_no_policy(folder: Callable[..., Path]) -> None:
    root = folder({"pyproject.toml": "[tool.other]\nx = 'dcr'\n", "contracts/good.yaml": good()})
    assert lint(str(root)).policy == "defaults"


def test_nothing_found_is_said(folder: Callable[..., Path]) -> None:
    assert (
        format_closing_line(lint(str(folder({}))))
        == "dcr: no contract found in 0 files in scope (YAML and JSON); see what a contract is: dcr schema contract"
    )


def test_progress_is_reported_every_500_files(folder: Callable[..., Path]) -> None:
    messages: list[str] = []
    lint(
        str(folder({f"contracts/{number}.yaml": good(str(number)) for number in range(501)})), progress=messages.append
    )
    assert messages == ["reading 0 of 501 files", "reading 500 of 501 files"]


def test_the_json_report_compares_nothing(folder: Callable[..., Path]) -> None:
    document = json.loads(load_reporter("json").render(lint(str(folder({"contracts/bad.yaml": BAD}))), Style()))
    assert (document["base"], document["head"], document["compatible"]) == (None, "worktree", False)
    assert [(each["path"], each["change"], each["mode"]) for each in document["contracts"]] == [
        ("contracts/bad.yaml", "unchanged", None)
    ]
    assert document["summary"]["contracts"] == 1


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_is_clean(folder: Callable[..., Path], path: Path) -> None:
    report = lint(str(folder({"contracts/x.yaml": path.read_bytes()})))
    assert (report.total, text(report)) == (1, "")


def test_the_examples_are_clean_together(folder: Callable[..., Path]) -> None:
    files = {f"contracts/{path.relative_to(EXAMPLES)}": path.read_bytes() for path in EXAMPLES.rglob("*.yaml")}
    assert text(lint(str(folder(files)))) == ""


FLOW_STYLE = """\
dataset_id: users.daily_active
version: 1.0.0
owners:
  - team: growth-platform
    contact: "#growth-platform"
freshness_sla:
  max_lag_seconds: 86400
fields:
  - {name: user_id, type: string, required: true}
  - {name: active_date, type: timestamp, required: true}
  - {name: plan, type: string, required: true, enum: [free, pro, enterprise]}
"""


def test_a_contract_in_flow_style_without_key_and_status_is_clean(folder: Callable[..., Path]) -> None:
    report = lint(str(folder({"contracts/users_daily_active.yaml": FLOW_STYLE})))
    assert (report.total, text(report)) == (1, "")


def test_the_command_prints_what_the_function_found(folder: Callable[..., Path]) -> None:
    root = folder({"contracts/bad.yaml": BAD, "contracts/good.yaml": good()})
    command = [sys.executable, "-m", "dcr", "lint", "contracts", "--format", "text"]
    run = subprocess.run(command, cwd=root, capture_output=True, check=False, text=True)
    report = lint(str(root), ["contracts"])
    assert (run.returncode, run.stdout, run.stderr) == (1, text(report), f"{format_closing_line(report)}\n")
