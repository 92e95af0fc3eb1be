"""Writes the tables of docs/command-line.md from the commands themselves: python docs/generate_command_line.py."""  # noqa: INP001

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.main import get_command

from dcr.cli.app import COMMANDS, app

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).with_name("command-line.md")
BEGIN = "<!-- Made by docs/generate_command_line.py from dcr/cli/: change the help there, then run the script. -->"
END = "<!-- The generated part ends here. -->"
_WHERE = {
    "check": "git", "lint": "contract", "datasets": "registry", "log": "registry", "show": "registry",
    "blame": "registry", "diff": "registry", "audit": "registry", "bump": "editing", "deprecate": "editing",
    "archive": "editing", "accept": "editing", "owners": "editing", "site": "site", "explain": "rules", "schema": "contract",
    "init": "getting-started", "hook": "server", "git-diff-driver": "editors", "serve": "server",
}  # fmt: skip
"""The page, by its name in docs/, that tells more of a command than its help does."""


def page() -> str:
    """Return the whole page, with what is written by hand kept."""
    before, begin, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has no place for the tables")
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def tables() -> str:
    """Return a table of all commands, and for each the options it has."""
    group: Any = get_command(app)
    with group.make_context("dcr", ["check"], resilient_parsing=True) as context:
        commands = {name: group.get_command(context, name) for name in COMMANDS}
    lines = ["| command | does | more |", "|---|---|---|", *(_row(name, each) for name, each in commands.items())]
    for name, command in commands.items():
        lines += ["", f"### dcr {name}", "", *_section(name, command)]
    return "\n".join([*lines, ""])


def _row(name: str, command: Any) -> str:
    where = _WHERE.get(name, "")
    there = f"[{where}.md]({where}.md)" if where and PAGE.with_name(f"{where}.md").exists() else ""
    return f"| [`dcr {name}`](#dcr-{name}) | {_cell(command.get_short_help_str(200))} | {there} |"


def _section(name: str, command: Any) -> Iterator[str]:
    example = import_module(f"dcr.cli.commands.{name.replace('-', '_')}").EXAMPLE.partition(": ")[2]
    yield from ["```bash", *example.splitlines(), "```", ""]
    shown = [each for each in command.params if not getattr(each, "hidden", False)]
    yield from ["| argument or option | meaning |", "|---|---|"]
    yield from (f"| {_written(each)} | {_meaning(each)} |" for each in shown)


def _written(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    spelled = [*parameter.opts, *parameter.secondary_opts]
    value = "" if parameter.is_flag else f" {parameter.metavar or parameter.type.name.upper()}"
    return ", ".join(f"`{each}{value if each.startswith('--') else ''}`" for each in spelled)


def _meaning(parameter: Any) -> str:
    told = isinstance(parameter.default, str | int) and not isinstance(parameter.default, bool) and parameter.default
    default = f" Default: `{parameter.default}`." if told else ""
    return _cell(f"{parameter.help or ''}{default}")


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("*", "\\*").strip()


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
