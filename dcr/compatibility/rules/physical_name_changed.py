"""The physical name of a table or column changed.

Why it breaks
    Queries select tables and columns by their names in the database. They fail under another physical name, even if
    the names in the contract stay the same.

Instead
    Keep the old name as a view or as a second column until the queries have migrated. If a contract has no physical
    name, dcr compares its own name.

Example
    schema:
      - name: orders
        physicalName: sales.orders
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.pairs import list_field_pairs
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair, FieldPair
    from dcr.contract.contract import Contract

_NAME_KEYS = ("physical_name", "encrypted_name")


@rule(about=CONTRACT, modes=(BACKWARD,), bump=MAJOR, breaks=CONSUMERS, impact="queries that use the old name")
def physical_name_changed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for the dataset and for each field whose physical name changed."""
    if pair.both is None:
        return
    previous, proposed = pair.both
    if previous.alias_of is None and (pair.is_changed or proposed.alias_of is not None):
        yield from _check_dataset(previous, proposed)
    if pair.is_changed:
        for field_pair in list_field_pairs(previous, proposed):
            yield from _check_field(field_pair)


def _check_dataset(previous: Contract, proposed: Contract) -> Iterator[Finding]:
    """Yield a finding when the table has another name, for example because versions were added to a dbt model.

    References to such a model still resolve. A name that the file does not contain is only a warning.
    """
    before, after = (contract.terms.physical_name if contract.terms else None for contract in (previous, proposed))
    versions_added = previous.is_changed_in_place and proposed.alias_of is not None
    names = (before or _get_default_name(previous), after or _get_default_name(proposed))
    if not (before or after or versions_added) or names[0] == names[1]:
        return
    key = proposed.fields_section.get_key_name("physical_name") if proposed.fields_section else "physical_name"
    yield Finding(
        f"the dataset's physical name changed from '{names[0]}' to '{names[1]}'",
        _build_hint(key, names[0]),
        key="dataset",
        detail=names[1],
        severity=WARNING if versions_added and not before else "",
        location=proposed.fields_section.locate("physical_name") if proposed.fields_section else None,
        previous_location=previous.fields_section.locate("physical_name") if previous.fields_section else None,
    )


def _check_field(pair: FieldPair) -> Iterator[Finding]:
    if pair.both is None:
        return
    for key in _NAME_KEYS:
        before, after = (getattr(field.terms, key) if field.terms else None for field in pair.both)
        if key == "physical_name" and (before or after):
            before, after = before or pair.both[0].name, after or pair.both[1].name
        if before is None or before == after:
            continue
        name = key.replace("_", " ")
        change = f"changed {name} from '{before}' to '{after}'" if after else f"no longer has {name} '{before}'"
        locations = [field.section.locate(key) if field.section else None for field in pair.both]
        yield Finding(
            f"field '{pair.path}' {change}",
            _build_hint(pair.get_key_name(key), before),
            detail=f"{key} {after}",
            location=locations[1],
            previous_location=locations[0],
            field=pair.path,
        )


def _build_hint(key: str, name: str) -> str:
    return f"keep {key}: {name} until the queries that select it have migrated"


def _get_default_name(contract: Contract) -> str:
    """Return the table name of a dataset without a physical name; each version of a dbt model is a table of its own."""
    name = (contract.alias_of or contract.dataset_id).rpartition("/")[2]
    return name.replace(".v", "_v") if contract.is_changed_in_place and contract.version else name
