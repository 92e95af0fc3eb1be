"""Defines the typer application, which imports each command when it is called."""

import os
import re
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from dcr.cli.exit_codes import EXIT_NOT_CHECKED
from dcr.cli.messages import print_line

COMMAND_GROUPS = {
    "Checks": ("check", "lint", "explain"),
    "Registry": ("datasets", "log", "show", "blame", "diff", "audit", "consumers", "impact", "site"),
    "Edits": ("bump", "accept", "deprecate", "archive", "owners"),
    "Service": ("fleet", "serve", "token"),
    "Setup": ("init", "hook", "git-diff-driver", "schema", "demo"),
}
"""The commands by heading; `dcr/cli/commands/<name>.py` contains a function of that name, with `_` for each `-`."""

_FLEET = (
    "list", "sync", "publish", "datasets", "versions", "owners", "audit", "consumers", "impact", "site", "serve",
)  # fmt: skip
SUBCOMMANDS = {"consumers": ("list", "add"), "fleet": _FLEET}
"""The second words of commands that have them. The first of them is the command itself, which any other word is an
argument of; `dcr/cli/commands/<name>_<word>.py` contains the others."""

COMMANDS = tuple(name for group in COMMAND_GROUPS.values() for name in group)
_ClickUsageError: Any = typer.BadParameter.__mro__[1]  # click's UsageError, of whichever click this typer carries


class LazyCommandGroup(TyperGroup):
    """A group that imports only the command that is called, which keeps `dcr check` fast."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 (click's signature)
        """Return a command, or None if it does not exist."""
        command, _, word = cmd_name.partition(" ")
        if command not in COMMANDS or (word and word not in SUBCOMMANDS.get(command, ())):
            return None
        name = re.sub("[- ]", "_", cmd_name)
        module = import_module(f"dcr.cli.commands.{name}")
        single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        summary = re.split(r"[:.]\s", module.__doc__ or "")[0].rstrip(".")  # short enough for one line of `dcr --help`
        single.command(cmd_name, help=module.__doc__, short_help=f"{summary}.", epilog=module.EXAMPLE)(
            getattr(module, name)
        )
        return get_command(single)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands to the help, a section for each group, then the options."""
        width = max(map(len, COMMANDS))  # aligns all groups
        for heading, names in COMMAND_GROUPS.items():
            rows = [(name.ljust(width), self.get_command(ctx, name).get_short_help_str(100)) for name in names]
            with formatter.section(heading):
                formatter.write_dl(rows)
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write nothing: `format_options` has written the commands."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the arguments name. Raise `UsageError` if it does not exist."""
        if args and args[0] not in COMMANDS and not ctx.resilient_parsing:
            from dcr.errors import UsageError
            from dcr.text.suggestions import format_suggestion

            hint = format_suggestion(args[0], COMMANDS) or f"choose one of: {', '.join(COMMANDS)}"
            raise UsageError(f"unknown command '{args[0]}'", hint)
        if args and args[1:2] and args[1] in SUBCOMMANDS.get(args[0], ()):
            command, word, *rest = args
            name = command if word == SUBCOMMANDS[command][0] else f"{command} {word}"
            return name, self.get_command(ctx, name), rest
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
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Git-native linter for data contracts: find breaking changes before they are merged.

    Exit codes: 0 no issues at error severity, 1 issues, 2 not checked, 3 a bug in dcr.
    """


def run_command(arguments: list[str]) -> int:
    """Run a command and return its exit code. Raise `UsageError` if its options or arguments are wrong.

    Typer's own main is not used: it turns a broken pipe into exit code 1, which means issues here.
    """
    completion = arguments[:1] in (["--show-completion"], ["--install-completion"])
    if completion and len(arguments) == 2:  # else typer ignores the shell that is named
        os.environ["_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"] = "1"
    command = get_command(app)
    try:
        if "_DCR_COMPLETE" in os.environ:
            command.main(arguments, prog_name="dcr")  # prints the completions and exits
        with command.make_context("dcr", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return EXIT_NOT_CHECKED if completion and ended.exit_code else ended.exit_code
    except SystemExit as ended:  # raised by the completion scripts
        return EXIT_NOT_CHECKED if ended.code else 0
    except _ClickUsageError as error:
        if not arguments:
            print_line(error.format_message())  # the help
            return EXIT_NOT_CHECKED
        raise _translate_usage_error(error, arguments) from error
    return 0


def _translate_usage_error(error: Any, arguments: list[str]) -> Exception:
    from dcr.errors import UsageError

    words = arguments[: 2 if arguments[1:2] and arguments[1] in SUBCOMMANDS.get(arguments[0], ())[1:] else 1]
    help_command = f"dcr {' '.join(words)} --help" if arguments[0] in COMMANDS else "dcr --help"
    if hasattr(error, "possibilities"):
        similar = sorted(error.possibilities or ())
        hint = f"did you mean '{similar[0]}'?" if similar else f"{help_command} lists all options"
        if not similar and arguments[0] in COMMANDS and not error.option_name.startswith("--"):
            hint += "; put -- before a name that begins with a dash"
        return UsageError(f"unknown option '{error.option_name}'", hint)
    message = error.format_message().rstrip(".")
    return UsageError(message[:1].lower() + message[1:], f"see {help_command}")
