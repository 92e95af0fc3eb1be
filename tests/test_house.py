"""The house rules that tools check: lint, format, types, import layers, and what the layout promises."""

import ast
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "dcr").rglob("*.py"))


def run(*command: str) -> str:
    """Run a tool of this environment in the checkout; its output is the failure's text."""
    ended = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def test_ruff_finds_nothing():
    run("ruff", "check", "--no-cache", ".")


def test_everything_is_formatted():
    run("ruff", "format", "--no-cache", "--check", ".")


def test_types_hold_under_mypy_strict(tmp_path):
    run("mypy", "--cache-dir", str(tmp_path))


def test_imports_follow_the_layers():
    ended = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout
    assert " 0 broken" in ended.stdout


def imports_of(module: Path) -> set[str]:
    """Return the modules of dcr that a module imports, anywhere in it."""
    names = {name_of(each) for each in MODULES}
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} & names or {node.module} & names
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & names
    return found - {name_of(module)}


def name_of(module: Path) -> str:
    return ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_no_modules_import_each_other():
    graph = {name_of(module): imports_of(module) for module in MODULES}
    assert len(graph) > 300
    assert sum(map(len, graph.values())) > 1000
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_one_short_sentence_and_stays_readable(module):
    text = module.read_text("utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring, "every module says what it is for"
    first = re.split(r"(?<=\.)\s", docstring.partition("\n\n")[0])[0]
    assert first.endswith("."), first
    assert len(first.split()) <= 25, first
    assert len(text.splitlines()) <= 300, "past 300 lines, split"


def test_only_the_command_line_prints_or_exits():
    for module in MODULES:
        if "cli" in module.parts:
            continue
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = ast.unparse(node.func)
                assert name not in ("print", "exit", "sys.exit", "os._exit"), f"{module}: {name}"


def test_one_except_exception_in_the_whole_package():
    broad = [
        module
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and not any(isinstance(child, ast.Raise) for child in node.body)
    ]
    assert [str(module.relative_to(ROOT)) for module in broad] == ["dcr/cli/entry.py"]


def test_the_top_level_holds_what_the_design_names():
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {path.partition("/")[0] for path in listing.splitlines()}
    allowed = {
        "dcr", "tests", "contracts-example", "pyproject.toml", "README.md", ".pre-commit-hooks.yaml", "LICENSE",
        "CHANGELOG.md", "CONTRIBUTING.md", "docs", "bench", "action.yml", ".ci", ".gitignore",
    }  # fmt: skip
    assert top <= allowed
