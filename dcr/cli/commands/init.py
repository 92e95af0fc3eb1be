"""Set up dcr in a repository: policy, hooks, a CI job and code owners. Existing files are never overwritten.

Contracts are detected by their content, in any folder. For a file that exists, dcr prints the lines to add. In CI,
pip installs dcr from the repository that this dcr was installed from; --source overrides it.
"""

import re
from typing import Annotated

import typer

from dcr.cli.messages import print_note
from dcr.cli.options import DryRunOption, choice_option, require_choice
from dcr.cli.progress import Progress
from dcr.cli.working_folder import get_working_folder
from dcr.errors import UsageError
from dcr.setup.install_source import find_install_source
from dcr.setup.plan import ADD, EXISTS, SKIPPED, WRITE, SetupOptions, SetupPlan, make_plan
from dcr.setup.platforms import PLATFORMS
from dcr.setup.settings import describe_contracts
from dcr.text.printable import escape_ci_commands, make_printable

EXAMPLE = "Example: dcr init --owner @acme/data-platform --dry-run"
_HOOKS = ("pre-commit", "git", "none")
_CI = ("auto", *(platform.name for platform in PLATFORMS), "none")
_OWNER = re.compile(r"@[\w./-]+|[\w.+-]+@[\w.-]+")
_SOURCE = re.compile(r"[A-Za-z0-9][\w+:/@.~=%#-]*")


def init(
    hook: Annotated[str, choice_option(choices=_HOOKS, metavar="HOOK")] = "pre-commit",
    ci: Annotated[str, choice_option(choices=_CI, metavar="SERVICE")] = "auto",
    owner: Annotated[
        list[str] | None,
        typer.Option(help="A code owner of the policy and the acceptances; can be repeated.", metavar="OWNER"),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Where pip installs dcr from in CI, for example git+https://HOST/dcr@REV.", metavar="SOURCE"),
    ] = None,
    consumers: Annotated[
        bool, typer.Option("--consumers", help="Write an example of a consumer file, commented out.")
    ] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Write the files, and print what was written and what is left to do."""
    require_choice("--hook", hook, _HOOKS)
    require_choice("--ci", ci, _CI)
    for name in owner or ():
        if not _OWNER.fullmatch(name):
            raise UsageError(f"--owner is '{name}', expected a name as in CODEOWNERS", "--owner @acme/data-platform")
    if source is not None and not _SOURCE.fullmatch(source):
        raise UsageError(f"--source is '{source}', expected an argument of pip install", "git+https://HOST/dcr@REV")
    options = SetupOptions(hook, ci, tuple(owner or ()), source or find_install_source(), consumers)
    with Progress() as progress:
        plan = make_plan(get_working_folder(), options, progress)
    if not dry_run:
        plan.apply()
    _print_plan(plan, dry_run=dry_run)


def _print_plan(plan: SetupPlan, *, dry_run: bool) -> None:
    if plan.found.contracts:
        _print_line(f"dcr: found {describe_contracts(plan.found)}")
    else:
        _print_line("dcr: found no contract; to see what a contract is: dcr schema contract")
    verbs = {WRITE: "would write" if dry_run else "wrote", EXISTS: "exists", ADD: "add to", SKIPPED: "skipped"}
    width = max(len(verbs[step.action]) for step in plan.steps)
    for step in plan.steps:
        _print_line(f"{verbs[step.action]:<{width}}  {step.path}: {step.reason}")
        if step.action == ADD or (dry_run and step.action == WRITE):
            for line in step.text.splitlines():
                _print_line(f"    {line}".rstrip())
    if all(step.action in (EXISTS, SKIPPED) for step in plan.steps):
        print("nothing to do: dcr is already set up")
    elif not dry_run:
        print("next:")
        for command in plan.next_commands:
            print(f"  {make_printable(command)}")
    if dry_run:
        print_note("nothing was written (--dry-run)")


def _print_line(line: str) -> None:
    print(escape_ci_commands(make_printable(line)))
