"""What a contract's file is to say after an edit: its version, its status, its owners, in the words of its format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import STATUSES, Contract, Owner
from dcr.editing.text import lists
from dcr.editing.text.document import EditRefusedError, Sheet
from dcr.editing.text.keys import Target, put
from dcr.editing.text.quoting import quoted
from dcr.formats import read
from dcr.formats._odcs.terms import DEPRECATION
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dcr.formats.reading import Reading

DEPRECATED, ARCHIVED = STATUSES[2:]


class _Format(NamedTuple):
    """Where a format writes what is edited, and its word for archived."""

    version: Target
    status: Target
    archived: str


_NATIVE = ("version", "dataset_id")
_ODCS = ("version", "name", "id", "uuid", "apiVersion", "kind")
_DCS = ("version", "title", "owner")
_FORMATS = {
    "native": _Format(Target((), "version", _NATIVE), Target((), "status", _NATIVE), ARCHIVED),
    "odcs": _Format(Target((), "version", _ODCS), Target((), "status", _ODCS), "retired"),
    "dcs": _Format(Target(("info",), "version", _DCS), Target(("info",), "status", _DCS), "retired"),
}


def with_version(reading: Reading, content: bytes, version: str) -> bytes:
    """Return a file's bytes with another version, which is that of every dataset in it. Raises `EditRefusedError`."""
    words = _format(reading, "version", "add a version beside it (versions: - v: …)")
    sheet = Sheet(reading.path, content, f'write version: "{version}" there by hand')
    after = put(sheet, words.version, version)
    return _proven(reading, after, lambda contract: replace(contract, version=version))


def deprecated(reading: Reading, content: bytes, uri: str) -> bytes:
    """Return a file's bytes with status deprecated and the address of the migration plan. Raises `EditRefusedError`."""
    words = _format(reading, "status", "write deprecation_date on the version")
    archived = next((each for each in reading.contracts if each.status == ARCHIVED), None)
    if archived is not None:
        hint = "an archived dataset stays archived; deprecate what replaces it"
        raise EditRefusedError(_place(archived, "status"), f"'{archived.dataset_id}' is archived", hint)
    by_hand = f"write status: deprecated and {quoted(uri)} there by hand"
    sheet = Sheet(reading.path, content, by_hand)
    if reading.format == "dcs":
        message = "the Data Contract Specification has no place for the address of a migration plan"
        raise EditRefusedError(_place(reading.contracts[0], "status"), message, "write info.status: deprecated by hand")
    sheet = sheet if _has_status(reading, DEPRECATED) else put(sheet, words.status, DEPRECATED)
    if reading.format == "native":
        sheet = put(sheet, Target((), "deprecation_uri", ("status", *_NATIVE)), uri)
    else:
        sheet = _with_property(sheet, DEPRECATION, uri)
    return _proven(reading, sheet, lambda contract: replace(contract, status=DEPRECATED, deprecation_uri=uri))


def archived(reading: Reading, content: bytes) -> bytes:
    """Return a file's bytes with status archived, in the format's own word. Raises `EditRefusedError`."""
    words = _format(reading, "status", "write a deprecation_date that is over")
    if _has_status(reading, ARCHIVED):
        return content
    sheet = Sheet(reading.path, content, f"write status: {words.archived} there by hand")
    after = put(sheet, words.status, words.archived)
    return _proven(reading, after, lambda contract: replace(contract, status=ARCHIVED))


def with_owners(reading: Reading, content: bytes, owners: Sequence[Owner]) -> bytes:
    """Return a native file's bytes with these owners in place of those it has. Raises `EditRefusedError`."""
    if _format(reading, "owners", "write meta.owner there by hand") is not _FORMATS["native"]:
        place = _place(reading.contracts[0], "owners")
        message = "owners are written into native contracts only: other formats name people and accounts instead"
        raise EditRefusedError(place, message, "write them there by hand, in the format's own words")
    sheet = Sheet(reading.path, content, "write them there by hand; without --write they are printed")
    after = lists.replace(sheet, Target((), "owners", ("status", *_NATIVE)), [entry(each) for each in owners])
    return _proven(reading, after, lambda contract: replace(contract, owners=tuple(owners)))


def entry(owner: Owner) -> dict[str, str]:
    """Return an owner as the keys it is written with."""
    return {"team": owner.team} | ({"contact": owner.contact} if owner.contact is not None else {})


def _format(reading: Reading, key: str, instead: str) -> _Format:
    if not reading.contracts:
        raise EditRefusedError(Location(reading.path), "the file gives no contract", f"dcr lint {reading.path}")
    words = _FORMATS.get(reading.format or "")
    if words is not None:
        return words
    place = _place(reading.contracts[0], key)
    raise EditRefusedError(place, f"dbt has no {key} that is edited in place: versions are added beside", instead)


def _has_status(reading: Reading, status: str) -> bool:
    return all(each.status == status for each in reading.contracts)


def _with_property(sheet: Sheet, name: str, value: str) -> Sheet:
    """Return an ODCS sheet with a custom property: the one that is there given another value, or a new one."""
    pair = sheet.pair(sheet.root, "customProperties")
    for number, each in enumerate(pair[1].value if pair and pair[1].id == "sequence" else ()):
        named = sheet.pair(each, "property") if each.id == "mapping" else None
        if named is not None and named[1].value == name:
            return put(sheet, Target(("customProperties", number), "value", ("property",)), value)
    return lists.append(sheet, Target((), "customProperties", ("status", *_ODCS)), {"property": name, "value": value})


def _proven(reading: Reading, sheet: Sheet, change: Callable[[Contract], Contract]) -> bytes:
    """Return a sheet's bytes once they read as exactly the contracts that were meant. Raises `EditRefusedError`."""
    content = sheet.content
    after = read(reading.path, content)
    expected = tuple(change(each) for each in reading.contracts)
    said = {problem.message for problem in reading.problems}
    new = [problem for problem in after.problems if problem.message not in said]
    if after.contracts != expected or after.format != reading.format or new:
        place = _place(reading.contracts[0], None)
        raise EditRefusedError(place, "after the edit the file would not say what is meant", sheet.by_hand)
    return content


def _place(contract: Contract, key: str | None) -> Location:
    return contract.place.at(key) if contract.place else Location(contract.path)
