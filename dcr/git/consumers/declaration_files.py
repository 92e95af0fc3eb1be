"""Reads the changed files in which people declare consumers.

These are dcr's own consumer files, Data Usage Agreements, and files with dbt exposures. Models and contracts refer to
datasets too, but exist for other reasons, so a change of them is no change of a declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.consumer import AGREEMENT, EXPOSURE, NATIVE, ParsedConsumers
from dcr.consumers.declaration_paths import create_declaration_filter, is_agreement_path
from dcr.consumers.readers import UNREADABLE, may_declare_consumers, read_consumers
from dcr.formats.parsed_file import Problem
from dcr.git.contracts.changed_files import is_same_text, read_previous_contents
from dcr.git.proposed_contents import UNMERGED, read_proposed_contents
from dcr.parsing.location import Location
from dcr.policy.detection import ESCAPE_PREFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.git.consumers.search import ConsumerSearch

_DECLARED_SOURCES = (NATIVE, AGREEMENT, EXPOSURE)
_EXPOSURE_KEYS = (b"exposures", *ESCAPE_PREFIXES)


class Declarations(NamedTuple):
    """Both sides of the changed files that may declare consumers, by path.

    `untouched` are the paths of files whose text is that of the base; only git lists them as changed.
    """

    previous: dict[str, ParsedConsumers]
    proposed: dict[str, ParsedConsumers]
    untouched: frozenset[str]


def read_declarations(search: ConsumerSearch, *, are_meant: bool) -> Declarations:
    """Return the declarations of the changed files. Raise a `DcrError` if git fails.

    With `are_meant`, every file in the scope of consumers has to be readable.
    """
    is_candidate = create_declaration_filter(search.scope.matches_globs, search.change_set.paths)
    changes = [change for change in search.change_set.changes if is_candidate(change.path)]
    before = read_previous_contents(search.repository, changes)
    after = read_proposed_contents(search.repository, changes)
    tip = search.tip.read_texts(is_candidate)
    in_scope = search.scope.matches_globs
    previous = {
        path: parse_file(path, content, in_scope=in_scope(path), is_meant=are_meant and in_scope(path))
        for path, content in before.items()
    }
    proposed = {}
    for path, content in after.items():
        was_consumer = path in previous and previous[path].format is not None
        is_meant = was_consumer or (are_meant and in_scope(path))
        if isinstance(content, bytes):
            proposed[path] = parse_file(path, content, in_scope=in_scope(path), is_meant=is_meant)
        elif was_consumer or (content == UNMERGED and in_scope(path)):
            proposed[path] = describe_special_file(path, content)
        else:
            proposed[path] = ParsedConsumers(path, None)
    untouched = frozenset(path for path, content in after.items() if _is_untouched(path, content, before, tip))
    return Declarations(previous, proposed, untouched)


def _is_untouched(path: str, content: bytes | str, *sides: Mapping[str, bytes]) -> bool:
    return any(path in side and is_same_text(side[path], content) for side in sides)


def parse_file(path: str, content: bytes, *, in_scope: bool, is_meant: bool) -> ParsedConsumers:
    """Return the consumers that people declare in a file.

    An unreadable file is a consumer file if it `is_meant` as one, or seems to be and is `in_scope`.
    """
    is_other = not in_scope and not is_agreement_path(path)
    if is_other and not is_meant and not any(key in content for key in _EXPOSURE_KEYS):
        return ParsedConsumers(path, None)
    parsed = read_consumers(path, content)
    if parsed.format == UNREADABLE:
        return parsed if is_meant or (not is_other and may_declare_consumers(content)) else ParsedConsumers(path, None)
    consumers = tuple(consumer for consumer in parsed.consumers if consumer.source in _DECLARED_SOURCES)
    if parsed.format == NATIVE and (in_scope or is_meant):
        return parsed
    if parsed.format == AGREEMENT or (consumers and parsed.format != NATIVE):
        return parsed._replace(consumers=consumers)
    return ParsedConsumers(path, None)


def describe_special_file(path: str, kind: str) -> ParsedConsumers:
    """Return the result for a file that is a link, a submodule, or in conflict, as `kind` describes it."""
    hint = "resolve it and add the file" if kind == UNMERGED else "replace it with the declaration itself"
    return ParsedConsumers(path, UNREADABLE, problems=(Problem(Location(path), f"the file is {kind}", hint),))
