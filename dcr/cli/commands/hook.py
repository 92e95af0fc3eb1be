"""Check a push in git's pre-receive or pre-push hook.

pre-receive rejects a push on the server; pre-push stops it in the clone. Both read the refs from git on stdin.
pre-commit and prek run pre-push as dcr-check-push.
"""

import os
import sys
from typing import Annotated

import typer

from dcr.check import Request, check
from dcr.cli.exit_codes import EXIT_ISSUES, EXIT_NOT_CHECKED
from dcr.cli.options import (
    COLORS,
    FAIL_ON,
    ColorOption,
    FailOnOption,
    complete_with,
    format_option,
    require_choice,
)
from dcr.cli.report_output import OutputOptions, write_report
from dcr.cli.targets import parse_targets
from dcr.cli.terminal import get_style, is_read_by_people
from dcr.cli.working_folder import get_working_folder
from dcr.errors import UsageError
from dcr.git.ref_updates import RefUpdate, parse_pre_push, parse_pre_receive
from dcr.pushes import PushOptions, UpdateResult, check_received, check_sent
from dcr.rendering.reports import load_reporter
from dcr.rendering.style import Style
from dcr.report.summary import format_closing_line
from dcr.text.printable import escape_ci_commands, make_printable
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr hook pre-receive --ref main --ref 'release/*'"
FORMATS = ("table", "text")
_HOOKS = ("pre-receive", "pre-push")
_REMOTE_WIDTH = 72
"""The width of a report in columns: git prefixes each line with `remote: `, in a terminal of 80 columns."""


def hook(
    name: Annotated[
        str,
        typer.Argument(help=f"One of: {', '.join(_HOOKS)}.", metavar="HOOK", autocompletion=complete_with(*_HOOKS)),
    ],
    remote: Annotated[str | None, typer.Argument(help="The remote's name, from git.", metavar="REMOTE")] = None,
    _url: Annotated[str | None, typer.Argument(help="The remote's address, from git.", metavar="URL")] = None,
    ref: Annotated[
        list[str] | None,
        typer.Option(help="Check only matching branches, for example 'release/*'; can be repeated.", metavar="PATTERN"),
    ] = None,
    default_branch: Annotated[
        str | None,
        typer.Option(help="The branch with the published contracts (pre-receive). Default: HEAD's.", metavar="NAME"),
    ] = None,
    fail_on: FailOnOption = None,
    format: Annotated[str | None, format_option(FORMATS)] = None,  # noqa: A002 (the option's name)
    color: ColorOption = "auto",
) -> None:
    """Exit with 0 to let git accept the push. Any other code rejects all of it."""
    if name not in _HOOKS:
        hint = format_suggestion(name, _HOOKS) or f"choose one of: {', '.join(_HOOKS)}"
        raise UsageError(f"hook '{name}' does not exist", hint)
    require_choice("--fail-on", fail_on, FAIL_ON)
    require_choice("--format", format, FORMATS)
    require_choice("--color", color, COLORS)
    options = PushOptions(tuple(ref or ()), fail_on)
    folder = get_working_folder()
    if name == "pre-receive":
        if remote is not None:
            raise UsageError("pre-receive takes no REMOTE", "dcr hook pre-receive")
        results = check_received(folder, parse_pre_receive(_read_pushed_refs(name)), default_branch, options)
        raise typer.Exit(_print_results(results, format or "table", _get_server_style(color)))
    if default_branch is not None:
        raise UsageError("--default-branch is only for pre-receive", 'set it in dcr.toml: base = "origin/main"')
    if os.environ.get("PRE_COMMIT") and not os.environ.get("PRE_COMMIT_REMOTE_BRANCH"):
        raise typer.Exit(_check_manual_run(options, format, color))
    if managed := _read_hook_manager_push():
        results = check_sent(folder, *managed, options, guessed=True)
    else:
        results = check_sent(folder, parse_pre_push(_read_pushed_refs(name)), remote or "origin", options)
    raise typer.Exit(_print_results(results, format or ("table" if is_read_by_people() else "text"), get_style(color)))


def _read_pushed_refs(name: str) -> bytes:
    """Return the refs that git lists on stdin. Raise `UsageError` if stdin is a terminal."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            f"{name} expects the pushed refs from git on stdin", f"call it in the hook: exec dcr hook {name}"
        )
    return sys.stdin.buffer.read()


def _read_hook_manager_push() -> tuple[tuple[RefUpdate, ...], str] | None:
    """Return the push that pre-commit or prek describe in the environment. They read stdin and name one ref.

    Source: pre-commit.com, "Supported git hooks", pre-push. Their "from" commit is the remote's last commit of this
    branch. It is not a base for other refs, so it is removed from the environment.
    """
    if not os.environ.get("PRE_COMMIT"):
        return None
    old = os.environ.pop("PRE_COMMIT_FROM_REF", "") or os.environ.pop("PRE_COMMIT_ORIGIN", "")
    os.environ.pop("PRE_COMMIT_ORIGIN", None)
    new = os.environ.get("PRE_COMMIT_TO_REF") or os.environ.get("PRE_COMMIT_LOCAL_BRANCH") or "HEAD"
    update = RefUpdate(os.environ["PRE_COMMIT_REMOTE_BRANCH"], old if old.strip("0") else None, new)
    return (update,), os.environ.get("PRE_COMMIT_REMOTE_NAME") or "origin"


def _check_manual_run(options: PushOptions, format_name: str | None, color: str) -> int:
    """Check what `pre-commit run --hook-stage pre-push` names: two commits, or HEAD and the base."""
    head = os.environ.get("PRE_COMMIT_TO_REF") or "HEAD"
    report = check(Request(get_working_folder(), head=head, fail_on=options.fail_on))
    return write_report(report, parse_targets((format_name,) if format_name else (), ()), OutputOptions(color))


def _get_server_style(color: str) -> Style:
    """Return the style of a report that git forwards to a client, whose terminal is unknown."""
    style = get_style(color)
    width = style.width if "COLUMNS" in os.environ else _REMOTE_WIDTH
    return Style(width, color=color == "always", unicode=style.unicode)


def _print_results(results: list[UpdateResult], format_name: str, style: Style) -> int:
    """Print the result of each ref, and return the exit code. One rejected ref rejects the push."""
    for result in results:
        name = result.update.name
        if result.note or len(results) > 1:
            _print_line(f"dcr: {name} {result.note or 'was checked'}")
        if result.report is not None:
            sys.stdout.write(load_reporter(format_name).render(result.report, style))
            if format_name == "text":
                print(escape_ci_commands(format_closing_line(result.report)))
        if result.error is not None:
            _print_line(f"dcr: error: {result.error.message} ({name} was not checked)")
            if result.error.hint:
                _print_line(f"  help: {result.error.hint}")
    rejected = [result for result in results if result.is_refused]
    if rejected:
        names = ", ".join(result.update.name for result in rejected)
        _print_line(f"dcr: the push was rejected because of {names}; no ref was updated")
    return EXIT_NOT_CHECKED if any(result.error for result in results) else EXIT_ISSUES if rejected else 0


def _print_line(line: str) -> None:
    """Print a line to stdout, like the reports: two streams could arrive in another order."""
    print(escape_ci_commands(make_printable(line)))
