"""Finds the calls of `ref` in Jinja templates as dbt does: in SQL comments too, but not in Jinja comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, TemplateSyntaxError

from dcr.consumers.readers._dbt.calls import MODEL, Block, Code, RefCall
from dcr.formats._dbt.references import Reference, parse_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCKS = frozenset(("snapshot", "macro", "test", "materialization"))
_CALL = re.compile(r"\bref\s*\([^()]*\)")
_LEXER = Environment(autoescape=True).lexer  # it only splits the text, nothing is rendered
_MAX_NESTING = 3


def scan_template(text: str, depth: int = 0) -> Code:
    """Return the calls of `ref` in a template. If it is not valid, every call in its text counts."""
    try:
        tokens = [token for token in _LEXER.tokenize(text) if token.type != "data"]
    except TemplateSyntaxError:
        matches = ((match, parse_reference(match[0])) for match in _CALL.finditer(text))
        calls = (
            RefCall(reference, Block(MODEL), text.count("\n", 0, match.start()) + 1)
            for match, reference in matches
            if reference is not None and reference.is_literal
        )
        return Code(tuple(calls))
    return _Scanner(tokens, depth).scan()


class _Scanner:
    """Walks through the tokens of one template."""

    def __init__(self, tokens: Sequence[Any], depth: int) -> None:
        self.tokens, self.depth = tokens, depth
        self.block = Block(MODEL)
        self.calls: list[RefCall] = []
        self.literals: dict[Block, dict[str, int]] = {}
        self.disabled: set[Block] = set()

    def scan(self) -> Code:
        for position, token in enumerate(self.tokens):
            if token.type == "block_begin":
                self._enter_block(position + 1)
            elif token.type == "string":
                self._read_literal(token)
            elif token.type == "integer":
                self._add_literal(str(token.value), token.lineno)
            elif token.type == "name" and self._get_type(position + 1) == "lparen":
                self._read_call(position)
        return Code(tuple(self.calls), self.literals, frozenset(self.disabled))

    def _get_type(self, position: int) -> str:
        return self.tokens[position].type if position < len(self.tokens) else ""

    def _enter_block(self, position: int) -> None:
        word = self.tokens[position].value if self._get_type(position) == "name" else ""
        if word in _BLOCKS:
            name = self.tokens[position + 1].value if self._get_type(position + 1) == "name" else ""
            self.block = Block(word, name)
        elif word.startswith("end") and word.removeprefix("end") in _BLOCKS:
            self.block = Block(MODEL)

    def _add_literal(self, text: str, line: int) -> None:
        self.literals.setdefault(self.block, {}).setdefault(text, line)

    def _read_literal(self, token: Any) -> None:
        self._add_literal(token.value, token.lineno)
        if "{{" in token.value and self.depth < _MAX_NESTING:  # a hook is a template in a string
            nested = scan_template(token.value, self.depth + 1)
            self.calls += [call._replace(block=self.block, line=token.lineno) for call in nested.calls]

    def _read_call(self, position: int) -> None:
        token, previous = self.tokens[position], self.tokens[position - 1]
        if previous.type == "name" and previous.value in _BLOCKS:
            return  # a macro of this name is defined
        if token.value == "ref":
            self.calls.append(RefCall(self._read_reference(position + 2), self.block, token.lineno))
        elif token.value == "config" and self._is_switched_off(position + 2):
            self.disabled.add(self.block)

    def _split_arguments(self, position: int) -> list[list[Any]]:
        """Return the tokens of each argument of a call."""
        arguments: list[list[Any]] = [[]]
        nesting = 0
        for token in self.tokens[position:]:
            if token.type in ("rparen", "rbracket", "rbrace"):
                nesting -= 1
                if nesting < 0:
                    break
            elif token.type in ("lparen", "lbracket", "lbrace"):
                nesting += 1
            if token.type == "comma" and not nesting:
                arguments.append([])
            else:
                arguments[-1].append(token)
        return [argument for argument in arguments if argument]

    def _read_reference(self, position: int) -> Reference:
        names: list[str | None] = []
        version: str | None = None
        is_literal = True
        for argument in self._split_arguments(position):
            is_version = len(argument) > 1 and argument[0].value in ("v", "version") and argument[1].type == "assign"
            value = _read_value(argument[2:] if is_version else argument)
            is_literal = is_literal and value is not None
            if is_version:
                version = value
            else:
                names.append(value)
        is_known = bool(names) and all(name is not None for name in names)
        return Reference(
            "ref", tuple(name for name in names if name) if is_known else (), version, is_literal and is_known
        )

    def _is_switched_off(self, position: int) -> bool:
        return any(
            len(argument) == 3
            and argument[0].value == "enabled"
            and argument[1].type == "assign"
            and str(argument[2].value).lower() == "false"
            for argument in self._split_arguments(position)
        )


def _read_value(tokens: Sequence[Any]) -> str | None:
    """Return the text of a literal, of which adjacent strings are one; None for a computed value."""
    if tokens and all(token.type == "string" for token in tokens):
        return "".join(token.value for token in tokens)
    if len(tokens) == 1 and tokens[0].type in ("integer", "float"):
        return str(tokens[0].value)
    return None
