"""Reads a Decision Card, strictly: who bought a data product, and who decided it, as owners on our side.

A card is JSON with `buyer: {name, contact}` and `decision_maker`, a text or a mapping with `role` (or `title`) and
`name`.
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
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)  # one that does not end goes on to the end
_WHITESPACE = re.compile(r"[ \t\n\r]*")
_CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


class DecisionCardError(DcrError, ValueError):
    """The card is not JSON, or a key of it does not have the value that makes an owner."""

    outcome = "nothing was written"


def owners_from_decision_card(card: Mapping[str, Any]) -> list[models.Owner]:
    """Return the owners that a parsed Decision Card names: the buyer, then the decision maker, if there is one.

    Raises `DecisionCardError`, a `ValueError`, which names the key that does not fit.
    """
    from dcr.contract import models  # noqa: PLC0415 (the command line reads cards without pydantic)

    if not isinstance(card, Mapping):
        raise DecisionCardError("a Decision Card is a mapping", "parse its JSON first: json.loads(text)")
    found = _build_owners(_Card(card, lambda _keys, message, hint: DecisionCardError(message, hint)))
    return [models.Owner(team=each.team, contact=each.contact) for each in found]


def parse_owners(path: str, content: bytes) -> tuple[Owner, ...]:
    """Return the owners that the text of a Decision Card names. Raises `DecisionCardError` with the place."""
    text = _decode_card(path, content)
    root = _parse_json(path, text)
    if not isinstance(root, dict):
        raise _build_error(
            path, text, _skip_whitespace(text, 0), "a Decision Card is a JSON object", "see: dcr owners --help"
        )
    places: dict[tuple[str, ...], int] = {}
    _index_keys(path, text, _skip_whitespace(text, 0), (), places)

    def refuse(keys: tuple[str, ...], message: str, hint: str) -> DecisionCardError:
        """Return an error at the deepest of some keys that is written."""
        written = (places[keys[:count]] for count in range(len(keys), 0, -1) if keys[:count] in places)
        return _build_error(path, text, next(written, _skip_whitespace(text, 0)), message, hint)

    return _build_owners(_Card(root, refuse))


def _build_owners(card: _Card) -> tuple[Owner, ...]:
    """Return the buyer as the first owner and the decision maker, if the card names one, as the second.

    The second has no contact: authority is not a way to reach someone.
    """
    buyer = card.find_mapping("buyer")
    if buyer is None:
        raise card.error((), "buyer is missing", 'add "buyer": {"name": …, "contact": …}')
    name = card.find_text("buyer", "name")
    if name is None:
        what = "is blank" if "name" in buyer else "is missing"
        raise card.error(("buyer", "name"), f"buyer.name {what}", "name the buyer: it becomes the first owner")
    owners = [Owner(name, card.find_text("buyer", "contact"))]
    maker = _find_decision_maker(card)
    return (*owners, Owner(maker)) if maker else tuple(owners)


def _find_decision_maker(card: _Card) -> str | None:
    """Return who decided: the text that is written, or `role (name)` of a mapping, or the one of them there is.

    `title` is read where there is no `role`.
    """
    maker = card.root.get("decision_maker")
    if not isinstance(maker, Mapping):
        return card.find_text("decision_maker")
    role, title, name = (card.find_text("decision_maker", key) for key in ("role", "title", "name"))
    if role is None and maker.get("role") is not None:
        raise card.error(
            ("decision_maker", "role"), "decision_maker.role is blank", "name the role, or leave the key out"
        )
    role = role or title
    if role is None and name is None:
        raise card.error(("decision_maker",), "decision_maker has no role, title or name", "add one, or leave it out")
    return f"{role} ({name})" if role and name else role or name


class _Card:
    """A parsed card; `error` makes the error about one of its keys."""

    def __init__(
        self, root: Mapping[str, Any], error: Callable[[tuple[str, ...], str, str], DecisionCardError]
    ) -> None:
        self.root, self.error = root, error

    def find_mapping(self, key: str) -> Mapping[str, Any] | None:
        """Return a key's mapping, None when it has none. Raises for another value."""
        value = self.root.get(key)
        if value is None or isinstance(value, Mapping):
            return value
        raise self.error((key,), f"{key} is no object", f'write "{key}": {{…}}')

    def find_text(self, *keys: str) -> str | None:
        """Return a text, None when it is missing, null or blank. Raises for another value, or one that is unfit."""
        value: Any = self.root
        for key in keys:
            value = value.get(key)
        spoken = ".".join(keys)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if not isinstance(value, str):
            raise self.error(keys, f"{spoken} is no text", f'write "{keys[-1]}": "…"')
        found = _CONTROL_CHARACTER.search(value)
        if found:
            code = f"U+{ord(found.group()):04X}"
            raise self.error(
                keys, f"{spoken} contains the control character {code}", "write it on one line, without it"
            )
        return value.strip()


def _decode_card(path: str, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _build_error(path, "", 0, f"the card has more than {MAX_BYTES:,} bytes", "name the card alone")
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        message = f"byte 0x{content[error.start]:02X} is not UTF-8"
        raise _build_error(path, before, len(before), message, "save the card as UTF-8") from error


def _parse_json(path: str, text: str) -> Any:
    """Return the JSON value; what JSON itself does not have is refused."""
    brackets = [(at.start(), 1 if at.group() in "[{" else -1) for at in re.finditer(r"[\[\]{}]", _blank_strings(text))]
    deep = zip(brackets, accumulate(step for _, step in brackets), strict=True)
    for (at, _), depth in deep:
        if depth > MAX_DEPTH:
            raise _build_error(path, text, at, f"nested more than {MAX_DEPTH} levels deep", "name the card alone")

    def refuse(word: str) -> None:
        at = re.search(rf"(?<![\w-]){re.escape(word)}", _blank_strings(text))
        raise _build_error(path, text, at.start() if at else 0, f"{word} is no JSON value", "write a number or null")

    try:
        # Numbers say nothing here, so none is so long that it could not be held.
        return json.loads(text, parse_constant=refuse, parse_int=len, parse_float=len)
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:]
        raise _build_error(path, text, error.pos, f"this is not JSON: {message}", "export the card again") from error


def _blank_strings(text: str) -> str:
    """Return the text with its quoted parts blanked, so that only JSON's own marks are left."""
    return _STRING.sub(lambda match: " " * len(match.group()), text)


def _index_keys(path: str, text: str, at: int, way: tuple[str, ...], found: dict[tuple[str, ...], int]) -> int:
    """Note where each key begins, in a text that is known to be JSON; return where the value at an index ends.

    Raises `DecisionCardError` for a key that an object has twice.
    """
    opening = text[at]
    if opening not in "[{":
        return _DECODER.raw_decode(text, at)[1]
    at = _skip_whitespace(text, at + 1)
    number = 0
    while text[at] not in "]}":
        here = (*way, str(number))
        if opening == "{":
            start = at
            key, at = _DECODER.raw_decode(text, at)
            here = (*way, key)
            if here in found:
                raise _build_error(path, text, start, f"the key '{key[:60]}' is written twice", "keep one of them")
            found[here] = start
            at = _skip_whitespace(text, _skip_whitespace(text, at) + 1)
        at = _skip_whitespace(text, _index_keys(path, text, at, here, found))
        if text[at] == ",":
            at = _skip_whitespace(text, at + 1)
        number += 1
    return at + 1


def _skip_whitespace(text: str, at: int) -> int:
    found = _WHITESPACE.match(text, at)
    return found.end() if found else at


def _build_error(path: str, text: str, at: int, message: str, hint: str) -> DecisionCardError:
    line = text.count("\n", 0, at) + 1
    return DecisionCardError(f"{path}:{line}:{at - text.rfind(chr(10), 0, at)}: {message}", hint)
