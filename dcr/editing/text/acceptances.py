"""Adds an acceptance to the text of `dcr.accepted.yaml`, or creates the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.editing.text import lists
from dcr.editing.text.document import EditRefusedError, YamlDocument
from dcr.editing.text.keys import KeyPosition
from dcr.editing.text.quoting import quote
from dcr.parsing.location import Location
from dcr.policy.acceptance_file import parse_acceptances

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.compatibility.acceptance import Acceptance
    from dcr.compatibility.rule import Rule

_MANUAL_HINT = "add the entry yourself; dcr schema acceptances prints its keys"


def add_acceptance(content: bytes | None, acceptance: Acceptance, rules: Mapping[str, Rule]) -> bytes:
    """Return the content of a file with an acceptance added, whose location names the file.

    `content` is None if the file does not exist.

    Raise `EditRefusedError` if the file already has the acceptance, or is invalid.
    """
    path = acceptance.location.path
    before: list[Acceptance] = []
    if content is not None:
        before, problems = parse_acceptances(content, rules, path)
        if problems:
            raise EditRefusedError(problems[0].location, problems[0].message, problems[0].hint)
    known = next((each for each in before if each.key == acceptance.key), None)
    if known is not None:
        until = f" until {known.expires}" if known.expires else ""
        raise EditRefusedError(known.location, f"{acceptance.label} is already accepted{until}", "edit that entry")
    pairs = {
        "dataset": acceptance.dataset,
        "version": acceptance.version,
        "kind": acceptance.kind,
        "field": acceptance.field,
        "reason": acceptance.reason,
        "expires": acceptance.expires,
    }
    entry = {key: value for key, value in pairs.items() if value is not None}
    document = None if content is None else YamlDocument(path, content, _MANUAL_HINT)
    if document is None or document.root is None:
        after = _create_file(entry, content or b"")
    else:
        after = lists.append_entry(document, KeyPosition((), "accepted", ()), entry).content
    accepted, problems = parse_acceptances(after, rules, path)
    if problems:
        raise EditRefusedError(problems[0].location, problems[0].message, problems[0].hint)
    file = Location(path)
    if [each._replace(location=file) for each in accepted] != [
        each._replace(location=file) for each in (*before, acceptance)
    ]:
        raise EditRefusedError(file, "the edited file would have another meaning", _MANUAL_HINT)
    return after


def _create_file(entry: dict[str, str], content: bytes) -> bytes:
    """Return a file with one acceptance, below the comments of a file that has nothing else."""
    text = content.decode("utf-8")
    line_break = "\r\n" if "\r\n" in text else "\n"
    gap = line_break if text and not text.endswith(("\n", "\r", "\ufeff")) else ""
    lines = [f"{key}: {quote(value)}" for key, value in entry.items()]
    return f"{text}{gap}accepted:{line_break}  - {f'{line_break}    '.join(lines)}{line_break}".encode()
