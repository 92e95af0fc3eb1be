"""Adds a decision to the text of `dcr.accepted.yaml`, or begins that file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.editing.text import lists
from dcr.editing.text.document import EditRefusedError, YamlDocument
from dcr.editing.text.keys import KeyPosition
from dcr.editing.text.quoting import quote
from dcr.parsing.location import Location
from dcr.policy.acceptance_file import FILE, parse_acceptances

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.compatibility.acceptance import Acceptance
    from dcr.compatibility.rule import Rule

_MANUAL_HINT = "add the entry there by hand: dcr schema acceptances shows its keys"


def add_acceptance(content: bytes | None, new: Acceptance, rules: Mapping[str, Rule]) -> bytes:
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
        raise EditRefusedError(known.location, f"{new.label} is accepted already{why}", "edit that entry")
    entry = {key: value for key, value in _build_entry(new).items() if value is not None}
    after = _create_file(entry, content) if _is_empty(content) else _append_entry(entry, content or b"")
    found, problems = parse_acceptances(after, rules)
    nowhere = Location(FILE)
    if problems:
        raise EditRefusedError(problems[0].location, problems[0].message, problems[0].hint)
    if [each._replace(location=nowhere) for each in found] != [
        *(each._replace(location=nowhere) for each in before),
        new._replace(location=nowhere),
    ]:
        raise EditRefusedError(nowhere, "after the edit the file would not say what is meant", _MANUAL_HINT)
    return after


def _build_entry(new: Acceptance) -> dict[str, str | None]:
    return {
        "dataset": new.dataset,
        "version": new.version,
        "kind": new.kind,
        "field": new.field,
        "reason": new.reason,
        "expires": new.expires,
    }


def _is_empty(content: bytes | None) -> bool:
    return content is None or YamlDocument(FILE, content, _MANUAL_HINT).root is None


def _create_file(entry: dict[str, str], content: bytes | None) -> bytes:
    """Return a file of one decision, below the comments of one that has nothing else."""
    text = (content or b"").decode("utf-8")
    line_break = "\r\n" if "\r\n" in text else "\n"
    gap = line_break if text and not text.endswith(("\n", "\r", "\ufeff")) else ""
    lines = [f"{key}: {quote(value)}" for key, value in entry.items()]
    return f"{text}{gap}accepted:{line_break}  - {f'{line_break}    '.join(lines)}{line_break}".encode()


def _append_entry(entry: dict[str, str], content: bytes) -> bytes:
    return lists.append_entry(YamlDocument(FILE, content, _MANUAL_HINT), KeyPosition((), "accepted", ()), entry).content
