"""What the pages show is what dcr does: commands and their output, contracts, settings, links."""

from __future__ import annotations

import ast
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from doc_pages import PAGES, ROOT, all_blocks, anchors, blocks, links, rows, section, without_blocks
from doc_walkthroughs import Walkthrough, environment_of_a_stranger, play, replace_block, walkthroughs, without_ids

from dcr.cli.app import COMMANDS
from dcr.compatibility.issue import CONSUMERS, NEW_READERS, OLD_READERS
from dcr.compatibility.modes import BACKWARD, FORWARD, MODES
from dcr.compatibility.rule import load_rules
from dcr.contract import models
from dcr.fleet.settings import read_settings
from dcr.formats import list_formats
from dcr.formats._keys.vocabularies import find_vocabulary
from dcr.lint import lint
from dcr.policy.acceptance_file import parse_acceptances
from dcr.policy.consumer_settings import ConsumerSettings
from dcr.policy.index_settings import IndexSettings
from dcr.policy.policy import CHOICES, SETTING_NAMES, Policy
from dcr.policy.policy_file import parse_policy
from dcr.rendering.reports import list_formats as list_report_formats
from dcr.schemas.contract import TYPE_DESCRIPTIONS

if TYPE_CHECKING:
    from doc_pages import Block
    from pydantic import BaseModel

README = ROOT / "README.md"
TRY_IT = "python3 -m venv .venv && .venv/bin/pip install --quiet . && .venv/bin/dcr demo"
TEST_IT = (
    ".ci/browser && .ci/postgresql && python3 -m venv .venv && .venv/bin/pip install --quiet --upgrade pip"
    " && .venv/bin/pip install --quiet --editable . --group dev && .venv/bin/python -m pytest -n 2"
)
STAND_IN = "git+https://git.example.com/tools/dcr"
YAML = all_blocks("yaml")
TOML = all_blocks("toml")
on_every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def keys_of(block: Block) -> set[str]:
    written = yaml.safe_load(block.text)
    return set(written) if isinstance(written, dict) else set()


def whole_contracts() -> list[Block]:
    """Return the contracts on all pages, but those that are shown for what is odd about them."""
    return [each for each in YAML if {"dataset_id", "version", "fields"} <= keys_of(each) and not each.is_odd]


@pytest.mark.parametrize("walkthrough", walkthroughs(), ids=str)
def test_commands_print_what_their_page_shows(
    walkthrough: Walkthrough, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for block, printed in play(walkthrough, tmp_path):
        assert "this is a bug in dcr" not in printed
        same = without_ids(block.text) == without_ids(printed)
        if request.config.getoption("--accept") and not same:
            replace_block(block, printed)
        else:
            assert without_ids(block.text) == without_ids(printed), str(block)


def test_the_readme_stays_under_150_lines() -> None:
    assert len(README.read_text("utf-8").splitlines()) < 150


@pytest.mark.parametrize(("heading", "command"), [("## Try it", TRY_IT), ("## Test it", TEST_IT)])
def test_a_section_to_copy_from_opens_with_one_command_line(heading: str, command: str) -> None:
    assert section(README, heading).startswith(f"\n```bash\n{command}\n```\n")


def test_the_gate_runs_what_the_readme_says_under_test_it() -> None:
    gate = (ROOT / ".ci/run").read_text("utf-8")
    awk = re.search(r"awk '([^']+)' README\.md", gate)
    assert awk
    found = subprocess.run(["awk", awk[1], README], check=True, capture_output=True, text=True)
    assert found.stdout == f"{TEST_IT}\n"


def test_what_try_it_ends_with_works_with_an_empty_home_and_leaves_nothing_there(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    program = [Path(sys.executable).with_name("dcr"), *TRY_IT.rpartition(".venv/bin/dcr ")[2].split()]
    environment = environment_of_a_stranger(tmp_path / "home")
    ended = subprocess.run(program, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "field 'ltv' was removed" in ended.stdout
    assert "exit code 1" in ended.stdout
    assert ended.stdout.count("exit code 0") == 1
    assert not list(folder.iterdir())
    assert not list((tmp_path / "home").iterdir())


def copy_of_the_checkout(folder: Path) -> Path:
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    for name in filter(None, os.fsdecode(listing).split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.mark.network
def test_try_it_runs_as_printed_in_a_fresh_copy_of_the_checkout(tmp_path: Path) -> None:
    copy_of_the_checkout(tmp_path / "copy")
    environment = {**environment_of_a_stranger(tmp_path / "home"), "PATH": os.defpath}
    environment["PATH"] = f"{Path(sys.base_prefix) / 'bin'}:{os.defpath}"
    ended = subprocess.run(
        ["bash", "-c", TRY_IT], cwd=tmp_path / "copy", env=environment, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    assert "field 'ltv' was removed" in ended.stdout
    assert "exit code 0" in ended.stdout


@pytest.mark.network
def test_getting_started_works_from_an_empty_virtual_environment(tmp_path: Path) -> None:
    page = ROOT / "docs/getting-started.md"
    (install,) = [each for each in blocks(page) if each.installs]
    assert install.text.count(STAND_IN) == 1
    environment = {
        **environment_of_a_stranger(tmp_path / "home"),
        "PATH": f"{Path(sys.base_prefix) / 'bin'}:{os.defpath}",
    }
    copied = install.text.replace(STAND_IN, str(copy_of_the_checkout(tmp_path / "copy")))
    ended = subprocess.run(
        ["bash", "-e", "-c", copied], cwd=tmp_path, env=environment, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    tools = tmp_path / "home/dcr/bin"
    assert (tools / "dcr").exists()
    (walkthrough,) = [each for each in walkthroughs() if each.steps[0].page == page]
    for block, printed in play(walkthrough, tmp_path, tools):
        assert without_ids(block.text) == without_ids(printed), str(block)
    command = [tools / "dcr", "init", "--ci", "gitlab", "--dry-run"]  # the files for CI come with the package
    ended = subprocess.run(
        command, cwd=tmp_path / "repository", env=environment, check=False, capture_output=True, text=True
    )
    assert "would write  .gitlab-ci.yml: " in ended.stdout, ended.stderr


@pytest.mark.parametrize("block", whole_contracts(), ids=str)
def test_a_whole_contract_on_a_page_is_clean(block: Block, tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(block.text, "utf-8")
    report = lint(str(tmp_path), ["contract.yaml"])
    assert report.total == 1
    assert list(report.iterate_issues()) == []


@pytest.mark.parametrize("block", [each for each in YAML if "accepted" in keys_of(each)], ids=str)
def test_acceptances_on_a_page_are_understood(block: Block) -> None:
    found, problems = parse_acceptances(block.text.encode(), load_rules())
    assert found
    assert problems == []


@pytest.mark.parametrize("block", [each for each in YAML if "repos" in keys_of(each)], ids=str)
def test_hooks_on_a_page_are_hooks_that_dcr_has(block: Block) -> None:
    hooks = [hook for repo in yaml.safe_load(block.text)["repos"] for hook in repo["hooks"]]
    known = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert {hook["id"] for hook in hooks} <= {hook["id"] for hook in known}


@pytest.mark.parametrize("block", [each for each in YAML if "jobs" in keys_of(each)], ids=str)
def test_a_workflow_on_a_page_fetches_the_whole_history(block: Block) -> None:
    steps = [step for job in yaml.safe_load(block.text)["jobs"].values() for step in job["steps"]]
    checkout = next(step for step in steps if step.get("uses", "").startswith("actions/checkout@"))
    assert checkout["with"]["fetch-depth"] == 0
    assert any(step.get("run", "").startswith("dcr check") or "/dcr@" in step.get("uses", "") for step in steps)


def test_every_input_and_output_of_the_action_is_explained() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    text = section(ROOT / "docs/ci.md", "## GitHub")
    told = {row[0].strip("`"): row[1].strip("`") for row in rows(text)}
    assert told.keys() == action["inputs"].keys()
    for name, each in action["inputs"].items():
        assert told[name] == each["default"] or not each["default"]
    assert [name for name in action["outputs"] if f"`{name}`" not in text] == []


@pytest.mark.parametrize("block", TOML, ids=str)
def test_settings_on_a_page_are_a_policy_or_a_fleet(block: Block, tmp_path: Path) -> None:
    if block.page.name == "fleet.md":
        (tmp_path / "fleet.toml").write_text(block.text, "utf-8")
        assert read_settings(str(tmp_path / "fleet.toml")).index_url
        return
    name = "pyproject.toml" if "tool" in tomllib.loads(block.text) else "dcr.toml"
    assert parse_policy(name, block.text.encode(), load_rules()) is not None


def test_every_setting_of_the_policy_is_explained_with_its_default() -> None:
    explained = {row[0].strip("`"): row[1] for row in rows(section(ROOT / "docs/policy.md", "## Settings"))}
    assert explained.keys() == {SETTING_NAMES.get(field, field) for field in Policy._fields}
    for field, default in Policy()._asdict().items():
        name = SETTING_NAMES.get(field, field)
        if default and type(default) in (str, tuple):
            written = tomllib.loads(f"default = {explained[name].strip('`')}")["default"]
            assert written == (list(default) if isinstance(default, tuple) else default)
        else:
            assert explained[name] == "none"


def test_words_a_setting_may_take_are_listed_from_mild_to_strict() -> None:
    explained = {row[0].strip("`"): row[2] for row in rows(section(ROOT / "docs/policy.md", "## Settings"))}
    for name, words in CHOICES.items():
        assert re.findall(r"`([a-z_-]+)`", explained[name])[: len(words)] == list(words)


def test_every_variable_that_names_a_base_is_explained() -> None:
    modules = [path for path in (ROOT / "dcr/git/ci").glob("*.py") if path.name != "repository_url.py"]
    trees = [ast.parse(path.read_text("utf-8")) for path in modules]
    nodes = [each for tree in trees for each in ast.walk(tree)]
    words = {each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    event = {"GITHUB_EVENT_NAME", "GITHUB_SHA"}  # they tell a job of pull_request_target, which is named itself
    variables = {word for word in words if re.fullmatch(r"[A-Z]+(_[A-Z]+)+", word)} - event
    assert len(variables) > 25
    told = without_blocks(ROOT / "docs/ci.md") + without_blocks(ROOT / "docs/git.md")
    assert {each for each in variables if f"`{each}`" not in told} == set()


def test_every_key_of_a_contract_is_explained() -> None:
    headings = {
        "## The contract": models.DataContract, "### owners": models.Owner,
        "### freshness_sla": models.FreshnessSLA, "## Fields": models.DataField,
    }  # fmt: skip
    for heading, model in headings.items():
        cells = [row[0] for row in rows(section(ROOT / "docs/contract.md", heading))]
        explained = {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}
        assert model.model_fields.keys() <= explained


def test_types_are_explained_in_the_same_words_in_editors() -> None:
    told = {
        name.strip("`"): text.replace("`", "") for name, text in rows(section(ROOT / "docs/contract.md", "### Types"))
    }
    assert told == TYPE_DESCRIPTIONS


def test_a_page_lists_for_each_kind_who_breaks_and_in_which_mode() -> None:
    who = ""
    told: set[tuple[str, str, str]] = set()
    for people, mode, kinds in rows(section(ROOT / "docs/semantics.md", "### Kinds by who breaks")):
        who = people.replace(" ", "_") or who
        told |= {(kind, who, mode.strip("`")) for kind in re.findall(r"`(\w+)`", kinds)}
    meant = set()
    for kind, rule in load_rules().items():
        if rule.severity == "error" or rule.breaks:
            meant |= {
                (kind, rule.breaks or {BACKWARD: NEW_READERS, FORWARD: OLD_READERS}[mode], mode) for mode in rule.modes
            }
            meant |= {(kind, CONSUMERS, "every mode")} if rule.breaks and not rule.modes else set()
    assert told == meant


FOREIGN_WORDS = {
    "latest_version", "timestamp_tz", "timestamp_ntz", "data_tests", "defined_in", "deprecation_date", "foreign_key",
    "data_type", "primary_key", "not_null", "ignore_only", "to_columns", "error_if", "warn_if",
}  # fmt: skip
"""Words of the formats that docs/formats.md speaks of, and of programs beside which docs/comparison.md sets dcr."""


@on_every_page
def test_every_word_of_dcr_that_a_page_names_exists(page: Path) -> None:
    """A word of dcr's has an underscore and stands in backticks: kinds, keys, settings, classes of people."""
    said = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", without_blocks(page)))
    keys = {key for model in models_of_a_contract() for key in model.model_fields}
    foreign = FOREIGN_WORDS if page.name in ("formats.md", "rules.md", "policy.md", "comparison.md") else set()
    if page.name == "formats.md":
        foreign = foreign | words_of_dbt()
    if page.name == "consumers.md":
        foreign = foreign | {"depends_on"}
    if page.name == "CONTRIBUTING.md":
        foreign = foreign | functions_of_dcr()
    settings = (*Policy._fields, *ConsumerSettings._fields, *IndexSettings._fields)
    assert said <= {*load_rules(), *keys, *settings, *OTHER_WORDS, *foreign}


def functions_of_dcr() -> set[str]:
    modules = (ast.parse(path.read_text("utf-8")) for path in (ROOT / "dcr").rglob("*.py"))
    return {node.name for tree in modules for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def words_of_dbt() -> set[str]:
    vocabulary = find_vocabulary("dbt")
    assert vocabulary is not None
    return {name for kind in vocabulary.kinds.values() for name in kind.list_names()}


def models_of_a_contract() -> tuple[type[BaseModel], ...]:
    return (models.DataContract, models.DataField, models.Owner, models.FreshnessSLA)


OTHER_WORDS = {"previous_location", "removed_fields", "check_compatibility", "description_removed", "tmp_path", *MODES}
OTHER_WORDS |= {"enum_remove", "pull_request", "pull_request_target", "custom_hooks"}
OTHER_WORDS |= {"owners_from_decision_card", "contract_owner_from_decision_card"}
"""The library's and its predecessor's, the modes, a rule to add, pytest's, GitHub's events, GitLab's folder, and
a parameter of the service of a fleet."""


def test_the_rule_that_contributing_adds_passes_the_tests_of_rules(tmp_path: Path) -> None:
    for name in ("dcr", "tests/rules", "pyproject.toml", "tests/conftest.py"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, tmp_path / name)
    examples = [each for each in blocks(ROOT / "CONTRIBUTING.md") if each.mark.startswith("example: ")]
    assert len(examples) == 7
    for each in examples:
        path = tmp_path / each.mark.removeprefix("example: ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(each.text, "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/rules",
        "-k",
        "description_removed",
    ]
    ended = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout
    assert int(re.findall(r"(\d+) passed", ended.stdout)[0]) > 20
    lint_it = [sys.executable, "-m", "ruff", "check", "--no-cache", examples[0].mark.removeprefix("example: ")]
    linted = subprocess.run(lint_it, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout


def test_the_readme_says_which_formats_are_read_and_written() -> None:
    written = {name for row in rows(section(README, "## What it prints")) for name in re.findall(r"`(\w+)`", row[0])}
    assert written == set(list_report_formats())
    only_native = "its own contract format only" in section(README, "## Limits")
    assert only_native is ([each.NAME for each in list_formats()] == ["native"])


def test_the_changelog_names_every_command() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert [command for command in COMMANDS if f"`dcr {command}`" not in text] == []


def test_the_budgets_on_the_benchmark_page_are_the_benchmarks() -> None:
    told = {row[0].strip("`"): float(row[1]) for row in rows(section(ROOT / "bench/README.md", "### Budgets"))}
    held = re.findall(r'Budget\("([\w ]+)", "([\w ]+)", ([\d.]+)\)', (ROOT / "bench/run.py").read_text("utf-8"))
    assert told == {f"{job} / {unit}": float(most) for job, unit, most in held}


@on_every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_rules_page_is_what_its_generator_makes_of_the_manuals() -> None:
    generated = runpy.run_path(str(ROOT / "docs/generate_rules.py"))["render_page"]()
    assert (ROOT / "docs/rules.md").read_text("utf-8") == generated, "run: python docs/generate_rules.py"


@on_every_page
def test_a_page_says_nothing_of_the_machine_it_was_written_on(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"/(?:home|root|work|tmp|opt|Users)/", text)
