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


def find_retired_words(text: str) -> Iterator[tuple[str, str]]:
    """Yield each retired word of a text, with the words to write instead."""
    for pattern, replacement in RETIRED.items():
        for found in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE):
            yield found[0], replacement
