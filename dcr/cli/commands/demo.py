"""See it work: a throw-away repository of example contracts, one of them broken, and the real check."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from dcr.check import Request, check
from dcr.cli.output import COLORS, complete_with, get_style, require_choice
from dcr.errors import DcrError
from dcr.git.writing.temporary_repository import create_repository
from dcr.rendering.reports import load_reporter
from dcr.text.printable import make_printable

EXAMPLE = "Example: dcr demo --keep dcr-demo"
OTHER_FORMATS = ("odcs", "dcs", "dbt")  # the demo tells one story, in the native format
BROKEN_CONTRACT = "contracts/growth/users_daily_active.yaml"


class MissingExamplesError(DcrError):
    """The example contracts are not where the package keeps them."""


class FolderExistsError(DcrError):
    """The folder to keep the demo in is there already."""


class UnwritableFolderError(DcrError):
    """The folder of the demo cannot be made."""


def demo(
    keep: Annotated[
        str | None, typer.Option(help="Make the repository here and leave it, to play with.", metavar="FOLDER")
    ] = None,
    color: Annotated[
        str, typer.Option(help=f"One of: {', '.join(COLORS)}.", metavar="WHEN", autocompletion=complete_with(*COLORS))
    ] = "auto",
) -> None:
    """Build, break, check, mend, check."""
    require_choice("--color", color, COLORS)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]  # a hook's repository is not the demo's
    if keep is not None and os.path.lexists(keep):
        raise FolderExistsError(f"'{keep}' is there already", "name a folder that does not exist")
    try:
        with tempfile.TemporaryDirectory(prefix="dcr-demo-") as temporary:
            _run_demo(Path(keep or temporary).absolute(), color)
    except OSError as error:
        if error.filename is None:
            raise
        reason = (error.strerror or "unknown").lower()
        raise UnwritableFolderError(f"'{error.filename}': {reason}", "name a folder that can be written") from error
    if keep is not None:
        _print_step(f"The repository stays in {make_printable(keep)}: edit a contract there and type dcr check.")
    else:
        _print_step("Now yours: cd into a repository with contracts, and dcr check --base main.")


def _run_demo(folder: Path, color: str) -> None:
    shutil.copytree(
        _get_examples(), folder / "contracts", ignore=shutil.ignore_patterns("*.md", *OTHER_FORMATS), dirs_exist_ok=True
    )
    create_repository(folder, "Agree on contracts")
    _print_step(f"A repository with {len(list(folder.rglob('contracts/**/*.yaml')))} contracts on main.")
    _print_step("A producer drops 'ltv' from users.daily_active, since nobody uses it, as 1.1.0:")
    agreed = _edit_file(folder / BROKEN_CONTRACT, lambda text: _remove_field(text, "ltv"))
    _run_check(folder, color)
    _print_step("What the hint says: keep the field, marked deprecated, and release that first:")
    (folder / BROKEN_CONTRACT).write_text(agreed, "utf-8")
    _edit_file(
        folder / BROKEN_CONTRACT, lambda text: text.replace("- name: ltv\n", "- name: ltv\n    deprecated: true\n")
    )
    _run_check(folder, color)


def _get_examples() -> Path:
    package = Path(__file__).parents[2]
    for place in (package / "example", package.parent / "contracts-example"):
        if place.is_dir():
            return place
    raise MissingExamplesError("the example contracts are not installed", "pip install --force-reinstall dcr-cli")


def _edit_file(path: Path, change: Callable[[str], str]) -> str:
    """Apply a change and the MINOR bump; return the text as it was."""
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
