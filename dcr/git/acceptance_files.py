"""Parses an acceptance file of one side, together with the versions of it at the base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import load_rules
from dcr.formats.parsed_file import Problem
from dcr.parsing.location import Location
from dcr.policy.acceptance_file import parse_acceptances
from dcr.policy.acceptances import Acceptances

if TYPE_CHECKING:
    from collections.abc import Iterable


def parse_acceptance_file(
    path: str, content: bytes | str | None, base_contents: Iterable[bytes | str | None]
) -> Acceptances:
    """Return the acceptances of a file. Its content is text if it describes what is there instead of a file.

    `base_contents` are those of the file at the base: their acceptances exist already.
    """
    if content is None:
        return Acceptances()
    if isinstance(content, str):
        return Acceptances(problems=(Problem(Location(path), f"the file is {content}"),))
    acceptances, problems = parse_acceptances(content, load_rules(), path)
    existing = frozenset(
        (*acceptance.key, acceptance.reason, acceptance.expires)
        for text in base_contents
        if isinstance(text, bytes)
        for acceptance in parse_acceptances(text, load_rules())[0]
    )
    return Acceptances(tuple(acceptances), tuple(problems), existing)
