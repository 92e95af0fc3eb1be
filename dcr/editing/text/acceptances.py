"""Adds a decision to the text of `dcr.accepted.yaml`, or begins that file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.editing.text import lists
from dcr.editing.text.document import EditRefusedError, Sheet
from dcr.editing.text.keys import Target
from dcr.editing.text.quoting import quoted
from dcr.parsing.location import Location
from dcr.policy.acceptances import FILE, parse_acceptances

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.compatibility.acceptance import Acceptance
    from dcr.compatibility.rule import Rule

_BY_HAND = "add the entry there by hand: dcr schema acceptances shows its keys"


def with_acceptance(content: bytes | None, new: Acceptance, rules: Mapping[str, Rule]) -> bytes:
    """Return the file's bytes with one more decision; no content begins the file.

    Raises `EditRefusedError` when the file holds the decision already, or anything that is not understood.
    """
    before: list[Acceptance] = []
    if content is not None:
        before, problems = parse_acceptances(content, rules)
        if problems:
            raise EditRefusedError(problems[0].location, problems[0].message, problems[0].hint)
    known = next((each for each in before if each.key == new.key), None)
    if known is not None:
        why = f" until {known.expires}" if known.expires else ""
        raise EditRefusedError(known.location, f"{new.spoken} is accepted already{why}", "edit that entry")
    entry = {key: value for key, value in _entry(new).items() if value is not None}
    after = _begun(entry, content) if _is_empty(content) else _appended(entry, content or b"")
    found, problems = parse_acceptances(after, rules)
    nowhere = Location(FILE)
    if problems:
        raise EditRefusedError(problems[0].location, problems[0].message, problems[0].hint)
    if [each._replace(location=nowhere) for each in found] != [
        *(each._replace(location=nowhere) for each in before),
        new._replace(location=nowhere),
    ]:
        raise EditRefusedError(nowhere, "after the edit the file would not say what is meant", _BY_HAND)
    return after


def _entry(new: Acceptance) -> dict[str, str | None]:
    return {
        "dataset": new.dataset,
        "version": new.version,
        "kind": new.kind,
        "field": new.field,
        "reason": new.reason,
        "expires": new.expires,
    }


def _is_empty(content: bytes | None) -> bool:
    return content is None or Sheet(FILE, content, _BY_HAND).root is None


def _begun(entry: dict[str, str], content: bytes | None) -> bytes:
    """Return a file of one decision, below the comments of one that has nothing else."""
    text = (content or b"").decode("utf-8")
    line_break = "\r\n" if "\r\n" in text else "\n"
    gap = line_break if text and not text.endswith(("\n", "\r", "\ufeff")) else ""
    lines = [f"{key}: {quoted(value)}" for key, value in entry.items()]
    return f"{text}{gap}accepted:{line_break}  - {f'{line_break}    '.join(lines)}{line_break}".encode()


def _appended(entry: dict[str, str], content: bytes) -> bytes:
    return lists.append(Sheet(FILE, content, _BY_HAND), Target((), "accepted", ()), entry).content
