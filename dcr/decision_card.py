"""Reads the owners of a dataset from a Decision Card.

A card is JSON with `buyer: {name, contact}` and `decision_maker`, which is a string or an object with `role` (or
`title`) and `name`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import Owner
from dcr.errors import DcrError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.contract import models

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)  # an unterminated string extends to the end
_WHITESPACE = re.compile(r"[ \t\n\r]*")
_CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


class DecisionCardError(DcrError, ValueError):
    """The card is not JSON, or lacks a value that an owner needs."""

    consequence = "nothing was written"


def owners_from_decision_card(card: Mapping[str, Any]) -> list[models.Owner]:
    """Return the owners in a parsed Decision Card: the buyer, then the decision maker if there is one.

    Raise `DecisionCardError`, a `ValueError`, with the name of the key that is invalid.
    """
    from dcr.contract import models  # noqa: PLC0415 (the command line reads cards without pydantic)

    if not isinstance(card, Mapping):
        raise DecisionCardError("a Decision Card has to be a mapping", "parse its JSON first: json.loads(text)")
    owners = _build_owners(_Card(card, lambda _keys, message, hint: DecisionCardError(message, hint)))
    return [models.Owner(team=owner.team, contact=owner.contact) for owner in owners]


def parse_owners(path: str, content: bytes) -> tuple[Owner, ...]:
    """Return the owners in the text of a Decision Card. Raise `DecisionCardError` with the location of the problem."""
    text = _decode_card(path, content)
    root = _parse_json(path, text)
    if not isinstance(root, dict):
        raise _build_error(
            path, text, _skip_whitespace(text, 0), "a Decision Card has to be a JSON object", "see: dcr owners --help"
        )
    offsets: dict[tuple[str, ...], int] = {}
    _index_keys(path, text, _skip_whitespace(text, 0), (), offsets)

    def build_key_error(keys: tuple[str, ...], message: str, hint: str) -> DecisionCardError:
        """Return an error at the deepest of the nested keys that exists."""
        existing = (offsets[keys[:count]] for count in range(len(keys), 0, -1) if keys[:count] in offsets)
        return _build_error(path, text, next(existing, _skip_whitespace(text, 0)), message, hint)

    return _build_owners(_Card(root, build_key_error))


def _build_owners(card: _Card) -> tuple[Owner, ...]:
    """Return the buyer as the first owner, and the decision maker, if the card has one, as the second.

    The second owner has no contact, because a card has none for the decision maker.
    """
    buyer = card.find_mapping("buyer")
    if buyer is None:
        raise card.error((), "buyer is missing", 'add "buyer": {"name": …, "contact": …}')
    name = card.find_text("buyer", "name")
    if name is None:
        problem = "is blank" if "name" in buyer else "is missing"
        raise card.error(
            ("buyer", "name"), f"buyer.name {problem}", "add the buyer's name, which becomes the first owner"
        )
    owners = [Owner(name, card.find_text("buyer", "contact"))]
    maker = _find_decision_maker(card)
    return (*owners, Owner(maker)) if maker else tuple(owners)


def _find_decision_maker(card: _Card) -> str | None:
    """Return the decision maker: a string as it is, an object as `role (name)`, or the one of them that it has.

    `title` replaces a missing `role`.
    """
    maker = card.root.get("decision_maker")
    if not isinstance(maker, Mapping):
        return card.find_text("decision_maker")
    role, title, name = (card.find_text("decision_maker", key) for key in ("role", "title", "name"))
    if role is None and maker.get("role") is not None:
        raise card.error(("decision_maker", "role"), "decision_maker.role is blank", "add the role, or remove the key")
    role = role or title
    if role is None and name is None:
        raise card.error(
            ("decision_maker",), "decision_maker has no role, title or name", "add one, or remove decision_maker"
        )
    return f"{role} ({name})" if role and name else role or name


class _Card:
    """A parsed card. `error` builds an error about one of its keys."""

    def __init__(
        self, root: Mapping[str, Any], error: Callable[[tuple[str, ...], str, str], DecisionCardError]
    ) -> None:
        self.root, self.error = root, error

    def find_mapping(self, key: str) -> Mapping[str, Any] | None:
        """Return the object of a key, or None if it is missing or null. Raise an error for another type."""
        value = self.root.get(key)
        if value is None or isinstance(value, Mapping):
            return value
        raise self.error((key,), f"{key} is not an object", f'write "{key}": {{…}}')

    def find_text(self, *keys: str) -> str | None:
        """Return the string of a key, or None if it is missing, null or blank.

        Raise an error for another type, and for a string with control characters.
        """
        value: Any = self.root
        for key in keys:
            value = value.get(key)
        name = ".".join(keys)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if not isinstance(value, str):
            raise self.error(keys, f"{name} is not a string", f'write "{keys[-1]}": "…"')
        match = _CONTROL_CHARACTER.search(value)
        if match:
            code = f"U+{ord(match.group()):04X}"
            raise self.error(keys, f"{name} contains the control character {code}", "remove it, and use one line")
        return value.strip()


def _decode_card(path: str, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _build_error(
            path, "", 0, f"the card is larger than {MAX_BYTES:,} bytes", "pass a file with one card only"
        )
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        message = f"byte 0x{content[error.start]:02X} is not UTF-8"
        raise _build_error(path, before, len(before), message, "save the card as UTF-8") from error


def _parse_json(path: str, text: str) -> Any:
    """Return the JSON value. Raise an error for deep nesting, and for NaN and Infinity, which are not JSON."""
    brackets = [
        (match.start(), 1 if match.group() in "[{" else -1) for match in re.finditer(r"[\[\]{}]", _blank_strings(text))
    ]
    depths = accumulate(step for _, step in brackets)
    for (offset, _), depth in zip(brackets, depths, strict=True):
        if depth > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            raise _build_error(path, text, offset, message, "pass a file with one card only")

    def refuse_constant(word: str) -> None:
        match = re.search(rf"(?<![\w-]){re.escape(word)}", _blank_strings(text))
        offset = match.start() if match else 0
        raise _build_error(path, text, offset, f"{word} is not a JSON value", "write a number or null")

    try:
        # No number is needed, so none is converted: a very long one would take too much time.
        return json.loads(text, parse_constant=refuse_constant, parse_int=len, parse_float=len)
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:]
        raise _build_error(path, text, error.pos, f"invalid JSON: {message}", "export the card again") from error


def _blank_strings(text: str) -> str:
    """Return the text with spaces in place of its strings, so that only JSON's own characters remain."""
    return _STRING.sub(lambda match: " " * len(match.group()), text)


def _index_keys(
    path: str, text: str, offset: int, parents: tuple[str, ...], offsets: dict[tuple[str, ...], int]
) -> int:
    """Add the offset of each key in a JSON text, and return the offset at which the value ends.

    Raise `DecisionCardError` for a duplicate key.
    """
    opening = text[offset]
    if opening not in "[{":
        return _DECODER.raw_decode(text, offset)[1]
    offset = _skip_whitespace(text, offset + 1)
    number = 0
    while text[offset] not in "]}":
        keys = (*parents, str(number))
        if opening == "{":
            start = offset
            key, offset = _DECODER.raw_decode(text, offset)
            keys = (*parents, key)
            if keys in offsets:
                raise _build_error(path, text, start, f"duplicate key '{key[:60]}'", "keep one of them")
            offsets[keys] = start
            offset = _skip_whitespace(text, _skip_whitespace(text, offset) + 1)
        offset = _skip_whitespace(text, _index_keys(path, text, offset, keys, offsets))
        if text[offset] == ",":
            offset = _skip_whitespace(text, offset + 1)
        number += 1
    return offset + 1


def _skip_whitespace(text: str, offset: int) -> int:
    match = _WHITESPACE.match(text, offset)
    return match.end() if match else offset


def _build_error(path: str, text: str, offset: int, message: str, hint: str) -> DecisionCardError:
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return DecisionCardError(f"{path}:{line}:{column}: {message}", hint)
