"""The name that queries select by is another one.

Why it breaks
    A query names the table and its columns as the database has them. Under another physical name it fails, although
    the contract's own names are what they were.

Instead
    Keep the old name beside the new one, as a view or as a second column, until the queries have moved. Where no
    physical name is written, the contract's own name counts as it.

Example
    schema:
      - name: orders
        physicalName: sales.orders
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.pairs import field_pairs
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import MAJOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair, FieldPair
    from dcr.contract.contract import Contract

_TERMS = ("physical_name", "encrypted_name")


@rule(about=CONTRACT, modes=(BACKWARD,), bump=MAJOR, breaks=CONSUMERS)
def physical_name_changed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for the dataset and for each field of both sides whose physical name differs."""
    if not pair.changed or pair.both is None:
        return
    before, after = (each.terms.physical_name if each.terms else None for each in pair.both)
    names = [name or _name(contract) for name, contract in zip((before, after), pair.both, strict=True)]
    if (before or after) and names[0] != names[1]:
        word = pair.both[1].fields_place.word("physical_name") if pair.both[1].fields_place else "physical_name"
        message = f"the dataset's physical name changed from '{names[0]}' to '{names[1]}'"
        places = [each.fields_place.at("physical_name") if each.fields_place else None for each in pair.both]
        yield Finding(
            message,
            _hint(word, names[0]),
            key="dataset",
            detail=names[1],
            location=places[1],
            previous_location=places[0],
        )
    for each in field_pairs(*pair.both):
        yield from _of_field(each)


def _of_field(pair: FieldPair) -> Iterator[Finding]:
    if pair.both is None:
        return
    for key in _TERMS:
        before, after = (getattr(each.terms, key) if each.terms else None for each in pair.both)
        if key == "physical_name" and (before or after):
            before, after = before or pair.both[0].name, after or pair.both[1].name
        if before is None or before == after:
            continue
        what = key.replace("_", " ")
        change = (
            f"changed {what} from '{before}' to '{after}'" if after else f"has no {what} any more, and had '{before}'"
        )
        places = [each.place.at(key) if each.place else None for each in pair.both]
        yield Finding(
            f"field '{pair.path}' {change}",
            _hint(pair.word(key), before),
            detail=f"{key} {after}",
            location=places[1],
            previous_location=places[0],
            field=pair.path,
        )


def _hint(word: str, name: str) -> str:
    return f"keep {word}: {name} until the queries that select it have moved"


def _name(contract: Contract) -> str:
    """Return what a dataset without a physical name is called; a version of a dbt model is a table of its own."""
    name = contract.dataset_id.rpartition("/")[2]
    return name.replace(".v", "_v") if contract.in_place and contract.version else name
