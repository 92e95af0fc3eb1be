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
from dcr.cli.output import COLORS, FAIL_ON, Manner, deliver, one_of, style_of, words, working_folder
from dcr.cli.targets import people_read, targets
from dcr.errors import UsageError
from dcr.git.ref_updates import Update, received, sent
from dcr.pushes import Judgement, Wanted, judge_received, judge_sent
from dcr.rendering.reports import reporter
from dcr.rendering.style import Style
from dcr.text.printable import defused, printable
from dcr.text.suggestions import did_you_mean

EXAMPLE = "Example: dcr hook pre-receive --ref main --ref 'release/*'"
FORMATS = ("table", "text")
_NAMES = ("pre-receive", "pre-push")
_REMOTE_WIDTH = 72
"""Columns of a report that arrives behind `remote: ` in a terminal of eighty."""


def hook(
    name: Annotated[
        str,
        typer.Argument(help=f"One of: {', '.join(_NAMES)}.", metavar="HOOK", autocompletion=words(*_NAMES)),
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
            "--format", "-f", help=f"One of: {', '.join(FORMATS)}.", metavar="FORMAT", autocompletion=words(*FORMATS)
        ),
    ] = None,
    color: ColorOption = "auto",
) -> None:
    """Exit with 0 to let the push through; any other code refuses all of it."""
    if name not in _NAMES:
        raise UsageError(f"there is no hook '{name}'", did_you_mean(name, _NAMES) or f"one of: {', '.join(_NAMES)}")
    one_of("--fail-on", fail_on, FAIL_ON)
    one_of("--format", format, FORMATS)
    one_of("--color", color, COLORS)
    wanted = Wanted(tuple(ref or ()), fail_on)
    if name == "pre-receive":
        if remote is not None:
            raise UsageError("pre-receive takes no REMOTE", "dcr hook pre-receive")
        found = judge_received(working_folder(), received(_told(name)), default_branch, wanted)
        raise typer.Exit(_say(found, format or "table", _style_at_a_server(color)))
    if default_branch is not None:
        raise UsageError("--default-branch is for pre-receive", 'name it in dcr.toml: base = "origin/main"')
    if os.environ.get("PRE_COMMIT") and not os.environ.get("PRE_COMMIT_REMOTE_BRANCH"):
        raise typer.Exit(_by_hand(wanted, format, color))
    if managed := _sent_by_a_manager():
        found = judge_sent(working_folder(), *managed, wanted, guessed=True)
    else:
        found = judge_sent(working_folder(), sent(_told(name)), remote or "origin", wanted)
    raise typer.Exit(_say(found, format or ("table" if people_read() else "text"), style_of(color)))


def _told(name: str) -> bytes:
    """Return what git says on stdin. Raises `UsageError` where a person would have to type it."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(f"{name} is told by git what is pushed", f"call it from the hook: exec dcr hook {name}")
    return sys.stdin.buffer.read()


def _sent_by_a_manager() -> tuple[tuple[Update, ...], str] | None:
    """Return what pre-commit or prek say of a push, whose stdin they have read themselves; they tell of one ref.

    Source: pre-commit.com, "Supported git hooks", pre-push. What they name as the commit to compare with is the
    remote's own, of this branch; that is no base for the others, so it is taken out of the environment.
    """
    if not os.environ.get("PRE_COMMIT"):
        return None
    old = os.environ.pop("PRE_COMMIT_FROM_REF", "") or os.environ.pop("PRE_COMMIT_ORIGIN", "")
    os.environ.pop("PRE_COMMIT_ORIGIN", None)
    new = os.environ.get("PRE_COMMIT_TO_REF") or os.environ.get("PRE_COMMIT_LOCAL_BRANCH") or "HEAD"
    update = Update(os.environ["PRE_COMMIT_REMOTE_BRANCH"], old if old.strip("0") else None, new)
    return (update,), os.environ.get("PRE_COMMIT_REMOTE_NAME") or "origin"


def _by_hand(wanted: Wanted, format_name: str | None, color: str) -> int:
    """Judge what `pre-commit run --hook-stage pre-push` was asked for: two commits, or HEAD against the base."""
    head = os.environ.get("PRE_COMMIT_TO_REF") or "HEAD"
    report = check(Request(working_folder(), head=head, fail_on=wanted.fail_on))
    return deliver(report, targets((format_name,) if format_name else (), ()), Manner(color))


def _style_at_a_server(color: str) -> Style:
    """Return how a report looks that git hands on to whoever pushes, line by line, without saying how wide they are."""
    style = style_of(color)
    width = style.width if "COLUMNS" in os.environ else _REMOTE_WIDTH
    return Style(width, color=color == "always", unicode=style.unicode)


def _say(found: list[Judgement], format_name: str, style: Style) -> int:
    """Print what came of each ref, and return the exit code: one that is refused refuses all."""
    for each in found:
        name = printable(each.update.name)
        if each.said or len(found) > 1:
            _print(f"dcr: {name} {printable(each.said) or 'is judged'}")
        if each.report is not None:
            sys.stdout.write(reporter(format_name).render(each.report, style))
            if format_name == "text":
                from dcr.report.summary import closing_line

                _print(closing_line(each.report))
        if each.error is not None:
            _print(f"dcr: {name} was not judged: {printable(each.error.message)}")
            if each.error.hint:
                _print(f"  hint: {printable(each.error.hint)}")
    refused = [each for each in found if each.is_refused]
    if refused:
        names = ", ".join(printable(each.update.name) for each in refused)
        _print(f"dcr: the push is refused because of {names}; nothing of it was taken")
    return EXIT_NOT_CHECKED if any(each.error for each in found) else EXIT_ISSUES if refused else 0


def _print(line: str) -> None:
    """Print to the stream of the reports, so that no reader mixes up their order."""
    print(defused(line))
