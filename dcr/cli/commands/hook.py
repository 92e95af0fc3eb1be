"""Judge a push, as a hook of git: on a server before it is taken, at home before it leaves.

pre-receive is a server's gate: a push that breaks contracts is refused with the report. pre-push does the same in a
clone; pre-commit and prek run it as dcr-check-push. Git tells both on stdin what the push moves.
"""

import os
import sys
from typing import Annotated

import typer

from dcr.check import Request, check
from dcr.cli.exits import EXIT_ISSUES, EXIT_NOT_CHECKED
from dcr.cli.options import ColorOption, FailOnOption
from dcr.cli.output import (
    COLORS,
    FAIL_ON,
    OutputOptions,
    complete_with,
    get_style,
    get_working_folder,
    require_choice,
    write_report,
)
from dcr.cli.targets import is_read_by_people, parse_targets
from dcr.errors import UsageError
from dcr.git.ref_updates import RefUpdate, parse_pre_push, parse_pre_receive
from dcr.pushes import PushOptions, UpdateResult, check_received, check_sent
from dcr.rendering.reports import load_reporter
from dcr.rendering.style import Style
from dcr.text.printable import escape_ci_commands, make_printable
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr hook pre-receive --ref main --ref 'release/*'"
FORMATS = ("table", "text")
_HOOKS = ("pre-receive", "pre-push")
_REMOTE_WIDTH = 72
"""Columns of a report that arrives behind `remote: ` in a terminal of eighty."""


def hook(
    name: Annotated[
        str,
        typer.Argument(help=f"One of: {', '.join(_HOOKS)}.", metavar="HOOK", autocompletion=complete_with(*_HOOKS)),
    ],
    remote: Annotated[str | None, typer.Argument(help="What git tells pre-push: the remote.", metavar="REMOTE")] = None,
    _url: Annotated[str | None, typer.Argument(help="The same: its address.", metavar="URL")] = None,
    ref: Annotated[
        list[str] | None,
        typer.Option(help="Judge only branches that match, for example 'release/*'; may repeat.", metavar="PATTERN"),
    ] = None,
    default_branch: Annotated[
        str | None,
        typer.Option(help="Of pre-receive: the branch that holds what is published. Default: HEAD's.", metavar="NAME"),
    ] = None,
    fail_on: FailOnOption = None,
    format: Annotated[  # noqa: A002 (the option's name)
        str | None,
        typer.Option(
            "--format",
            "-f",
            help=f"One of: {', '.join(FORMATS)}.",
            metavar="FORMAT",
            autocompletion=complete_with(*FORMATS),
        ),
    ] = None,
    color: ColorOption = "auto",
) -> None:
    """Exit with 0 to let the push through; any other code refuses all of it."""
    if name not in _HOOKS:
        raise UsageError(
            f"there is no hook '{name}'", format_suggestion(name, _HOOKS) or f"one of: {', '.join(_HOOKS)}"
        )
    require_choice("--fail-on", fail_on, FAIL_ON)
    require_choice("--format", format, FORMATS)
    require_choice("--color", color, COLORS)
    wanted = PushOptions(tuple(ref or ()), fail_on)
    if name == "pre-receive":
        if remote is not None:
            raise UsageError("pre-receive takes no REMOTE", "dcr hook pre-receive")
        found = check_received(get_working_folder(), parse_pre_receive(_read_pushed_refs(name)), default_branch, wanted)
        raise typer.Exit(_print_results(found, format or "table", _get_server_style(color)))
    if default_branch is not None:
        raise UsageError("--default-branch is for pre-receive", 'name it in dcr.toml: base = "origin/main"')
    if os.environ.get("PRE_COMMIT") and not os.environ.get("PRE_COMMIT_REMOTE_BRANCH"):
        raise typer.Exit(_check_manual_run(wanted, format, color))
    if managed := _read_hook_manager_push():
        found = check_sent(get_working_folder(), *managed, wanted, guessed=True)
    else:
        found = check_sent(get_working_folder(), parse_pre_push(_read_pushed_refs(name)), remote or "origin", wanted)
    raise typer.Exit(_print_results(found, format or ("table" if is_read_by_people() else "text"), get_style(color)))


def _read_pushed_refs(name: str) -> bytes:
    """Return what git says on stdin. Raises `UsageError` where a person would have to type it."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(f"{name} is told by git what is pushed", f"call it from the hook: exec dcr hook {name}")
    return sys.stdin.buffer.read()


def _read_hook_manager_push() -> tuple[tuple[RefUpdate, ...], str] | None:
    """Return what pre-commit or prek say of a push, whose stdin they have read themselves; they tell of one ref.

    Source: pre-commit.com, "Supported git hooks", pre-push. What they name as the commit to compare with is the
    remote's own, of this branch; that is no base for the others, so it is taken out of the environment.
    """
    if not os.environ.get("PRE_COMMIT"):
        return None
    old = os.environ.pop("PRE_COMMIT_FROM_REF", "") or os.environ.pop("PRE_COMMIT_ORIGIN", "")
    os.environ.pop("PRE_COMMIT_ORIGIN", None)
    new = os.environ.get("PRE_COMMIT_TO_REF") or os.environ.get("PRE_COMMIT_LOCAL_BRANCH") or "HEAD"
    update = RefUpdate(os.environ["PRE_COMMIT_REMOTE_BRANCH"], old if old.strip("0") else None, new)
    return (update,), os.environ.get("PRE_COMMIT_REMOTE_NAME") or "origin"


def _check_manual_run(wanted: PushOptions, format_name: str | None, color: str) -> int:
    """Judge what `pre-commit run --hook-stage pre-push` was asked for: two commits, or HEAD against the base."""
    head = os.environ.get("PRE_COMMIT_TO_REF") or "HEAD"
    report = check(Request(get_working_folder(), head=head, fail_on=wanted.fail_on))
    return write_report(report, parse_targets((format_name,) if format_name else (), ()), OutputOptions(color))


def _get_server_style(color: str) -> Style:
    """Return how a report looks that git hands on to whoever pushes, line by line, without saying how wide they are."""
    style = get_style(color)
    width = style.width if "COLUMNS" in os.environ else _REMOTE_WIDTH
    return Style(width, color=color == "always", unicode=style.unicode)


def _print_results(found: list[UpdateResult], format_name: str, style: Style) -> int:
    """Print what came of each ref, and return the exit code: one that is refused refuses all."""
    for each in found:
        name = make_printable(each.update.name)
        if each.note or len(found) > 1:
            _print_line(f"dcr: {name} {make_printable(each.note) or 'is judged'}")
        if each.report is not None:
            sys.stdout.write(load_reporter(format_name).render(each.report, style))
            if format_name == "text":
                from dcr.report.summary import format_closing_line

                _print_line(format_closing_line(each.report))
        if each.error is not None:
            _print_line(f"dcr: {name} was not judged: {make_printable(each.error.message)}")
            if each.error.hint:
                _print_line(f"  hint: {make_printable(each.error.hint)}")
    refused = [each for each in found if each.is_refused]
    if refused:
        names = ", ".join(make_printable(each.update.name) for each in refused)
        _print_line(f"dcr: the push is refused because of {names}; nothing of it was taken")
    return EXIT_NOT_CHECKED if any(each.error for each in found) else EXIT_ISSUES if refused else 0


def _print_line(line: str) -> None:
    """Print to the stream of the reports, so that no reader mixes up their order."""
    print(escape_ci_commands(line))
