"""What a contract's file is to say after an edit: its version, its status, its owners, in the words of its format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import STATUSES, Contract, Owner
from dcr.editing.text import lists
from dcr.editing.text.document import EditRefusedError, YamlDocument
from dcr.editing.text.keys import KeyPosition, set_key
from dcr.editing.text.quoting import quote
from dcr.formats import read_content
from dcr.formats._odcs.terms import DEPRECATION_PROPERTY
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dcr.formats.parsed_file import ParsedFile

DEPRECATED, ARCHIVED = STATUSES[2:]


class _FormatKeys(NamedTuple):
    """Where a format writes what is edited, and its word for archived."""

    version: KeyPosition
    status: KeyPosition
    archived_status: str


_NATIVE_KEYS = ("version", "dataset_id")
_ODCS_KEYS = ("version", "name", "id", "uuid", "apiVersion", "kind")
_DCS_KEYS = ("version", "title", "owner")
_FORMATS = {
    "native": _FormatKeys(KeyPosition((), "version", _NATIVE_KEYS), KeyPosition((), "status", _NATIVE_KEYS), ARCHIVED),
    "odcs": _FormatKeys(KeyPosition((), "version", _ODCS_KEYS), KeyPosition((), "status", _ODCS_KEYS), "retired"),
    "dcs": _FormatKeys(
        KeyPosition(("info",), "version", _DCS_KEYS), KeyPosition(("info",), "status", _DCS_KEYS), "retired"
    ),
}


def set_version(reading: ParsedFile, content: bytes, version: str) -> bytes:
    """Return a file's bytes with another version, which is that of every dataset in it. Raises `EditRefusedError`."""
    words = _get_format_keys(reading, "version", "add a version beside it (versions: - v: …)")
    sheet = YamlDocument(reading.path, content, f'write version: "{version}" there by hand')
    after = set_key(sheet, words.version, version)
    return _verify_contracts(reading, after, lambda contract: replace(contract, version=version))


def set_deprecated(reading: ParsedFile, content: bytes, uri: str) -> bytes:
    """Return a file's bytes with status deprecated and the address of the migration plan. Raises `EditRefusedError`."""
    words = _get_format_keys(reading, "status", "write deprecation_date on the version")
    archived = next((each for each in reading.contracts if each.status == ARCHIVED), None)
    if archived is not None:
        hint = "an archived dataset stays archived; deprecate what replaces it"
        raise EditRefusedError(_locate_key(archived, "status"), f"'{archived.dataset_id}' is archived", hint)
    by_hand = f"write status: deprecated and {quote(uri)} there by hand"
    sheet = YamlDocument(reading.path, content, by_hand)
    if reading.format == "dcs":
        message = "the Data Contract Specification has no place for the address of a migration plan"
        raise EditRefusedError(
            _locate_key(reading.contracts[0], "status"), message, "write info.status: deprecated by hand"
        )
    sheet = sheet if _has_status(reading, DEPRECATED) else set_key(sheet, words.status, DEPRECATED)
    if reading.format == "native":
        sheet = set_key(sheet, KeyPosition((), "deprecation_uri", ("status", *_NATIVE_KEYS)), uri)
    else:
        sheet = _set_custom_property(sheet, DEPRECATION_PROPERTY, uri)
    return _verify_contracts(reading, sheet, lambda contract: replace(contract, status=DEPRECATED, deprecation_uri=uri))


def set_archived(reading: ParsedFile, content: bytes) -> bytes:
    """Return a file's bytes with status archived, in the format's own word. Raises `EditRefusedError`."""
    words = _get_format_keys(reading, "status", "write a deprecation_date that is over")
    if _has_status(reading, ARCHIVED):
        return content
    sheet = YamlDocument(reading.path, content, f"write status: {words.archived_status} there by hand")
    after = set_key(sheet, words.status, words.archived_status)
    return _verify_contracts(reading, after, lambda contract: replace(contract, status=ARCHIVED))


def set_owners(reading: ParsedFile, content: bytes, owners: Sequence[Owner]) -> bytes:
    """Return a native file's bytes with these owners in place of those it has. Raises `EditRefusedError`."""
    if _get_format_keys(reading, "owners", "write meta.owner there by hand") is not _FORMATS["native"]:
        place = _locate_key(reading.contracts[0], "owners")
        message = "owners are written into native contracts only: other formats name people and accounts instead"
        raise EditRefusedError(place, message, "write them there by hand, in the format's own words")
    sheet = YamlDocument(reading.path, content, "write them there by hand; without --write they are printed")
    after = lists.replace_list(
        sheet, KeyPosition((), "owners", ("status", *_NATIVE_KEYS)), [build_owner_entry(each) for each in owners]
    )
    return _verify_contracts(reading, after, lambda contract: replace(contract, owners=tuple(owners)))


def build_owner_entry(owner: Owner) -> dict[str, str]:
    """Return an owner as the keys it is written with."""
    return {"team": owner.team} | ({"contact": owner.contact} if owner.contact is not None else {})


def _get_format_keys(reading: ParsedFile, key: str, instead: str) -> _FormatKeys:
    if not reading.contracts:
        raise EditRefusedError(Location(reading.path), "the file gives no contract", f"dcr lint {reading.path}")
    words = _FORMATS.get(reading.format or "")
    if words is not None:
        return words
    place = _locate_key(reading.contracts[0], key)
    raise EditRefusedError(place, f"dbt has no {key} that is edited in place: versions are added beside", instead)


def _has_status(reading: ParsedFile, status: str) -> bool:
    return all(each.status == status for each in reading.contracts)


def _set_custom_property(sheet: YamlDocument, name: str, value: str) -> YamlDocument:
    """Return an ODCS sheet with a custom property: the one that is there given another value, or a new one."""
    pair = sheet.find_pair(sheet.root, "customProperties")
    for number, each in enumerate(pair[1].value if pair and pair[1].id == "sequence" else ()):
        named = sheet.find_pair(each, "property") if each.id == "mapping" else None
        if named is not None and named[1].value == name:
            return set_key(sheet, KeyPosition(("customProperties", number), "value", ("property",)), value)
    return lists.append_entry(
        sheet, KeyPosition((), "customProperties", ("status", *_ODCS_KEYS)), {"property": name, "value": value}
    )


def _verify_contracts(reading: ParsedFile, sheet: YamlDocument, change: Callable[[Contract], Contract]) -> bytes:
    """Return a sheet's bytes once they read as exactly the contracts that were meant. Raises `EditRefusedError`."""
    content = sheet.content
    after = read_content(reading.path, content)
    expected = tuple(change(each) for each in reading.contracts)
    said = {problem.message for problem in reading.problems}
    new = [problem for problem in after.problems if problem.message not in said]
    if after.contracts != expected or after.format != reading.format or new:
        place = _locate_key(reading.contracts[0], None)
        raise EditRefusedError(place, "after the edit the file would not say what is meant", sheet.manual_hint)
    return content


def _locate_key(contract: Contract, key: str | None) -> Location:
    return contract.section.locate(key) if contract.section else Location(contract.path)
