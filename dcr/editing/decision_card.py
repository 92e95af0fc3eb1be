"""Reads a Decision Card, strictly: who bought a data product, and who decided it, as owners on our side.

A card is JSON with `buyer: {name, contact}` and `decision_maker`, a text or a mapping with `title` and `name`.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any

from dcr.contract.contract import Owner
from dcr.errors import DcrError

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BLANK = re.compile(r"[ \t\n\r]*")
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_DECODER = json.JSONDecoder()


class DecisionCardError(DcrError):
    """The card is not JSON, or does not say who the buyer is."""

    undone = "nothing was written"


def owners_of(path: str, content: bytes) -> tuple[Owner, ...]:
    """Return the buyer as the first owner and the decision maker, if the card names one, as the second.

    The second has no contact: authority is not a way to reach someone. Raises `DecisionCardError` with the place.
    """
    text = _text(path, content)
    card = _Card(path, text, _parsed(path, text))
    buyer = card.mapping("buyer")
    if buyer is None:
        raise card.error((), "buyer is missing", 'add "buyer": {"name": …, "contact": …}')
    name = card.text("buyer", "name")
    if name is None:
        what = "is blank" if "name" in buyer else "is missing"
        raise card.error(("buyer", "name"), f"buyer.name {what}", "name the buyer: it becomes the first owner")
    owners = [Owner(name, card.text("buyer", "contact"))]
    maker = _decision_maker(card)
    return (*owners, Owner(maker)) if maker else tuple(owners)


def _decision_maker(card: _Card) -> str | None:
    """Return who decided: the text that is written, or `title (name)` of a mapping, or the one of them there is."""
    if not isinstance(card.root.get("decision_maker"), dict):
        return card.text("decision_maker")
    title, name = card.text("decision_maker", "title"), card.text("decision_maker", "name")
    if title is None and name is None:
        raise card.error(("decision_maker",), "decision_maker has neither title nor name", "add one, or leave it out")
    return f"{title} ({name})" if title and name else title or name


class _Card:
    """A parsed card, and where in its text each key stands."""

    def __init__(self, path: str, text: str, root: Any) -> None:
        self.path, self.source = path, text
        if not isinstance(root, dict):
            raise _error(path, text, _blank_end(text, 0), "a Decision Card is a JSON object", "see: dcr owners --help")
        self.root: dict[str, Any] = root

    def error(self, keys: tuple[str, ...], message: str, hint: str) -> DecisionCardError:
        """Return an error at the deepest of some keys that is written."""
        return _error(self.path, self.source, _offset(self.source, keys), message, hint)

    def mapping(self, key: str) -> dict[str, Any] | None:
        """Return a key's mapping, None when it has none. Raises for another value."""
        value = self.root.get(key)
        if value is None or isinstance(value, dict):
            return value
        raise self.error((key,), f"{key} is no object", f'write "{key}": {{…}}')

    def text(self, *keys: str) -> str | None:
        """Return a text, None when it is missing, null or blank. Raises for another value, or one that is unfit."""
        value: Any = self.root
        for key in keys:
            value = value.get(key)
        spoken = ".".join(keys)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if not isinstance(value, str):
            raise self.error(keys, f"{spoken} is no text", f'write "{keys[-1]}": "…"')
        found = _UNFIT.search(value)
        if found:
            code = f"U+{ord(found.group()):04X}"
            raise self.error(keys, f"{spoken} holds the control character {code}", "write it on one line, without it")
        return value.strip()


def _text(path: str, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _error(path, "", 0, f"the card has more than {MAX_BYTES:,} bytes", "name the card alone")
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        message = f"byte 0x{content[error.start]:02X} is not UTF-8"
        raise _error(path, before, len(before), message, "save the card as UTF-8") from error


def _parsed(path: str, text: str) -> Any:
    """Return the JSON value; what JSON itself does not have, and keys written twice, are refused."""
    brackets = [(at.start(), 1 if at.group() in "[{" else -1) for at in re.finditer(r"[\[\]{}]", _hidden(text))]
    deep = zip(brackets, accumulate(step for _, step in brackets), strict=True)
    for (at, _), depth in deep:
        if depth > MAX_DEPTH:
            raise _error(path, text, at, f"nested more than {MAX_DEPTH} levels deep", "name the card alone")

    def refuse(word: str) -> None:
        at = re.search(rf"(?<![\w-]){re.escape(word)}", _hidden(text))
        raise _error(path, text, at.start() if at else 0, f"{word} is no JSON value", "write a number or null")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = next(key for key, _ in pairs if sum(key == each for each, _ in pairs) > 1)
            at = [match.start() for match in _TEXTS.finditer(text) if _is_key(text, match, twice)]
            raise _error(
                path, text, at[1] if len(at) > 1 else 0, f"the key '{twice[:60]}' is written twice", "keep one"
            )
        return found

    try:
        # Numbers say nothing here, so none is so long that it could not be held.
        return json.loads(text, parse_constant=refuse, object_pairs_hook=unique, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:]
        raise _error(path, text, error.pos, f"this is not JSON: {message}", "export the card again") from error


def _hidden(text: str) -> str:
    """Return the text with its quoted parts blanked, so that only JSON's own marks are left."""
    return _TEXTS.sub(lambda match: " " * len(match.group()), text)


def _is_key(text: str, match: re.Match[str], key: str) -> bool:
    behind = _blank_end(text, match.end())
    return text[behind : behind + 1] == ":" and json.loads(match.group(), strict=False) == key


def _offset(text: str, keys: tuple[str, ...]) -> int:
    """Return where the deepest of some keys that is written begins, in a text that is known to be JSON."""
    at = _blank_end(text, 0)
    found = at
    for wanted in keys:
        if text[at] != "{":
            return found
        place = _key_offset(text, at + 1, wanted)
        if place is None:
            return found
        found, at = place
    return found


def _key_offset(text: str, at: int, wanted: str) -> tuple[int, int] | None:
    """Return where a key and its value begin in the object whose inside begins at an index."""
    at = _blank_end(text, at)
    while text[at] == '"':
        start = at
        key, at = _DECODER.raw_decode(text, at)
        at = _blank_end(text, _blank_end(text, at) + 1)
        if key == wanted:
            return start, at
        at = _blank_end(text, _DECODER.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _blank_end(text, at + 1)
    return None


def _blank_end(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _error(path: str, text: str, at: int, message: str, hint: str) -> DecisionCardError:
    line = text.count("\n", 0, at) + 1
    return DecisionCardError(f"{path}:{line}:{at - text.rfind(chr(10), 0, at)}: {message}", hint)
