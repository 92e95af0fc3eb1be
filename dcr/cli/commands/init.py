"""Set a repository up: the policy, the hooks, a CI job, who guards them. What is there is never overwritten.

Contracts are found by what files hold, wherever they lie. Of a file that is there already, the lines to add are
printed. Where dcr comes from is known when pip installed it from a git repository; --source says it otherwise.
"""

import re
from typing import Annotated

import typer

from dcr.cli.exits import note
from dcr.cli.output import Progress, one_of, words, working_folder
from dcr.errors import UsageError
from dcr.setup.origin import installed_from
from dcr.setup.plan import ADD, LEFT, THERE, WRITE, Plan, Step, Wish, plan
from dcr.setup.platforms import PLATFORMS
from dcr.setup.settings import told
from dcr.text.printable import defused, printable

EXAMPLE = "Example: dcr init --owner @acme/data-platform --dry-run"
_HOOKS = ("pre-commit", "git", "none")
_CI = ("auto", *(each.name for each in PLATFORMS), "none")
_OWNER = re.compile(r"@[\w./-]+|[\w.+-]+@[\w.-]+")
_SOURCE = re.compile(r"[A-Za-z0-9][\w+:/@.~=%#-]*")


def init(
    hook: Annotated[
        str, typer.Option(help=f"One of: {', '.join(_HOOKS)}.", metavar="HOOK", autocompletion=words(*_HOOKS))
    ] = "pre-commit",
    ci: Annotated[
        str, typer.Option(help=f"One of: {', '.join(_CI)}.", metavar="SERVICE", autocompletion=words(*_CI))
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
    one_of("--hook", hook, _HOOKS)
    one_of("--ci", ci, _CI)
    for each in owner or ():
        if not _OWNER.fullmatch(each):
            raise UsageError(f"--owner is '{each}', expected a name as in CODEOWNERS", "--owner @acme/data-platform")
    if source is not None and not _SOURCE.fullmatch(source):
        raise UsageError(f"--source is '{source}', expected what pip installs from", "git+https://HOST/dcr@REV")
    wish = Wish(hook, ci, tuple(owner or ()), source or installed_from())
    progress = Progress()
    try:
        made = plan(working_folder(), wish, progress)
    finally:
        progress.done()
    if not dry_run:
        made.carry_out()
    _say(made, dry_run=dry_run)


def _say(made: Plan, *, dry_run: bool) -> None:
    found = (
        f"found {told(made.found)}" if made.found.contracts else "found no contract; what one is: dcr schema contract"
    )
    print(defused(f"dcr: {printable(found)}"))
    verbs = {WRITE: "would write" if dry_run else "wrote", THERE: "is there", ADD: "add to", LEFT: "left out"}
    width = max(len(verbs[each.what]) for each in made.steps)
    for step in made.steps:
        print(defused(f"{verbs[step.what]:<{width}}  {printable(step.path)}: {printable(step.why)}"))
        if step.what == ADD or (dry_run and step.what == WRITE):
            _show(step)
    if all(step.what in (THERE, LEFT) for step in made.steps):
        print("nothing to do: all of it is there")
    elif not dry_run:
        print("next:")
        for command in made.following:
            print(f"  {printable(command)}")
    if dry_run:
        note("dcr: nothing was written (--dry-run)")


def _show(step: Step) -> None:
    for line in step.text.splitlines():
        print(defused(f"    {printable(line)}".rstrip()))
