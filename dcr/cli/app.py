"""The typer application: every command by name, each loaded when it is asked for."""

import os
import re
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from dcr.cli.exits import EXIT_NOT_CHECKED, print_note

COMMANDS = (
    "check", "lint", "datasets", "log", "show", "blame", "diff", "audit", "bump", "deprecate", "archive", "accept",
    "owners", "site", "hook", "git-diff-driver", "explain", "schema", "init", "demo",
)  # fmt: skip
"""Every command; `dcr/cli/commands/<name>.py` holds a function of that name, with `_` for each `-`."""

_ClickUsageError: Any = typer.BadParameter.__mro__[1]  # click's UsageError, of whichever click this typer carries


class LazyCommandGroup(TyperGroup):
    """A group whose commands are imported one at a time: `dcr check` does not pay for the others."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (the interface's)
        """Return the names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 (the interface's)
        """Return the command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = import_module(f"dcr.cli.commands.{name}")
        single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        brief = re.split("[:.]", module.__doc__ or "")[0]  # short enough not to be cut off in a list
        single.command(cmd_name, help=module.__doc__, short_help=f"{brief}.", epilog=module.EXAMPLE)(
            getattr(module, name)
        )
        return get_command(single)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command the arguments name. Raises `UsageError` for one that does not exist."""
        if args and args[0] not in COMMANDS and not ctx.resilient_parsing:
            from dcr.errors import UsageError
            from dcr.text.suggestions import format_suggestion

            hint = format_suggestion(args[0], COMMANDS) or f"one of: {', '.join(COMMANDS)}"
            raise UsageError(f"there is no command '{args[0]}'", hint)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=LazyCommandGroup,
    name="dcr",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: dcr check --base origin/main",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from dcr.version import __version__

        typer.echo(f"dcr {__version__}")
        raise typer.Exit


@app.callback()
def _root_command(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Git-native linter for data contracts: what a change breaks, for whom, and what to do.

    Exit codes: 0 nothing at error severity, 1 issues, 2 could not check, 3 a bug in dcr.
    """


def run_command(arguments: list[str]) -> int:
    """Run a command and return its exit code. Raises `UsageError` for options and arguments that do not fit.

    Typer's own main is not used: it turns a broken pipe into exit code 1, which here means issues.
    """
    completion = arguments[:1] in (["--show-completion"], ["--install-completion"])
    if completion and len(arguments) == 2:  # typer itself looks at the running shell, whatever is written
        os.environ["_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"] = "1"
    command = get_command(app)
    try:
        if "_DCR_COMPLETE" in os.environ:
            command.main(arguments, prog_name="dcr")  # answers the shell, and exits
        with command.make_context("dcr", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return EXIT_NOT_CHECKED if completion and ended.exit_code else ended.exit_code
    except SystemExit as ended:  # completion scripts end so
        return EXIT_NOT_CHECKED if ended.code else 0
    except _ClickUsageError as error:
        if not arguments:
            print_note(error.format_message())  # the help, since nothing at all was asked for
            return EXIT_NOT_CHECKED
        raise _translate_usage_error(error, arguments) from error
    return 0


def _translate_usage_error(error: Any, arguments: list[str]) -> Exception:
    from dcr.errors import UsageError

    help_of = f"dcr {arguments[0]} --help" if arguments[0] in COMMANDS else "dcr --help"
    if hasattr(error, "possibilities"):
        near = sorted(error.possibilities or ())
        hint = f"did you mean '{near[0]}'?" if near else f"{help_of} lists what there is"
        if not near and arguments[0] in COMMANDS and not error.option_name.startswith("--"):
            hint += "; a name that begins with a dash comes after --"
        return UsageError(f"there is no option '{error.option_name}'", hint)
    said = error.format_message().rstrip(".")
    return UsageError(said[:1].lower() + said[1:], f"{help_of} shows how it is used")
