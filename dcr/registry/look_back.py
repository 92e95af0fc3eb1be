"""A quick look back: what the older texts of single files say of the names that a change adds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.compatibility.past import Past, Released
from dcr.compatibility.resurrection import last_there
from dcr.formats import read
from dcr.registry.lineage import Sought, older_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dcr.compatibility.matching import Matched
    from dcr.compatibility.resurrection import Added
    from dcr.registry.lineage import Older
    from dcr.registry.past import Asked

SHORT = 10
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
_SPELT = re.compile(rb"\\[xuU\r\n]")


def looked_back(asked: Asked, matches: Sequence[Matched], added: Sequence[Added]) -> list[Past]:
    """Return for each pair what the older texts of its file have of what the change adds to it.

    In a shallow clone that is no more than the clone has: nothing is owed for what is found here.
    """
    sought = [_sought(asked, each) for each in matches]
    texts = older_texts(asked.repository, asked.commit, asked.scope, sought) if sought else []
    return [_past(*each) for each in zip(matches, added, texts, strict=True)]


def _sought(asked: Asked, matched: Matched) -> Sought:
    path = matched.pair.previous.path if matched.pair.previous else matched.path
    return Sought(matched.ids[0], path, asked.blobs.get(path, ""))


def _past(matched: Matched, added: Added, texts: Sequence[Older]) -> Past:
    """Return what some older texts of a file say of what was added; those that cannot be read are named."""
    unread: list[str] = []
    ids = set(matched.ids)
    may_hold = may_name(added.names)

    def readable() -> Iterator[Released]:
        for text in texts:
            at = f"'{text.path}' at {text.commit.id[:SHORT]}"
            if text.content is None:
                unread.append(f"{at} (it is not in this clone)")
            elif may_hold(text.content):
                reading = read(text.path, text.content)
                fatal = next((each for each in reading.problems if each.fatal), None)
                if fatal:
                    unread.append(f"{at} (line {fatal.location.line}: {fatal.message})")
                for contract in reading.contracts:
                    if contract.dataset_id in ids:
                        yield Released(contract, text.commit.id)

    fields, values = last_there(added, readable(), matched.pair.proposed.format if matched.pair.proposed else "")
    return Past(fields, values, None, tuple(unread))


def may_name(names: frozenset[str]) -> Callable[[bytes], bool]:
    """Return what tells whether a text has to be read to know if it has one of some names; sound, and a search.

    YAML spells a plain character as it is, or in quotes by its number; a line that ends in a backslash goes on. Of
    names with other characters nothing is said: every text may hold them.
    """
    if not all(map(_PLAIN.fullmatch, names)):
        return lambda _: True
    wanted = [each.encode() for each in names]
    return lambda content: any(each in content for each in wanted) or _SPELT.search(content) is not None
