"""Writes the tables of docs/command-line.md from the help of the commands."""  # noqa: INP001

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.main import get_command

from dcr.cli.app import COMMANDS, SUBCOMMANDS, app

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).with_name("command-line.md")
BEGIN = "<!-- Made by docs/generate_command_line.py from dcr/cli/. Change the help there, then run the script. -->"
END = "<!-- The generated part ends here. -->"
_PAGES = {
    "check": "git", "lint": "contract", "datasets": "registry", "log": "registry", "show": "registry",
    "blame": "registry", "diff": "registry", "audit": "registry", "bump": "editing", "deprecate": "editing",
    "archive": "editing", "accept": "editing", "owners": "owners", "site": "site",
    "consumers": "consumers", "impact": "consumers",
    "explain": "rules", "schema": "contract",
    "init": "getting-started", "hook": "server", "git-diff-driver": "editors", "serve": "serve", "token": "serve",
    "fleet": "fleet",
}  # fmt: skip
"""The page in docs/ with more about a command."""


def render_page() -> str:
    """Return the whole page, with its handwritten parts."""
    before, begin, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has no markers for the tables")
    return f"{before}{BEGIN}\n\n{render_tables()}\n{END}{after}"


def render_tables() -> str:
    """Return a table of all commands, and a table of the options of each command."""
    group: Any = get_command(app)
    with group.make_context("dcr", ["check"], resilient_parsing=True) as context:
        commands = {name: group.get_command(context, name) for name in COMMANDS}
    lines = [
        "| command | description | more |",
        "|---|---|---|",
        *(_format_row(name, each) for name, each in commands.items()),
    ]
    for name, command in commands.items():
        lines += ["", f"### dcr {name}", "", *_list_section_lines(name, command)]
        for word in SUBCOMMANDS.get(name, ())[1:]:
            full_name = f"{name} {word}"
            subcommand = group.get_command(context, full_name)
            lines += ["", f"### dcr {full_name}", "", *_list_section_lines(full_name, subcommand)]
    return "\n".join([*lines, ""])


def _format_row(name: str, command: Any) -> str:
    page_name = _PAGES.get(name, "")
    link = f"[{page_name}.md]({page_name}.md)" if page_name and PAGE.with_name(f"{page_name}.md").exists() else ""
    return f"| [`dcr {name}`](#dcr-{name}) | {_format_cell(command.get_short_help_str(200))} | {link} |"


def _list_section_lines(name: str, command: Any) -> Iterator[str]:
    example = import_module(f"dcr.cli.commands.{re.sub('[- ]', '_', name)}").EXAMPLE.partition(": ")[2]
    yield from ["```bash", *example.splitlines(), "```", ""]
    visible = [each for each in command.params if not getattr(each, "hidden", False)]
    yield from ["| argument or option | meaning |", "|---|---|"]
    yield from (f"| {_format_names(each)} | {_format_meaning(each)} |" for each in visible)


def _format_names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    names = [*parameter.opts, *parameter.secondary_opts]
    value = "" if parameter.is_flag else f" {parameter.metavar or parameter.type.name.upper()}"
    return ", ".join(f"`{each}{value if each.startswith('--') else ''}`" for each in names)


def _format_meaning(parameter: Any) -> str:
    value = parameter.default
    has_default = isinstance(value, str | int) and not isinstance(value, bool) and value
    default = f" Default: `{value}`." if has_default else ""
    return _format_cell(f"{parameter.help or ''}{default}")


def _format_cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("*", "\\*").strip()


if __name__ == "__main__":
    PAGE.write_text(render_page(), "utf-8")
