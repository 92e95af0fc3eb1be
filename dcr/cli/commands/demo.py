"""Run dcr on example contracts in a temporary repository: break one, check it, fix it, check again."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from dcr.check import Request, check
from dcr.cli.options import COLORS, ColorOption, require_choice
from dcr.cli.terminal import get_style
from dcr.errors import DcrError
from dcr.git.writing.temporary_repository import create_repository
from dcr.rendering.reports import load_reporter
from dcr.text.printable import make_printable

EXAMPLE = "Example: dcr demo --keep dcr-demo"
OTHER_FORMATS = ("odcs", "dcs", "dbt")  # left out: the demo shows native contracts
BROKEN_CONTRACT = "contracts/growth/users_daily_active.yaml"


class MissingExamplesError(DcrError):
    """The example contracts are not in the installed package."""


class FolderExistsError(DcrError):
    """The folder for the demo exists already."""


class UnwritableFolderError(DcrError):
    """The folder for the demo cannot be written."""


def demo(
    keep: Annotated[
        str | None, typer.Option(help="Create the repository in this folder and keep it.", metavar="FOLDER")
    ] = None,
    color: ColorOption = "auto",
) -> None:
    """Print each step and its result to stdout."""
    require_choice("--color", color, COLORS)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]  # a hook sets them for its own repository
    if keep is not None and os.path.lexists(keep):
        raise FolderExistsError(f"folder '{keep}' already exists", "name a folder that does not exist")
    try:
        with tempfile.TemporaryDirectory(prefix="dcr-demo-") as temporary:
            _run_demo(Path(keep or temporary).absolute(), color)
    except OSError as error:
        if error.filename is None:
            raise
        reason = (error.strerror or "unknown").lower()
        raise UnwritableFolderError(
            f"cannot write '{error.filename}': {reason}", "name a folder that you can write to"
        ) from error
    if keep is not None:
        _print_step(f"The repository is in {make_printable(keep)}: edit a contract there and run dcr check.")
    else:
        _print_step("Next: change into a repository with contracts and run dcr check --base main.")


def _run_demo(folder: Path, color: str) -> None:
    shutil.copytree(
        _get_examples(), folder / "contracts", ignore=shutil.ignore_patterns("*.md", *OTHER_FORMATS), dirs_exist_ok=True
    )
    create_repository(folder, "Agree on contracts")
    _print_step(f"A repository with {len(list(folder.rglob('contracts/**/*.yaml')))} contracts on main.")
    _print_step("A producer removes 'ltv' from users.daily_active and releases that as 1.1.0:")
    original = _edit_file(folder / BROKEN_CONTRACT, lambda text: _remove_field(text, "ltv"))
    _run_check(folder, color)
    _print_step("As suggested, the producer keeps the field, marks it as deprecated and releases that first:")
    (folder / BROKEN_CONTRACT).write_text(original, "utf-8")
    _edit_file(
        folder / BROKEN_CONTRACT, lambda text: text.replace("- name: ltv\n", "- name: ltv\n    deprecated: true\n")
    )
    _run_check(folder, color)


def _get_examples() -> Path:
    package = Path(__file__).parents[2]
    for folder in (package / "example", package.parent / "contracts-example"):
        if folder.is_dir():
            return folder
    raise MissingExamplesError("the example contracts are not installed", "pip install --force-reinstall dcr-cli")


def _edit_file(path: Path, change: Callable[[str], str]) -> str:
    """Apply a change and a MINOR bump to a file. Return its previous text."""
    before = path.read_text("utf-8")
    path.write_text(change(before).replace('version: "1.0.0"', 'version: "1.1.0"'), "utf-8")
    return before


def _remove_field(text: str, name: str) -> str:
    head, _, rest = text.partition(f"  - name: {name}\n")
    _, separator, others = rest.partition("  - name: ")
    return head + separator + others


def _print_step(text: str) -> None:
    print(f"\n{text}")


def _run_check(folder: Path, color: str) -> None:
    print("\n$ dcr check --base main")
    report = check(Request(folder=str(folder), base="main"))
    sys.stdout.write(load_reporter("table").render(report, get_style(color)))
    print(f"exit code {1 if report.fails else 0}")
