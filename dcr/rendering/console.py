"""Renders rich objects as text that is safe to print in a CI log."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from dcr.rendering.style import Style

_SGR = re.compile("\x1b\\[[0-9;]*m")


def create_console(style: Style) -> Console:
    """Return a console that writes to memory. `console_lines` returns what was written."""
    from rich.console import Console  # noqa: PLC0415 (40 ms, only where there is something to lay out)

    return Console(
        file=io.StringIO(),
        width=style.width,
        height=100,  # without a height, rich asks the terminal and ignores the width where TERM is dumb
        force_terminal=style.color,
        no_color=not style.color,
        color_system="standard" if style.color else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )


def console_lines(console: Console) -> list[str]:
    """Return the lines that were written to a console of `create_console`."""
    file = console.file
    text = file.getvalue() if isinstance(file, io.StringIO) else ""
    return [harmless(line.rstrip()) for line in text.split("\n")[:-1]]


def harmless(line: str) -> str:
    """Return a line that no CI runner reads as a command. An indented line keeps its width."""
    if not _SGR.sub("", line).lstrip().startswith("::"):
        return line
    return f".{line.removeprefix(' ')}"
