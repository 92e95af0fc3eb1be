"""What a run loads: every commit pays for it, so an ordinary one loads next to nothing."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cli_runs import COMPATIBLE, LIMIT, environment

from dcr.rendering.reports import list_formats

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {
    "yaml",
    "pydantic",
    "rich",
    "git",
    "jinja2",
    "difflib",
    "hashlib",
    "json",
    "tomllib",
    "email",
    "http",
    "asyncio",
    "concurrent",
    "multiprocessing",
}


def loaded(folder: Path, *python: str) -> set[str]:
    """Return the names of the modules that a run imports, as `-X importtime` counts them."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", *python],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    lines = [line for line in ended.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def heavy(modules: set[str]) -> set[str]:
    return {each.partition(".")[0] for each in modules} & HEAVY


@pytest.fixture
def typers_own(tmp_path: Path) -> set[str]:
    """What the command-line library loads by itself."""
    return loaded(tmp_path, "-c", "import typer")


@pytest.mark.parametrize("arguments", [["check"], ["check", "--format", "table"], ["check", "--staged"]])
def test_a_check_of_an_unchanged_repository_loads_nothing_heavy(
    unchanged: Path, typers_own: set[str], arguments: list[str]
) -> None:
    modules = loaded(unchanged, "-m", "dcr", *arguments)
    assert "dcr.git.changes" in modules
    assert heavy(modules - typers_own) == set()
    assert "dcr.compatibility.engine" not in modules


def test_a_compatible_change_loads_neither_models_nor_rich_nor_gitpython(unchanged: Path, typers_own: set[str]) -> None:
    (unchanged / "contracts/users.yaml").write_text(COMPATIBLE, "utf-8")
    modules = loaded(unchanged, "-m", "dcr", "check", "--jobs", "4") - typers_own
    assert "dcr.compatibility.engine" in modules
    assert not {name for name in modules if name.startswith(("dcr.parallel", "dcr.check_portions"))}
    assert heavy(modules) <= {"yaml", "difflib"}


def test_a_break_loads_neither_models_nor_gitpython(broken: Path, typers_own: set[str]) -> None:
    modules = loaded(broken, "-m", "dcr", "check") - typers_own
    assert heavy(modules) <= {"yaml", "difflib", "hashlib", "json"}


def test_only_an_html_report_loads_the_template_engine(broken: Path) -> None:
    others = [name for name in list_formats() if name != "html"]
    formats = [argument for name in others for argument in ("--format", f"{name}:{name}.report")]
    modules = loaded(broken, "-m", "dcr", "check", *formats)
    assert sorted(each.stem for each in broken.glob("*.report")) == others
    assert not {
        each
        for each in modules
        if each.startswith(("jinja2", "markupsafe", "dcr.rendering.reports._html", "dcr.rendering.reports.html"))
    }
    assert "jinja2" in loaded(broken, "-m", "dcr", "check", "--format", "html")


def test_help_and_the_version_load_no_command_but_those_they_name(tmp_path: Path, typers_own: set[str]) -> None:
    modules = loaded(tmp_path, "-m", "dcr", "--version") - typers_own
    assert heavy(modules) == set()
    assert not any(each.startswith(("dcr.check", "dcr.git")) for each in modules)


def test_a_check_that_fixes_nothing_loads_nothing_that_edits(broken: Path) -> None:
    for arguments in (["check"], ["check", "--format", "json"]):
        modules = loaded(broken, "-m", "dcr", *arguments)
        assert "dcr.compatibility.engine" in modules
        assert not any(
            each.startswith(("dcr.editing", "dcr.amend", "dcr.cli.edits", "dcr.git.rew")) for each in modules
        )
    assert "dcr.editing.bumps" in loaded(broken, "-m", "dcr", "check", "--fix")


def test_a_git_diff_loads_neither_models_nor_gitpython_nor_rich(broken: Path, typers_own: set[str]) -> None:
    """git starts a process for each file: one that is no contract is not compared either."""
    (broken / "other.yaml").write_text("a: 1", "utf-8")
    for path, compares in (("contracts/users.yaml", True), ("other.yaml", False)):
        sides = ("/dev/null", ".", ".", path, "0" * 40, "100644")
        modules = loaded(broken, "-m", "dcr", "git-diff-driver", "--", path, *sides) - typers_own
        assert heavy(modules) <= {"yaml", "difflib"}
        assert ("dcr.compatibility.engine" in modules) is compares
    modules = loaded(broken, "-m", "dcr", "git-diff-driver", "--textconv", "--", "contracts/users.yaml") - typers_own
    assert heavy(modules) <= {"yaml", "difflib"}
    assert "dcr.compatibility.engine" not in modules


def test_the_vocabularies_of_keys_are_loaded_for_changed_foreign_files_alone(unchanged: Path) -> None:
    """A change of a native contract has no keys that are not read: they are errors."""
    (unchanged / "contracts/users.yaml").write_text(COMPATIBLE, "utf-8")
    modules = loaded(unchanged, "-m", "dcr", "check")
    assert "dcr.compatibility.engine" in modules
    assert not {each for each in modules if each.startswith("dcr.formats._key") or each.endswith(("_keys", "unread"))}
