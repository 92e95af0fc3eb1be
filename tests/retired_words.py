"""The retired words: regular expressions, each with the words to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

RETIRED = {
    r"owe[sd]?|owing": "requires, required bump",
    r"took (?:an? )?(?:MAJOR|MINOR|PATCH|NONE)|takes? (?:an? )?(?:MAJOR|MINOR|PATCH|NONE)": "has, actual bump",
    r"left to (?:MAJOR|MINOR|PATCH|NONE)": "requires, required bump",
    r"let(?:s|ting)?\b[^.;]{0,40}\bthrough|slip(?:s|ped|ping)? through": "accept, allow",
    r"tells?|telling|told": "report, show, list",
    r"says?|saying|said": "report, contain, state",
    r"speaks?|speaking|spoke|spoken": "use, describe",
    r"settle[sd]?|settling": "base, merge base, resolve",
    r"homes": "source files, locations",
    r"gone|vanished": "removed, deleted",
    r"got": "added, received",
    r"resurrected": "reintroduced",
    r"(?:claimed|written) twice": "duplicate",
    r"names? no commit|is not YAML": "does not exist, invalid YAML",
    r"crossings?": "format migration",
    r"surroundings": "context",
    r"sketch(?:es)?": "cache, facts",
    r"bringing": "fetch hint",
    r"handed|handing": "passed, read",
    r"sought": "request, query",
    r"wish(?:es)?": "request, option",
    r"mend(?:s|ed|ing)?": "fix",
    r"in (?:dcr's|our|its) (?:own )?words": "in native format, format-neutral",
    r"beside": "and, next to",
    r"whoever": "the person who, anyone who",
    r"nothing\b[^.;]{0,40}, but": "only, nothing except",
}


RETIRED_NAMES = {
    r"Asked": "…Request", r"Told": "…History, …Report", r"Sought": "…Query", r"Held": "a noun", r"Opened": "Snapshot",
    r"Paper": "Page", r"Slip": "Transition", r"Surroundings": "…Context", r"Manner": "…Options",
    r"Wish": "…Request, …Options", r"Home": "SourceFile", r"Sketch": "…Facts",
    r"looked_back|look_back": "find_…, search_…", r"escaping\w*|\w*_escaping|\w*_escapes": "counterexample",
    r"_own|_each|_told|_said": "a verb and its object", r"spelling": "suggestion",
}  # fmt: skip
"""Retired names in code: regular expressions of whole identifiers."""


def find_retired_names(code: str) -> Iterator[tuple[str, str]]:
    """Yield each retired identifier of a module, with the name to write instead."""
    names = set(re.findall(r"[A-Za-z_]\w*", code))
    for pattern, replacement in RETIRED_NAMES.items():
        yield from ((name, replacement) for name in sorted(names) if re.fullmatch(pattern, name))


def find_retired_words(text: str) -> Iterator[tuple[str, str]]:
    """Yield each retired word of a text, with the words to write instead."""
    for pattern, replacement in RETIRED.items():
        for found in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE):
            yield found[0], replacement
