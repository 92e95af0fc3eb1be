"""Finds the calls of `dbt.ref` in Python models, as dbt does."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from dcr.consumers.readers._dbt.calls import MODEL, Block, Code, RefCall
from dcr.formats._dbt.references import Reference, parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

_CALL = re.compile(r"\bdbt\s*\.\s*(ref\s*\([^()]*\))")
_BLOCK = Block(MODEL)


def scan_python(text: str) -> Code:
    """Return the calls of `dbt.ref` in a module. If it is not valid, every call in its text counts."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        references = [parse_reference(match[1]) for match in _CALL.finditer(text)]
        return Code(tuple(RefCall(reference, _BLOCK) for reference in references if reference is not None))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    literals: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
            literals.setdefault(str(node.value), node.lineno)
    refs = (RefCall(_read_reference(call), _BLOCK, call.lineno) for call in calls if _is_dbt_call(call, "ref"))
    is_disabled = any(_is_switched_off(call) for call in calls if _is_dbt_call(call, "config"))
    return Code(tuple(refs), {_BLOCK: literals}, frozenset({_BLOCK} if is_disabled else ()))


def _is_dbt_call(call: ast.Call, name: str) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == name
        and isinstance(function.value, ast.Name)
        and function.value.id == "dbt"
    )


def _read_reference(call: ast.Call) -> Reference:
    names = [_read_value(argument) for argument in call.args]
    versions = list(_read_versions(call))
    is_known = bool(names) and all(name is not None for name in names)
    known_names = tuple(name for name in names if name) if is_known else ()
    return Reference("ref", known_names, next(iter(versions), None), is_known and None not in versions)


def _read_versions(call: ast.Call) -> Iterator[str | None]:
    for keyword in call.keywords:
        if keyword.arg in ("v", "version"):
            yield _read_value(keyword.value)


def _read_value(node: ast.expr) -> str | None:
    is_literal = isinstance(node, ast.Constant) and isinstance(node.value, str | int | float)
    return str(node.value) if is_literal and isinstance(node, ast.Constant) else None


def _is_switched_off(call: ast.Call) -> bool:
    return any(
        keyword.arg == "enabled" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        for keyword in call.keywords
    )
