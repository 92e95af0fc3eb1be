"""Set a repository up: the policy, the hooks, a CI job, who guards them. What is there is never overwritten.

Contracts are found by what files hold, wherever they lie. Of a file that is there already, the lines to add are
printed. Where dcr comes from is known when pip installed it from a git repository; --source says it otherwise.
"""

import re
from typing import Annotated

import typer

from dcr.cli.exits import print_note
from dcr.cli.output import Progress, complete_with, get_working_folder, require_choice
from dcr.errors import UsageError
from dcr.setup.install_source import find_install_source
from dcr.setup.plan import ADD, EXISTS, SKIPPED, WRITE, SetupOptions, SetupPlan, Step, make_plan
from dcr.setup.platforms import PLATFORMS
from dcr.setup.settings import describe_contracts
from dcr.text.printable import escape_ci_commands, make_printable

EXAMPLE = "Example: dcr init --owner @acme/data-platform --dry-run"
_HOOKS = ("pre-commit", "git", "none")
_CI = ("auto", *(each.name for each in PLATFORMS), "none")
_OWNER = re.compile(r"@[\w./-]+|[\w.+-]+@[\w.-]+")
_SOURCE = re.compile(r"[A-Za-z0-9][\w+:/@.~=%#-]*")


def init(
    hook: Annotated[
        str, typer.Option(help=f"One of: {', '.join(_HOOKS)}.", metavar="HOOK", autocompletion=complete_with(*_HOOKS))
    ] = "pre-commit",
    ci: Annotated[
        str, typer.Option(help=f"One of: {', '.join(_CI)}.", metavar="SERVICE", autocompletion=complete_with(*_CI))
    ] = "auto",
    owner: Annotated[
        list[str] | None,
        typer.Option(help="Who decides on policy and acceptances, for CODEOWNERS; may repeat.", metavar="OWNER"),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="What pip installs dcr from in CI, for example git+https://HOST/dcr@REV.", metavar="SOURCE"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be written, and write nothing.")] = False,
) -> None:
    """Say what was found, written and left to do."""
    require_choice("--hook", hook, _HOOKS)
    require_choice("--ci", ci, _CI)
    for each in owner or ():
        if not _OWNER.fullmatch(each):
            raise UsageError(f"--owner is '{each}', expected a name as in CODEOWNERS", "--owner @acme/data-platform")
    if source is not None and not _SOURCE.fullmatch(source):
        raise UsageError(f"--source is '{source}', expected what pip installs from", "git+https://HOST/dcr@REV")
    wish = SetupOptions(hook, ci, tuple(owner or ()), source or find_install_source())
    progress = Progress()
    try:
        made = make_plan(get_working_folder(), wish, progress)
    finally:
        progress.finish()
    if not dry_run:
        made.apply()
    _print_plan(made, dry_run=dry_run)


def _print_plan(made: SetupPlan, *, dry_run: bool) -> None:
    found = (
        f"found {describe_contracts(made.found)}"
        if made.found.contracts
        else "found no contract; what one is: dcr schema contract"
    )
    print(escape_ci_commands(f"dcr: {make_printable(found)}"))
    verbs = {WRITE: "would write" if dry_run else "wrote", EXISTS: "is there", ADD: "add to", SKIPPED: "left out"}
    width = max(len(verbs[each.action]) for each in made.steps)
    for step in made.steps:
        print(
            escape_ci_commands(
                f"{verbs[step.action]:<{width}}  {make_printable(step.path)}: {make_printable(step.reason)}"
            )
        )
        if step.action == ADD or (dry_run and step.action == WRITE):
            _print_text(step)
    if all(step.action in (EXISTS, SKIPPED) for step in made.steps):
        print("nothing to do: all of it is there")
    elif not dry_run:
        print("next:")
        for command in made.next_commands:
            print(f"  {make_printable(command)}")
    if dry_run:
        print_note("dcr: nothing was written (--dry-run)")


def _print_text(step: Step) -> None:
    for line in step.text.splitlines():
        print(escape_ci_commands(f"    {make_printable(line)}".rstrip()))
