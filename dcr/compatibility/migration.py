"""One dataset in two formats: which contract of a file continues one that was written another way.

Teams move their files from one standard to another, and the id changes on the way more often than not. The path
stays, and so does the name of the table: by these the two sides are still compared.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dcr.contract.contract import Contract, Field
    from dcr.formats.parsed_file import ParsedFile


def match_migrated_ids(previous: Mapping[str, ParsedFile], proposed: Mapping[str, ParsedFile]) -> dict[str, str]:
    """Return, by the dataset id that a file said before, the id it now says of the same dataset.

    Only ids that are gone and new ones of the same path count, and only where the format changed or the object had no
    name before: within one format another id is another dataset.
    """
    before = {each.dataset_id for reading in previous.values() for each in reading.contracts}
    after = {each.dataset_id for reading in proposed.values() for each in reading.contracts}
    found: dict[str, str] = {}
    for path, reading in previous.items():
        if path not in proposed:
            continue
        lost = [each for each in reading.contracts if each.dataset_id not in after and not each.alias_of]
        new = [each for each in proposed[path].contracts if each.dataset_id not in before and not each.alias_of]
        found.update(_match_migrated_contracts(lost, new))
    return found


def _match_migrated_contracts(lost: Sequence[Contract], new: Sequence[Contract]) -> Iterator[tuple[str, str]]:
    if len(lost) == len(new) == 1 and _is_migration(lost[0], new[0]):
        yield lost[0].dataset_id, new[0].dataset_id
        return
    by_name: dict[str, list[Contract]] = {}
    for each in new:
        by_name.setdefault(_get_table_name(each), []).append(each)
    for each in lost:
        namesakes = by_name.get(_get_table_name(each), [])
        if len(namesakes) == 1 and _is_migration(each, namesakes[0]):
            yield each.dataset_id, by_name.pop(_get_table_name(each))[0].dataset_id


def _is_migration(before: Contract, after: Contract) -> bool:
    return before.format != after.format or (before.format != "native" and before.has_name is not after.has_name)


def _get_table_name(contract: Contract) -> str:
    """The table's own name: the last part of a dataset id, without a version that is part of it."""
    name = contract.dataset_id.rpartition("/")[2]
    return re.sub(r"\.v\d+\Z", "", name).casefold() if contract.is_changed_in_place else name.casefold()


def find_former_id(before: Contract | None, after: Contract) -> str | None:
    """Return the id that a dataset had, where it goes by another one now; one that had no name had no id of its own."""
    renamed = before is not None and before.has_name and after.has_name and before.dataset_id != after.dataset_id
    return before.dataset_id if before and renamed else None


def make_comparable(before: Contract, after: Contract) -> tuple[Contract, Contract]:
    """Return both sides as they can be compared: under one dataset id, without what one format alone says or spells."""
    if before.format != after.format:
        before, after = (
            replace(each, fields=tuple(normalize_field(field) for field in each.fields)) for each in (before, after)
        )
        from dcr.compatibility.migrated_terms import keep_shared_terms  # noqa: PLC0415 (few files change their format)

        before, after = keep_shared_terms(before, after)
    return (before if before.dataset_id == after.dataset_id else replace(before, dataset_id=after.dataset_id)), after


_JAVA_DATE_LETTERS = {"%Y": "yyyy", "%m": "MM", "%d": "dd", "%H": "HH", "%M": "mm", "%S": "ss", "%f": "SSSSSS"}
"""What strftime(3) has for the letters of Java's date patterns, which files of the Open Data Contract Standard use."""


def normalize_field(field: Field) -> Field:
    """Return a field without stored types and with date patterns in one dialect, and so what is nested in it."""
    constraints = field.constraints
    if "format" in constraints:
        written = re.sub("%[A-Za-z]", lambda found: _JAVA_DATE_LETTERS.get(found[0], found[0]), constraints["format"])
        constraints = {**constraints, "format": written}
    return replace(
        field,
        physical_type=None,
        constraints=constraints,
        fields=tuple(normalize_field(each) for each in field.fields),
        items=normalize_field(field.items) if field.items else None,
    )
