"""The files for CI services hold to the services' own schemas, and those for GitHub to what zizmor asks."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_groovy
import yaml
from ci_jobs import FILES
from repositories import ROOT

from dcr.setup.platforms import PLACEHOLDER

BIN = Path(sys.executable).parent
SCHEMAS = {
    "action.yml": "github-actions",
    "docs/ci/github.yml": "github-workflows",
    "docs/ci/github-comment.yml": "github-workflows",
    "docs/ci/github-pages.yml": "github-workflows",
    "docs/ci/gitlab.yml": "gitlab-ci",
    "docs/ci/gitlab-pages.yml": "gitlab-ci",
    "docs/ci/azure-pipelines.yml": "azure-pipelines",
    "docs/ci/bitbucket-pipelines.yml": "bitbucket-pipelines",
    "docs/ci/buildkite.yml": "buildkite",
    "docs/ci/circleci.yml": "circle-ci",
}
WORKFLOWS = ["github.yml", "github-comment.yml", "github-pages.yml"]
USES = re.compile(r"^\s*(?:- )?uses: ([\w./-]+)@([0-9a-f]{40}) # v[0-9]+\.[0-9]+\.[0-9]+$", re.MULTILINE)


def validate(path: Path, schema: str) -> subprocess.CompletedProcess[str]:
    """Run check-jsonschema with one of its vendored schemas; Azure's has patterns that only this variant reads."""
    command = [BIN / "check-jsonschema", "--regex-variant", "nonunicode", "--builtin-schema", f"vendor.{schema}", path]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def audit(*paths: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run zizmor where GitHub keeps such files."""
    (folder / ".github/workflows").mkdir(parents=True)
    for path in paths:
        shutil.copy(path, folder if path.name == "action.yml" else folder / ".github/workflows")
    command = [BIN / "zizmor", "--offline", "--no-config", "--no-progress", "--persona", "auditor", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("name", "schema"), SCHEMAS.items())
def test_a_file_holds_to_its_service_s_schema(name: str, schema: str) -> None:
    ended = validate(ROOT / name, schema)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(("name", "schema"), SCHEMAS.items())
def test_the_schema_would_see_a_misspelt_key(name: str, schema: str, tmp_path: Path) -> None:
    right, wrong = {
        "action.yml": ("runs:", "run:"),
        "gitlab.yml": ("script:", "scripts:"),
        "gitlab-pages.yml": ("script:", "scripts:"),
        "azure-pipelines.yml": ("steps:", "step:"),
        "bitbucket-pipelines.yml": ("depth: full", "depth: fall"),
        "buildkite.yml": ("env:", "environ:"),
        "circleci.yml": ("docker:", "dockers:"),
    }.get(Path(name).name, ("runs-on:", "runs_on:"))
    text = (ROOT / name).read_text("utf-8")
    path = tmp_path / Path(name).name
    path.write_text(text.replace(right, wrong, 1), "utf-8")
    assert text != path.read_text("utf-8")
    assert validate(path, schema).returncode == 1


def test_every_file_for_a_service_is_validated() -> None:
    shown = {f"docs/ci/{each.name}" for each in FILES.iterdir()}
    assert shown == set(SCHEMAS) - {"action.yml"} | {"docs/ci/Jenkinsfile"}


def test_zizmor_finds_nothing_in_the_action_and_the_workflows(tmp_path: Path) -> None:
    ended = audit(ROOT / "action.yml", *(FILES / name for name in WORKFLOWS), folder=tmp_path)
    assert ended.returncode == 0, ended.stdout
    assert "No findings to report" in ended.stdout + ended.stderr
    ignored = [
        line for name in WORKFLOWS for line in (FILES / name).read_text("utf-8").splitlines() if "zizmor:" in line
    ]
    assert ignored == ["  workflow_run: # zizmor: ignore[dangerous-triggers] see above"]


def test_zizmor_would_see_an_input_in_a_script(tmp_path: Path) -> None:
    path = tmp_path / "action.yml"
    path.write_text((ROOT / "action.yml").read_text("utf-8").replace('"$INSTALL"', '"${{ inputs.install }}"'), "utf-8")
    ended = audit(path, folder=tmp_path / "audited")
    assert "template-injection" in ended.stdout


@pytest.mark.parametrize(
    "path", [ROOT / "action.yml", *(FILES / name for name in WORKFLOWS)], ids=lambda path: path.name
)
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(USES.findall(text)) == text.count("uses: ")


def test_an_action_has_one_pin_in_all_files() -> None:
    files = [ROOT / "action.yml", *(FILES / name for name in WORKFLOWS)]
    pins = {pin for path in files for pin in USES.findall(path.read_text("utf-8"))}
    assert len({action for action, _ in pins}) == len(pins) == 6


def test_the_workflows_have_the_least_permissions() -> None:
    permissions = {}
    for name in WORKFLOWS:
        workflow = yaml.safe_load((FILES / name).read_text("utf-8"))
        assert workflow["permissions"] == {}
        permissions |= {job: each["permissions"] for job, each in workflow["jobs"].items()}
    assert permissions == {
        "check": {"contents": "read"},
        "comment": {"actions": "read", "pull-requests": "write"},
        "build": {"contents": "read"},
        "deploy": {"pages": "write", "id-token": "write"},
    }


def test_the_job_that_may_deploy_pages_runs_nothing_of_the_repository() -> None:
    jobs = yaml.safe_load((FILES / "github-pages.yml").read_text("utf-8"))["jobs"]
    assert [step.get("uses", "").partition("@")[0] for step in jobs["deploy"]["steps"]] == ["actions/deploy-pages"]


def test_the_job_that_may_write_comments_checks_nothing_out() -> None:
    (job,) = yaml.safe_load((FILES / "github-comment.yml").read_text("utf-8"))["jobs"].values()
    assert [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step] == ["actions/download-artifact"]


def _calls(node: tree_sitter.Node, around: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    """Return by the names of its blocks the text of every call in a Jenkinsfile."""
    found = {}
    if node.type in ("method_invocation", "juxt_function_call"):
        around = (*around, node.children[0].text.decode())
        found[around] = node.text.decode()
    for child in node.children:
        found |= _calls(child, around)
    return found


def test_the_jenkinsfile_is_groovy_in_the_shape_of_a_declarative_pipeline() -> None:
    """A Jenkins alone can validate one fully; this holds the syntax, and the sections that the steps stand in."""
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_groovy.language()))
    text = (FILES / "Jenkinsfile").read_bytes()
    root = parser.parse(text).root_node
    assert not root.has_error
    assert parser.parse(text.replace(b"'''\n", b"\n")).root_node.has_error
    assert parser.parse(text.rstrip()[:-1]).root_node.has_error
    stage = ("pipeline", "stages", "stage")
    assert {
        ("pipeline",), ("pipeline", "options", "timeout"), ("pipeline", "environment"),
        (*stage, "when", "anyOf", "changeRequest"), (*stage, "when", "anyOf", "expression"),
        (*stage, "steps", "sh"), (*stage, "post", "always", "junit"),
    } <= set(_calls(root))  # fmt: skip


def test_the_workflow_on_the_page_holds_to_the_schema_and_to_zizmor(tmp_path: Path) -> None:
    text = (ROOT / "docs/ci.md").read_text("utf-8")
    (workflow,) = re.findall(r"^```yaml\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    path = tmp_path / "workflow.yml"
    path.write_text(workflow, "utf-8")
    assert validate(path, "github-workflows").returncode == 0
    command = [BIN / "zizmor", "--offline", "--no-config", "--no-progress", path]
    assert "No findings" in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert len(USES.findall(workflow)) == 1  # dcr's own commit is for whoever copies this to fill in


def test_the_page_names_every_file() -> None:
    text = (ROOT / "docs/ci.md").read_text("utf-8")
    assert [each.name for each in FILES.iterdir() if f"](ci/{each.name})" not in text] == []


@pytest.mark.parametrize(
    "path", [each for each in FILES.iterdir() if each.name != "github-comment.yml"], ids=lambda path: path.name
)
def test_what_init_puts_in_for_the_stand_in_is_all_that_pip_is_given(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("git.example.com") == text.count(PLACEHOLDER) == 1
