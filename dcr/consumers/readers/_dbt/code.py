"""Reads dbt's SQL and Python files: each model, snapshot or macro that refers to models is a consumer of them."""

from __future__ import annotations

from posixpath import basename, splitext

from dcr.consumers.consumer import Consumer, ParsedConsumers
from dcr.consumers.readers._dbt.calls import MODEL, list_uses
from dcr.parsing.location import SourceNode

NAME = "dbt"
CODE_SUFFIXES = (".sql", ".py")
_CONSUMING_BLOCKS = (MODEL, "snapshot", "macro")
"""Blocks that count. Tests do not: they fail in dbt itself, and nobody reads their result as data."""


def read_code(path: str, content: bytes) -> ParsedConsumers:
    """Return the consumers of a file. Never raise: if it is not valid, every call in its text counts."""
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    stem, suffix = splitext(basename(path))
    if suffix == ".py":
        from dcr.consumers.readers._dbt.python_code import scan_python  # noqa: PLC0415 (few models are Python)

        code = scan_python(text)
    else:
        from dcr.consumers.readers._dbt.templates import scan_template  # noqa: PLC0415 (it loads Jinja)

        code = scan_template(text)
    lines = text.split("\n")
    blocks = [block for block in dict.fromkeys(call.block for call in code.calls) if block not in code.disabled]
    consumers = []
    for block in blocks:
        uses = tuple(list_uses(code, path, block, lines)) if block.kind in _CONSUMING_BLOCKS else ()
        if uses:
            name, source = block.name or stem, f"dbt {block.kind}"
            consumers.append(Consumer(name, (), uses, None, source, SourceNode(path, None)))
    return ParsedConsumers(path, NAME if consumers else None, tuple(consumers))
