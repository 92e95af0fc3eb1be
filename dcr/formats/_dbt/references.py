"""Parses dbt's references to models and sources, such as `ref('orders', v=2)`."""

from __future__ import annotations

import re
from typing import NamedTuple

_CALL = re.compile(r"(ref|source)\(\s*(.*?)\s*\)", re.DOTALL)
_LITERAL = re.compile(r"""'[^'"\\]*'|"[^'"\\]*"|[0-9.]+""")


class Reference(NamedTuple):
    """A call of `ref` or `source`. The last name is that of the model or table, the one before it a package or source.

    With `is_literal`, no argument is computed.
    """

    function: str
    names: tuple[str, ...]
    version: str | None = None
    is_literal: bool = True

    @property
    def qualified_name(self) -> str:
        """All names and the version, joined by dots."""
        return ".".join(self.names) + (f".v{self.version}" if self.version else "")


def parse_reference(text: str) -> Reference | None:
    """Return the reference that a text consists of, with or without the braces of Jinja; None for any other text."""
    match = _CALL.fullmatch(strip_braces(text))
    if match is None:
        return None
    arguments = [part.strip() for part in match[2].split(",")]
    names = tuple(strip_quotes(argument) for argument in arguments if "=" not in argument)
    version = next((argument.partition("=")[2].strip() for argument in arguments if "=" in argument), None)
    values = (argument.partition("=")[2].strip() if "=" in argument else argument for argument in arguments)
    is_literal = all(_LITERAL.fullmatch(value) for value in values)
    return Reference(match[1], names, strip_quotes(version) if version else None, is_literal)


def strip_braces(text: str) -> str:
    """Return an expression without the braces of Jinja."""
    return text.strip().removeprefix("{{").removesuffix("}}").strip()


def strip_quotes(text: str) -> str:
    """Return a name without quotes."""
    return text.strip().replace('"', "").replace("'", "").replace("`", "")
