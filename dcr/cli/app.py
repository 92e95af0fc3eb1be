"""The typer application: every command by name, each loaded when it is asked for."""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS = ("check", "lint", "explain", "schema", "demo")
"""Every command; `dcr/cli/<name>.py` holds a function of that name."""


class LateCommands(TyperGroup):
    """A group whose commands are imported one at a time: `dcr check` does not pay for the others."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (the interface's)
        """Return the names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 (the interface's)
        """Return the command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"dcr.cli.{cmd_name}")
        single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        single.command(cmd_name, help=module.__doc__, epilog=module.EXAMPLE)(getattr(module, cmd_name))
        return get_command(single)


app = typer.Typer(
    cls=LateCommands,
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
def _dcr(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Git-native linter for data contracts: what a change breaks, for whom, and what to do.

    Exit codes: 0 nothing at error severity, 1 issues, 2 could not check, 3 a bug in dcr.
    """


def run(arguments: list[str]) -> int:
    """Run a command and return its exit code; usage errors are 2."""
    command = get_command(app)
    try:
        result = command.main(arguments, prog_name="dcr")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return result if isinstance(result, int) else 0
