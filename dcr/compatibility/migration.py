"""Matches contracts of files that changed their format.

A dataset id often changes with the format. The path and the name of the table stay, so these match the contracts.
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
    """Return the new dataset id by the previous id, for datasets of files that changed their format.

    Only removed and added ids of the same path are matched, and only if the format changed or the dataset was unnamed
    before: within one format, another id is another dataset.
    """
    before = {contract.dataset_id for parsed_file in previous.values() for contract in parsed_file.contracts}
    after = {contract.dataset_id for parsed_file in proposed.values() for contract in parsed_file.contracts}
    new_ids: dict[str, str] = {}
    for path, parsed_file in previous.items():
        if path not in proposed:
            continue
        removed = [
            contract for contract in parsed_file.contracts if contract.dataset_id not in after and not contract.alias_of
        ]
        added = [
            contract
            for contract in proposed[path].contracts
            if contract.dataset_id not in before and not contract.alias_of
        ]
        new_ids.update(_match_migrated_contracts(removed, added))
    return new_ids


def _match_migrated_contracts(removed: Sequence[Contract], added: Sequence[Contract]) -> Iterator[tuple[str, str]]:
    if len(removed) == len(added) == 1 and _is_migration(removed[0], added[0]):
        yield removed[0].dataset_id, added[0].dataset_id
        return
    by_name: dict[str, list[Contract]] = {}
    for contract in added:
        by_name.setdefault(_get_table_name(contract), []).append(contract)
    for contract in removed:
        candidates = by_name.get(_get_table_name(contract), [])
        if len(candidates) == 1 and _is_migration(contract, candidates[0]):
            yield contract.dataset_id, by_name.pop(_get_table_name(contract))[0].dataset_id


def _is_migration(before: Contract, after: Contract) -> bool:
    return before.format != after.format or (before.format != "native" and before.has_name is not after.has_name)


def _get_table_name(contract: Contract) -> str:
    """Return the last part of a dataset id, without the version of a dbt model."""
    name = contract.dataset_id.rpartition("/")[2]
    return re.sub(r"\.v\d+\Z", "", name).casefold() if contract.is_changed_in_place else name.casefold()


def find_former_id(before: Contract | None, after: Contract) -> str | None:
    """Return the previous id of a dataset whose id changed; an unnamed dataset had no id of its own."""
    renamed = before is not None and before.has_name and after.has_name and before.dataset_id != after.dataset_id
    return before.dataset_id if before and renamed else None


def make_comparable(before: Contract, after: Contract) -> tuple[Contract, Contract]:
    """Return both contracts in comparable form: with one dataset id and without what only one format supports."""
    if before.format != after.format:
        before, after = (
            replace(contract, fields=tuple(normalize_field(field) for field in contract.fields))
            for contract in (before, after)
        )
        from dcr.compatibility.migrated_terms import keep_shared_terms  # noqa: PLC0415 (few files change their format)

        before, after = keep_shared_terms(before, after)
    return (before if before.dataset_id == after.dataset_id else replace(before, dataset_id=after.dataset_id)), after


_JAVA_DATE_LETTERS = {"%Y": "yyyy", "%m": "MM", "%d": "dd", "%H": "HH", "%M": "mm", "%S": "ss", "%f": "SSSSSS"}
"""Java's date pattern letters, which Open Data Contract Standard files use, by directives of strftime(3)."""


def normalize_field(field: Field) -> Field:
    """Return a field and its nested fields without physical types and with Java date patterns."""
    constraints = field.constraints
    if "format" in constraints:
        java = re.sub("%[A-Za-z]", lambda match: _JAVA_DATE_LETTERS.get(match[0], match[0]), constraints["format"])
        constraints = {**constraints, "format": java}
    return replace(
        field,
        physical_type=None,
        constraints=constraints,
        fields=tuple(normalize_field(nested) for nested in field.fields),
        items=normalize_field(field.items) if field.items else None,
    )
